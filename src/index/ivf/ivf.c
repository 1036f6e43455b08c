/*
 * ivf.c
 *		The access methods wemb_ivf and, where pgvector is absent, ivfflat.
 *
 * They are one and the same: indexes of either name have the same pages.  Only
 * the handler of the second also stands in for pgvector's settings.
 */
#include "postgres.h"

#include "access/amapi.h"
#include "commands/progress.h"
#include "fmgr.h"

#include "index/ivf/ivf.h"
#include "index/routine.h"
#include "index/settings.h"
#include "pg/compat.h"

/* Clients that show progress know these texts. */
static char *
phase_name(int64 phase)
{
	switch (phase)
	{
		case PROGRESS_CREATEIDX_SUBPHASE_INITIALIZE:
			return "initializing";
		case IVF_PHASE_KMEANS:
			return "performing k-means";
		case IVF_PHASE_ASSIGN:
			return "assigning tuples";
		case IVF_PHASE_LOAD:
			return "loading tuples";
		default:
			return NULL;
	}
}

static bool
insert_row(WEMB_AMINSERT_ARGS)
{
	return wemb_ivf_insert(index, values, isnull, heap_tid, heap, info);
}

static IndexAmRoutine *
make_routine(void)
{
	IndexAmRoutine *routine = wemb_index_routine();

	routine->ambuild = wemb_ivf_build;
	routine->ambuildempty = wemb_ivf_build_empty;
	routine->aminsert = insert_row;
	routine->ambulkdelete = wemb_ivf_bulk_delete;
	routine->amvacuumcleanup = wemb_ivf_vacuum_cleanup;
	routine->amcostestimate = wemb_ivf_cost;
	routine->amoptions = wemb_ivf_options;
	routine->ambuildphasename = phase_name;
	routine->amvalidate = wemb_ivf_validate;
	routine->ambeginscan = wemb_ivf_begin_scan;
	routine->amrescan = wemb_ivf_rescan;
	routine->amgettuple = wemb_ivf_get_tuple;
	routine->amendscan = wemb_ivf_end_scan;
	return routine;
}

PG_FUNCTION_INFO_V1(wemb_ivf_handler);
Datum
wemb_ivf_handler(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(make_routine());
}

/* Of the access method named ivfflat, which exists only in databases without pgvector. */
PG_FUNCTION_INFO_V1(wemb_ivf_handler_alone);
Datum
wemb_ivf_handler_alone(PG_FUNCTION_ARGS)
{
	wemb_index_settings_stand_in();
	PG_RETURN_POINTER(make_routine());
}
