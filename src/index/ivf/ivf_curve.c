/*
 * ivf_curve.c
 *		How many lists have what share of the nearest rows: measured at the end
 *		of a build, with rows of the index as queries, each of them left out.
 *
 * One search of all lists says of each of its rows how far down among the
 * lists it was; so all points of a curve come from the same searches.
 */
#include "postgres.h"

#include "access/generic_xlog.h"
#include "core/base/rng.h"
#include "index/ivf/ivf_build.h"
#include "index/ivf/ivf_search.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"

#define SAMPLES			64		/* queries */
#define DEEP_SAMPLES	12		/* of them, for the last depth */
#define TRIES			(8 * SAMPLES)
#define LEAST_LISTS		4		/* fewer are all scanned */
#define MOST_ROWS		2000000	/* scanned for a query: lists beyond are taken to have none of the nearest */

/* Rows of these ranks are what a curve is of: the last ones that come before that depth. */
static const int rank_from[IVF_DEPTHS] = {0, 50, 500};
static const int rank_end[IVF_DEPTHS] = {10, 100, 1000};

static const float recalls[] = {0.5f, 0.7f, 0.8f, 0.9f, 0.95f, 0.98f, 0.99f, 1.0f};

StaticAssertDecl(lengthof(recalls) == INDEX_CURVE, "the metapage must have room for the curve");

typedef struct Probe
{
	const IvfIndex *index;
	IvfMeta		meta;
	BlockNumber blocks;
	ItemPointerData tid;		/* of the query's row */
	uint32	   *hits[IVF_DEPTHS];	/* rows found, by the rank of their list */
} Probe;

/* A random row becomes the query; false if the page drawn has none. */
static bool
draw_query(Probe *probe, Rng *rng, IndexValue *query, IvfCell *cell)
{
	const IvfLayout *layout = &probe->index->layout;
	Buffer		buffer = ReadBuffer(probe->index->relation, rng_below(rng, probe->blocks));
	Page		page = BufferGetPage(buffer);
	BlockNumber *cells = palloc(layout->code_cells * sizeof(BlockNumber));
	int			n = 0;
	IndexCopy	copy;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	if (!PageIsNew(page) && ivf_special(page)->kind == IVF_PAGE_CODES && ivf_special(page)->retired == 0)
	{
		n = ivf_codes(page)->n;
		memcpy(cells, ivf_codes(page)->cells, layout->code_cells * sizeof(BlockNumber));
	}
	UnlockReleaseBuffer(buffer);
	if (n == 0)
		return false;
	wemb_ivf_cell_read(probe->index, cells, rng_below(rng, n), cell);
	if (!ItemPointerIsValid(&cell->tid))
		return false;
	copy = wemb_ivf_copy(probe->index, cell);
	wemb_value_of_copy(&probe->index->vectors, query, &copy);
	probe->tid = cell->tid;
	return true;
}

/* Search as far as that many depths go. */
static void
ask(Probe *probe, IndexValue *query, int depths)
{
	IvfSearch  *search = wemb_ivf_search_create(probe->index, query);
	double		share = Min(MOST_ROWS / Max((double) probe->meta.rows, 1), 1);
	ListEffort	effort = {
		.depth = {10, 100, 1000},
		.most = probe->meta.lists
	};
	IvfFound	found;
	int			rank = 0;

	for (int i = 0; i < LIST_EFFORT_POINTS; i++)
		effort.lists[i] = Max(share * probe->meta.lists, 1);
	wemb_ivf_search_start(search, &effort);
	while (rank < rank_end[depths - 1] && wemb_ivf_search_next(search, &found))
	{
		if (ItemPointerEquals(&found.tid, &probe->tid))
			continue;
		for (int depth = 0; depth < depths; depth++)
			if (rank >= rank_from[depth] && rank < rank_end[depth])
				probe->hits[depth][found.list]++;
		rank++;
	}
}

/* Points of the curve: of each recall the fewest lists that reach it. */
static void
draw_curve(const uint32 *hits, uint32 lists, IndexCurvePoint *curve)
{
	uint64		all = 0;
	uint64		sum = 0;
	int			point = 0;

	for (uint32 i = 0; i < lists; i++)
		all += hits[i];
	for (uint32 i = 0; i < lists && all > 0; i++)
	{
		sum += hits[i];
		for (; point < INDEX_CURVE && sum >= recalls[point] * all; point++)
			curve[point] = (IndexCurvePoint) {i + 1, (float) ((double) sum / all)};
	}
}

static void
set_curves(Relation relation, const IvfMeta *measured)
{
	Buffer		buffer = ReadBuffer(relation, IVF_META_BLKNO);
	GenericXLogState *xlog;
	IvfMeta    *meta;

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	xlog = GenericXLogStart(relation);
	meta = ivf_meta(GenericXLogRegisterBuffer(xlog, buffer, 0));
	memcpy(meta->curve, measured->curve, sizeof(meta->curve));
	meta->curve_lists = measured->lists;
	GenericXLogFinish(xlog);
	UnlockReleaseBuffer(buffer);
}

static void
measure(Probe *probe)
{
	Rng			rng = rng_for(probe->meta.seed, probe->meta.lists);
	IndexValue *query = wemb_value_create(&probe->index->vectors);
	IvfCell    *cell = palloc(probe->index->layout.cell_size);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "wemb ivf curve query", ALLOCSET_DEFAULT_SIZES);
	int			asked = 0;

	for (int i = 0; i < IVF_DEPTHS; i++)
		probe->hits[i] = palloc0(probe->meta.lists * sizeof(uint32));
	for (int i = 0; i < TRIES && asked < SAMPLES; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		CHECK_FOR_INTERRUPTS();
		if (draw_query(probe, &rng, query, cell))
		{
			ask(probe, query, asked < DEEP_SAMPLES ? IVF_DEPTHS : IVF_DEPTHS - 1);
			asked++;
		}
		MemoryContextSwitchTo(old);
		MemoryContextReset(context);
	}
	memset(probe->meta.curve, 0, sizeof(probe->meta.curve));
	for (int i = 0; i < IVF_DEPTHS; i++)
		draw_curve(probe->hits[i], probe->meta.lists, probe->meta.curve[i]);
}

void
wemb_ivf_curve_measure(Relation relation)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "wemb ivf curve", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Probe		probe;

	probe.index = wemb_ivf_open(relation, &probe.meta);
	probe.blocks = RelationGetNumberOfBlocks(relation);
	if (probe.meta.lists >= LEAST_LISTS)
	{
		measure(&probe);
		if (probe.meta.curve[0][0].effort > 0)
			set_curves(relation, &probe.meta);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}
