/*
 * scan.c
 *		What scans of all access methods have in common.
 */
#include "postgres.h"

#include "access/genam.h"
#include "index/scan.h"
#include "pg/compat.h"
#include "pgstat.h"
#include "utils/float.h"
#include "utils/rel.h"

#define LATE_SHARE		4		/* of the rows after the first ones, one in so many may come later than one */
#define LATE_MOST		1024

IndexScanDesc
wemb_scan_create(Relation index, int nkeys, int norderbys)
{
	IndexScanDesc scan = RelationGetIndexScan(index, nkeys, norderbys);

	if (norderbys > 0)
	{
		scan->xs_orderbyvals = palloc0(norderbys * sizeof(Datum));
		scan->xs_orderbynulls = palloc(norderbys * sizeof(bool));
		memset(scan->xs_orderbynulls, true, norderbys * sizeof(bool));
	}
	return scan;
}

void
wemb_scan_set_keys(IndexScanDesc scan, ScanKey keys, ScanKey orderbys)
{
	if (keys != NULL && scan->numberOfKeys > 0)
		memmove(scan->keyData, keys, scan->numberOfKeys * sizeof(ScanKeyData));
	if (orderbys != NULL && scan->numberOfOrderBys > 0)
		memmove(scan->orderByData, orderbys, scan->numberOfOrderBys * sizeof(ScanKeyData));
}

void
wemb_scan_start(IndexScanDesc scan, const char *method)
{
	if (scan->orderByData == NULL || scan->numberOfOrderBys == 0)
		elog(ERROR, "cannot scan %s index without order", method);
	if (!IsMVCCSnapshot(scan->xs_snapshot))
		elog(ERROR, "non-MVCC snapshots are not supported with %s", method);
	pgstat_count_index_scan(scan->indexRelation);
	wemb_count_index_search(scan);
}

void
wemb_scan_give(IndexScanDesc scan, ItemPointer tid, const ScanOrder *order)
{
	scan->xs_heaptid = *tid;
	scan->xs_recheck = false;
	/* Of further keys nothing is known: the executor computes them. */
	scan->xs_recheckorderby = !order->exact || scan->numberOfOrderBys > 1;
	scan->xs_orderbyvals[0] = Float8GetDatum(order->value);
	scan->xs_orderbynulls[0] = order->null;
	for (int i = 1; i < scan->numberOfOrderBys; i++)
	{
		scan->xs_orderbyvals[i] = Float8GetDatum(-get_float8_infinity());
		scan->xs_orderbynulls[i] = false;
	}
}

double
wemb_scan_window(ScanWindow *window, int64 since, double value)
{
	if (since < 0)
		return value;
	if (window->values == NULL)
		window->values = palloc(LATE_MOST * sizeof(double));
	window->values[since % LATE_MOST] = value;
	since -= Min(since / LATE_SHARE, LATE_MOST - 1);
	return Min(value, window->values[since % LATE_MOST]);
}
