/*
 * hnsw_check.c
 *		What wemb_index_check() and wemb_index_stats() say of a graph index.
 *
 * The rules are the invariants of README.md, by their numbers.  The caller has
 * locked writers and vacuum out, so nothing changes meanwhile.
 */
#include "postgres.h"

#include "index/hnsw/hnsw.h"
#include "index/hnsw/hnsw_links.h"
#include "miscadmin.h"
#include "pg/compat.h"
#include "utils/memutils.h"

typedef struct CheckSlot
{
	uint8		kind;
	uint8		layer;
	uint8		nlinks;
	bool		met;			/* TIDS: of a record already seen; FREE: in the list */
	uint32		below;
	uint32		more;
	uint32		root;			/* where its parents end, or HNSW_NONE: not known */
	uint32	   *links;
	ItemPointerData *tids;
	int			ntids;
} CheckSlot;

typedef struct Check
{
	IndexCheck *found;			/* NULL when nothing is checked, but counted */
	HnswIndex  *index;
	HnswStore  *store;
	HnswMeta	meta;
	IndexValue *value;
	CheckSlot  *slots;
	uint32		nslots;
	uint8	   *live_root;		/* a byte a slot: root of some record that is not gone */
	IndexRows	rows;			/* of records that a search reaches */
} Check;

/* The slot of that number if it is a record, or NULL. */
static CheckSlot *
record_at(const Check *check, uint32 number)
{
	if (number >= check->nslots)
		return NULL;
	if (check->slots[number].kind != HNSW_SLOT_RECORD && check->slots[number].kind != HNSW_SLOT_GONE)
		return NULL;
	return &check->slots[number];
}

/* ---- reading ---- */

static void
load_slot(Check *check, CheckSlot *to, HnswSlot *slot, uint32 number)
{
	const HnswLayout *layout = &check->index->layout;

	to->kind = slot->kind;
	to->layer = slot->layer;
	to->below = slot->below;
	to->more = slot->more;
	to->root = HNSW_NONE;
	if (hnsw_is_record(slot))
	{
		wemb_hnsw_slot_check(check->index, slot, number);
		to->nlinks = slot->nlinks;
		to->links = palloc(slot->nlinks * sizeof(uint32));
		memcpy(to->links, hnsw_numbers(layout, slot), slot->nlinks * sizeof(uint32));
	}
	if (slot->kind == HNSW_SLOT_RECORD && ItemPointerIsValid(&slot->tid))
		to->ntids = 1;
	if (slot->kind == HNSW_SLOT_TIDS)
		to->ntids = Min(slot->copy_size, HNSW_TIDS(layout->slot_size));
	if (to->ntids > 0)
	{
		to->tids = palloc(to->ntids * sizeof(ItemPointerData));
		memcpy(to->tids, slot->kind == HNSW_SLOT_TIDS ? hnsw_tids(slot) : &slot->tid,
			   to->ntids * sizeof(ItemPointerData));
	}
}

static void
load(Check *check)
{
	const HnswLayout *layout = &check->index->layout;
	BlockNumber nblocks = RelationGetNumberOfBlocks(check->index->relation);
	PGAlignedBlock copy;

	check->nslots = nblocks > 1 ? hnsw_first_number(layout, nblocks) : 0;
	check->slots = MemoryContextAllocExtended(CurrentMemoryContext, (Size) check->nslots * sizeof(CheckSlot) + 1,
											  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	check->live_root = MemoryContextAllocExtended(CurrentMemoryContext, (Size) check->nslots + 1,
												  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (BlockNumber block = 1; block < nblocks; block++)
	{
		Buffer		buffer = ReadBuffer(check->index->relation, block);
		Page		page = BufferGetPage(buffer);
		uint16		kind = 0;

		CHECK_FOR_INTERRUPTS();
		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		memcpy(copy.data, page, BLCKSZ);
		UnlockReleaseBuffer(buffer);
		if (!PageIsNew((Page) copy.data))
			kind = hnsw_special((Page) copy.data)->kind;
		if (kind != HNSW_PAGE_SLOTS)
			continue;
		for (int i = 0; i < layout->slots_per_page; i++)
		{
			uint32		number = hnsw_first_number(layout, block) + i;

			load_slot(check, &check->slots[number], hnsw_slot(layout, (Page) copy.data, number), number);
		}
	}
}

/* ---- links ---- */

static bool
has_child(const CheckSlot *parent, uint32 child)
{
	for (int i = 1; i < parent->nlinks; i++)
		if (parent->links[i] == (child | GRAPH_CHILD))
			return true;
	return false;
}

static void
check_links(Check *check, uint32 number)
{
	const CheckSlot *slot = &check->slots[number];

	if (slot->nlinks > wemb_graph_max_links(&check->index->graph, slot->layer))
		wemb_index_problem(check->found, "I2", "record %u has %u links", number, slot->nlinks);
	for (int i = 0; i < slot->nlinks; i++)
	{
		uint32		to = graph_link_node(slot->links[i]);
		const CheckSlot *other = record_at(check, to);

		if (i == 0 && to == HNSW_NONE)
			continue;
		/* What a record that is gone links to outside of the tree is not repaired, and may have left */
		if (slot->kind == HNSW_SLOT_GONE && !graph_link_is_tree(slot->links, i))
			continue;
		if (other == NULL || other->layer != slot->layer || to == number)
		{
			wemb_index_problem(check->found, "I1", "record %u has a link to %u, which is no other record of its layer",
							   number, to);
			continue;
		}
		for (int k = 0; k < i; k++)
			if (graph_link_node(slot->links[k]) == to)
				wemb_index_problem(check->found, "I1", "record %u has two links to %u", number, to);
		if (i == 0 && !has_child(other, number))
			wemb_index_problem(check->found, "I3", "record %u is not among the children of its parent %u", number, to);
		if ((slot->links[i] & GRAPH_CHILD) && other->links[0] != number)
			wemb_index_problem(check->found, "I3", "record %u has %u as child, whose parent is %u", number, to,
							   other->links[0]);
	}
}

/* The record without parent above this one; HNSW_NONE if there is none. */
static uint32
find_root(Check *check, uint32 number)
{
	uint32		at = number;
	uint32		root = HNSW_NONE;
	uint32		steps = 0;

	for (;;)
	{
		const CheckSlot *slot = record_at(check, at);

		if (slot == NULL || steps++ > check->nslots)
			return HNSW_NONE;
		root = slot->root != HNSW_NONE ? slot->root : at;
		if (slot->root != HNSW_NONE || slot->links[0] == HNSW_NONE)
			break;
		at = graph_link_node(slot->links[0]);
	}
	for (at = number; at != root && check->slots[at].root == HNSW_NONE; at = check->slots[at].links[0])
		check->slots[at].root = root;
	return root;
}

static void
check_trees(Check *check)
{
	uint32		roots[GRAPH_MAX_LEVEL + 1];

	for (int i = 0; i <= GRAPH_MAX_LEVEL; i++)
		roots[i] = HNSW_NONE;
	for (uint32 number = 0; number < check->nslots; number++)
	{
		const CheckSlot *slot = record_at(check, number);
		uint32		root;

		CHECK_FOR_INTERRUPTS();
		if (slot == NULL)
			continue;
		root = find_root(check, number);
		if (root == HNSW_NONE)
			wemb_index_problem(check->found, "I4", "the parents of record %u have no end", number);
		else if (slot->kind == HNSW_SLOT_RECORD && !check->live_root[root])
		{
			check->live_root[root] = true;
			if (roots[slot->layer] != HNSW_NONE)
				wemb_index_problem(check->found, "I4", "layer %u has two trees, below %u and %u", slot->layer,
								   roots[slot->layer], root);
			roots[slot->layer] = root;
		}
	}
}

/* ---- copies and codes ---- */

static void
check_below(Check *check, uint32 number)
{
	const CheckSlot *slot = &check->slots[number];
	const CheckSlot *below = record_at(check, slot->below);
	IndexCopy	upper;
	IndexCopy	lower;

	if (slot->layer == 0)
		return;
	if (below == NULL || below->layer != slot->layer - 1)
		wemb_index_problem(check->found, "I5", "record %u of layer %u has %u below it", number, slot->layer,
						   slot->below);
	else if (!wemb_hnsw_store_copy(check->store, number, &upper) ||
			 !wemb_hnsw_store_copy(check->store, slot->below, &lower) || !wemb_copy_same(&upper, &lower))
		wemb_index_problem(check->found, "I5", "record %u and %u below it have other vectors", number, slot->below);
}

static int
differing_bits(const uint8 *a, const uint8 *b, int bytes)
{
	int			bits = 0;

	for (int i = 0; i < bytes; i++)
		for (int byte = a[i] ^ b[i]; byte != 0; byte &= byte - 1)
			bits++;
	return bits;
}

/* Codes made again; another machine's floats may round a dimension or two to the other side. */
static void
check_codes(Check *check, uint32 number, HnswSlot *slot, HnswSlot *again)
{
	const HnswIndex *index = check->index;
	const CheckSlot *here = &check->slots[number];
	uint8	   *code = palloc(2 * index->vectors.codes->code_bytes);
	QuantFactors factors;

	if (!wemb_hnsw_slot_read(index, number, slot))
		return;
	memcpy(again, slot, index->layout.slot_size);
	again->nlinks = 0;			/* so that no code is kept */
	wemb_hnsw_set_links(check->store, number, again, here->links, here->nlinks);
	for (int i = 0; i < here->nlinks; i++)
	{
		const CheckSlot *other = record_at(check, graph_link_node(here->links[i]));
		uint8	   *made = code + index->vectors.codes->code_bytes;

		if (other == NULL)
			continue;
		wemb_quant_array_get(index->vectors.codes, hnsw_codes(&index->layout, slot), index->layout.links, i, code,
							 &factors);
		wemb_quant_array_get(index->vectors.codes, hnsw_codes(&index->layout, again), index->layout.links, i, made,
							 &factors);
		if (differing_bits(code, made, index->vectors.codes->code_bytes) > index->vectors.codes->code_bytes / 2)
			wemb_index_problem(check->found, "I8", "record %u has a wrong code for %u", number,
							   graph_link_node(here->links[i]));
	}
	pfree(code);
}

static void
check_kinds(const Check *check)
{
	for (uint32 number = 0; number < check->nslots; number++)
	{
		uint8		kind = check->slots[number].kind;

		if (kind > HNSW_SLOT_FREE)
			wemb_index_problem(check->found, "I9", "slot %u is of kind %u", number, kind);
		if (kind != HNSW_SLOT_UNUSED && number >= check->meta.next)
			wemb_index_problem(check->found, "I9", "slot %u is in use, but was not given out", number);
	}
}

static void
check_records(Check *check)
{
	HnswSlot   *slot = palloc(check->index->layout.slot_size);
	HnswSlot   *again = palloc(check->index->layout.slot_size);
	const CheckSlot *entry = record_at(check, check->meta.entry);

	for (uint32 number = 0; number < check->nslots; number++)
	{
		if (record_at(check, number) == NULL)
			continue;
		CHECK_FOR_INTERRUPTS();
		check_links(check, number);
		check_below(check, number);
		if (check->index->vectors.codes != NULL && check->slots[number].kind == HNSW_SLOT_RECORD)
			check_codes(check, number, slot, again);
		wemb_hnsw_store_forget(check->store);
	}
	if (check->meta.entry != HNSW_NONE && (entry == NULL || entry->layer != check->meta.top))
		wemb_index_problem(check->found, "I6", "the entry %u is no record of layer %d", check->meta.entry,
						   check->meta.top);
}

static void
check_free_list(Check *check)
{
	uint32		number;

	for (number = check->meta.free; number != HNSW_NONE; number = check->slots[number].below)
	{
		if (number >= check->nslots || check->slots[number].kind != HNSW_SLOT_FREE || check->slots[number].met)
		{
			wemb_index_problem(check->found, "I9", "the free list is broken at slot %u", number);
			break;
		}
		check->slots[number].met = true;
	}
	for (number = 0; number < check->nslots; number++)
		if (check->slots[number].kind == HNSW_SLOT_FREE && !check->slots[number].met)
			wemb_index_problem(check->found, "I9", "slot %u is free, but not in the list", number);
}

/* ---- rows ---- */

/* Layer 0's root that the entry leads to. */
static uint32
reached_root(Check *check)
{
	uint32		number = check->meta.entry;
	const CheckSlot *slot = record_at(check, number);

	while (slot != NULL && slot->layer > 0)
	{
		number = slot->below;
		slot = record_at(check, number);
	}
	return slot == NULL ? HNSW_NONE : find_root(check, number);
}

static void
take_tids(Check *check, const CheckSlot *slot)
{
	for (int i = 0; i < slot->ntids; i++)
		check->rows.tids[check->rows.ntids++] = slot->tids[i];
}

/* All rows of records that searches reach. */
static void
collect_tids(Check *check)
{
	uint32		root = reached_root(check);
	Size		room = 1;

	for (uint32 number = 0; number < check->nslots; number++)
		room += check->slots[number].ntids;
	check->rows.tids = MemoryContextAllocHuge(CurrentMemoryContext, room * sizeof(ItemPointerData));
	for (uint32 number = 0; number < check->nslots; number++)
	{
		const CheckSlot *slot = record_at(check, number);
		uint32		more;

		if (slot == NULL || slot->layer != 0 || slot->kind != HNSW_SLOT_RECORD)
			continue;
		if (find_root(check, number) != root)
			wemb_index_problem(check->found, "I4", "record %u cannot be reached", number);
		else
			take_tids(check, slot);
		for (more = slot->more; more != HNSW_NONE; more = check->slots[more].more)
		{
			if (more >= check->nslots || check->slots[more].kind != HNSW_SLOT_TIDS || check->slots[more].met)
			{
				wemb_index_problem(check->found, "I7", "slot %u is no list of rows of record %u alone", more, number);
				break;
			}
			check->slots[more].met = true;
			take_tids(check, &check->slots[more]);
		}
	}
}

/* Whether a row of that value is in the index. */
static bool
is_wanted(void *state, Datum value)
{
	Check	   *check = state;

	return wemb_value_set(&check->index->vectors, check->value, value);
}

/* ---- the functions ---- */

void
wemb_hnsw_check(IndexCheck *found)
{
	Check		check = {.found = found, .rows = {.twice = "I7", .missing = "I4", .wanted = is_wanted}};

	check.index = wemb_hnsw_open(found->index, &check.meta);
	check.store = wemb_hnsw_store_create(check.index, 1, true);
	check.value = wemb_value_create(&check.index->vectors);
	check.rows.state = &check;
	load(&check);
	check_kinds(&check);
	check_records(&check);
	check_trees(&check);
	check_free_list(&check);
	collect_tids(&check);
	wemb_index_check_rows(found, &check.rows);
}

void
wemb_hnsw_stats(Relation relation, IndexStats *stats)
{
	Check		check = {0};
	int64		counts[HNSW_SLOT_FREE + 1] = {0};
	int64		links = 0;
	int64		base = 0;

	check.index = wemb_hnsw_open(relation, &check.meta);
	load(&check);
	for (uint32 number = 0; number < check.nslots; number++)
	{
		const CheckSlot *slot = &check.slots[number];

		if (slot->kind <= HNSW_SLOT_FREE)
			counts[slot->kind]++;
		stats->rows += slot->ntids;
		if (slot->kind == HNSW_SLOT_RECORD && slot->layer == 0)
		{
			base++;
			links += slot->nlinks;
		}
	}
	stats->gone = counts[HNSW_SLOT_GONE];
	stats->free = counts[HNSW_SLOT_FREE];
	stats->graph = palloc(sizeof(IndexGraphStats));
	*stats->graph = (IndexGraphStats) {
		.records = counts[HNSW_SLOT_RECORD],
		.retired = counts[HNSW_SLOT_RETIRED],
		.levels = check.meta.top + 1,
		.links = base > 0 ? (double) links / base : 0
	};
}
