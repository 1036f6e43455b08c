/*
 * hnsw_curve.c
 *		What recall a search of some effort has in this index: measured at the
 *		end of a build, with vectors of its own as queries, each of them as if
 *		it were not there: with its record a search would find the neighbours at once.
 */
#include "postgres.h"

#include "core/base/rng.h"
#include "index/hnsw/hnsw_curve.h"
#include "index/hnsw/hnsw_edit.h"
#include "index/hnsw/hnsw_store.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#define SAMPLES			100		/* queries */
#define NEAREST			10		/* rows that are asked for; recall is the share of them found */
#define TRUE_EF			400		/* an effort that finds nearly all */
#define LEAST_ROWS		1000	/* with fewer, any effort finds nearly all */

static const int efforts[] = {10, 14, 20, 30, 50, 80, 140, 240};

StaticAssertDecl(lengthof(efforts) == INDEX_CURVE, "the metapage must have room for the curve");

typedef struct Probe
{
	const HnswMeta *meta;
	HnswStore  *store;
	IndexValue *query;
} Probe;

/* The nearest records of the query, at most NEAREST; returns how many. */
static int
find_nearest(Probe *probe, int ef, uint32 *numbers)
{
	HnswStore  *store = probe->store;
	uint32		entry = wemb_hnsw_store_descend(store, probe->meta->entry, probe->meta->top);
	int			n = 0;

	wemb_graph_search_start(store->search, &store->graph, ef);
	wemb_graph_search_from(store->search, entry);
	while (n < NEAREST)
	{
		GraphCandidate found;
		GraphStatus status = wemb_graph_search_next(store->search, &found);

		CHECK_FOR_INTERRUPTS();
		if (status == GRAPH_END)
			break;
		if (status == GRAPH_FULL)
			wemb_hnsw_store_grow(store);
		else if (status == GRAPH_FOUND)
			numbers[n++] = found.node;
	}
	return n;
}

/* The query becomes the vector of a record of layer 0, which is hidden; false if the slot has none. */
static bool
draw_query(Probe *probe, uint32 number)
{
	HnswIndex  *index = probe->store->index;
	HnswSlot   *slot = palloc(index->layout.slot_size);
	uint8	   *bytes = palloc(wemb_value_max_copy(&index->vectors));
	bool		good = wemb_hnsw_slot_read(index, number, slot) && slot->kind == HNSW_SLOT_RECORD && slot->layer == 0;

	if (good)
	{
		IndexCopy	copy;

		wemb_hnsw_slot_check(index, slot, number);
		copy = wemb_hnsw_slot_copy(index, slot, bytes);
		wemb_value_of_copy(&index->vectors, probe->query, &copy);
		wemb_value_prepare(&index->vectors, probe->query);
		probe->store->hidden = number;
	}
	pfree(slot);
	pfree(bytes);
	return good;
}

static int
count_common(const uint32 *a, int na, const uint32 *b, int nb)
{
	int			common = 0;

	for (int i = 0; i < na; i++)
		for (int k = 0; k < nb; k++)
			common += a[i] == b[k];
	return common;
}

static void
measure(Probe *probe, IndexCurvePoint *curve)
{
	Rng			rng = rng_for(probe->meta->seed, probe->meta->next);
	int			hits[INDEX_CURVE] = {0};
	int			asked = 0;

	for (int i = 0; i < 4 * SAMPLES && asked < SAMPLES * NEAREST; i++)
	{
		uint32		truth[NEAREST];
		int			ntruth;

		if (!draw_query(probe, rng_below(&rng, probe->meta->next)))
			continue;
		ntruth = find_nearest(probe, TRUE_EF, truth);
		asked += ntruth;
		for (int k = 0; k < INDEX_CURVE; k++)
		{
			uint32		found[NEAREST];
			int			nfound = find_nearest(probe, efforts[k], found);

			hits[k] += count_common(found, nfound, truth, ntruth);
		}
	}
	for (int k = 0; k < INDEX_CURVE && asked > 0; k++)
		curve[k] = (IndexCurvePoint) {efforts[k], (float) hits[k] / asked};
}

static bool
set_curve(HnswMeta *meta, const void *arg)
{
	memcpy(meta->curve, arg, sizeof(meta->curve));
	return true;
}

void
wemb_hnsw_curve_measure(Relation relation)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "wemb hnsw curve", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	IndexCurvePoint curve[INDEX_CURVE] = {{0}};
	HnswMeta	meta;
	HnswIndex  *index = wemb_hnsw_open(relation, &meta);

	if (meta.rows >= LEAST_ROWS)
	{
		Probe		probe = {&meta, wemb_hnsw_store_create(index, TRUE_EF, false), wemb_value_create(&index->vectors)};

		probe.store->query = probe.query;
		probe.store->lower = true;
		measure(&probe, curve);
		wemb_hnsw_meta_update(relation, set_curve, curve);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}
