/*
 * ivf_search.c
 *		A search of an index: core/ann/list_search.h over its pages.
 *
 * Of each page of codes that is scanned the search keeps the blocks of the
 * pages of its cells; a row is known by the number of its block among all that
 * were scanned, its tag, and its place there.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "index/ivf/ivf_lists.h"
#include "index/ivf/ivf_search.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"

#define FIRST_BLOCKS	512		/* room at first */
#define FIRST_FOUND		512
#define LEAST_MEMORY	((Size) 512 * 1024)
#define CUT_EPSILON		1.4f	/* bounds of codes that do not keep all dimensions are as much wider */
#define SURE_EPSILON	2.5f	/* and of a scan that ends with its lists: one row in a million comes late */

/* A page of codes that was scanned. */
typedef struct SeenPage
{
	BlockNumber block;
	uint32		rank;			/* of its list */
} SeenPage;

struct IvfSearch
{
	const IvfIndex *index;
	IndexValue *query;
	uint8	   *table;			/* of the query's sums, for blocks */
	float		step;			/* of the query, in units of 1 */
	IvfMeta		meta;
	IvfList    *lists;
	float	   *distances;		/* of centroids from the query: |q - c|^2, or bits that differ */
	float	   *products;		/* IP: - <q, c> */
	uint32		room;			/* lists that those have room for */
	ListSearchConfig config;
	ListSearch *stream;
	Size		limit;
	ListStep	step_now;
	uint32		rank;			/* of the list being scanned */
	SeenPage   *pages;
	BlockNumber *cells;			/* layout.code_cells of each page */
	uint32		npages;
	uint32		pages_room;
	IvfCell    *cell;			/* of several pages */
};

/* ---- lists ---- */

static void
make_room(IvfSearch *search, uint32 lists)
{
	if (lists <= search->room)
		return;
	search->room = lists;
	search->lists = palloc(lists * sizeof(IvfList));
	search->distances = palloc(lists * sizeof(float));
	search->products = palloc(lists * sizeof(float));
}

static void
keep_list(void *state, const IvfPlace *place, const IvfCell *centroid)
{
	IvfSearch  *search = state;
	const IvfIndex *index = search->index;
	IndexCopy	copy = wemb_ivf_copy(index, centroid);

	/* meta was read before the lists are */
	if (place->number == 0)
		make_room(search, search->meta.lists);
	search->lists[place->number] = place->list;
	search->distances[place->number] = wemb_ivf_centroid_distance(index, search->query, &copy);
	if (index->vectors.metric->distance == INDEX_IP)
		search->products[place->number] = wemb_value_distance(&index->vectors, search->query, &copy);
}

/* ---- memory ---- */

static void *
aligned_block(Size size)
{
	return (void *) TYPEALIGN(64, palloc_extended(size + 64, MCXT_ALLOC_HUGE));
}

static void
create_stream(IvfSearch *search)
{
	search->config = (ListSearchConfig) {search->meta.lists, FIRST_BLOCKS, FIRST_FOUND};
	search->stream = wemb_list_search_init(aligned_block(wemb_list_search_size(&search->config)), &search->config);
}

/* Move the stream to a block with so much room. */
static void
grow(IvfSearch *search, const ListSearchConfig *larger)
{
	search->stream = wemb_list_search_grow(aligned_block(wemb_list_search_size(larger)), larger, search->stream);
	search->config = *larger;
}

/* Room for more blocks; false if the limit does not allow it. */
static bool
grow_blocks(IvfSearch *search)
{
	ListSearchConfig larger = search->config;

	larger.blocks *= 2;
	if (search->limit > 0 && wemb_list_search_size(&larger) > Max(search->limit, LEAST_MEMORY))
		return false;
	grow(search, &larger);
	return true;
}

/* Room for more rows that were measured: they are far fewer than those in blocks, and needed to go on at all. */
static void
grow_found(IvfSearch *search)
{
	ListSearchConfig larger = search->config;

	larger.found *= 2;
	grow(search, &larger);
}

/* ---- codes ---- */

static SeenPage *
add_page(IvfSearch *search, BlockNumber block, Page page)
{
	int			n = search->index->layout.code_cells;
	SeenPage   *seen;

	if (search->npages == search->pages_room)
	{
		search->pages_room = Max(64, search->pages_room * 2);
		search->pages = search->pages == NULL ? palloc(search->pages_room * sizeof(SeenPage)) :
			repalloc_huge(search->pages, search->pages_room * sizeof(SeenPage));
		search->cells = search->cells == NULL ? palloc(search->pages_room * n * sizeof(BlockNumber)) :
			repalloc_huge(search->cells, (Size) search->pages_room * n * sizeof(BlockNumber));
	}
	memcpy(search->cells + (Size) search->npages * n, ivf_codes(page)->cells, n * sizeof(BlockNumber));
	seen = &search->pages[search->npages++];
	*seen = (SeenPage) {block, search->rank};
	return seen;
}

/* Bounds of n rows; what is none is infinite, and what is not known is before all. */
static void
put_bounds(float *bounds, const float *lower, int n)
{
	for (int i = 0; i < LIST_BLOCK; i++)
	{
		float		bound = lower[i] < FLT_MAX ? lower[i] : FLT_MAX;

		bound = lower[i] == lower[i] ? bound : -INFINITY;
		bounds[i] = i < n ? bound : INFINITY;
	}
}

/* One block of a page: as many codes as it has, up to n. */
static void
scan_block(IvfSearch *search, const char *block, int n, const QuantOrigin *origin, float *bounds)
{
	QuantEstimates estimates;

	if (n >= LIST_BLOCK)
		wemb_quant_block_estimate(search->query->query, search->table, origin, block, &estimates);
	else
		wemb_quant_array_estimate(search->query->query, origin, (QuantSpan) {block, LIST_BLOCK, 0, n}, &estimates);
	put_bounds(bounds, estimates.lower, n);
}

/* A block without codes: each row could be the next. */
static void
skip_block(int n, float *bounds)
{
	for (int i = 0; i < LIST_BLOCK; i++)
		bounds[i] = i < n ? -INFINITY : INFINITY;
}

/* The query as codes of the list see it. */
static QuantOrigin
look_from(IvfSearch *search, uint32 list)
{
	float		unit = search->lists[list].unit > 0 ? search->lists[list].unit : 1;
	QuantQuery *query = search->query->query;

	if (query != NULL)
	{
		query->unit = unit;
		query->step = search->step / unit;
	}
	return (QuantOrigin) {
		.add = search->index->vectors.metric->distance == INDEX_IP ? search->products[list] : search->distances[list],
		.distance = sqrtf(search->distances[list])
	};
}

/* Scan a page of codes; returns the next one. */
static BlockNumber
scan_page(IvfSearch *search, BlockNumber block, const QuantOrigin *origin)
{
	const IvfLayout *layout = &search->index->layout;
	Buffer		buffer;
	Page		page = wemb_ivf_page_lock(search->index, block, IVF_PAGE_CODES, &buffer);
	BlockNumber next = ivf_codes(page)->next;
	int			n = Min(ivf_codes(page)->n, ivf_rows_per_page(layout));
	uint32		tag = search->npages * layout->blocks_per_page;

	if (n > 0)
		(void) add_page(search, block, page);
	for (int i = 0; i * LIST_BLOCK < n; i++)
	{
		float	   *bounds = wemb_list_search_block(search->stream, tag + i);

		Assert(bounds != NULL);
		if (layout->block_size > 0)
			scan_block(search, ivf_block(layout, page, i), n - i * LIST_BLOCK, origin, bounds);
		else
			skip_block(n - i * LIST_BLOCK, bounds);
	}
	UnlockReleaseBuffer(buffer);
	return next;
}

static void
scan_list(IvfSearch *search, uint32 list)
{
	QuantOrigin origin = look_from(search, list);
	BlockNumber block = search->lists[list].head;

	search->rank = wemb_list_search_scanned(search->stream) - 1;
	while (block != InvalidBlockNumber)
	{
		CHECK_FOR_INTERRUPTS();
		while (wemb_list_search_room(search->stream) < search->index->layout.blocks_per_page)
			if (!grow_blocks(search))
			{
				wemb_list_search_stop(search->stream);
				return;
			}
		block = scan_page(search, block, &origin);
	}
}

/* ---- rows ---- */

static void
measure_row(IvfSearch *search, const IvfCell *cell, uint32 page)
{
	const IndexVectors *vectors = &search->index->vectors;
	IndexCopy	copy = wemb_ivf_copy(search->index, cell);
	float		distance;
	uint64		row;

	if (!ItemPointerIsValid(&cell->tid))
		return;
	distance = wemb_value_distance(vectors, search->query, &copy);
	distance = wemb_value_lower(vectors, search->query, distance, copy.lost);
	row = (uint64) ItemPointerGetBlockNumberNoCheck(&cell->tid) << 16 | ItemPointerGetOffsetNumberNoCheck(&cell->tid);
	if (!wemb_list_search_found(search->stream, distance, row, search->pages[page].rank))
		elog(ERROR, "a search has no room for a row");
}

/* The rows of one page of cells from step.places[i] on; returns how many. */
static int
measure_page(IvfSearch *search, const ListStep *step, int i)
{
	const IvfLayout *layout = &search->index->layout;
	BlockNumber block = InvalidBlockNumber;
	Buffer		buffer = InvalidBuffer;
	Page		page = NULL;
	int			done = 0;

	for (; i + done < step->n; done++)
	{
		ListPlace	place = step->places[i + done];
		uint32		seen = place.tag / layout->blocks_per_page;
		int			row = place.tag % layout->blocks_per_page * LIST_BLOCK + place.slot;
		const BlockNumber *cells = search->cells + (Size) seen * layout->code_cells;

		if (layout->pages_per_cell > 1)
		{
			wemb_ivf_cell_read(search->index, cells, row, search->cell);
			measure_row(search, search->cell, seen);
			continue;
		}
		if (cells[ivf_cell_page(layout, row)] != block)
		{
			if (done > 0)
				break;
			block = cells[ivf_cell_page(layout, row)];
			page = wemb_ivf_page_lock(search->index, block, IVF_PAGE_CELLS, &buffer);
		}
		measure_row(search, ivf_cell(layout, page, row), seen);
	}
	if (BufferIsValid(buffer))
		UnlockReleaseBuffer(buffer);
	return done;
}

/* ---- the search ---- */

IvfSearch *
wemb_ivf_search_create(const IvfIndex *index, IndexValue *query)
{
	IvfSearch  *search = palloc0(sizeof(IvfSearch));

	search->index = index;
	search->query = query;
	search->cell = palloc(index->layout.cell_size);
	wemb_ivf_set_unit(index, 1);
	wemb_value_prepare(&index->vectors, query);
	if (index->vectors.codes != NULL)
	{
		search->table = palloc(wemb_quant_table_size(index->vectors.codes));
		wemb_quant_table_init(search->table, query->query);
		search->step = query->query->step;
		if (index->vectors.codes != index->vectors.rotation)
			query->query->epsilon *= CUT_EPSILON;
	}
	wemb_ivf_lists_visit(index, &search->meta, keep_list, search);
	create_stream(search);
	return search;
}

const IvfMeta *
wemb_ivf_search_meta(const IvfSearch *search)
{
	return &search->meta;
}

void
wemb_ivf_search_limit(IvfSearch *search, Size bytes)
{
	search->limit = bytes;
}

void
wemb_ivf_search_start(IvfSearch *search, const ListEffort *effort)
{
	bool		products = search->index->vectors.metric->distance == INDEX_IP;

	if (effort->ends && search->table != NULL)
		search->query->query->epsilon *= SURE_EPSILON;
	for (uint32 list = 0; list < search->meta.lists; list++)
		wemb_list_search_offer(search->stream, products ? search->products[list] : search->distances[list], list);
	wemb_list_search_start(search->stream, effort);
}

bool
wemb_ivf_search_next(IvfSearch *search, IvfFound *found)
{
	ListStep   *step = &search->step_now;

	for (;;)
	{
		switch (wemb_list_search_next(search->stream, step))
		{
			case LIST_SCAN:
				scan_list(search, step->list);
				break;
			case LIST_MEASURE:
				CHECK_FOR_INTERRUPTS();
				for (int i = 0; i < step->n;)
					i += measure_page(search, step, i);
				break;
			case LIST_FULL:
				grow_found(search);
				break;
			case LIST_FOUND:
				found->lower = step->distance;
				found->list = step->tag;
				ItemPointerSet(&found->tid, (BlockNumber) (step->row >> 16), (OffsetNumber) (step->row & 0xFFFF));
				return true;
			case LIST_END:
				return false;
		}
	}
}

double
wemb_ivf_search_order(const IvfSearch *search, float lower)
{
	return wemb_value_order(&search->index->vectors, search->query, lower);
}
