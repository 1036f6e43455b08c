/*
 * hnsw_vacuum.c
 *		Vacuum: dead rows out of records, records without rows out of the graph.
 *
 * The passes, and what they leave to hnsw_repair.c, hnsw_unlink.c and hnsw_retired.c: README.md.
 */
#include "postgres.h"

#include "commands/vacuum.h"
#include "index/hnsw/hnsw.h"
#include "index/hnsw/hnsw_edit.h"
#include "index/hnsw/hnsw_vacuum.h"
#include "miscadmin.h"
#include "pg/compat.h"
#include "pg/generic_xlog.h"
#include "storage/indexfsm.h"
#include "storage/lmgr.h"

/* ---- lists ---- */

void
wemb_hnsw_vacuum_list(SlotList *list, uint32 number)
{
	if (list->n == list->room)
	{
		list->room = list->room * 2 + 64;
		list->numbers = list->numbers == NULL ? palloc(list->room * sizeof(uint32)) :
			repalloc_huge(list->numbers, list->room * sizeof(uint32));
	}
	list->numbers[list->n++] = number;
}

static void
list_record(RecordList *list, uint32 number, const HnswSlot *slot)
{
	if (list->n == list->room)
	{
		list->room = list->room * 2 + 64;
		list->records = list->records == NULL ? palloc(list->room * sizeof(VacuumRecord)) :
			repalloc_huge(list->records, list->room * sizeof(VacuumRecord));
	}
	list->records[list->n++] = (VacuumRecord) {number, slot->below, slot->layer};
}

static SlotSet
make_set(uint32 n)
{
	uint8	   *bits = MemoryContextAllocExtended(CurrentMemoryContext, n / 8 + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	return (SlotSet) {bits, n};
}

static void
set_gone(HnswVacuum *vacuum, uint32 number)
{
	hnsw_set_add(&vacuum->gone, number);
}

/* Read a page of slots into vacuum->page.  false: it is something else. */
static bool
read_page(HnswVacuum *vacuum, BlockNumber block)
{
	Buffer		buffer = wemb_vacuum_read(vacuum->base, block);
	Page		page = BufferGetPage(buffer);
	uint16		kind = 0;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	if (!PageIsNew(page))
		kind = hnsw_special(page)->kind;
	if (kind == HNSW_PAGE_SLOTS)
		memcpy(vacuum->page.data, page, BLCKSZ);
	UnlockReleaseBuffer(buffer);
	if (kind == HNSW_PAGE_FREE)
	{
		RecordFreeIndexPage(vacuum->index->relation, block);
		vacuum->base->stats->pages_free++;
	}
	return kind == HNSW_PAGE_SLOTS;
}

void
wemb_hnsw_vacuum_pages(HnswVacuum *vacuum, BlockNumber end, HnswPageVisit visit)
{
	for (BlockNumber block = 1; block < end; block++)
	{
		wemb_vacuum_delay();
		if (read_page(vacuum, block))
			visit(vacuum, block);
	}
}

/* ---- rows ---- */

static bool
has_row(const HnswSlot *slot)
{
	return slot->kind == HNSW_SLOT_RECORD && slot->layer == 0 && ItemPointerIsValid(&slot->tid);
}

static bool
has_no_rows(const HnswSlot *slot)
{
	return slot->kind == HNSW_SLOT_RECORD && slot->layer == 0 && !ItemPointerIsValid(&slot->tid) &&
		slot->more == HNSW_NONE;
}

/* Take dead rows out of the records of a page, if vacuum->page has some; it is as the page afterwards. */
static void
clean_page(HnswVacuum *vacuum, BlockNumber block)
{
	const HnswLayout *layout = &vacuum->index->layout;
	uint32		first = hnsw_first_number(layout, block);
	bool		found = false;
	Buffer		buffer;
	GenericXLogState *xlog;
	Page		page;

	for (int i = 0; i < layout->slots_per_page && !found; i++)
	{
		HnswSlot   *slot = hnsw_slot(layout, vacuum->page.data, first + i);

		found = has_no_rows(slot) || (has_row(slot) && wemb_vacuum_is_dead(vacuum->base, &slot->tid));
	}
	if (!found)
		return;
	buffer = wemb_vacuum_read(vacuum->base, block);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	xlog = GenericXLogStart(vacuum->index->relation);
	page = wemb_xlog_page(xlog, buffer);
	for (int i = 0; i < layout->slots_per_page; i++)
	{
		HnswSlot   *slot = hnsw_slot(layout, page, first + i);

		if (has_row(slot) && wemb_vacuum_is_dead(vacuum->base, &slot->tid))
		{
			ItemPointerSetInvalid(&slot->tid);
			vacuum->base->stats->tuples_removed++;
		}
		if (has_no_rows(slot))
			slot->kind = HNSW_SLOT_GONE;
	}
	memcpy(vacuum->page.data, page, BLCKSZ);
	GenericXLogFinish(xlog);
	UnlockReleaseBuffer(buffer);
}

/* Take dead rows out of a slot of rows; returns how many. */
static int
filter_tids(HnswVacuum *vacuum, HnswSlot *slot, uint32 number)
{
	ItemPointerData *tids = hnsw_tids(slot);
	int			n = slot->copy_size;
	int			kept = 0;

	if (slot->kind != HNSW_SLOT_TIDS || n > HNSW_TIDS(vacuum->index->layout.slot_size))
		wemb_index_corrupt(vacuum->index->relation, hnsw_block(&vacuum->index->layout, number), "no list of rows");
	for (int i = 0; i < n; i++)
		if (!wemb_vacuum_is_dead(vacuum->base, &tids[i]))
			tids[kept++] = tids[i];
	slot->copy_size = kept;
	return n - kept;
}

/*
 * The slot of rows behind previous, which moves on to it, or stays if that one is empty and taken out.  rows
 * is counted up.  False if it changed meanwhile.
 */
static bool
clean_tids(HnswVacuum *vacuum, uint32 *previous, uint32 number, int64 *rows)
{
	HnswEdit	edit;
	HnswSlot   *before;
	HnswSlot   *slot;
	int			removed;
	bool		empty;

	wemb_hnsw_edit_start(&edit);
	before = wemb_hnsw_edit_slot(vacuum->index, &edit, *previous);
	slot = wemb_hnsw_edit_slot(vacuum->index, &edit, number);
	if (before == NULL || slot == NULL || before->more != number)
	{
		wemb_hnsw_edit_forget(&edit);
		return false;
	}
	removed = filter_tids(vacuum, slot, number);
	empty = slot->copy_size == 0;
	*rows += slot->copy_size;
	if (empty)
	{
		before->more = slot->more;
		hnsw_retire(slot);
	}
	if (removed == 0 && !empty)
		wemb_hnsw_edit_forget(&edit);
	else if (!wemb_hnsw_edit_apply(vacuum->index, &edit))
		return false;
	vacuum->base->stats->tuples_removed += removed;
	if (empty)
		wemb_hnsw_vacuum_list(&vacuum->retired, number);
	else
		*previous = number;
	return true;
}

static uint32
read_more(HnswVacuum *vacuum, uint32 number)
{
	Buffer		buffer;
	HnswSlot   *slot = wemb_hnsw_slot_lock(vacuum->index, number, &buffer);
	uint32		more;

	if (slot == NULL)
		return HNSW_NONE;
	more = slot->more;
	UnlockReleaseBuffer(buffer);
	return more;
}

/* All rows of a record but its own; how many there are afterwards. */
static int64
clean_chain(HnswVacuum *vacuum, uint32 record)
{
	uint32		previous = record;
	uint32		number;
	uint32		slots = 0;
	int64		rows = 0;

	while ((number = read_more(vacuum, previous)) != HNSW_NONE)
	{
		wemb_vacuum_delay();
		CHECK_FOR_INTERRUPTS();
		wemb_index_chain_check(vacuum->index->relation, ++slots, vacuum->index->layout.slots_per_page,
							   hnsw_block(&vacuum->index->layout, number));
		if (!clean_tids(vacuum, &previous, number, &rows))
		{
			previous = record;
			rows = 0;
			slots = 0;
		}
	}
	return rows;
}

/* A record that had further rows and has none now is gone. */
static void
leave_if_empty(HnswVacuum *vacuum, uint32 number)
{
	HnswEdit	edit;
	HnswSlot   *slot;

	do
	{
		wemb_hnsw_edit_start(&edit);
		slot = wemb_hnsw_edit_slot(vacuum->index, &edit, number);
		if (slot == NULL || !has_no_rows(slot))
		{
			wemb_hnsw_edit_forget(&edit);
			return;
		}
		slot->kind = HNSW_SLOT_GONE;
	} while (!wemb_hnsw_edit_apply(vacuum->index, &edit));
	set_gone(vacuum, number);
	list_record(&vacuum->dead, number, &(HnswSlot) {.below = HNSW_NONE});
}

/* ---- the first pass ---- */

static void
note_slot(HnswVacuum *vacuum, const HnswSlot *slot, uint32 number)
{
	switch (slot->kind)
	{
		case HNSW_SLOT_RECORD:
			if (slot->layer > 0)
			{
				list_record(&vacuum->upper, number, slot);
				break;
			}
			vacuum->records++;
			vacuum->base->stats->num_index_tuples += ItemPointerIsValid(&slot->tid);
			break;
		case HNSW_SLOT_GONE:
			set_gone(vacuum, number);
			list_record(&vacuum->dead, number, slot);
			break;
		case HNSW_SLOT_RETIRED:
			set_gone(vacuum, number);
			wemb_hnsw_retired_note(vacuum, slot, number);
			break;
		case HNSW_SLOT_UNUSED:
			if (number < vacuum->next)
			{
				wemb_hnsw_vacuum_list(&vacuum->old, number);
				vacuum->lost = true;
			}
			break;
	}
}

static void
note_page(HnswVacuum *vacuum, BlockNumber block)
{
	const HnswLayout *layout = &vacuum->index->layout;
	uint32		first = hnsw_first_number(layout, block);
	SlotList   *chained = &vacuum->chained;

	clean_page(vacuum, block);
	chained->n = 0;
	for (int i = 0; i < layout->slots_per_page; i++)
	{
		HnswSlot   *slot = hnsw_slot(layout, vacuum->page.data, first + i);

		note_slot(vacuum, slot, first + i);
		if (slot->kind == HNSW_SLOT_RECORD && slot->layer == 0 && slot->more != HNSW_NONE)
			wemb_hnsw_vacuum_list(chained, first + i);
	}
	for (Size i = 0; i < chained->n; i++)
	{
		vacuum->base->stats->num_index_tuples += clean_chain(vacuum, chained->numbers[i]);
		leave_if_empty(vacuum, chained->numbers[i]);
	}
}

/* Records above one that is gone are gone. */
static void
leave_upper(HnswVacuum *vacuum)
{
	for (int layer = 1; layer <= GRAPH_MAX_LEVEL; layer++)
		for (Size i = 0; i < vacuum->upper.n; i++)
		{
			const VacuumRecord *record = &vacuum->upper.records[i];
			HnswEdit	edit;
			HnswSlot   *slot;

			if (record->layer != layer || !hnsw_set_has(&vacuum->gone, record->below))
				continue;
			do
			{
				CHECK_FOR_INTERRUPTS();
				wemb_hnsw_edit_start(&edit);
				slot = wemb_hnsw_edit_slot(vacuum->index, &edit, record->number);
				slot->kind = HNSW_SLOT_GONE;
			} while (!wemb_hnsw_edit_apply(vacuum->index, &edit));
			set_gone(vacuum, record->number);
			list_record(&vacuum->dead, record->number, &(HnswSlot) {.layer = layer, .below = record->below});
		}
}

/* ---- the verbs ---- */

static bool
set_rows(HnswMeta *meta, const void *arg)
{
	if (meta->rows == *(const uint64 *) arg)
		return false;
	meta->rows = *(const uint64 *) arg;
	return true;
}

/* Until the inserts that are under way now have ended. */
static void
wait_for_inserts(Relation relation)
{
	LockPage(relation, HNSW_META_BLKNO, ExclusiveLock);
	UnlockPage(relation, HNSW_META_BLKNO, ExclusiveLock);
}

static void
start(HnswVacuum *vacuum, HnswMeta *meta, BlockNumber *nblocks)
{
	Relation	relation = vacuum->base->info->index;

	vacuum->index = wemb_hnsw_open(relation, meta);
	vacuum->store = wemb_hnsw_store_create(vacuum->index, wemb_hnsw_repair_ef(vacuum->index), true);
	vacuum->store->graph.exact = true;
	*nblocks = RelationGetNumberOfBlocks(relation);
	vacuum->gone = make_set(*nblocks * (uint32) vacuum->index->layout.slots_per_page);
	vacuum->poor = make_set(vacuum->gone.n);
	vacuum->store->gone = &vacuum->gone;
	vacuum->next = meta->next;
	for (int i = 0; i <= GRAPH_MAX_LEVEL; i++)
		vacuum->live[i] = HNSW_NONE;
	wemb_horizon_refresh();
}

static void
run(const IndexVacuum *base)
{
	HnswVacuum *vacuum = palloc0(sizeof(HnswVacuum));
	Relation	relation = base->info->index;
	HnswMeta	meta;
	BlockNumber nblocks;
	uint64		rows;

	vacuum->base = base;
	start(vacuum, &meta, &nblocks);
	wemb_hnsw_vacuum_pages(vacuum, nblocks, note_page);
	leave_upper(vacuum);
	if (vacuum->dead.n > 0 || vacuum->lost)
		wait_for_inserts(relation);
	if (vacuum->dead.n > 0)
	{
		wemb_hnsw_read_meta(relation, &meta);
		wemb_hnsw_set_unit(vacuum->index, meta.unit);
		base->stats->pages_free = 0;	/* the pass that follows counts them again */
		vacuum->most = vacuum->dead.n > 2 * vacuum->records;
		wemb_hnsw_repair(vacuum);
		wemb_hnsw_unlink_dead(vacuum);
		wemb_hnsw_renew_poor(vacuum);
	}
	wemb_hnsw_retired_free(vacuum);
	rows = (uint64) base->stats->num_index_tuples;
	wemb_hnsw_meta_update(relation, set_rows, &rows);
}

IndexBulkDeleteResult *
wemb_hnsw_bulk_delete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats, IndexBulkDeleteCallback callback,
					  void *callback_state)
{
	return wemb_index_bulk_delete(&(IndexVacuum) {info, stats, callback, callback_state}, run);
}

IndexBulkDeleteResult *
wemb_hnsw_vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats)
{
	return wemb_index_vacuum_cleanup(info, stats, run);
}
