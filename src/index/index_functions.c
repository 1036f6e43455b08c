/*
 * index_functions.c
 *		SQL functions about an index, of whichever access method.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "index/hnsw/hnsw.h"
#include "miscadmin.h"
#include "pg/compat.h"
#include "pg/srf.h"
#include "storage/bufmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(wemb_index_check);
PG_FUNCTION_INFO_V1(wemb_index_stats);

/* Open an index of ours and its table, which the user must own. */
static Relation
open_index(Oid oid, LOCKMODE mode, Relation *heap)
{
	Oid			table = IndexGetRelation(oid, true);
	Relation	index;

	if (!OidIsValid(table))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("relation with OID %u is not an index", oid)));
	if (!wemb_class_owner_check(table, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(table));
	*heap = table_open(table, mode);
	index = index_open(oid, mode);
	if (index->rd_rel->relkind != RELKIND_INDEX || index->rd_indam->ambuild != wemb_hnsw_build)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not an index of access method wemb_hnsw", RelationGetRelationName(index))));
	if (RELATION_IS_OTHER_TEMP(index))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot access temporary tables of other sessions")));
	return index;
}

Datum
wemb_index_check(PG_FUNCTION_ARGS)
{
	Relation	heap;
	Relation	index = open_index(PG_GETARG_OID(0), ShareLock, &heap);	/* no writers, no vacuum */
	IndexCheck	check = {fcinfo, heap, index, 0};

	wemb_srf_begin(fcinfo);
	wemb_hnsw_check(&check);
	if (check.problems > INDEX_MAX_PROBLEMS)
		ereport(NOTICE, (errmsg("%d more problems are not shown", check.problems - INDEX_MAX_PROBLEMS)));
	index_close(index, ShareLock);
	table_close(heap, ShareLock);
	return (Datum) 0;
}

static void
put_stats(FunctionCallInfo fcinfo, Relation index, const IndexStats *stats)
{
	const IndexGraphStats *graph = stats->graph;
	int64		pages = RelationGetNumberOfBlocks(index);
	Datum		values[] = {
		Int64GetDatum(stats->rows),
		Int64GetDatum(graph->records),
		Int64GetDatum(stats->gone),
		Int64GetDatum(graph->retired),
		Int64GetDatum(stats->free),
		Int32GetDatum(graph->levels),
		Float8GetDatum(graph->links),
		Int64GetDatum(pages),
		Int64GetDatum(pages * BLCKSZ),
	};
	bool		nulls[lengthof(values)] = {false};

	wemb_srf_row(fcinfo, values, nulls);
}

Datum
wemb_index_stats(PG_FUNCTION_ARGS)
{
	Relation	heap;
	Relation	index = open_index(PG_GETARG_OID(0), AccessShareLock, &heap);
	IndexStats	stats = {0};

	wemb_srf_begin(fcinfo);
	wemb_hnsw_stats(index, &stats);
	put_stats(fcinfo, index, &stats);
	index_close(index, AccessShareLock);
	table_close(heap, AccessShareLock);
	return (Datum) 0;
}
