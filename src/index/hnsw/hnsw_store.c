/*
 * hnsw_store.c
 *		The graph in the pages of an index, as core/ann walks it.
 */
#include "postgres.h"

#include <math.h>

#include "index/hnsw/hnsw_edit.h"
#include "index/hnsw/hnsw_store.h"
#include "index/recent_page.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/memutils.h"

#define FIRST_SEEN		2048	/* records that a search may come across before it grows, at least */
#define SEEN_A_CANDIDATE	16	/* and for each that it keeps: seldom does it come across more before its first row */
#define FIRST_EF		128		/* candidates that a block has room for, at least */
#define MOST_IDLE		(1024 * 1024)	/* bytes of a block that is kept for the next search */

#define SPARSE_ELEMENT	((int) (sizeof(int32) + sizeof(float)))	/* of a copy */

#define LEAST_SHARE		0.5f	/* of an estimate, beside a record that the query hardly differs from */

/* ---- remembered copies ---- */

typedef struct CopyEntry
{
	uint32		number;
	char		status;
	IndexCopy	copy;
} CopyEntry;

#define SH_PREFIX CopyCache
#define SH_ELEMENT_TYPE CopyEntry
#define SH_KEY_TYPE uint32
#define SH_KEY number
#define SH_HASH_KEY(table, key) ((uint32) (((key) * UINT64CONST(0x9E3779B97F4A7C15)) >> 32))
#define SH_EQUAL(table, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* ---- slots ---- */

HnswSlot *
wemb_hnsw_slot_lock(const HnswIndex *index, uint32 number, Buffer *buffer)
{
	BlockNumber block = hnsw_block(&index->layout, number);
	bool		known = wemb_recent_page_read(index->relation, block, buffer);
	Page		page;

	if (!known)
		*buffer = wemb_index_read(index->relation, block);
	LockBuffer(*buffer, BUFFER_LOCK_SHARE);
	page = BufferGetPage(*buffer);
	if (!known)
	{
		/* A page of slots stays one: once is enough, since its head and its end are two more places to wait for. */
		if (PageIsNew(page))
		{
			UnlockReleaseBuffer(*buffer);
			return NULL;
		}
		if (hnsw_special(page)->magic != HNSW_PAGE_MAGIC || hnsw_special(page)->kind != HNSW_PAGE_SLOTS)
			wemb_index_corrupt(index->relation, block, "no page of records");
		wemb_recent_page_remember(index->relation, block, *buffer);
	}
	return hnsw_slot(&index->layout, page, number);
}

bool
wemb_hnsw_slot_is_sound(const HnswIndex *index, const HnswSlot *slot)
{
	int			size = wemb_value_max_copy(&index->vectors);

	if (slot->nlinks < 1 || slot->nlinks > index->layout.links || slot->layer > GRAPH_MAX_LEVEL)
		return false;
	if (slot->values == InvalidBlockNumber && slot->copy_size > index->layout.value_size)
		return false;
	return index->vectors.form == VALUE_SPARSE ? slot->copy_size <= size && slot->copy_size % SPARSE_ELEMENT == 0 :
		slot->copy_size == size;
}

void
wemb_hnsw_slot_check(const HnswIndex *index, const HnswSlot *slot, uint32 number)
{
	if (unlikely(!wemb_hnsw_slot_is_sound(index, slot)))
		wemb_index_corrupt(index->relation, hnsw_block(&index->layout, number), "a record with wrong counts");
}

bool
wemb_hnsw_slot_read(const HnswIndex *index, uint32 number, HnswSlot *out)
{
	Buffer		buffer;
	HnswSlot   *slot = wemb_hnsw_slot_lock(index, number, &buffer);

	if (slot == NULL)
		return false;
	memcpy(out, slot, index->layout.slot_size);
	UnlockReleaseBuffer(buffer);
	return true;
}

/* The bytes of a copy that is not in its slot. */
static void
read_values(const HnswIndex *index, const HnswSlot *slot, uint8 *out)
{
	BlockNumber block = slot->values;
	uint32		size = 0;

	while (block != InvalidBlockNumber && size < slot->copy_size)
	{
		Buffer		buffer = wemb_index_read(index->relation, block);
		Page		page = BufferGetPage(buffer);
		const HnswValuePage *values = (const HnswValuePage *) PageGetContents(page);

		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		if (PageIsNew(page) || hnsw_special(page)->kind != HNSW_PAGE_VALUES || values->size > HNSW_VALUE_ROOM ||
			values->size == 0 || size + values->size > slot->copy_size)
			wemb_index_corrupt(index->relation, block, "no part of a vector");
		memcpy(out + size, values->data, values->size);
		size += values->size;
		block = values->next;
		UnlockReleaseBuffer(buffer);
	}
	if (size != slot->copy_size)
		wemb_index_corrupt(index->relation, slot->values, "a vector cut short");
}

static IndexCopy
copy_in_slot(const HnswSlot *slot)
{
	return (IndexCopy) {slot->low, slot->step, slot->lost, slot->copy_size, (const uint8 *) slot->data};
}

IndexCopy
wemb_hnsw_slot_copy(const HnswIndex *index, const HnswSlot *slot, uint8 *room)
{
	IndexCopy	copy = copy_in_slot(slot);

	if (slot->values != InvalidBlockNumber)
	{
		read_values(index, slot, room);
		copy.bytes = room;
	}
	return copy;
}

/* ---- the store's functions ---- */

static float
distance_to_query(const HnswStore *store, const IndexCopy *copy)
{
	float		distance;

	if (store->query == NULL)
		return wemb_copy_distance(&store->index->vectors, store->query_copy, copy);
	distance = wemb_value_distance(&store->index->vectors, store->query, copy);
	return store->lower ? wemb_value_lower(&store->index->vectors, store->query, distance, copy->lost) : distance;
}

void
wemb_hnsw_store_remember(HnswStore *store, uint32 number, const IndexCopy *copy)
{
	bool		found;
	CopyEntry  *entry = CopyCache_insert(store->copies, number, &found);
	uint8	   *bytes;

	if (found)
		return;
	bytes = MemoryContextAlloc(store->copies_context, copy->size + 1);
	memcpy(bytes, copy->bytes, copy->size);
	entry->copy = *copy;
	entry->copy.bytes = bytes;
}

/*
 * A record, its page locked if its copy lies in it, and the copy.  NULL if
 * there is none.  slot may be index->layout.slot_size bytes of the caller's, for a record
 * whose copy lies elsewhere.
 */
static HnswSlot *
get_record(HnswStore *store, uint32 number, Buffer *buffer, IndexCopy *copy, HnswSlot *spare)
{
	HnswIndex  *index = store->index;
	HnswSlot   *slot = wemb_hnsw_slot_lock(index, number, buffer);

	if (slot == NULL)
		return NULL;
	if (!hnsw_is_record(slot) && slot->kind != HNSW_SLOT_RETIRED)
	{
		UnlockReleaseBuffer(*buffer);
		return NULL;
	}
	wemb_hnsw_slot_check(index, slot, number);
	if (slot->values == InvalidBlockNumber)
	{
		*copy = copy_in_slot(slot);
		return slot;
	}
	memcpy(spare, slot, index->layout.slot_size);
	UnlockReleaseBuffer(*buffer);
	*buffer = InvalidBuffer;
	*copy = wemb_hnsw_slot_copy(index, spare, store->copy_bytes);
	return spare;
}

static void
release_record(Buffer buffer)
{
	if (BufferIsValid(buffer))
		UnlockReleaseBuffer(buffer);
}

/* The room that get_record() may need: a slot can be as large as a page. */
typedef union SlotRoom
{
	HnswSlot	slot;
	char		room[BLCKSZ];
} SlotRoom;

static int
copy_numbers(const HnswIndex *index, HnswSlot *slot, uint32 *out)
{
	const uint32 *numbers = hnsw_numbers(&index->layout, slot);
	int			n = 0;

	for (int i = 0; i < slot->nlinks; i++)
		if (numbers[i] != HNSW_NONE)
			out[n++] = graph_link_node(numbers[i]);
	return n;
}

/* Estimates of the distances of a record's neighbours to the query. */
static void
estimate_links(HnswStore *store, HnswSlot *slot, float distance, GraphVisit *visit)
{
	const HnswIndex *index = store->index;
	const void *codes = hnsw_codes(&index->layout, slot);
	QuantOrigin origin = {distance, 0};
	int			first = hnsw_numbers(&index->layout, slot)[0] == HNSW_NONE;

	for (int done = 0; done < slot->nlinks; done += QUANT_ARRAY_CODES)
	{
		int			n = Min(slot->nlinks - done, QUANT_ARRAY_CODES);
		int			skip = done == 0 ? first : 0;

		wemb_quant_array_estimate(store->query->query, &origin, (QuantSpan) {codes, index->layout.links, done, n},
								  &store->estimates);
		memcpy(visit->estimates + done + skip - first, store->estimates.distance + skip, (n - skip) * sizeof(float));
	}
}

/*
 * A search compares estimates with what is given out of it.  So where these
 * are bounds, estimates become as much less as the record that they are of.
 */
static void
lower_estimates(const HnswStore *store, float distance, GraphVisit *visit)
{
	if (store->index->vectors.metric->distance == INDEX_IP)
	{
		for (int i = 0; i < visit->nlinks; i++)
			visit->estimates[i] += visit->distance - distance;
	}
	else if (distance > 0)
	{
		float		share = Max(visit->distance / distance, LEAST_SHARE);

		for (int i = 0; i < visit->nlinks; i++)
			visit->estimates[i] *= share;
	}
}

static bool
store_visit(GraphStore *graph, uint32_t number, GraphVisit *visit)
{
	HnswStore  *store = (HnswStore *) graph;
	SlotRoom	room;
	Buffer		buffer;
	IndexCopy	copy;
	HnswSlot   *slot = number == store->hidden ? NULL : get_record(store, number, &buffer, &copy, &room.slot);

	if (slot == NULL)
		return false;
	visit->gone = slot->kind != HNSW_SLOT_RECORD;
	visit->nlinks = copy_numbers(store->index, slot, visit->links);
	if (store->copies != NULL)
		wemb_hnsw_store_remember(store, number, &copy);
	if (!graph->exact)
	{
		float		distance = wemb_value_distance(&store->index->vectors, store->query, &copy);

		estimate_links(store, slot, distance, visit);
		visit->distance = distance;
		if (store->lower)
		{
			visit->distance = wemb_value_lower(&store->index->vectors, store->query, distance, copy.lost);
			lower_estimates(store, distance, visit);
		}
	}
	release_record(buffer);
	return true;
}

static void
store_expect(GraphStore *graph, const uint32_t *numbers, int n)
{
	const HnswIndex *index = ((HnswStore *) graph)->index;

	for (int i = 0; i < n; i++)
		wemb_recent_page_prefetch(index->relation, hnsw_block(&index->layout, numbers[i]),
								  hnsw_offset(&index->layout, numbers[i]), index->layout.slot_size);
}

bool
wemb_hnsw_store_copy(HnswStore *store, uint32 number, IndexCopy *copy)
{
	CopyEntry  *entry = CopyCache_lookup(store->copies, number);

	if (entry == NULL)
	{
		SlotRoom	room;
		Buffer		buffer;
		HnswSlot   *slot = get_record(store, number, &buffer, copy, &room.slot);

		if (slot == NULL)
			return false;
		wemb_hnsw_store_remember(store, number, copy);
		release_record(buffer);
		entry = CopyCache_lookup(store->copies, number);
	}
	*copy = entry->copy;
	return true;
}

static void
store_measure(GraphStore *graph, const uint32_t *numbers, int n, float *distances)
{
	HnswStore  *store = (HnswStore *) graph;
	SlotRoom	room;

	for (int i = 0; i < n; i++)
	{
		Buffer		buffer;
		IndexCopy	copy;

		distances[i] = INFINITY;
		if (store->copies != NULL)
		{
			if (wemb_hnsw_store_copy(store, numbers[i], &copy))
				distances[i] = distance_to_query(store, &copy);
		}
		else if (get_record(store, numbers[i], &buffer, &copy, &room.slot) != NULL)
		{
			distances[i] = distance_to_query(store, &copy);
			release_record(buffer);
		}
	}
}

static void
store_distances(GraphStore *graph, uint32_t number, const uint32_t *numbers, int n, float *distances)
{
	HnswStore  *store = (HnswStore *) graph;
	IndexCopy	from;
	bool		there = wemb_hnsw_store_copy(store, number, &from);

	for (int i = 0; i < n; i++)
	{
		IndexCopy	to;

		distances[i] = INFINITY;
		if (there && wemb_hnsw_store_copy(store, numbers[i], &to))
			distances[i] = wemb_copy_distance(&store->index->vectors, &from, &to);
	}
}

static bool
store_any_within(GraphStore *graph, uint32_t number, const uint32_t *numbers, int n, float bound)
{
	HnswStore  *store = (HnswStore *) graph;
	IndexCopy	from;
	bool		there = wemb_hnsw_store_copy(store, number, &from);

	for (int i = 0; i < n && there; i++)
	{
		IndexCopy	to;

		if (wemb_hnsw_store_copy(store, numbers[i], &to) &&
			wemb_copy_distance(&store->index->vectors, &from, &to) < bound)
			return true;
	}
	return false;
}

/* None, if slot is no record. */
static int
links_of(const HnswStore *store, HnswSlot *slot, uint32 number, uint32 *links)
{
	if (!hnsw_is_record(slot))
		return 0;
	wemb_hnsw_slot_check(store->index, slot, number);
	memcpy(links, hnsw_numbers(&store->index->layout, slot), slot->nlinks * sizeof(uint32));
	return slot->nlinks;
}

static int
store_links(GraphStore *graph, uint32_t number, uint32_t *links)
{
	HnswStore  *store = (HnswStore *) graph;
	HnswSlot   *pending = store->pending == NULL ? NULL : wemb_hnsw_edit_find(store->pending, number);
	Buffer		buffer;
	HnswSlot   *slot;
	int			n;

	CHECK_FOR_INTERRUPTS();		/* core/ann goes down a tree link by link */
	if (pending != NULL)
		return links_of(store, pending, number, links);
	slot = wemb_hnsw_slot_lock(store->index, number, &buffer);
	if (slot == NULL)
		return 0;
	n = links_of(store, slot, number, links);
	UnlockReleaseBuffer(buffer);
	return n;
}

static bool
store_is_gone(GraphStore *graph, uint32_t number)
{
	HnswStore  *store = (HnswStore *) graph;
	Buffer		buffer;
	HnswSlot   *slot;
	bool		gone;

	if (store->gone != NULL)
		return hnsw_set_has(store->gone, number);
	slot = wemb_hnsw_slot_lock(store->index, number, &buffer);
	if (slot == NULL)
		return true;
	gone = slot->kind != HNSW_SLOT_RECORD;
	UnlockReleaseBuffer(buffer);
	return gone;
}

static uint32_t
store_below(GraphStore *graph, uint32_t number)
{
	HnswStore  *store = (HnswStore *) graph;
	Buffer		buffer;
	HnswSlot   *slot = wemb_hnsw_slot_lock(store->index, number, &buffer);
	uint32		below = HNSW_NONE;

	if (slot == NULL)
		return HNSW_NONE;
	below = slot->below;
	UnlockReleaseBuffer(buffer);
	return below;
}

/* ---- the store ---- */

/* The block of a search that has ended, for the next one: to allocate it takes as long as many visits. */
static struct
{
	void	   *block;			/* or NULL */
	Size		room;			/* bytes */
} idle;

static void
make_search(HnswStore *store)
{
	Size		size = wemb_graph_search_size(&store->search_config);
	void	   *block = idle.block;

	if (block != NULL && idle.room >= size)
	{
		store->search_room = idle.room;
		idle.block = NULL;
	}
	else
	{
		block = MemoryContextAllocHuge(TopMemoryContext, size);
		store->search_room = size;
	}
	store->search = wemb_graph_search_init(block, &store->search_config);
}

/* The store's memory is about to be freed, at the end of a scan or by an error. */
static void
give_search_back(void *arg)
{
	HnswStore  *store = arg;

	if (store->search == NULL)
		return;
	if (store->search_room > MOST_IDLE || (idle.block != NULL && idle.room >= store->search_room))
	{
		pfree(store->search);
		return;
	}
	if (idle.block != NULL)
		pfree(idle.block);
	idle.block = store->search;
	idle.room = store->search_room;
}

HnswStore *
wemb_hnsw_store_create(HnswIndex *index, int ef, bool remember)
{
	HnswStore  *store = palloc0(sizeof(HnswStore));
	uint32		seen = pg_nextpower2_32(ef * SEEN_A_CANDIDATE);

	store->graph = (GraphStore) {index->vectors.codes == NULL, store_visit, store_expect, store_measure,
		store_distances, store_any_within, store_links, store_is_gone, store_below};
	store->index = index;
	store->hidden = HNSW_NONE;
	store->search_config = (GraphSearchConfig) {.max_ef = Max(ef, FIRST_EF), .max_seen = Max(seen, FIRST_SEEN)};
	store->copy_bytes = palloc(wemb_value_max_copy(&index->vectors));
	store->on_reset = (MemoryContextCallback) {.func = give_search_back,.arg = store};
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &store->on_reset);
	make_search(store);
	if (remember)
	{
		store->copies_context = AllocSetContextCreate(CurrentMemoryContext, "wemb hnsw copies", ALLOCSET_DEFAULT_SIZES);
		store->copies = CopyCache_create(CurrentMemoryContext, 1024, NULL);
	}
	return store;
}

void
wemb_hnsw_store_forget(HnswStore *store)
{
	CopyCache_reset(store->copies);
	MemoryContextReset(store->copies_context);
}

void
wemb_hnsw_store_bound(HnswStore *store)
{
	if (MemoryContextMemAllocated(store->copies_context, false) > (Size) maintenance_work_mem * 1024 / 2)
		wemb_hnsw_store_forget(store);
}

void
wemb_hnsw_store_grow(HnswStore *store)
{
	GraphSearch *old = store->search;
	GraphSearchConfig config = store->search_config;
	void	   *block;

	config.max_seen *= 2;
	block = MemoryContextAllocHuge(TopMemoryContext, wemb_graph_search_size(&config));
	store->search = wemb_graph_search_grow(block, &config, old);
	store->search_config = config;
	store->search_room = wemb_graph_search_size(&config);
	pfree(old);
}

Size
wemb_hnsw_store_size(const HnswStore *store)
{
	return wemb_graph_search_size(&store->search_config);
}

uint32
wemb_hnsw_store_descend(HnswStore *store, uint32 entry, int top)
{
	for (int layer = top; layer > 0 && entry != HNSW_NONE; layer--)
	{
		GraphStatus status;
		uint32		way;

		wemb_graph_search_start(store->search, &store->graph, 1);
		wemb_graph_search_from(store->search, entry);
		while ((status = wemb_graph_search_run(store->search)) != GRAPH_FOUND && status != GRAPH_END)
		{
			CHECK_FOR_INTERRUPTS();
			if (status == GRAPH_FULL)
				wemb_hnsw_store_grow(store);
		}
		way = wemb_graph_search_way(store->search);
		if (way != HNSW_NONE)
			way = store->graph.below(&store->graph, way);
		if (way == HNSW_NONE)
			wemb_index_corrupt(store->index->relation, hnsw_block(&store->index->layout, entry), "no way to the rows");
		entry = way;
	}
	return entry;
}
