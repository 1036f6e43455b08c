/*
 * check.c
 *		What wemb_index_check() and wemb_index_stats() ask of indexes of every access method.
 */
#include "postgres.h"

#include <stdarg.h>

#include "access/tableam.h"
#include "catalog/index.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "index/check.h"
#include "pg/srf.h"

void
wemb_index_problem(IndexCheck *check, const char *rule, const char *format,...)
{
	char		text[256];
	Datum		values[2];
	bool		nulls[2] = {false, false};
	va_list		args;

	if (check->problems++ >= INDEX_MAX_PROBLEMS)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	values[0] = CStringGetTextDatum(rule);
	values[1] = CStringGetTextDatum(text);
	wemb_srf_row(check->fcinfo, values, nulls);
}

/* ---- rows of the table ---- */

typedef struct RowCheck
{
	IndexCheck *check;
	const IndexRows *rows;
} RowCheck;

static int
compare_tids(const void *a, const void *b)
{
	return ItemPointerCompare((ItemPointer) a, (ItemPointer) b);
}

static void
check_row(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state)
{
	RowCheck   *row_check = state;
	const IndexRows *rows = row_check->rows;

	if (isnull[0] || !alive || !rows->wanted(rows->state, values[0]))
		return;
	if (rows->ntids == 0 || bsearch(tid, rows->tids, rows->ntids, sizeof(ItemPointerData), compare_tids) == NULL)
		wemb_index_problem(row_check->check, rows->missing, "row (%u,%u) is not in the index",
						   ItemPointerGetBlockNumber(tid), ItemPointerGetOffsetNumber(tid));
	else if (rows->there != NULL)
		rows->there(rows->state, tid);
}

void
wemb_index_check_rows(IndexCheck *check, IndexRows *rows)
{
	RowCheck	row_check = {check, rows};
	IndexInfo  *info;

	qsort(rows->tids, rows->ntids, sizeof(ItemPointerData), compare_tids);
	for (Size i = 1; i < rows->ntids; i++)
		if (ItemPointerEquals(&rows->tids[i - 1], &rows->tids[i]))
			wemb_index_problem(check, rows->twice, "row (%u,%u) is there twice",
							   ItemPointerGetBlockNumber(&rows->tids[i]), ItemPointerGetOffsetNumber(&rows->tids[i]));
	if (!check->index->rd_index->indisvalid)
		return;
	info = BuildIndexInfo(check->index);
	info->ii_Concurrent = true; /* only rows of the snapshot */
	table_index_build_scan(check->heap, check->index, info, true, false, check_row, &row_check, NULL);
}
