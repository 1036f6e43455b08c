/*
 * ivf_insert.c
 *		One row into the list whose centroid is nearest.
 */
#include "pg/compat.h"

#include <math.h>

#include "index/ivf/ivf.h"
#include "index/ivf/ivf_append.h"
#include "index/ivf/ivf_space.h"
#include "index/ivf/ivf_split.h"
#include "nodes/execnodes.h"
#include "utils/memutils.h"

typedef struct IvfInserter
{
	const IvfIndex *index;
	IndexValue *value;
	MemoryContext row;			/* reset for each */
	IndexCopy	copy;			/* of the value */
	IndexCopy	centroid;
	uint8	   *bytes;
	uint8	   *centroid_bytes;
	IvfCell    *cell;
	uint8	   *code;
	float	   *rotated;
	float	   *rotated_centroid;
} IvfInserter;

/* One for all rows of a statement. */
static IvfInserter *
get_inserter(Relation relation, IndexInfo *info)
{
	IvfInserter *inserter = info->ii_AmCache;
	MemoryContext old;
	IvfMeta		meta;
	const IndexVectors *vectors;

	if (inserter != NULL)
		return inserter;
	old = MemoryContextSwitchTo(info->ii_Context);
	inserter = palloc0(sizeof(IvfInserter));
	inserter->index = wemb_ivf_open(relation, &meta);
	vectors = &inserter->index->vectors;
	inserter->value = wemb_value_create(vectors);
	inserter->row = AllocSetContextCreate(CurrentMemoryContext, "wemb ivf insert", ALLOCSET_DEFAULT_SIZES);
	inserter->bytes = palloc(wemb_value_max_copy(vectors));
	inserter->centroid_bytes = palloc(wemb_value_max_copy(vectors));
	inserter->cell = palloc(inserter->index->layout.cell_size);
	if (vectors->codes != NULL)
	{
		inserter->code = palloc(vectors->codes->code_bytes);
		inserter->rotated = palloc(vectors->codes->padded * sizeof(float));
		inserter->rotated_centroid = palloc(vectors->codes->padded * sizeof(float));
	}
	MemoryContextSwitchTo(old);
	info->ii_AmCache = inserter;
	return inserter;
}

/* The unit of a list whose first rows are away from its centroid as far as this one. */
static float
choose_unit(const IvfInserter *inserter)
{
	float		distance = wemb_ivf_centroid_distance(inserter->index, inserter->value, &inserter->centroid);

	return distance > 0 ? wemb_quant_unit(sqrtf(distance)) : 0;
}

static void
encode(IvfInserter *inserter, IvfPlace *place, QuantFactors *factors)
{
	const IvfIndex *index = inserter->index;

	if (index->vectors.codes == NULL)
		return;
	if (place->list.unit == 0)
	{
		float		unit = choose_unit(inserter);

		if (unit > 0)
			wemb_ivf_settle_unit(index, place, unit);
	}
	wemb_ivf_set_unit(index, place->list.unit);
	wemb_ivf_rotate(index, &inserter->centroid, inserter->rotated_centroid);
	wemb_ivf_rotate(index, &inserter->copy, inserter->rotated);
	wemb_quant_encode(index->vectors.codes, inserter->rotated, inserter->rotated_centroid, inserter->code, factors);
}

static void
insert_row(IvfInserter *inserter, ItemPointer tid)
{
	const IvfIndex *index = inserter->index;
	QuantFactors factors = {0};
	IvfPlace	place;
	IvfList		now;
	uint32		rows;

	inserter->copy = wemb_value_copy(&index->vectors, inserter->value, inserter->bytes);
	wemb_value_of_copy(&index->vectors, inserter->value, &inserter->copy);	/* as a build sees it */
	wemb_ivf_cell_fill(index, inserter->cell, tid, &inserter->copy);
	for (;;)
	{
		place = wemb_ivf_list_choose(index, inserter->value, &inserter->centroid, inserter->centroid_bytes);
		LockPage(index->relation, IVF_LIST_LOCK(place.number), ShareLock);
		now = wemb_ivf_list_read(index, &place);
		if (now.version == place.list.version)
			break;
		UnlockPage(index->relation, IVF_LIST_LOCK(place.number), ShareLock);
	}
	place.list = now;
	encode(inserter, &place, &factors);
	rows = wemb_ivf_append(index, &place, inserter->cell, inserter->code, &factors);
	UnlockPage(index->relation, IVF_LIST_LOCK(place.number), ShareLock);
	wemb_ivf_split_if_due(index, &place, rows);
}

bool
wemb_ivf_insert(Relation relation, Datum *values, bool *isnull, ItemPointer heap_tid, Relation heap, IndexInfo *info)
{
	IvfInserter *inserter;
	MemoryContext old;

	if (isnull[0])
		return false;
	inserter = get_inserter(relation, info);
	old = MemoryContextSwitchTo(inserter->row);
	if (wemb_value_set(&inserter->index->vectors, inserter->value, values[0]))
		insert_row(inserter, heap_tid);
	MemoryContextSwitchTo(old);
	MemoryContextReset(inserter->row);
	return false;
}
