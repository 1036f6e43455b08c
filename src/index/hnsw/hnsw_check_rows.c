/*
 * hnsw_check_rows.c
 *		wemb_index_check() of a graph index: its rows against those of the table.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "index/hnsw/hnsw_check.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#define LOST_OFF	0.001f		/* what is measured here may be off by: of lost, and of how floats round a vector */

/* ---- rows of the index ---- */

static int
compare_rows(const void *a, const void *b)
{
	return ItemPointerCompare((ItemPointer) &((const CheckRow *) a)->tid, (ItemPointer) &((const CheckRow *) b)->tid);
}

/* Layer 0's root that the entry leads to. */
static uint32
reached_root(Check *check)
{
	uint32		number = check->meta.entry;
	const CheckSlot *slot = wemb_hnsw_check_record(check, number);

	for (int layer = 0; layer < GRAPH_MAX_LEVEL && slot != NULL && slot->layer > 0; layer++)
	{
		number = slot->below;
		slot = wemb_hnsw_check_record(check, number);
	}
	return slot == NULL ? HNSW_NONE : wemb_hnsw_check_root(check, number);
}

static void
take_tids(Check *check, const CheckSlot *slot, uint32 record)
{
	for (int i = 0; i < slot->ntids; i++)
		check->rows[check->nrows++] = (CheckRow) {slot->tids[i], record};
}

/* The rows of a record that searches reach. */
static void
take_record(Check *check, const CheckSlot *slot, uint32 number)
{
	take_tids(check, slot, number);
	for (uint32 more = slot->more; more != HNSW_NONE; more = check->slots[more].more)
	{
		if (more >= check->nslots || check->slots[more].kind != HNSW_SLOT_TIDS || check->slots[more].met)
		{
			hnsw_check_report(check, "I7", "slot %u is no list of rows of record %u alone", more, number);
			break;
		}
		check->slots[more].met = true;
		take_tids(check, &check->slots[more], number);
	}
}

/* All rows of records that searches reach, sorted. */
static void
collect_rows(Check *check)
{
	uint32		root = reached_root(check);
	Size		room = 1;

	for (uint32 number = 0; number < check->nslots; number++)
		room += check->slots[number].ntids;
	check->rows = MemoryContextAllocHuge(CurrentMemoryContext, room * sizeof(CheckRow));
	for (uint32 number = 0; number < check->nslots; number++)
	{
		const CheckSlot *slot = wemb_hnsw_check_record(check, number);

		CHECK_FOR_INTERRUPTS();
		if (slot == NULL || slot->layer != 0 || slot->kind != HNSW_SLOT_RECORD)
			continue;
		if (root == HNSW_NONE || wemb_hnsw_check_root(check, number) != root)
			hnsw_check_report(check, "I4", "record %u cannot be reached", number);
		else
			take_record(check, slot, number);
	}
	qsort(check->rows, check->nrows, sizeof(CheckRow), compare_rows);
}

/* ---- rows of the table ---- */

/* How far a vector is from the copy, in what lost is in: L1 has its own, all others the Euclidean distance. */
static double
distance_lost(const HnswIndex *index, const float *x, const IndexCopy *copy)
{
	bool		l1 = index->vectors.metric->distance == INDEX_L1;
	double		sum = 0;

	for (int i = 0; i < index->vectors.dim; i++)
	{
		double		difference = x[i] - ((double) copy->low + (double) copy->step * copy->bytes[i]);

		sum += l1 ? fabs(difference) : difference * difference;
	}
	return l1 ? sum : sqrt(sum);
}

/* Whether the copy can stand for check->value. */
static bool
fits_copy(Check *check, const IndexCopy *copy)
{
	const HnswIndex *index = check->index;
	IndexCopy	again;

	if (index->vectors.form == VALUE_BYTES)
		return distance_lost(index, check->value->x, copy) <=
			copy->lost * (1 + LOST_OFF) + check->value->length * LOST_OFF * FLT_EPSILON * index->vectors.dim;
	again = wemb_value_copy(&index->vectors, check->value, check->bytes);
	return wemb_copy_same(&again, copy) && copy->lost >= again.lost;
}

/* Whether a row of that value is in the index. */
static bool
is_wanted(void *state, Datum value)
{
	Check	   *check = state;

	return wemb_value_set(&check->index->vectors, check->value, value);
}

/* The row of that value is there: in a record of its vector? */
static void
check_vector(void *state, ItemPointer tid)
{
	Check	   *check = state;
	CheckRow	key = {.tid = *tid};
	const CheckRow *row = bsearch(&key, check->rows, check->nrows, sizeof(CheckRow), compare_rows);
	IndexCopy	copy;

	if (!wemb_hnsw_store_copy(check->store, row->record, &copy) || !fits_copy(check, &copy))
		hnsw_check_report(check, "I10", "record %u has another vector than its row (%u,%u)", row->record,
						  ItemPointerGetBlockNumber(tid), ItemPointerGetOffsetNumber(tid));
	wemb_hnsw_store_forget(check->store);
}

void
wemb_hnsw_check_rows(Check *check)
{
	IndexRows	rows = {
		.twice = "I7", .missing = "I4", .wanted = is_wanted, .there = check_vector, .state = check
	};

	collect_rows(check);
	rows.tids = MemoryContextAllocHuge(CurrentMemoryContext, (check->nrows + 1) * sizeof(ItemPointerData));
	rows.ntids = check->nrows;
	for (Size i = 0; i < check->nrows; i++)
		rows.tids[i] = check->rows[i].tid;
	wemb_index_check_rows(check->found, &rows);
}
