/*
 * hnsw.c
 *		The access methods wemb_hnsw and, where pgvector is absent, hnsw.
 *
 * They are one and the same: indexes of either name have the same pages.  Only
 * the handler of the second also stands in for pgvector's settings.
 */
#include "postgres.h"

#include "access/amapi.h"
#include "commands/progress.h"
#include "fmgr.h"

#include "index/hnsw/hnsw.h"
#include "index/routine.h"
#include "index/settings.h"
#include "index/validate.h"
#include "pg/compat.h"

/* Clients that show progress know these texts. */
static char *
phase_name(int64 phase)
{
	switch (phase)
	{
		case PROGRESS_CREATEIDX_SUBPHASE_INITIALIZE:
			return "initializing";
		case HNSW_PHASE_LOAD:
			return "loading tuples";
		case HNSW_PHASE_PARTS:
			return "building parts";
		default:
			return NULL;
	}
}

static bool
insert_row(WEMB_AMINSERT_ARGS)
{
	return wemb_hnsw_insert(index, values, isnull, heap_tid, heap, info);
}

/* A graph serves whatever is measured. */
static bool
serves(const IndexMetric *metric)
{
	return true;
}

static bool
validate_class(Oid opclass)
{
	return wemb_index_validate(opclass, serves);
}

static IndexAmRoutine *
make_routine(void)
{
	IndexAmRoutine *routine = wemb_index_routine();

	routine->ambuild = wemb_hnsw_build;
	routine->ambuildempty = wemb_hnsw_build_empty;
	routine->aminsert = insert_row;
	routine->ambulkdelete = wemb_hnsw_bulk_delete;
	routine->amvacuumcleanup = wemb_hnsw_vacuum_cleanup;
	routine->amcostestimate = wemb_hnsw_cost;
	routine->amoptions = wemb_hnsw_options;
	routine->ambuildphasename = phase_name;
	routine->amvalidate = validate_class;
	routine->ambeginscan = wemb_hnsw_begin_scan;
	routine->amrescan = wemb_hnsw_rescan;
	routine->amgettuple = wemb_hnsw_get_tuple;
	routine->amendscan = wemb_hnsw_end_scan;
	return routine;
}

PG_FUNCTION_INFO_V1(wemb_hnsw_handler);
Datum
wemb_hnsw_handler(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(make_routine());
}

/* Of the access method named hnsw, which exists only in databases without pgvector. */
PG_FUNCTION_INFO_V1(wemb_hnsw_handler_alone);
Datum
wemb_hnsw_handler_alone(PG_FUNCTION_ARGS)
{
	wemb_index_settings_stand_in();
	PG_RETURN_POINTER(make_routine());
}
