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
#include "index/index_functions.h"
#include "index/ivf/ivf.h"
#include "miscadmin.h"
#include "pg/compat.h"
#include "pg/srf.h"
#include "storage/bufmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(wemb_index_check);
PG_FUNCTION_INFO_V1(wemb_index_stats);

/* What the functions ask of an access method, which is known by its way to build. */
typedef struct Method
{
	ambuild_function build;
	void		(*check) (IndexCheck *check);
	void		(*stats) (Relation index, IndexStats *stats);
} Method;

static const Method methods[] = {
	{wemb_hnsw_build, wemb_hnsw_check, wemb_hnsw_stats},
	{wemb_ivf_build, wemb_ivf_check, wemb_ivf_stats},
};

static const Method *
method_of(Relation index)
{
	if (index->rd_rel->relkind == RELKIND_INDEX)
		for (int i = 0; i < lengthof(methods); i++)
			if (index->rd_indam->ambuild == methods[i].build)
				return &methods[i];
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("\"%s\" is not an index of access method wemb_hnsw or wemb_ivf", RelationGetRelationName(index))));
}

Oid
wemb_index_table(Oid oid)
{
	Oid			table = IndexGetRelation(oid, true);
	const char *name = get_rel_name(oid);

	if (OidIsValid(table))
		return table;
	if (name == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", oid)));
	ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is not an index", name)));
}

/* Open an index and its table, which the user must own. */
static Relation
open_index(Oid oid, LOCKMODE mode, Relation *heap)
{
	Oid			table = wemb_index_table(oid);
	Relation	index;

	if (!wemb_class_owner_check(table, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(table));
	*heap = table_open(table, mode);
	index = index_open(oid, mode);
	if (RELATION_IS_OTHER_TEMP(index))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot access temporary tables of other sessions")));
	return index;
}

/* Functions of the index are its owner's, and run as the owner. */
Datum
wemb_index_check(PG_FUNCTION_ARGS)
{
	Relation	heap;
	Relation	index = open_index(PG_GETARG_OID(0), ShareLock, &heap);	/* no writers, no vacuum */
	IndexCheck	check = {fcinfo, heap, index, 0};
	Oid			user;
	int			context;

	wemb_srf_begin(fcinfo);
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(heap->rd_rel->relowner, context | SECURITY_RESTRICTED_OPERATION);
	method_of(index)->check(&check);
	SetUserIdAndSecContext(user, context);
	if (check.problems > INDEX_MAX_PROBLEMS)
		ereport(NOTICE, (errmsg("%d more problems are not shown", check.problems - INDEX_MAX_PROBLEMS)));
	index_close(index, ShareLock);
	table_close(heap, ShareLock);
	return (Datum) 0;
}

static void
put_stats(FunctionCallInfo fcinfo, Relation index, const IndexStats *stats)
{
	enum
	{
		ROWS, RECORDS, GONE, RETIRED, FREE, LEVELS, LINKS, LISTS, LONGEST_LIST, PAGES, BYTES, COLUMNS
	};
	int64		pages = RelationGetNumberOfBlocks(index);
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS] = {false};

	values[ROWS] = Int64GetDatum(stats->rows);
	values[GONE] = Int64GetDatum(stats->gone);
	values[FREE] = Int64GetDatum(stats->free);
	values[PAGES] = Int64GetDatum(pages);
	values[BYTES] = Int64GetDatum(pages * BLCKSZ);
	if (stats->graph != NULL)
	{
		values[RECORDS] = Int64GetDatum(stats->graph->records);
		values[RETIRED] = Int64GetDatum(stats->graph->retired);
		values[LEVELS] = Int32GetDatum(stats->graph->levels);
		values[LINKS] = Float8GetDatum(stats->graph->links);
	}
	nulls[RECORDS] = nulls[RETIRED] = nulls[LEVELS] = nulls[LINKS] = stats->graph == NULL;
	if (stats->lists != NULL)
	{
		values[LISTS] = Int32GetDatum(stats->lists->lists);
		values[LONGEST_LIST] = Int64GetDatum(stats->lists->longest);
	}
	nulls[LISTS] = nulls[LONGEST_LIST] = stats->lists == NULL;
	wemb_srf_row(fcinfo, values, nulls);
}

Datum
wemb_index_stats(PG_FUNCTION_ARGS)
{
	Relation	heap;
	Relation	index = open_index(PG_GETARG_OID(0), AccessShareLock, &heap);
	IndexStats	stats = {0};

	wemb_srf_begin(fcinfo);
	method_of(index)->stats(index, &stats);
	put_stats(fcinfo, index, &stats);
	index_close(index, AccessShareLock);
	table_close(heap, AccessShareLock);
	return (Datum) 0;
}
