/*
 * scan.h
 *		What scans of all access methods have in common: keys, what the executor
 *		is told, and how late a row may come.
 */
#ifndef WEMB_INDEX_SCAN_H
#define WEMB_INDEX_SCAN_H

#include "postgres.h"

#include "access/relscan.h"
#include "access/skey.h"

/* A new scan, with room for what the executor is told. */
extern IndexScanDesc wemb_scan_create(Relation index, int nkeys, int norderbys);

/* Its keys, from now on. */
extern void wemb_scan_set_keys(IndexScanDesc scan, ScanKey keys, ScanKey orderbys);

/*
 * At the start: counts it, and ERROR, with pgvector's text and its name of the
 * method, if there is nothing to order by, or where rows that a snapshot keeps
 * could be gone: other kinds than MVCC ones see rows whose heap tids were used again.
 */
extern void wemb_scan_start(IndexScanDesc scan, const char *method);

/* What is told of a row. */
typedef struct ScanOrder
{
	double		value;			/* at most what the operator says */
	bool		null;
	bool		exact;			/* the row has no other value: the query has no distance to anything */
} ScanOrder;

extern void wemb_scan_give(IndexScanDesc scan, ItemPointer tid, const ScanOrder *order);

/*
 * Rows of a long stream may come late. So after some the executor is told what
 * one given earlier had, a quarter of those since before: it
 * keeps more rows before it lets the first of them go.
 */
typedef struct ScanWindow
{
	double	   *values;			/* of the last ones, by turns; NULL before */
} ScanWindow;

/* What is told of a row of that value, when so many were given since the first ones; negative: it is one of those. */
extern double wemb_scan_window(ScanWindow *window, int64 since, double value);

#endif							/* WEMB_INDEX_SCAN_H */
