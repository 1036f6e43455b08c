/*
 * hnsw_unlink.c
 *		Records that are gone out of the tree.
 *
 * No other process makes a record gone, changes the tree but for new leaves, or
 * retires: there is one vacuum of an index at a time.
 */
#include "postgres.h"

#include "commands/vacuum.h"
#include "core/ann/graph_repair.h"
#include "index/hnsw/hnsw_edit.h"
#include "index/hnsw/hnsw_links.h"
#include "index/hnsw/hnsw_vacuum.h"
#include "miscadmin.h"
#include "pg/compat.h"
#include "storage/lmgr.h"

/*
 * WAL records in a row after which no further record is out: it has many children, or inserts were quicker.  Only
 * damaged links take more.
 */
#define MOST_ROUNDS	100000

/* ---- the entry ---- */

/* Of each layer some record that is not gone. */
static void
note_live(HnswVacuum *vacuum, BlockNumber block)
{
	const HnswLayout *layout = &vacuum->index->layout;
	uint32		first = hnsw_first_number(layout, block);

	for (int i = 0; i < layout->slots_per_page; i++)
	{
		HnswSlot   *slot = hnsw_slot(layout, vacuum->page.data, first + i);

		if (slot->kind == HNSW_SLOT_RECORD && slot->layer <= GRAPH_MAX_LEVEL)
			vacuum->live[slot->layer] = first + i;
	}
}

typedef struct NewEntry
{
	const HnswVacuum *vacuum;
	uint32		number;
	int			top;
} NewEntry;

static bool
replace_entry(HnswMeta *meta, const void *arg)
{
	const NewEntry *entry = arg;

	if (!hnsw_set_has(&entry->vacuum->gone, meta->entry))
		return false;
	meta->entry = entry->number;
	meta->top = entry->top;
	return true;
}

/*
 * Another entry, if the present one is gone: of its layer, or if all of that are gone, of the
 * highest that has others.  No insert is under way then, so none puts a record into a layer given up.
 */
static void
leave_entry(HnswVacuum *vacuum)
{
	Relation	relation = vacuum->index->relation;
	NewEntry	entry = {vacuum, HNSW_NONE, -1};
	HnswMeta	meta;

	LockPage(relation, HNSW_META_BLKNO, ExclusiveLock);
	wemb_hnsw_read_meta(relation, &meta);
	if (hnsw_set_has(&vacuum->gone, meta.entry))
	{
		if (meta.top > GRAPH_MAX_LEVEL || vacuum->live[meta.top] == HNSW_NONE)
			wemb_hnsw_vacuum_pages(vacuum, RelationGetNumberOfBlocks(relation), note_live);
		for (int layer = Min(meta.top, GRAPH_MAX_LEVEL); layer >= 0 && entry.top < 0; layer--)
			if (vacuum->live[layer] != HNSW_NONE)
				entry = (NewEntry) {vacuum, vacuum->live[layer], layer};
		wemb_hnsw_meta_update(relation, replace_entry, &entry);
	}
	UnlockPage(relation, HNSW_META_BLKNO, ExclusiveLock);
}

/* ---- the tree ---- */

static void
damaged_link(const HnswVacuum *vacuum, uint32 number)
{
	wemb_index_corrupt(vacuum->index->relation, hnsw_block(&vacuum->index->layout, number),
					  "a link to what is no record");
}

static bool
same_step(const GraphUnlink *a, const GraphUnlink *b)
{
	return a->action == b->action && a->child == b->child && a->parent == b->parent;
}

/* The slots of a step into the edit, as they are.  false: it has no room for them. */
static bool
load_step(HnswVacuum *vacuum, HnswEdit *edit, const GraphUnlink *step)
{
	uint32		numbers[] = {step->node, step->child, step->parent};

	if (!wemb_hnsw_edit_has_room(vacuum->index, edit, numbers, lengthof(numbers)))
		return false;
	for (int i = 0; i < lengthof(numbers); i++)
		if (numbers[i] != HNSW_NONE && wemb_hnsw_edit_slot(vacuum->index, edit, numbers[i]) == NULL)
			damaged_link(vacuum, step->node);
	return true;
}

/*
 * One step of a record into the edit, which the store sees.  false: the edit has no room for it.  *out: it was the
 * last, and the record is retired.
 */
static bool
unlink_step(HnswVacuum *vacuum, HnswEdit *edit, const VacuumRecord *record, bool *out)
{
	HnswStore  *store = vacuum->store;
	uint32		number = record->number;
	int			max = wemb_graph_max_links(&vacuum->index->graph, record->layer);
	GraphUnlink step;
	GraphUnlink again = wemb_graph_unlink_next(&store->graph, number, max);

	/* What the step was made from may have changed before the edit had it; later changes the edit sees itself. */
	do
	{
		step = again;
		if (!load_step(vacuum, edit, &step))
			return false;
		again = wemb_graph_unlink_next(&store->graph, number, max);
	} while (!same_step(&step, &again));
	if (!wemb_hnsw_unlink(store, edit, &step, number, max) ||
		(step.child != HNSW_NONE && !wemb_hnsw_unlink(store, edit, &step, step.child, max)) ||
		(step.parent != HNSW_NONE && !wemb_hnsw_unlink(store, edit, &step, step.parent, max)))
		damaged_link(vacuum, number);
	*out = step.action != GRAPH_UNLINK_MOVE;
	return true;
}

/*
 * As many steps as one WAL record has room for, whose cost is that of pages: for records from the first on.  Returns
 * how many of these are out of the tree.
 */
static Size
unlink_some(HnswVacuum *vacuum, const VacuumRecord *records, Size n)
{
	HnswEdit	edit;
	Size		done = 0;
	bool		out;

	wemb_hnsw_edit_start(&edit);
	vacuum->store->pending = &edit;
	while (done < n && unlink_step(vacuum, &edit, &records[done], &out))
		done += out;
	vacuum->store->pending = NULL;
	return wemb_hnsw_edit_apply(vacuum->index, &edit) ? done : 0;
}

/* A record's below is there as long as the record.  Children go before parents, which a build gives lower numbers. */
static int
last_first(const void *a, const void *b)
{
	const VacuumRecord *left = a;
	const VacuumRecord *right = b;

	if (left->layer != right->layer)
		return left->layer > right->layer ? -1 : 1;
	return left->number > right->number ? -1 : left->number < right->number;
}

void
wemb_hnsw_unlink_dead(HnswVacuum *vacuum)
{
	RecordList *dead = &vacuum->dead;
	int			rounds = 0;
	Size		done;

	leave_entry(vacuum);
	qsort(dead->records, dead->n, sizeof(VacuumRecord), last_first);
	for (Size i = 0; i < dead->n; i += done)
	{
		wemb_vacuum_delay();
		done = unlink_some(vacuum, dead->records + i, dead->n - i);
		rounds = done > 0 ? 0 : rounds + 1;
		if (rounds > MOST_ROUNDS)
			damaged_link(vacuum, dead->records[i].number);
		for (Size k = i; k < i + done; k++)
			wemb_hnsw_vacuum_list(&vacuum->retired, dead->records[k].number);
		wemb_hnsw_store_bound(vacuum->store);
	}
}
