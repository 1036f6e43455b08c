/*
 * hnsw_scan.c
 *		Scans: records come from the graph in the order of the least distance
 *		that their rows can have, and the executor puts these in exact order.
 *
 * A scan is a stream without a fixed end.  A record whose bound is less than
 * what the executor was told comes too late for its place: it is dropped, unless
 * relaxed order was asked for.  The longer a stream, the later a record can
 * come.  So after the first ef, the executor is told the bound of a record given some
 * time ago, which is less: it keeps more rows before it lets the first of them go.
 */
#include "postgres.h"

#include <math.h>

#include "index/hnsw/hnsw.h"
#include "index/hnsw/hnsw_store.h"
#include "index/scan.h"
#include "index/settings.h"
#include "miscadmin.h"
#include "pg/compat.h"
#include "utils/float.h"
#include "utils/memutils.h"

#define ROWS_A_CANDIDATE	10	/* that are equal, where a scan ends with ef candidates: as pgvector's */

typedef struct HnswScan
{
	MemoryContext context;		/* of everything here, until the next rescan */
	HnswIndex  *index;			/* NULL: not begun */
	HnswStore  *store;
	IndexValue *query;
	HnswSettings settings;
	int			ef;
	uint32		entry;			/* where the search of layer 0 began */
	ScanOrder	order;			/* what the executor was told of the record being given */
	ScanWindow	window;
	int64		given;			/* candidates */
	bool		stopped;
	ItemPointerData *tids;		/* rows of that record */
	int			ntids;
	int			room;
} HnswScan;

IndexScanDesc
wemb_hnsw_begin_scan(Relation index, int nkeys, int norderbys)
{
	IndexScanDesc scan = wemb_scan_create(index, nkeys, norderbys);
	HnswScan   *state = palloc0(sizeof(HnswScan));

	state->context = AllocSetContextCreate(CurrentMemoryContext, "wemb hnsw scan", ALLOCSET_DEFAULT_SIZES);
	scan->opaque = state;
	return scan;
}

void
wemb_hnsw_rescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orderbys, int norderbys)
{
	HnswScan   *state = scan->opaque;
	MemoryContext context = state->context;

	MemoryContextReset(context);
	memset(state, 0, sizeof(*state));
	state->context = context;
	wemb_scan_set_keys(scan, keys, orderbys);
}

/* The query, made ready. */
static void
set_query(HnswScan *state, const ScanKeyData *key)
{
	IndexValue *query = wemb_value_create(&state->index->vectors);

	state->query = query;
	if (key->sk_flags & SK_ISNULL)
	{
		if (query->x != NULL)
			memset(query->x, 0, state->index->vectors.dim * sizeof(float));
		state->order.exact = state->order.null = true;
	}
	else if (!wemb_value_set(&state->index->vectors, query, key->sk_argument))
	{
		state->order.exact = true;
		state->order.value = get_float8_nan();
	}
	wemb_value_prepare(&state->index->vectors, query);
}

/* Memory is bounded: then no more records are visited, and those found so far are given. */
static void
make_room(HnswScan *state)
{
	double		limit = (double) work_mem * 1024 * state->settings.scan_mem_multiplier;

	if (2.0 * wemb_hnsw_store_size(state->store) > Max(limit, 256 * 1024))
	{
		wemb_graph_search_stop(state->store->search);
		state->stopped = true;
	}
	else
		wemb_hnsw_store_grow(state->store);
}

static void
begin(IndexScanDesc scan)
{
	HnswScan   *state = scan->opaque;
	HnswMeta	meta;

	wemb_scan_start(scan, "hnsw");
	wemb_hnsw_settings(&state->settings);
	state->index = wemb_hnsw_open(scan->indexRelation, &meta);
	state->ef = wemb_hnsw_ef(&state->settings, &meta);
	state->store = wemb_hnsw_store_create(state->index, state->ef, false);
	state->store->lower = true;
	set_query(state, &scan->orderByData[0]);
	state->store->query = state->query;
	state->entry = wemb_hnsw_store_descend(state->store, meta.entry, meta.top);
	wemb_graph_search_start(state->store->search, &state->store->graph, state->ef);
	wemb_graph_search_from(state->store->search, state->entry);
}

static void
add_tids(HnswScan *state, const ItemPointerData *tids, int n)
{
	if (state->ntids + n > state->room)
	{
		state->room = state->ntids + n + 8;
		state->tids = state->tids == NULL ? palloc(state->room * sizeof(ItemPointerData)) :
			repalloc(state->tids, state->room * sizeof(ItemPointerData));
	}
	memcpy(state->tids + state->ntids, tids, n * sizeof(ItemPointerData));
	state->ntids += n;
}

/* The rows of a record as they are now. */
static void
read_tids(HnswScan *state, uint32 number)
{
	uint32		slots = 0;

	state->ntids = 0;
	while (number != HNSW_NONE)
	{
		Buffer		buffer;
		HnswSlot   *slot = wemb_hnsw_slot_lock(state->index, number, &buffer);
		uint32		here = number;

		if (slot == NULL)
			return;
		number = HNSW_NONE;
		if (slots == 0 ? slot->kind == HNSW_SLOT_RECORD : slot->kind == HNSW_SLOT_TIDS)
		{
			int			n = slots == 0 ? ItemPointerIsValid(&slot->tid) : slot->copy_size;

			if (n > HNSW_TIDS(state->index->layout.slot_size) && n > 1)
				wemb_index_corrupt(state->index->relation, hnsw_block(&state->index->layout, here), "too many rows");
			add_tids(state, slots == 0 ? &slot->tid : hnsw_tids(slot), n);
			number = slot->more;
		}
		else if (slots > 0 && slot->kind == HNSW_SLOT_RETIRED)
			number = slot->more;	/* it was among this record's when we came from there */
		UnlockReleaseBuffer(buffer);
		wemb_index_chain_check(state->index->relation, ++slots, state->index->layout.slots_per_page,
							   hnsw_block(&state->index->layout, here));
	}
}

/* Whether a record whose turn it is keeps to the order asked for. */
static bool
in_order(HnswScan *state, float lower)
{
	double		value;

	if (state->order.exact)
		return true;
	value = wemb_value_order(&state->index->vectors, state->query, lower);
	if (state->given == 0 || state->settings.iterative == INDEX_ITERATIVE_RELAXED)
		state->order.value = value;
	else if (value < state->order.value)
		return false;
	else
		state->order.value = Max(state->order.value, wemb_scan_window(&state->window, state->given - state->ef, value));
	return true;
}

/*
 * Count the record that is given next.  A scan that ends with its candidates
 * gives as many rows as these can stand for.
 */
static void
count_given(HnswScan *state)
{
	int64		candidates = 1;

	if (state->settings.iterative == INDEX_ITERATIVE_OFF)
	{
		candidates = Min(state->ef - state->given, (state->ntids - 1) / ROWS_A_CANDIDATE + 1);
		state->ntids = (int) Min(state->ntids, candidates * ROWS_A_CANDIDATE);
	}
	state->given += candidates;
}

/* The next record with rows; false if there is none. */
static bool
next_record(HnswScan *state)
{
	GraphSearch *search = state->store->search;

	for (;;)
	{
		GraphCandidate found;
		GraphStatus status;

		if (state->settings.iterative == INDEX_ITERATIVE_OFF && state->given >= state->ef)
			return false;
		if (!state->stopped && wemb_graph_search_visits(search) >= (uint64) state->settings.max_scan_tuples &&
			state->given >= state->ef)
		{
			wemb_graph_search_stop(search);
			state->stopped = true;
		}
		status = wemb_graph_search_next(search, &found);
		CHECK_FOR_INTERRUPTS();
		if (status == GRAPH_END)
		{
			if (wemb_graph_search_visits(search) == 0 && state->entry != HNSW_NONE)
				wemb_index_corrupt(state->index->relation, hnsw_block(&state->index->layout, state->entry),
								  "no way to the rows");
			return false;
		}
		if (status == GRAPH_FULL)
		{
			make_room(state);
			search = state->store->search;
		}
		if (status != GRAPH_FOUND || !in_order(state, found.distance))
			continue;
		read_tids(state, found.node);
		if (state->ntids > 0)
		{
			count_given(state);
			return true;
		}
	}
}

bool
wemb_hnsw_get_tuple(IndexScanDesc scan, ScanDirection direction)
{
	HnswScan   *state = scan->opaque;

	if (state->ntids == 0)
	{
		MemoryContext old = MemoryContextSwitchTo(state->context);
		bool		found;

		if (state->index == NULL)
			begin(scan);
		found = next_record(state);
		MemoryContextSwitchTo(old);
		if (!found)
			return false;
	}
	wemb_scan_give(scan, &state->tids[--state->ntids], &state->order);
	return true;
}

void
wemb_hnsw_end_scan(IndexScanDesc scan)
{
	HnswScan   *state = scan->opaque;

	MemoryContextDelete(state->context);
	pfree(state);
	scan->opaque = NULL;
}
