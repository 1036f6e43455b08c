/*
 * ivf_curve.c
 *		How many lists have what share of the nearest rows: measured at the end
 *		of a build, with rows of the index as queries, each of them left out.
 *
 * One search of all lists says of each of its rows how far down among the
 * lists it was; so all points of a curve come from the same searches.  Each query is
 * drawn by its number, so that it does not matter which process asks it.
 */
#include "postgres.h"

#include "core/base/rng.h"
#include "index/ivf/ivf_curve.h"
#include "index/ivf/ivf_search.h"
#include "miscadmin.h"
#include "pg/generic_xlog.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"

#define SAMPLES			64		/* queries */
#define DEEP_SAMPLES	12		/* of them, for the last depth */
#define TRIES			32		/* to draw one: most pages have no codes */
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
	IvfCurve   *curve;
	IndexValue *query;
	IvfCell    *cell;
} Probe;

/* Rows found, by the rank of their list. */
static inline pg_atomic_uint32 *
hits_at(IvfCurve *curve, int depth)
{
	return curve->hits + (Size) depth * curve->lists;
}

/* A random row becomes the query; false if the page drawn has none. */
static bool
draw_query(Probe *probe, Rng *rng)
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
	wemb_ivf_cell_read(probe->index, cells, rng_below(rng, n), probe->cell);
	if (!ItemPointerIsValid(&probe->cell->tid))
		return false;
	copy = wemb_ivf_copy(probe->index, probe->cell);
	wemb_value_of_copy(&probe->index->vectors, probe->query, &copy);
	probe->tid = probe->cell->tid;
	return true;
}

/* Search as far as that many depths go. */
static void
ask(Probe *probe, int depths)
{
	IvfSearch  *search = wemb_ivf_search_create(probe->index, probe->query);
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
				pg_atomic_fetch_add_u32(&hits_at(probe->curve, depth)[found.list], 1);
		rank++;
	}
}

/* Points of the curve: of each recall the fewest lists that reach it. */
static void
draw_curve(pg_atomic_uint32 *hits, uint32 lists, IndexCurvePoint *points)
{
	uint64		all = 0;
	uint64		sum = 0;
	int			point = 0;

	for (uint32 i = 0; i < lists; i++)
		all += pg_atomic_read_u32(&hits[i]);
	for (uint32 i = 0; i < lists && all > 0; i++)
	{
		sum += pg_atomic_read_u32(&hits[i]);
		for (; point < INDEX_CURVE && sum >= recalls[point] * all; point++)
			points[point] = (IndexCurvePoint) {i + 1, (float) ((double) sum / all)};
	}
}

/* ---- the verbs ---- */

Size
wemb_ivf_curve_size(uint32 lists)
{
	return offsetof(IvfCurve, hits) + (Size) IVF_DEPTHS * lists * sizeof(pg_atomic_uint32);
}

void
wemb_ivf_curve_init(IvfCurve *curve, uint32 lists)
{
	curve->lists = lists;
	pg_atomic_init_u32(&curve->asked, 0);
	for (Size i = 0; i < (Size) IVF_DEPTHS * lists; i++)
		pg_atomic_init_u32(&curve->hits[i], 0);
}

void
wemb_ivf_curve_ask(IvfCurve *curve, Relation relation)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "wemb ivf curve", ALLOCSET_DEFAULT_SIZES);
	MemoryContext row = AllocSetContextCreate(context, "wemb ivf curve query", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Probe		probe = {.curve = curve, .blocks = RelationGetNumberOfBlocks(relation)};
	uint32		number;

	probe.index = wemb_ivf_open(relation, &probe.meta);
	probe.query = wemb_value_create(&probe.index->vectors);
	probe.cell = palloc(probe.index->layout.cell_size);
	while ((number = pg_atomic_fetch_add_u32(&curve->asked, 1)) < SAMPLES)
	{
		Rng			rng = rng_for(probe.meta.seed + probe.meta.lists, number);
		int			tries = TRIES;

		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(row);
		while (tries > 0 && !draw_query(&probe, &rng))
			tries--;
		if (tries > 0)
			ask(&probe, number < DEEP_SAMPLES ? IVF_DEPTHS : IVF_DEPTHS - 1);
		MemoryContextReset(row);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

void
wemb_ivf_curve_set(IvfCurve *curve, Relation relation)
{
	Buffer		buffer = ReadBuffer(relation, IVF_META_BLKNO);
	IndexCurvePoint points[IVF_DEPTHS][INDEX_CURVE] = {0};
	GenericXLogState *xlog;
	IvfMeta    *meta;

	for (int i = 0; i < IVF_DEPTHS; i++)
		draw_curve(hits_at(curve, i), curve->lists, points[i]);
	if (points[0][0].effort > 0)
	{
		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		xlog = GenericXLogStart(relation);
		meta = ivf_meta(wemb_xlog_page(xlog, buffer));
		memcpy(meta->curve, points, sizeof(meta->curve));
		meta->curve_lists = curve->lists;
		GenericXLogFinish(xlog);
		LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
	}
	ReleaseBuffer(buffer);
}

void
wemb_ivf_curve_measure(Relation relation)
{
	IvfCurve   *curve;
	IvfMeta		meta;

	wemb_ivf_read_meta(relation, &meta);
	if (meta.lists < IVF_CURVE_LISTS)
		return;
	curve = palloc(wemb_ivf_curve_size(meta.lists));
	wemb_ivf_curve_init(curve, meta.lists);
	wemb_ivf_curve_ask(curve, relation);
	wemb_ivf_curve_set(curve, relation);
	pfree(curve);
}
