/*
 * hnsw_check.c
 *		What wemb_index_check() and wemb_index_stats() say of a graph index.
 *
 * The rules are the invariants of README.md, by their numbers.  The caller of the check has
 * locked writers and vacuum out, so nothing changes meanwhile.  Whatever bytes the
 * pages have, what is wrong becomes a row of the result, not an error.
 */
#include "postgres.h"

#include <math.h>

#include "core/kernel/half.h"
#include "index/hnsw/hnsw.h"
#include "index/hnsw/hnsw_check.h"
#include "index/hnsw/hnsw_links.h"
#include "miscadmin.h"
#include "pg/compat.h"
#include "utils/memutils.h"

/* Another machine's floats may round a dimension or two, and the factors, to the other side. */
#define CODE_BITS_OFF(bytes)	(2 + (bytes) / 16)
#define FACTOR_OFF		0.01f

CheckSlot *
wemb_hnsw_check_record(const Check *check, uint32 number)
{
	return number < check->nslots && check->slots[number].sound ? &check->slots[number] : NULL;
}

/* ---- reading ---- */

static void
read_page(const Check *check, BlockNumber block, char *out)
{
	Buffer		buffer = ReadBuffer(check->index->relation, block);

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	memcpy(out, BufferGetPage(buffer), BLCKSZ);
	UnlockReleaseBuffer(buffer);
}

/* The pages of a copy that does not lie in its slot. */
static bool
check_values(Check *check, const HnswSlot *slot, uint32 number)
{
	BlockNumber block = slot->values;
	int			size = 0;
	BlockNumber next;

	for (; block != InvalidBlockNumber && size < slot->copy_size; block = next)
	{
		PGAlignedBlock copy;
		const HnswValuePage *values = (const HnswValuePage *) PageGetContents(copy.data);

		if (block >= check->nblocks || check->value_page[block])
			break;
		check->value_page[block] = true;
		read_page(check, block, copy.data);
		if (PageIsNew((Page) copy.data) || hnsw_special((Page) copy.data)->kind != HNSW_PAGE_VALUES ||
			values->size == 0 || values->size > HNSW_VALUE_ROOM)
			break;
		size += values->size;
		next = values->next;
	}
	if (size == slot->copy_size && block == InvalidBlockNumber)
		return true;
	hnsw_check_report(check, "I10", "the vector of record %u does not lie in pages of its own", number);
	return false;
}

static void
load_record(Check *check, CheckSlot *to, HnswSlot *slot, uint32 number)
{
	if (!wemb_hnsw_slot_is_sound(check->index, slot))
	{
		hnsw_check_report(check, "I2", "record %u has %u links on layer %u and a copy of %u bytes", number,
							   slot->nlinks, slot->layer, slot->copy_size);
		return;
	}
	to->sound = slot->values == InvalidBlockNumber || check->found == NULL || check_values(check, slot, number);
	to->nlinks = slot->nlinks;
	to->links = palloc(slot->nlinks * sizeof(uint32));
	memcpy(to->links, hnsw_numbers(&check->index->layout, slot), slot->nlinks * sizeof(uint32));
}

static void
load_tids(Check *check, CheckSlot *to, HnswSlot *slot, uint32 number)
{
	int			room = HNSW_TIDS(check->index->layout.slot_size);

	if (slot->kind == HNSW_SLOT_RECORD && slot->layer == 0 && ItemPointerIsValid(&slot->tid))
		to->ntids = 1;
	if (slot->kind == HNSW_SLOT_TIDS)
		to->ntids = Min(slot->copy_size, room);
	if (slot->kind == HNSW_SLOT_TIDS && slot->copy_size > room)
		hnsw_check_report(check, "I7", "slot %u has %u rows, more than it has room for", number, slot->copy_size);
	if (to->ntids == 0)
		return;
	to->tids = palloc(to->ntids * sizeof(ItemPointerData));
	memcpy(to->tids, slot->kind == HNSW_SLOT_TIDS ? hnsw_tids(slot) : &slot->tid,
		   to->ntids * sizeof(ItemPointerData));
}

static void
load_slot(Check *check, HnswSlot *slot, uint32 number)
{
	CheckSlot  *to = &check->slots[number];

	to->kind = slot->kind;
	to->layer = slot->layer;
	to->below = slot->below;
	to->more = slot->more;
	to->root = HNSW_NONE;
	if (hnsw_is_record(slot))
		load_record(check, to, slot, number);
	load_tids(check, to, slot, number);
	if (slot->kind > HNSW_SLOT_FREE)
		hnsw_check_report(check, "I9", "slot %u is of kind %u", number, slot->kind);
	if (slot->kind != HNSW_SLOT_UNUSED && number >= check->meta.next)
		hnsw_check_report(check, "I9", "slot %u is in use, but was not given out", number);
}

static void *
zeroed(Size bytes)
{
	return MemoryContextAllocExtended(CurrentMemoryContext, bytes + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

static void
load(Check *check)
{
	const HnswLayout *layout = &check->index->layout;
	PGAlignedBlock copy;

	check->nblocks = RelationGetNumberOfBlocks(check->index->relation);
	check->nslots = check->nblocks > 1 ? hnsw_first_number(layout, check->nblocks) : 0;
	check->slots = zeroed((Size) check->nslots * sizeof(CheckSlot));
	check->live_root = zeroed(check->nslots);
	check->value_page = zeroed(check->nblocks);
	for (BlockNumber block = 1; block < check->nblocks; block++)
	{
		uint16		kind;

		CHECK_FOR_INTERRUPTS();
		read_page(check, block, copy.data);
		kind = PageIsNew((Page) copy.data) ? HNSW_PAGE_FREE : hnsw_special((Page) copy.data)->kind;
		if (kind == HNSW_PAGE_META || kind > HNSW_PAGE_FREE ||
			(!PageIsNew((Page) copy.data) && hnsw_special((Page) copy.data)->magic != HNSW_PAGE_MAGIC))
			hnsw_check_report(check, "I9", "block %u is no page of this index", block);
		else if (kind == HNSW_PAGE_SLOTS)
			for (int i = 0; i < layout->slots_per_page; i++)
				load_slot(check, hnsw_slot(layout, (Page) copy.data, i), hnsw_first_number(layout, block) + i);
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
		hnsw_check_report(check, "I2", "record %u has %u links", number, slot->nlinks);
	for (int i = 0; i < slot->nlinks; i++)
	{
		uint32		to = graph_link_node(slot->links[i]);
		const CheckSlot *other = wemb_hnsw_check_record(check, to);

		if (i == 0 && to == HNSW_NONE)
			continue;
		/* What a record that is gone links to outside of the tree is not repaired, and may have left */
		if (slot->kind == HNSW_SLOT_GONE && !graph_link_is_tree(slot->links, i))
			continue;
		if (other == NULL || other->layer != slot->layer || to == number)
		{
			hnsw_check_report(check, "I1", "record %u has a link to %u, which is no other record of its layer", number, to);
			continue;
		}
		for (int k = 0; k < i; k++)
			if (graph_link_node(slot->links[k]) == to)
				hnsw_check_report(check, "I1", "record %u has two links to %u", number, to);
		if (i == 0 && !has_child(other, number))
			hnsw_check_report(check, "I3", "record %u is not among the children of its parent %u", number, to);
		if ((slot->links[i] & GRAPH_CHILD) && other->links[0] != number)
			hnsw_check_report(check, "I3", "record %u has %u as child, whose parent is %u", number, to, other->links[0]);
	}
}

uint32
wemb_hnsw_check_root(Check *check, uint32 number)
{
	uint32		at = number;
	uint32		root;

	for (;;)
	{
		CheckSlot  *slot = wemb_hnsw_check_record(check, at);

		if (slot == NULL)
			return HNSW_NONE;
		root = slot->links[0] == HNSW_NONE ? at : slot->root;
		if (root != HNSW_NONE)
			break;
		if (slot->walked)
			return HNSW_NONE;
		slot->walked = true;
		at = graph_link_node(slot->links[0]);
	}
	for (at = number; at != root && check->slots[at].root == HNSW_NONE;)
	{
		check->slots[at].root = root;
		at = graph_link_node(check->slots[at].links[0]);
	}
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
		const CheckSlot *slot = wemb_hnsw_check_record(check, number);
		uint32		root;

		CHECK_FOR_INTERRUPTS();
		if (slot == NULL)
			continue;
		root = wemb_hnsw_check_root(check, number);
		if (root == HNSW_NONE)
			hnsw_check_report(check, "I4", "the parents of record %u have no end", number);
		else if (slot->kind == HNSW_SLOT_RECORD && !check->live_root[root])
		{
			check->live_root[root] = true;
			if (roots[slot->layer] != HNSW_NONE)
				hnsw_check_report(check, "I4", "layer %u has two trees, below %u and %u", slot->layer, roots[slot->layer], root);
			roots[slot->layer] = root;
		}
	}
}

/* ---- copies and codes ---- */

static void
check_below(Check *check, uint32 number)
{
	const CheckSlot *slot = &check->slots[number];
	const CheckSlot *below = wemb_hnsw_check_record(check, slot->below);
	IndexCopy	upper;
	IndexCopy	lower;

	if (slot->layer == 0)
		return;
	if (below == NULL || below->layer != slot->layer - 1)
		hnsw_check_report(check, "I5", "record %u of layer %u has %u below it", number, slot->layer, slot->below);
	else if (!wemb_hnsw_store_copy(check->store, number, &upper) ||
			 !wemb_hnsw_store_copy(check->store, slot->below, &lower) || !wemb_copy_same(&upper, &lower))
		hnsw_check_report(check, "I5", "record %u and %u below it have other vectors", number, slot->below);
}

static bool
all_links_read(const Check *check, const CheckSlot *slot)
{
	for (int i = 0; i < slot->nlinks; i++)
		if (slot->links[i] != HNSW_NONE && wemb_hnsw_check_record(check, graph_link_node(slot->links[i])) == NULL)
			return false;
	return true;
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

static bool
same_factor(Half a, Half b)
{
	float		left = half_to_float(a);
	float		right = half_to_float(b);

	return a == b || fabsf(left - right) <= FACTOR_OFF * Max(fabsf(left), fabsf(right));
}

/* Whether the code at i of two slots is the same. */
static bool
same_code(const HnswIndex *index, HnswSlot *a, HnswSlot *b, int i, uint8 *room)
{
	const Quant *codes = index->vectors.codes;
	int			bytes = codes->code_bytes;
	QuantFactors left;
	QuantFactors right;

	wemb_quant_array_get(codes, hnsw_codes(&index->layout, a), index->layout.links, i, room, &left);
	wemb_quant_array_get(codes, hnsw_codes(&index->layout, b), index->layout.links, i, room + bytes, &right);
	return differing_bits(room, room + bytes, bytes) <= CODE_BITS_OFF(bytes) && same_factor(left.add, right.add) &&
		same_factor(left.rescale, right.rescale);
}

/* Codes made again. */
static void
check_codes(Check *check, uint32 number, HnswSlot *slot, HnswSlot *again)
{
	const HnswIndex *index = check->index;
	const CheckSlot *here = &check->slots[number];
	uint8	   *room;

	if (here->nlinks > wemb_graph_max_links(&index->graph, here->layer) || !all_links_read(check, here) ||
		!wemb_hnsw_slot_read(index, number, slot))
		return;
	memcpy(again, slot, index->layout.slot_size);
	again->nlinks = 0;			/* so that no code is kept */
	wemb_hnsw_set_links(check->store, number, again, here->links, here->nlinks);
	room = palloc(2 * index->vectors.codes->code_bytes);
	for (int i = 0; i < here->nlinks; i++)
		if (here->links[i] != HNSW_NONE && !same_code(index, slot, again, i, room))
			hnsw_check_report(check, "I8", "record %u has a wrong code for %u", number,
								   graph_link_node(here->links[i]));
	pfree(room);
}

static void
check_records(Check *check)
{
	HnswSlot   *slot = palloc(check->index->layout.slot_size);
	HnswSlot   *again = palloc(check->index->layout.slot_size);
	const CheckSlot *entry = wemb_hnsw_check_record(check, check->meta.entry);

	for (uint32 number = 0; number < check->nslots; number++)
	{
		if (wemb_hnsw_check_record(check, number) == NULL)
			continue;
		CHECK_FOR_INTERRUPTS();
		check_links(check, number);
		check_below(check, number);
		if (check->index->vectors.codes != NULL && check->slots[number].kind == HNSW_SLOT_RECORD)
			check_codes(check, number, slot, again);
		wemb_hnsw_store_forget(check->store);
	}
	if (check->meta.entry != HNSW_NONE && (entry == NULL || entry->layer != check->meta.top))
		hnsw_check_report(check, "I6", "the entry %u is no record of layer %d", check->meta.entry, check->meta.top);
}

static void
check_free_list(Check *check)
{
	uint32		number;

	for (number = check->meta.free; number != HNSW_NONE; number = check->slots[number].below)
	{
		if (number >= check->nslots || check->slots[number].kind != HNSW_SLOT_FREE || check->slots[number].met)
		{
			hnsw_check_report(check, "I9", "the free list is broken at slot %u", number);
			break;
		}
		check->slots[number].met = true;
	}
	for (number = 0; number < check->nslots; number++)
		if (check->slots[number].kind == HNSW_SLOT_FREE && !check->slots[number].met)
			hnsw_check_report(check, "I9", "slot %u is free, but not in the list", number);
}

/* ---- the functions ---- */

void
wemb_hnsw_check(IndexCheck *found)
{
	Check		check = {.found = found};

	check.index = wemb_hnsw_open(found->index, &check.meta);
	check.store = wemb_hnsw_store_create(check.index, 1, true);
	check.value = wemb_value_create(&check.index->vectors);
	check.bytes = palloc(wemb_value_max_copy(&check.index->vectors));
	load(&check);
	check_records(&check);
	check_trees(&check);
	check_free_list(&check);
	wemb_hnsw_check_rows(&check);
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
