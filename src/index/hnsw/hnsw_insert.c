/*
 * hnsw_insert.c
 *		Insertion of a row: planned without locks on pages, then written in
 *		steps between which the index is whole.
 *
 * Inserts hold a shared lock on the metapage's number, so that a vacuum can wait for those
 * under way; one that makes a new layer holds it alone.
 */
#include "postgres.h"

#include "access/genam.h"
#include "core/base/rng.h"
#include "index/hnsw/hnsw.h"
#include "index/hnsw/hnsw_edit.h"
#include "index/hnsw/hnsw_insert.h"
#include "index/hnsw/hnsw_links.h"
#include "miscadmin.h"
#include "pg/compat.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"

#define INSERT_TRIES	1000	/* with a parent that is full or gone when it comes to writing; damage takes more */

struct HnswInserter
{
	HnswIndex  *index;
	HnswStore  *store;
	IndexValue *value;
	uint8	   *bytes;			/* of copy */
	IndexCopy	copy;
	MemoryContext scratch;		/* of one insertion */
	GraphPlan	plans[GRAPH_MAX_LEVEL + 1]; /* from the top */
	int			nplans;
};

HnswInserter *
wemb_hnsw_inserter_create(Relation relation)
{
	HnswInserter *inserter = palloc0(sizeof(HnswInserter));

	inserter->index = wemb_hnsw_open(relation, NULL);
	inserter->store = wemb_hnsw_store_create(inserter->index, inserter->index->graph.ef, true);
	inserter->value = wemb_value_create(&inserter->index->vectors);
	inserter->store->query = inserter->value;
	inserter->bytes = palloc(wemb_value_max_copy(&inserter->index->vectors));
	inserter->scratch = AllocSetContextCreate(CurrentMemoryContext, "wemb hnsw insert", ALLOCSET_DEFAULT_SIZES);
	return inserter;
}

int
wemb_hnsw_draw_level(const HnswIndex *index, ItemPointer tid)
{
	uint64		part = ((uint64) ItemPointerGetBlockNumber(tid) << 16) | ItemPointerGetOffsetNumber(tid);
	Rng			rng = rng_for(index->seed, part);

	return wemb_graph_draw_level(&rng, index->graph.m);
}

/* ---- planning ---- */

static void
plan(HnswInserter *inserter, const HnswMeta *meta, int level)
{
	HnswStore  *store = inserter->store;
	GraphInsert insert = {
		.config = &inserter->index->graph, .search = store->search, .store = &store->graph, .level = level
	};
	GraphStatus status;

	inserter->nplans = 0;
	wemb_graph_insert_start(&insert, meta->entry, meta->top);
	while ((status = wemb_graph_insert_next(&insert, &inserter->plans[inserter->nplans])) != GRAPH_END)
	{
		CHECK_FOR_INTERRUPTS();
		if (status == GRAPH_FOUND)
		{
			const GraphPlan *found = &inserter->plans[inserter->nplans++];

			if (found->nlinks == 0 && found->layer <= meta->top)
				wemb_index_corrupt(inserter->index->relation, hnsw_block(&inserter->index->layout, meta->entry),
								  "no way to a layer");
		}
		else if (status == GRAPH_FULL)
		{
			wemb_hnsw_store_grow(store);
			insert.search = store->search;
		}
	}
}

/* ---- rows of the same vector ---- */

/* A slot for more heap tids, linked to the record in the same step. */
static bool
add_tids_slot(HnswInserter *inserter, HnswEdit *edit, HnswSlot *record, ItemPointer tid)
{
	const HnswIndex *index = inserter->index;
	uint32		number = wemb_hnsw_slot_alloc(index);
	HnswSlot   *slot = wemb_hnsw_edit_slot(index, edit, number);
	uint8		version;

	if (slot == NULL)
		wemb_index_corrupt(index->relation, hnsw_block(&index->layout, number), "no page of records");
	version = slot->version;
	memset(slot, 0, index->layout.slot_size);
	slot->kind = HNSW_SLOT_TIDS;
	slot->version = version + 1;
	slot->copy_size = 1;
	slot->below = HNSW_NONE;
	slot->more = record->more;
	slot->values = InvalidBlockNumber;
	hnsw_tids(slot)[0] = *tid;
	record->more = number;
	return wemb_hnsw_edit_apply(index, edit);
}

/* Add a row to a record of the same copy; false if it is none. */
static bool
add_row(HnswInserter *inserter, uint32 number, ItemPointer tid)
{
	const HnswIndex *index = inserter->index;

	for (;;)
	{
		HnswEdit	edit;
		HnswSlot   *record;
		HnswSlot   *more = NULL;

		CHECK_FOR_INTERRUPTS();
		wemb_hnsw_edit_start(&edit);
		record = wemb_hnsw_edit_slot(index, &edit, number);
		if (record == NULL || record->kind != HNSW_SLOT_RECORD || record->lost < inserter->copy.lost)
			return false;
		if (record->more != HNSW_NONE)
			more = wemb_hnsw_edit_slot(index, &edit, record->more);
		if (!ItemPointerIsValid(&record->tid))
			record->tid = *tid;
		else if (more != NULL && more->kind == HNSW_SLOT_TIDS && more->copy_size < HNSW_TIDS(index->layout.slot_size))
			hnsw_tids(more)[more->copy_size++] = *tid;
		else
		{
			if (add_tids_slot(inserter, &edit, record, tid))
				return true;
			continue;
		}
		if (wemb_hnsw_edit_apply(index, &edit))
			return true;
	}
}

static bool
add_to_same(HnswInserter *inserter, ItemPointer tid)
{
	const GraphPlan *base = &inserter->plans[inserter->nplans - 1];
	float		nearest = base->distances[0];

	for (int i = 1; i < base->nlinks; i++)
		nearest = Min(nearest, base->distances[i]);
	for (int i = 0; i < base->nlinks; i++)
	{
		IndexCopy	copy;

		if (base->distances[i] <= nearest && wemb_hnsw_store_copy(inserter->store, base->links[i], &copy) &&
			wemb_copy_same(&copy, &inserter->copy) && add_row(inserter, base->links[i], tid))
			return true;
	}
	return false;
}

/* ---- writing ---- */

/* Make slot, whatever it was, the record that plan has. */
static void
form_record(HnswInserter *inserter, HnswSlot *slot, uint32 number, const GraphPlan *plan, uint32 below)
{
	const HnswIndex *index = inserter->index;
	uint8		version = slot->version;
	uint32		none = HNSW_NONE;

	memset(slot, 0, index->layout.slot_size);
	slot->kind = HNSW_SLOT_RECORD;
	slot->layer = plan->layer;
	slot->version = version + 1;
	ItemPointerSetInvalid(&slot->tid);
	slot->copy_size = inserter->copy.size;
	slot->below = below;
	slot->more = HNSW_NONE;
	slot->values = InvalidBlockNumber;
	slot->low = inserter->copy.low;
	slot->step = inserter->copy.step;
	slot->lost = inserter->copy.lost;
	if (inserter->copy.size <= index->layout.value_size)
		memcpy(slot->data, inserter->copy.bytes, inserter->copy.size);
	else
		slot->values = wemb_hnsw_values_write(index, inserter->copy.bytes, inserter->copy.size);
	wemb_hnsw_store_remember(inserter->store, number, &inserter->copy);
	wemb_hnsw_set_links(inserter->store, number, slot, plan->nlinks > 0 ? plan->links : &none, Max(plan->nlinks, 1));
}

/* Write a record with its parent's link to it, in one step.  false: its parent is gone, plan again. */
static bool
write_record(HnswInserter *inserter, uint32 number, GraphPlan *plan, const HnswSlot *form)
{
	const HnswIndex *index = inserter->index;

	for (;;)
	{
		HnswEdit	edit;
		HnswSlot   *slot;

		CHECK_FOR_INTERRUPTS();
		wemb_hnsw_edit_start(&edit);
		slot = wemb_hnsw_edit_slot(index, &edit, number);
		if (slot == NULL)
			wemb_index_corrupt(index->relation, hnsw_block(&index->layout, number), "no page of records");
		memcpy(slot, form, index->layout.slot_size);
		if (plan->nlinks > 0)
		{
			GraphBackLink back = {plan->links[0], number, plan->distances[0],.child = true};
			uint32		parent = plan->links[0];

			if (!wemb_hnsw_link_back(inserter->store, &edit, &back, plan->layer))
			{
				wemb_graph_plan_parent(&inserter->store->graph, wemb_graph_max_links(&index->graph, plan->layer), plan);
				if (plan->links[0] == parent)
					return false;
				wemb_hnsw_set_links(inserter->store, number, (HnswSlot *) form, plan->links, plan->nlinks);
				continue;
			}
		}
		if (wemb_hnsw_edit_apply(index, &edit))
			return true;
	}
}

static void
write_back_links(HnswInserter *inserter, uint32 number, const GraphPlan *plan)
{
	int			wanted = wemb_graph_wanted(&inserter->index->graph);
	int			taken = 1;		/* by the parent */

	for (int i = 1; i < plan->nlinks; i++)
	{
		GraphBackLink back = {.node = plan->links[i],.newcomer = number,.distance = plan->distances[i]};

		taken += wemb_hnsw_write_back_link(inserter->store, &back, plan->layer);
	}
	for (int i = 0; i < plan->noffers && taken < wanted; i++)
	{
		GraphBackLink back = {.node = plan->offers[i],.newcomer = number,.offer = true};

		taken += wemb_hnsw_write_back_link(inserter->store, &back, plan->layer);
	}
}

/* Write a record of each layer, the lowest first; false: plan again what is left. */
static bool
write_plans(HnswInserter *inserter, ItemPointer tid, uint32 *top)
{
	const HnswIndex *index = inserter->index;
	HnswSlot   *form = palloc(index->layout.slot_size);

	*top = HNSW_NONE;
	for (int i = inserter->nplans - 1; i >= 0; i--)
	{
		GraphPlan  *plan = &inserter->plans[i];
		uint32		number = wemb_hnsw_slot_alloc(index);

		if (!wemb_hnsw_slot_read(index, number, form))
			wemb_index_corrupt(index->relation, hnsw_block(&index->layout, number), "no page of records");
		form_record(inserter, form, number, plan, *top);
		if (plan->layer == 0)
			form->tid = *tid;
		if (!write_record(inserter, number, plan, form))
		{
			if (form->values != InvalidBlockNumber)
				wemb_hnsw_values_free(index, form->values);
			return plan->layer > 0; /* the row is in: a record less in the layers above does no harm */
		}
		write_back_links(inserter, number, plan);
		*top = number;
	}
	return true;
}

/* ---- the metapage ---- */

static bool
set_unit(HnswMeta *meta, const void *arg)
{
	if (meta->unit > 0)
		return false;
	meta->unit = *(const float *) arg;
	return true;
}

typedef struct Entry
{
	uint32		number;
	int			top;
} Entry;

static bool
set_entry(HnswMeta *meta, const void *arg)
{
	const Entry *entry = arg;

	if (meta->top >= entry->top)
		return false;
	meta->entry = entry->number;
	meta->top = entry->top;
	return true;
}

/* The unit of codes comes from the first vector that has a length. */
static void
need_unit(HnswInserter *inserter, HnswMeta *meta)
{
	if (inserter->index->vectors.codes == NULL)
		return;
	if (meta->unit == 0 && inserter->value->length > 0)
	{
		float		unit = wemb_quant_unit((float) inserter->value->length);

		wemb_hnsw_meta_update(inserter->index->relation, set_unit, &unit);
		wemb_hnsw_read_meta(inserter->index->relation, meta);
	}
	wemb_hnsw_set_unit(inserter->index, meta->unit);
}

/* ---- the verb ---- */

static bool
try_insert(HnswInserter *inserter, ItemPointer tid, int level)
{
	Relation	relation = inserter->index->relation;
	HnswMeta	meta;
	Entry		entry;
	bool		done;

	wemb_hnsw_read_meta(relation, &meta);
	need_unit(inserter, &meta);
	wemb_hnsw_store_forget(inserter->store);
	wemb_value_prepare(&inserter->index->vectors, inserter->value);
	plan(inserter, &meta, level);
	if (add_to_same(inserter, tid))
		return true;
	done = write_plans(inserter, tid, &entry.number);
	entry.top = level;
	if (done && level > meta.top && entry.number != HNSW_NONE)
		wemb_hnsw_meta_update(relation, set_entry, &entry);
	return done;
}

void
wemb_hnsw_insert_row(HnswInserter *inserter, Datum value, ItemPointer tid)
{
	MemoryContext old = MemoryContextSwitchTo(inserter->scratch);
	Relation	relation = inserter->index->relation;
	LOCKMODE	mode = ShareLock;
	HnswMeta	meta;
	int			level = wemb_hnsw_draw_level(inserter->index, tid);

	if (wemb_value_set(&inserter->index->vectors, inserter->value, value))
	{
		inserter->copy = wemb_value_copy(&inserter->index->vectors, inserter->value, inserter->bytes);
		LockPage(relation, HNSW_META_BLKNO, mode);
		wemb_hnsw_read_meta(relation, &meta);
		if (level > meta.top)
		{
			UnlockPage(relation, HNSW_META_BLKNO, mode);
			mode = ExclusiveLock;
			LockPage(relation, HNSW_META_BLKNO, mode);
		}
		for (int tries = 0; !try_insert(inserter, tid, level); tries++)
		{
			CHECK_FOR_INTERRUPTS();
			if (tries > INSERT_TRIES)
				wemb_index_corrupt(relation, hnsw_block(&inserter->index->layout, meta.entry), "no room below any record");
		}
		UnlockPage(relation, HNSW_META_BLKNO, mode);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(inserter->scratch);
}

bool
wemb_hnsw_insert(Relation index, Datum *values, bool *nulls, ItemPointer tid, Relation heap, IndexInfo *info)
{
	if (nulls[0])
		return false;
	if (info->ii_AmCache == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(info->ii_Context);

		info->ii_AmCache = wemb_hnsw_inserter_create(index);
		MemoryContextSwitchTo(old);
	}
	wemb_hnsw_insert_row(info->ii_AmCache, values[0], tid);
	return false;
}
