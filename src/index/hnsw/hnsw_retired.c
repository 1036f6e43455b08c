/*
 * hnsw_retired.c
 *		Slots that vacuum has taken out of the graph, and when they can be used again.
 *
 * A record taken out stays as it was, RETIRED, until no search can be on its way there: index/vacuum.h.
 */
#include "postgres.h"

#include "access/generic_xlog.h"
#include "commands/vacuum.h"
#include "index/hnsw/hnsw_edit.h"
#include "index/hnsw/hnsw_vacuum.h"
#include "miscadmin.h"
#include "pg/compat.h"

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

/* Numbers in ascending order, those of one page at a time: returns how many the first page has. */
static Size
page_run(const HnswVacuum *vacuum, const SlotList *list, Size from)
{
	const HnswLayout *layout = &vacuum->index->layout;
	Size		n = from;

	while (n < list->n && hnsw_block(layout, list->numbers[n]) == hnsw_block(layout, list->numbers[from]))
		n++;
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

		n = page_run(vacuum, list, i);
		CHECK_FOR_INTERRUPTS();
		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		xlog = GenericXLogStart(vacuum->index->relation);
		page = GenericXLogRegisterBuffer(xlog, buffer, 0);
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

/* Put n slots of one page into the free list; the pages of their copies go to values. */
static int
free_slots(HnswVacuum *vacuum, const uint32 *numbers, Size n, BlockNumber *values)
{
	Relation	relation = vacuum->index->relation;
	const HnswLayout *layout = &vacuum->index->layout;
	Buffer		meta_buffer = ReadBuffer(relation, HNSW_META_BLKNO);
	Buffer		buffer = ReadBuffer(relation, hnsw_block(layout, numbers[0]));
	GenericXLogState *xlog;
	HnswMeta   *meta;
	Page		page;
	int			nvalues = 0;

	LockBuffer(meta_buffer, BUFFER_LOCK_EXCLUSIVE);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	xlog = GenericXLogStart(relation);
	meta = hnsw_meta(GenericXLogRegisterBuffer(xlog, meta_buffer, 0));
	page = GenericXLogRegisterBuffer(xlog, buffer, 0);
	for (Size i = 0; i < n; i++)
	{
		HnswSlot   *slot = hnsw_slot(layout, page, numbers[i]);

		if (slot->kind != HNSW_SLOT_RETIRED && slot->kind != HNSW_SLOT_UNUSED)
			continue;
		if (slot->kind == HNSW_SLOT_RETIRED && slot->values != InvalidBlockNumber)
			values[nvalues++] = slot->values;
		slot->kind = HNSW_SLOT_FREE;
		slot->values = InvalidBlockNumber;
		slot->below = meta->free;
		meta->free = numbers[i];
	}
	GenericXLogFinish(xlog);
	UnlockReleaseBuffer(buffer);
	UnlockReleaseBuffer(meta_buffer);
	return nvalues;
}

static void
free_old(HnswVacuum *vacuum)
{
	SlotList   *list = &vacuum->old;
	BlockNumber *values = palloc(vacuum->index->layout.slots_per_page * sizeof(BlockNumber));
	Size		n;

	if (vacuum->stamp > 0)
		wemb_vacuum_log_reuse(vacuum->base, vacuum->stamp);
	qsort(list->numbers, list->n, sizeof(uint32), ascending);
	for (Size i = 0; i < list->n; i += n)
	{
		int			nvalues;

		wemb_vacuum_delay();
		n = page_run(vacuum, list, i);
		nvalues = free_slots(vacuum, list->numbers + i, n, values);
		for (int k = 0; k < nvalues; k++)
			wemb_hnsw_values_free(vacuum->index, values[k]);
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
