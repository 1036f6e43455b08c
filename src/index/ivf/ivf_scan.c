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

#include "index/ivf/ivf.h"
#include "index/ivf/ivf_search.h"
#include "index/scan.h"
#include "miscadmin.h"
#include "pg/compat.h"
#include "utils/float.h"
#include "utils/memutils.h"

#define FIRST_ROWS		10		/* that come as they are found, in relaxed order */

typedef struct IvfScan
{
	MemoryContext context;		/* of everything here, until the next rescan */
	IvfSearch  *search;			/* NULL: not begun */
	IvfSettings settings;
	ScanOrder	order;			/* what the executor was told of the row being given */
	ScanWindow	window;
	int64		given;			/* rows */
} IvfScan;

IndexScanDesc
wemb_ivf_begin_scan(Relation index, int nkeys, int norderbys)
{
	IndexScanDesc scan = wemb_scan_create(index, nkeys, norderbys);
	IvfScan    *state = palloc0(sizeof(IvfScan));

	state->context = AllocSetContextCreate(CurrentMemoryContext, "wemb ivf scan", ALLOCSET_DEFAULT_SIZES);
	scan->opaque = state;
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
	wemb_scan_set_keys(scan, keys, orderbys);
}

/* The query; zero where it has no distance to anything. */
static void
set_query(IvfScan *state, const IvfIndex *index, IndexValue *query, const ScanKeyData *key)
{
	if (key->sk_flags & SK_ISNULL)
		state->order.exact = state->order.null = true;
	else if (!wemb_value_set(&index->vectors, query, key->sk_argument))
	{
		state->order.exact = true;
		state->order.value = get_float8_nan();
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

static void
begin(IndexScanDesc scan)
{
	IvfScan    *state = scan->opaque;
	IvfMeta		meta;
	const IvfIndex *index;
	IndexValue *query;
	ListEffort	effort;

	wemb_scan_start(scan, "ivfflat");
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

/* What the executor is told of a row. */
static void
set_order(IvfScan *state, const IvfFound *found)
{
	double		value = wemb_ivf_search_order(state->search, found->lower);

	if (state->settings.iterative == INDEX_ITERATIVE_RELAXED)
		value = wemb_scan_window(&state->window, state->given - FIRST_ROWS, value);
	state->order.value = value;
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
	if (more && !state->order.exact)
		set_order(state, &found);
	MemoryContextSwitchTo(old);
	if (!more)
		return false;
	state->given++;
	wemb_scan_give(scan, &found.tid, &state->order);
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
