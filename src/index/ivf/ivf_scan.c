/*
 * ivf_scan.c
 *		Scans: rows come from the lists in the order of the least distance that
 *		they can have, and the executor puts them in exact order.
 *
 * Pages of codes are read when a list is scanned; of the rows whose turn may
 * come, pages of cells.  Nothing of either moves while a scan may be on its way there, see README.md.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "access/relscan.h"
#include "index/ivf/ivf.h"
#include "index/ivf/ivf_search.h"
#include "miscadmin.h"
#include "pg/compat.h"
#include "pgstat.h"
#include "utils/float.h"
#include "utils/memutils.h"

#define LATE_SHARE		4		/* of the rows after the first ones, one in so many may come later than one */
#define LATE_FROM		10
#define LATE_MOST		1024

typedef struct IvfScan
{
	MemoryContext context;		/* of everything here, until the next rescan */
	IvfSearch  *search;			/* NULL: not begun */
	IvfSettings settings;
	bool		unordered;		/* the query has no distance: rows come in any order, with this value */
	bool		order_null;
	double		order_value;	/* what the executor was told of the row being given */
	double	   *values;			/* of the last LATE_MOST rows, by turns; NULL before */
	int64		given;			/* rows */
} IvfScan;

IndexScanDesc
wemb_ivf_begin_scan(Relation index, int nkeys, int norderbys)
{
	IndexScanDesc scan = RelationGetIndexScan(index, nkeys, norderbys);
	IvfScan    *state = palloc0(sizeof(IvfScan));

	state->context = AllocSetContextCreate(CurrentMemoryContext, "wemb ivf scan", ALLOCSET_DEFAULT_SIZES);
	scan->opaque = state;
	if (norderbys > 0)
	{
		scan->xs_orderbyvals = palloc0(norderbys * sizeof(Datum));
		scan->xs_orderbynulls = palloc(norderbys * sizeof(bool));
		memset(scan->xs_orderbynulls, true, norderbys * sizeof(bool));
	}
	return scan;
}

void
wemb_ivf_rescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orderbys, int norderbys)
{
	IvfScan    *state = scan->opaque;
	MemoryContext context = state->context;

	MemoryContextReset(context);
	memset(state, 0, sizeof(*state));
	state->context = context;
	if (keys != NULL && scan->numberOfKeys > 0)
		memmove(scan->keyData, keys, scan->numberOfKeys * sizeof(ScanKeyData));
	if (orderbys != NULL && scan->numberOfOrderBys > 0)
		memmove(scan->orderByData, orderbys, scan->numberOfOrderBys * sizeof(ScanKeyData));
}

/* The query; zero where it has no distance to anything. */
static void
set_query(IvfScan *state, const IvfIndex *index, IndexValue *query, const ScanKeyData *key)
{
	if (key->sk_flags & SK_ISNULL)
		state->unordered = state->order_null = true;
	else if (!wemb_value_set(&index->vectors, query, key->sk_argument))
	{
		state->unordered = true;
		state->order_value = get_float8_nan();
	}
	else
		return;
	if (query->x != NULL)
		memset(query->x, 0, index->vectors.dim * sizeof(float));
	if (index->vectors.form == VALUE_BITS)
	{
		query->raw.size = wemb_value_max_copy(&index->vectors);
		memset((uint8 *) query->raw.bytes, 0, query->raw.size);
	}
	query->length = 0;
}

/* ERROR where rows that a snapshot keeps could be gone: other kinds see rows whose heap tids were used again. */
static void
check_scan(IndexScanDesc scan)
{
	if (scan->orderByData == NULL || scan->numberOfOrderBys == 0)
		elog(ERROR, "cannot scan ivfflat index without order");
	if (!IsMVCCSnapshot(scan->xs_snapshot))
		elog(ERROR, "non-MVCC snapshots are not supported with ivfflat");
}

static void
begin(IndexScanDesc scan)
{
	IvfScan    *state = scan->opaque;
	IvfMeta		meta;
	const IvfIndex *index;
	IndexValue *query;
	ListEffort	effort;

	check_scan(scan);
	pgstat_count_index_scan(scan->indexRelation);
	wemb_count_index_search(scan);
	wemb_ivf_settings(&state->settings);
	index = wemb_ivf_open(scan->indexRelation, &meta);
	query = wemb_value_create(&index->vectors);
	set_query(state, index, query, &scan->orderByData[0]);
	state->search = wemb_ivf_search_create(index, query);
	wemb_ivf_search_limit(state->search, (Size) work_mem * 1024);
	meta = *wemb_ivf_search_meta(state->search);
	wemb_ivf_effort(&meta, &state->settings, &effort);
	wemb_ivf_search_start(state->search, &effort);
}

/*
 * What the executor is told of a row of that value: after the first ones what
 * one given earlier had, by a part of those since, so that it keeps more rows
 * before it lets the first of them go, and such as come late find their places.
 */
static double
earlier_value(IvfScan *state, double value)
{
	int64		later = state->given - LATE_FROM;

	if (later < 0)
		return value;
	if (state->values == NULL)
		state->values = palloc(LATE_MOST * sizeof(double));
	state->values[later % LATE_MOST] = value;
	later -= Min(later / LATE_SHARE, LATE_MOST - 1);
	return Min(value, state->values[later % LATE_MOST]);
}

bool
wemb_ivf_get_tuple(IndexScanDesc scan, ScanDirection direction)
{
	IvfScan    *state = scan->opaque;
	MemoryContext old = MemoryContextSwitchTo(state->context);
	IvfFound	found;
	bool		more;

	if (state->search == NULL)
		begin(scan);
	more = wemb_ivf_search_next(state->search, &found);
	if (more && !state->unordered)
		state->order_value = earlier_value(state, wemb_ivf_search_order(state->search, found.lower));
	MemoryContextSwitchTo(old);
	if (!more)
		return false;
	state->given++;
	scan->xs_heaptid = found.tid;
	scan->xs_recheck = false;
	/* Of further keys nothing is known: the executor computes them. */
	scan->xs_recheckorderby = !state->unordered || scan->numberOfOrderBys > 1;
	scan->xs_orderbyvals[0] = Float8GetDatum(state->order_value);
	scan->xs_orderbynulls[0] = state->order_null;
	for (int i = 1; i < scan->numberOfOrderBys; i++)
	{
		scan->xs_orderbyvals[i] = Float8GetDatum(-get_float8_infinity());
		scan->xs_orderbynulls[i] = false;
	}
	return true;
}

void
wemb_ivf_end_scan(IndexScanDesc scan)
{
	IvfScan    *state = scan->opaque;

	MemoryContextDelete(state->context);
	pfree(state);
	scan->opaque = NULL;
}
