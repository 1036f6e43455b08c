/*
 * hnsw_stubs.c
 *		Callbacks of the access method that are not there yet.
 */
#include "postgres.h"

#include "index/hnsw/hnsw.h"
#include "index/metric.h"

static _Noreturn void
report_missing(const char *verb)
{
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("%s of a graph index is not implemented", verb)));
}

IndexBuildResult *
wemb_hnsw_build(Relation heap, Relation index, IndexInfo *info)
{
	(void) wemb_index_dim(index, wemb_index_metric(index));
	wemb_hnsw_check_options(index);
	report_missing("build");
}

void
wemb_hnsw_build_empty(Relation index)
{
	report_missing("build");
}

bool
wemb_hnsw_insert(Relation index, Datum *values, bool *isnull, ItemPointer heap_tid, Relation heap, IndexInfo *info)
{
	report_missing("insertion");
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

IndexScanDesc
wemb_hnsw_begin_scan(Relation index, int nkeys, int norderbys)
{
	report_missing("scan");
}

void
wemb_hnsw_rescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orderbys, int norderbys)
{
	report_missing("scan");
}

bool
wemb_hnsw_get_tuple(IndexScanDesc scan, ScanDirection direction)
{
	report_missing("scan");
}

void
wemb_hnsw_end_scan(IndexScanDesc scan)
{
	report_missing("scan");
}
