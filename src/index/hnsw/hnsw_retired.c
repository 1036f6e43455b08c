/*
 * hnsw_retired.c
 *		Slots that vacuum has taken out of the graph, and when they can be used again.
 *
 * A record taken out stays as it was, RETIRED, until no search can be on its way there: index/vacuum.h.
 */
#include "postgres.h"

#include "commands/vacuum.h"
#include "index/hnsw/hnsw_edit.h"
#include "index/hnsw/hnsw_vacuum.h"
#include "miscadmin.h"
#include "pg/compat.h"
#include "pg/generic_xlog.h"

/* Pages whose slots become free with one WAL record, beside the metapage. */
#define FREE_PAGES		(MAX_GENERIC_XLOG_PAGES - 1)

/* ---- lists ---- */

void
wemb_hnsw_retired_note(HnswVacuum *vacuum, const HnswSlot *slot, uint32 number)
{
	uint64		stamp = hnsw_stamp(slot);

	if (stamp == 0)
		wemb_hnsw_vacuum_list(&vacuum->retired, number);
	else if (wemb_horizon_passed(FullTransactionIdFromU64(stamp)))
	{
		wemb_hnsw_vacuum_list(&vacuum->old, number);
		vacuum->stamp = Max(vacuum->stamp, stamp);
	}
	else
		wemb_hnsw_vacuum_list(&vacuum->stamped, number);
}

static void
move_all(SlotList *from, SlotList *to)
{
	for (Size i = 0; i < from->n; i++)
		wemb_hnsw_vacuum_list(to, from->numbers[i]);
	from->n = 0;
}

static int
ascending(const void *a, const void *b)
{
	uint32		left = *(const uint32 *) a;
	uint32		right = *(const uint32 *) b;

	return left < right ? -1 : left > right;
}

/* Numbers in ascending order, those of some pages at a time: how many lie on as many pages, from there. */
static Size
page_run(const HnswVacuum *vacuum, const SlotList *list, Size from, int pages)
{
	const HnswLayout *layout = &vacuum->index->layout;
	Size		n = from + 1;

	for (; n < list->n; n++)
		if (hnsw_block(layout, list->numbers[n]) != hnsw_block(layout, list->numbers[n - 1]) && --pages == 0)
			break;
	return n - from;
}

/* ---- stamps ---- */

static void
stamp_slots(HnswVacuum *vacuum, uint64 stamp)
{
	SlotList   *list = &vacuum->retired;
	const HnswLayout *layout = &vacuum->index->layout;
	Size		n;

	qsort(list->numbers, list->n, sizeof(uint32), ascending);
	for (Size i = 0; i < list->n; i += n)
	{
		Buffer		buffer = ReadBuffer(vacuum->index->relation, hnsw_block(layout, list->numbers[i]));
		GenericXLogState *xlog;
		Page		page;

		n = page_run(vacuum, list, i, 1);
		CHECK_FOR_INTERRUPTS();
		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		xlog = GenericXLogStart(vacuum->index->relation);
		page = wemb_xlog_page(xlog, buffer);
		for (Size k = i; k < i + n; k++)
		{
			HnswSlot   *slot = hnsw_slot(layout, page, list->numbers[k]);

			if (slot->kind == HNSW_SLOT_RETIRED)
				hnsw_set_stamp(slot, stamp);
		}
		GenericXLogFinish(xlog);
		UnlockReleaseBuffer(buffer);
	}
}

/* ---- the free list ---- */

/* Put a slot into the free list; the pages of its copy, if it has some, are added to values. */
static void
free_slot(HnswMeta *meta, HnswSlot *slot, uint32 number, SlotList *values)
{
	if (slot->kind != HNSW_SLOT_RETIRED && slot->kind != HNSW_SLOT_UNUSED)
		return;
	if (slot->kind == HNSW_SLOT_RETIRED && slot->values != InvalidBlockNumber)
		wemb_hnsw_vacuum_list(values, slot->values);
	slot->kind = HNSW_SLOT_FREE;
	slot->values = InvalidBlockNumber;
	slot->below = meta->free;
	meta->free = number;
}

/* The slots of FREE_PAGES pages into the free list. */
static void
free_slots(HnswVacuum *vacuum, const uint32 *numbers, Size n, SlotList *values)
{
	Relation	relation = vacuum->index->relation;
	const HnswLayout *layout = &vacuum->index->layout;
	Buffer		meta_buffer = ReadBuffer(relation, HNSW_META_BLKNO);
	GenericXLogState *xlog = GenericXLogStart(relation);
	Buffer		buffers[FREE_PAGES];
	int			nbuffers = 0;
	BlockNumber block = InvalidBlockNumber;
	HnswMeta   *meta;
	Page		page = NULL;

	LockBuffer(meta_buffer, BUFFER_LOCK_EXCLUSIVE);
	meta = hnsw_meta(wemb_xlog_page(xlog, meta_buffer));
	for (Size i = 0; i < n; i++)
	{
		if (hnsw_block(layout, numbers[i]) != block)
		{
			block = hnsw_block(layout, numbers[i]);
			buffers[nbuffers] = ReadBuffer(relation, block);
			LockBuffer(buffers[nbuffers], BUFFER_LOCK_EXCLUSIVE);
			page = wemb_xlog_page(xlog, buffers[nbuffers++]);
		}
		free_slot(meta, hnsw_slot(layout, page, numbers[i]), numbers[i], values);
	}
	GenericXLogFinish(xlog);
	while (nbuffers > 0)
		UnlockReleaseBuffer(buffers[--nbuffers]);
	UnlockReleaseBuffer(meta_buffer);
}

static void
free_old(HnswVacuum *vacuum)
{
	SlotList   *list = &vacuum->old;
	SlotList	values = {0};
	Size		n;

	if (vacuum->stamp > 0)
		wemb_vacuum_log_reuse(vacuum->base, vacuum->stamp);
	qsort(list->numbers, list->n, sizeof(uint32), ascending);
	for (Size i = 0; i < list->n; i += n)
	{
		wemb_vacuum_delay();
		n = page_run(vacuum, list, i, FREE_PAGES);
		values.n = 0;
		free_slots(vacuum, list->numbers + i, n, &values);
		for (Size k = 0; k < values.n; k++)
			wemb_hnsw_values_free(vacuum->index, values.numbers[k]);
	}
}

void
wemb_hnsw_retired_free(HnswVacuum *vacuum)
{
	uint64		next = U64FromFullTransactionId(ReadNextFullTransactionId());

	if (vacuum->retired.n + vacuum->stamped.n > 0 && wemb_vacuum_nobody_looks())
	{
		move_all(&vacuum->retired, &vacuum->old);
		move_all(&vacuum->stamped, &vacuum->old);
		vacuum->stamp = next;
	}
	stamp_slots(vacuum, next);
	free_old(vacuum);
}
