/*
 * list_search.c
 *		Search of inverted lists, as a stream.
 *
 * A row goes through up to three places:
 *	bounds	of all rows in blocks scanned, unsorted; infinite when it has left; "far" is the least of them
 *	near	a heap of those with the least bounds, some hundreds
 *	found	a heap of rows measured and not given
 *
 * Near is filled from the bounds by a threshold that lets through as many as
 * are likely to be wanted, found by bisection: counting is a pass over floats, and
 * far cheaper than a heap of all of them.
 */
#include "core/ann/list_search.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define NEAR_MOST		1024	/* room in near */
#define NEAR_WANTED		128		/* that a threshold lets through at first; then as many as rows were given, too */
#define NEAR_WANTED_MOST	512
#define BISECTIONS		24
#define FIRST_MEASURED	32		/* rows, before anything is known */
#define FIRST_DEPTH		10		/* rows that the first lists are scanned for */

typedef struct ListItem
{
	float		distance;
	uint32_t	place;			/* near: block * LIST_BLOCK + slot; found: its tag; of a list: the list */
	uint64_t	row;			/* found */
} ListItem;

typedef struct ListHeap
{
	ListItem   *items;
	uint32_t	n;
} ListHeap;

struct ListSearch
{
	ListSearchConfig config;
	ListEffort	effort;
	uint64_t	depth;			/* rows that the lists scanned are enough for */
	uint64_t	given;
	uint64_t	measured;
	uint32_t	scanned;		/* lists */
	uint32_t	target;			/* lists to scan now */
	uint32_t	nblocks;
	uint32_t	fresh;			/* blocks from here on have not been looked at */
	bool		unsorted;		/* found is no heap yet */
	float		far;
	float		threshold;		/* bounds below it are in near, but where that had no room */
	ListHeap	lists;
	ListHeap	near;
	ListHeap	found;
	float	   *bounds;
	uint32_t   *tags;
};

/* ---- heaps, nearest on top ---- */

static void
sift_down(ListHeap *heap, uint32_t i, ListItem item)
{
	for (;;)
	{
		uint32_t	child = 2 * i + 1;

		if (child >= heap->n)
			break;
		if (child + 1 < heap->n && heap->items[child + 1].distance < heap->items[child].distance)
			child++;
		if (heap->items[child].distance >= item.distance)
			break;
		heap->items[i] = heap->items[child];
		i = child;
	}
	heap->items[i] = item;
}

static void
heap_push(ListHeap *heap, ListItem item)
{
	uint32_t	i = heap->n++;

	while (i > 0 && heap->items[(i - 1) / 2].distance > item.distance)
	{
		heap->items[i] = heap->items[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	heap->items[i] = item;
}

static ListItem
heap_pop(ListHeap *heap)
{
	ListItem	top = heap->items[0];

	heap->n--;
	if (heap->n > 0)
		sift_down(heap, 0, heap->items[heap->n]);
	return top;
}

static void
heap_make(ListHeap *heap)
{
	for (uint32_t i = heap->n / 2; i-- > 0;)
		sift_down(heap, i, heap->items[i]);
}

/* ---- the block ---- */

static size_t
aligned(size_t size)
{
	return (size + 63) / 64 * 64;
}

size_t
wemb_list_search_size(const ListSearchConfig *config)
{
	return aligned(sizeof(ListSearch)) + aligned(config->lists * sizeof(ListItem)) +
		aligned(NEAR_MOST * sizeof(ListItem)) + aligned(config->found * sizeof(ListItem)) +
		aligned((size_t) config->blocks * LIST_BLOCK * sizeof(float)) + aligned(config->blocks * sizeof(uint32_t));
}

/* Point to the arrays behind search's head. */
static void
set_arrays(ListSearch *search)
{
	const ListSearchConfig *config = &search->config;
	char	   *at = (char *) search + aligned(sizeof(ListSearch));

	search->bounds = (float *) at;
	at += aligned((size_t) config->blocks * LIST_BLOCK * sizeof(float));
	search->lists.items = (ListItem *) at;
	at += aligned(config->lists * sizeof(ListItem));
	search->near.items = (ListItem *) at;
	at += aligned(NEAR_MOST * sizeof(ListItem));
	search->found.items = (ListItem *) at;
	at += aligned(config->found * sizeof(ListItem));
	search->tags = (uint32_t *) at;
}

ListSearch *
wemb_list_search_init(void *block, const ListSearchConfig *config)
{
	ListSearch *search = block;

	memset(search, 0, sizeof(*search));
	search->config = *config;
	search->far = INFINITY;
	search->threshold = -INFINITY;
	set_arrays(search);
	return search;
}

static void
copy_heap(ListHeap *to, const ListHeap *from)
{
	to->n = from->n;
	memcpy(to->items, from->items, from->n * sizeof(ListItem));
}

ListSearch *
wemb_list_search_grow(void *block, const ListSearchConfig *config, const ListSearch *search)
{
	ListSearch *larger = block;

	*larger = *search;
	larger->config = *config;
	set_arrays(larger);
	copy_heap(&larger->lists, &search->lists);
	copy_heap(&larger->near, &search->near);
	copy_heap(&larger->found, &search->found);
	memcpy(larger->bounds, search->bounds, (size_t) search->nblocks * LIST_BLOCK * sizeof(float));
	memcpy(larger->tags, search->tags, search->nblocks * sizeof(uint32_t));
	return larger;
}

/* ---- passes over bounds ---- */

typedef float FourFloats __attribute__((vector_size(16)));
typedef int32_t FourInts __attribute__((vector_size(16)));

static uint32_t
count_below(const float *bounds, size_t n, float threshold)
{
	FourFloats	limit = {threshold, threshold, threshold, threshold};
	FourInts	first = {0},
				second = {0};

	for (size_t i = 0; i < n; i += 8)
	{
		FourFloats	low,
					high;

		memcpy(&low, bounds + i, sizeof(low));
		memcpy(&high, bounds + i + 4, sizeof(high));
		first -= low < limit;
		second -= high < limit;
	}
	first += second;
	return (uint32_t) (first[0] + first[1] + first[2] + first[3]);
}

static float
least_of(const float *bounds, size_t n)
{
	FourFloats	least = {INFINITY, INFINITY, INFINITY, INFINITY};
	float		result;

	for (size_t i = 0; i < n; i += 4)
	{
		FourFloats	four;
		FourInts	less;

		memcpy(&four, bounds + i, sizeof(four));
		less = four < least;
		least = (FourFloats) (((FourInts) four & less) | ((FourInts) least & ~less));
	}
	result = least[0];
	for (int i = 1; i < 4; i++)
		result = least[i] < result ? least[i] : result;
	return result;
}

/* Move what is below the threshold from blocks first .. nblocks - 1 to near, as long as that has room. */
static void
take_below(ListSearch *search, uint32_t first)
{
	for (uint32_t block = first; block < search->nblocks; block++)
	{
		float	   *bounds = search->bounds + (size_t) block * LIST_BLOCK;

		if (count_below(bounds, LIST_BLOCK, search->threshold) == 0)
			continue;
		for (uint32_t i = 0; i < LIST_BLOCK; i++)
			if (bounds[i] < search->threshold && search->near.n < NEAR_MOST)
			{
				heap_push(&search->near, (ListItem) {.distance = bounds[i],.place = block * LIST_BLOCK + i});
				bounds[i] = INFINITY;
			}
	}
}

static size_t
bounds_count(const ListSearch *search)
{
	return (size_t) search->nblocks * LIST_BLOCK;
}

/* The blocks of lists just scanned: those of their bounds that belong into near. */
static void
look_at_fresh(ListSearch *search)
{
	float		least;

	if (search->fresh == search->nblocks)
		return;
	take_below(search, search->fresh);
	least = least_of(search->bounds + (size_t) search->fresh * LIST_BLOCK,
					 (size_t) (search->nblocks - search->fresh) * LIST_BLOCK);
	search->far = least < search->far ? least : search->far;
	search->fresh = search->nblocks;
}

/* A threshold that is above the least bound, and that about as many as wanted are below. */
static float
choose_threshold(const ListSearch *search, uint32_t wanted)
{
	size_t		n = bounds_count(search);
	float		low = search->far;
	float		high = FLT_MAX;
	float		step;

	if (low == -INFINITY)
		return -FLT_MAX;
	if (count_below(search->bounds, n, FLT_MAX) <= wanted)
		return INFINITY;

	/* up from the least bound until there are enough */
	step = fabsf(low) / 64 + FLT_MIN;
	for (float next = low + step; next < FLT_MAX; step *= 2, next = low + step)
	{
		if (count_below(search->bounds, n, next) >= wanted)
		{
			high = next;
			break;
		}
	}
	for (int i = 0; i < BISECTIONS; i++)
	{
		float		middle = low + (high - low) / 2;
		uint32_t	count = count_below(search->bounds, n, middle);

		if (count > wanted)
			high = middle;
		else if (count < wanted / 2)
			low = middle;
		else
			return middle;
	}
	return nextafterf(high, INFINITY);	/* above many that are equal, if there are */
}

/* Bring the next ones from the bounds to near. */
static void
fill_near(ListSearch *search)
{
	uint64_t	wanted = NEAR_WANTED + search->given;
	float		threshold = choose_threshold(search, wanted < NEAR_WANTED_MOST ? (uint32_t) wanted : NEAR_WANTED_MOST);

	search->threshold = threshold > search->threshold ? threshold : search->threshold;
	take_below(search, 0);
	search->far = least_of(search->bounds, bounds_count(search));
}

/* ---- effort ---- */

double
wemb_list_effort(const ListEffort *effort, double depth)
{
	int			i = 1;
	double		slope;

	if (effort->ends || depth <= effort->depth[0])
		return effort->lists[0];
	while (i < LIST_EFFORT_POINTS - 1 && depth > effort->depth[i])
		i++;
	slope = log(effort->lists[i] / effort->lists[i - 1]) / log(effort->depth[i] / effort->depth[i - 1]);
	return effort->lists[i - 1] * pow(depth / effort->depth[i - 1], slope);
}

/* The lists that the next rows need; they are as many as a quarter of those before. */
static void
set_target(ListSearch *search)
{
	double		lists;

	search->depth = search->given + search->given / 4;
	if (search->depth < FIRST_DEPTH)
		search->depth = FIRST_DEPTH;
	lists = ceil(wemb_list_effort(&search->effort, (double) search->depth));
	search->target = lists < search->effort.most ? (uint32_t) lists : search->effort.most;
}

void
wemb_list_search_offer(ListSearch *search, float distance, uint32_t list)
{
	search->lists.items[search->lists.n++] = (ListItem) {.distance = distance,.place = list};
}

void
wemb_list_search_start(ListSearch *search, const ListEffort *effort)
{
	heap_make(&search->lists);
	search->effort = *effort;
	set_target(search);
}

void
wemb_list_search_stop(ListSearch *search)
{
	search->lists.n = 0;
}

/* ---- the stream ---- */

float *
wemb_list_search_block(ListSearch *search, uint32_t tag)
{
	if (search->nblocks == search->config.blocks)
		return NULL;
	search->tags[search->nblocks] = tag;
	return search->bounds + (size_t) search->nblocks++ * LIST_BLOCK;
}

bool
wemb_list_search_found(ListSearch *search, float distance, uint64_t row, uint32_t tag)
{
	ListItem	item = {.distance = distance,.row = row,.place = tag};

	if (search->found.n == search->config.found)
		return false;
	if (search->unsorted)
		search->found.items[search->found.n++] = item;
	else
		heap_push(&search->found, item);
	search->measured++;
	return true;
}

int
wemb_list_search_room(const ListSearch *search)
{
	return (int) (search->config.blocks - search->nblocks);
}

static ListStatus
next_list(ListSearch *search, ListStep *step)
{
	step->list = heap_pop(&search->lists).place;
	search->scanned++;
	search->unsorted = true;
	return LIST_SCAN;
}

static bool
place_before(ListPlace a, ListPlace b)
{
	return a.tag != b.tag ? a.tag < b.tag : a.slot < b.slot;
}

/* Take from near what could come before the nearest row found. */
static ListStatus
measure_near(ListSearch *search, ListStep *step)
{
	int			least = search->measured == 0 ? FIRST_MEASURED : 1;
	float		bound = search->found.n > 0 ? search->found.items[0].distance : -INFINITY;

	if (search->config.found - search->found.n < LIST_MEASURE_MOST)
		return LIST_FULL;
	step->n = 0;
	while (search->near.n > 0 && step->n < LIST_MEASURE_MOST &&
		   (step->n < least || search->near.items[0].distance < bound))
	{
		uint32_t	place = heap_pop(&search->near).place;
		ListPlace	next = {search->tags[place / LIST_BLOCK], place % LIST_BLOCK};
		int			i = step->n++;

		for (; i > 0 && place_before(next, step->places[i - 1]); i--)
			step->places[i] = step->places[i - 1];
		step->places[i] = next;
	}
	return LIST_MEASURE;
}

ListStatus
wemb_list_search_next(ListSearch *search, ListStep *step)
{
	for (;;)
	{
		float		bound;

		if (search->lists.n > 0 && search->scanned < search->target)
			return next_list(search, step);
		if (search->unsorted)
		{
			heap_make(&search->found);
			search->unsorted = false;
		}
		look_at_fresh(search);
		bound = search->near.n > 0 && search->near.items[0].distance < search->far ?
			search->near.items[0].distance : search->far;
		if (search->found.n > 0 && search->found.items[0].distance <= bound)
		{
			ListItem	item;

			/* lists for the rows from here on come first */
			if (search->given >= search->depth && search->lists.n > 0)
			{
				set_target(search);
				search->depth++;	/* so that it ends, however few rows there are */
				if (search->scanned < search->target)
					continue;
			}
			item = heap_pop(&search->found);
			step->distance = item.distance;
			step->row = item.row;
			step->tag = item.place;
			search->given++;
			return LIST_FOUND;
		}
		if (search->near.n > 0 && (search->near.items[0].distance <= search->far || search->near.n == NEAR_MOST))
			return measure_near(search, step);
		if (search->far < INFINITY)
			fill_near(search);
		else if (search->lists.n == 0 || search->effort.ends || search->scanned >= search->effort.most)
			return LIST_END;
		else
			search->target = search->scanned + 1;
	}
}

uint32_t
wemb_list_search_scanned(const ListSearch *search)
{
	return search->scanned;
}

uint64_t
wemb_list_search_measured(const ListSearch *search)
{
	return search->measured;
}
