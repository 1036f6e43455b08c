/*
 * hnsw_stubs.c
 *		Callbacks of the access method that are not there yet.
 */
#include "postgres.h"

#include "index/hnsw/hnsw.h"

static _Noreturn void
report_missing(const char *verb)
{
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("%s of a graph index is not implemented", verb)));
}

IndexBulkDeleteResult *
wemb_hnsw_bulk_delete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats, IndexBulkDeleteCallback callback,
					  void *callback_state)
{
	report_missing("vacuum");
}

IndexBulkDeleteResult *
wemb_hnsw_vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats)
{
	report_missing("vacuum");
}
