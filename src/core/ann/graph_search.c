/*
 * graph_search.c
 *		Best-first search of one layer.
 *
 * Four places for what was met:
 *	seen	a hash table of all nodes met, each with its estimate
 *	queue	a heap of nodes to visit, nearest first; behind it, from the array's end, "aside": those too far for now
 *	near	the nearest nodes not yet given, sorted; "window" of them, or fewer if no more are known
 *	rest	a heap of nodes not yet given that are farther than all of near
 *
 * A node that several visited ones are linked to has been estimated as often, with
 * errors that are independent, since each code is relative to another vector.
 * The mean is what counts.  When it falls, the node is queued once more; when it has
 * risen, that is found out when the node comes to the top, and it goes back.  On real vectors of 100
 * dimensions this saves almost half of the visits at a recall of 0.99.
 */
#include "core/ann/graph_search.h"

#include <math.h>
#include <string.h>

#define EXPECTED	2			/* nodes on top of the queue that the store is told of before a visit */

typedef struct SeenNode
{
	uint32_t	node;
	uint16_t	search;			/* that it was met in; of another one: free */
	uint16_t	estimates;		/* how many; 0: visited */
	float		distance;		/* their mean */
} SeenNode;

struct GraphSearch
{
	GraphStore *store;
	int			ef;
	int			window;			/* as many of near must be nearer than the queue before one is given */
	uint64_t	visits;
	uint64_t	distances;
	uint32_t	max_seen;
	int			max_ef;
	GraphCandidate best;		/* nearest of all that were visited, gone or not */

	uint32_t	nseen;
	uint32_t	seen_mask;
	uint16_t	number;			/* of this search, so that seen need not be cleared for each; not 0 */
	uint32_t	nqueue;
	uint32_t	naside;
	float		aside_nearest;	/* of those aside; infinite if there are none */
	uint32_t	nrest;
	int			near_first;		/* near[near_first .. near_first + nnear - 1] */
	int			nnear;

	/* arrays, all in the block */
	SeenNode   *seen;
	GraphCandidate *queue;		/* 2 * max_seen */
	GraphCandidate *rest;		/* max_seen */
	GraphCandidate *near;		/* 2 * max_ef */

	GraphVisit	visit;
	uint32_t	fresh[GRAPH_MAX_LINKS];
	float		fresh_distances[GRAPH_MAX_LINKS];
};

/* ---- heaps, nearest on top ---- */

static void
heap_push(GraphCandidate *heap, uint32_t *n, GraphCandidate item)
{
	uint32_t	i = (*n)++;

	while (i > 0 && heap[(i - 1) / 2].distance > item.distance)
	{
		heap[i] = heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	heap[i] = item;
}

static GraphCandidate
heap_pop(GraphCandidate *heap, uint32_t *n)
{
	GraphCandidate top = heap[0];
	GraphCandidate item = heap[--(*n)];
	uint32_t	i = 0;

	for (;;)
	{
		uint32_t	child = 2 * i + 1;

		if (child >= *n)
			break;
		if (child + 1 < *n && heap[child + 1].distance < heap[child].distance)
			child++;
		if (heap[child].distance >= item.distance)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = item;
	return top;
}

/* ---- the set of nodes met ---- */

static uint32_t
seen_slots(uint32_t max_seen)
{
	uint32_t	slots = 64;

	while (slots < 2 * (uint64_t) max_seen && slots < UINT32_C(1) << 31)
		slots *= 2;
	return slots;
}

static inline bool
seen_is_free(const GraphSearch *search, const SeenNode *place)
{
	return place->search != search->number;
}

/* Where node is, unless others were there first. */
static inline uint32_t
seen_place(const GraphSearch *search, uint32_t node)
{
	return (uint32_t) ((node * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & search->seen_mask;
}

/* The places of a visit's links are all over the table: fetch them at once. */
static inline void
seen_expect(const GraphSearch *search, const uint32_t *nodes, int n)
{
	for (int i = 0; i < n; i++)
		__builtin_prefetch(&search->seen[seen_place(search, nodes[i])]);
}

/* Where node is, or where it would be. */
static inline SeenNode *
seen_find(const GraphSearch *search, uint32_t node)
{
	uint32_t	i = seen_place(search, node);

	while (!seen_is_free(search, &search->seen[i]) && search->seen[i].node != node)
		i = (i + 1) & search->seen_mask;
	return &search->seen[i];
}

/* Fill the place that seen_find() gave. */
static inline void
seen_add(GraphSearch *search, SeenNode *place, uint32_t node, float distance)
{
	*place = (SeenNode) {node, search->number, 1, distance};
	search->nseen++;
}

/* Make all places free. */
static void
seen_clear(GraphSearch *search)
{
	if (++search->number == 0)
	{
		memset(search->seen, 0, ((size_t) search->seen_mask + 1) * sizeof(SeenNode));
		search->number = 1;
	}
	search->nseen = 0;
}

/* ---- blocks ---- */

size_t
wemb_graph_search_size(const GraphSearchConfig *config)
{
	return sizeof(GraphSearch) + 2 * (size_t) config->max_ef * sizeof(GraphCandidate) +
		3 * (size_t) config->max_seen * sizeof(GraphCandidate) +
		(size_t) seen_slots(config->max_seen) * sizeof(SeenNode);
}

GraphSearch *
wemb_graph_search_init(void *block, const GraphSearchConfig *config)
{
	GraphSearch *search = block;

	memset(search, 0, sizeof(*search));
	search->max_ef = config->max_ef;
	search->max_seen = config->max_seen;
	search->seen_mask = seen_slots(config->max_seen) - 1;
	search->near = (GraphCandidate *) (search + 1);
	search->queue = search->near + 2 * (size_t) config->max_ef;
	search->rest = search->queue + 2 * (size_t) config->max_seen;
	search->seen = (SeenNode *) (search->rest + config->max_seen);
	search->number = UINT16_MAX;	/* the first start clears all places */
	return search;
}

void
wemb_graph_search_start(GraphSearch *search, GraphStore *store, int ef)
{
	search->store = store;
	search->ef = ef;
	search->window = ef;
	search->visits = 0;
	search->distances = 0;
	search->best = (GraphCandidate) {INFINITY, GRAPH_NONE};
	search->nqueue = 0;
	search->naside = 0;
	search->aside_nearest = INFINITY;
	search->nrest = 0;
	search->near_first = 0;
	search->nnear = 0;
	seen_clear(search);
}

GraphSearch *
wemb_graph_search_grow(void *block, const GraphSearchConfig *config, const GraphSearch *search)
{
	GraphSearch *grown = wemb_graph_search_init(block, config);

	wemb_graph_search_start(grown, search->store, search->ef);
	grown->window = search->window;
	grown->visits = search->visits;
	grown->distances = search->distances;
	grown->best = search->best;
	for (uint32_t i = 0; i <= search->seen_mask; i++)
		if (!seen_is_free(search, &search->seen[i]))
		{
			SeenNode   *place = seen_find(grown, search->seen[i].node);

			*place = search->seen[i];
			place->search = grown->number;
		}
	grown->nseen = search->nseen;
	grown->nqueue = search->nqueue;
	memcpy(grown->queue, search->queue, search->nqueue * sizeof(GraphCandidate));
	grown->naside = search->naside;
	grown->aside_nearest = search->aside_nearest;
	memcpy(grown->queue + 2 * (size_t) grown->max_seen - search->naside,
		   search->queue + 2 * (size_t) search->max_seen - search->naside, search->naside * sizeof(GraphCandidate));
	grown->nrest = search->nrest;
	memcpy(grown->rest, search->rest, search->nrest * sizeof(GraphCandidate));
	grown->nnear = search->nnear;
	memcpy(grown->near, search->near + search->near_first, search->nnear * sizeof(GraphCandidate));
	return grown;
}

/* ---- what was found ---- */

/* What the queue's nearest must be farther than before near's first is given. */
static inline float
threshold(const GraphSearch *search)
{
	if (search->nnear < search->window)
		return INFINITY;
	return search->near[search->near_first + search->nnear - 1].distance;
}

/* Put item into near, which has fewer than window others. */
static void
near_insert(GraphSearch *search, GraphCandidate item)
{
	GraphCandidate *near;
	int			i = search->nnear;

	if (search->near_first + search->nnear == 2 * search->max_ef)
	{
		memmove(search->near, search->near + search->near_first, search->nnear * sizeof(GraphCandidate));
		search->near_first = 0;
	}
	near = search->near + search->near_first;
	while (i > 0 && near[i - 1].distance > item.distance)
	{
		near[i] = near[i - 1];
		i--;
	}
	near[i] = item;
	search->nnear++;
}

/* A node that can be given. */
static void
result_add(GraphSearch *search, GraphCandidate item)
{
	if (search->nnear == search->window)
	{
		GraphCandidate farthest = search->near[search->near_first + search->nnear - 1];

		if (item.distance >= farthest.distance)
		{
			heap_push(search->rest, &search->nrest, item);
			return;
		}
		heap_push(search->rest, &search->nrest, farthest);
		search->nnear--;
	}
	else if (search->nrest > 0 && search->rest[0].distance < item.distance)
	{
		GraphCandidate nearer = heap_pop(search->rest, &search->nrest);

		heap_push(search->rest, &search->nrest, item);
		item = nearer;
	}
	near_insert(search, item);
}

/* A node to visit, if the search goes on that far. */
static inline void
queue_add(GraphSearch *search, GraphCandidate item)
{
	if (item.distance < threshold(search))
		heap_push(search->queue, &search->nqueue, item);
	else
	{
		search->queue[2 * (size_t) search->max_seen - ++search->naside] = item;
		if (item.distance < search->aside_nearest)
			search->aside_nearest = item.distance;
	}
}

/* Those set aside are near enough now.  The queue cannot run into them: the array has room for all. */
static void
queue_take_aside(GraphSearch *search)
{
	while (search->naside > 0)
	{
		GraphCandidate item = search->queue[2 * (size_t) search->max_seen - search->naside];

		search->naside--;
		heap_push(search->queue, &search->nqueue, item);
	}
	search->aside_nearest = INFINITY;
}

/* ---- steps ---- */

/* A node met before that is not visited yet has another estimate. */
static inline void
estimate_again(GraphSearch *search, SeenNode *seen, float distance)
{
	float		before = seen->distance;
	uint32_t	reserved = search->max_seen - search->nseen;	/* room for nodes not yet met */

	seen->distance += (distance - before) / (float) ++seen->estimates;
	if (seen->distance < before && search->nqueue + search->naside + reserved < 2 * (size_t) search->max_seen)
		queue_add(search, (GraphCandidate) {seen->distance, seen->node});
}

/* Links of search->visit, with estimates. */
static void
meet_estimated(GraphSearch *search)
{
	const GraphVisit *visit = &search->visit;

	seen_expect(search, visit->links, visit->nlinks);
	search->distances += visit->nlinks;
	for (int i = 0; i < visit->nlinks; i++)
	{
		SeenNode   *seen = seen_find(search, visit->links[i]);

		if (seen_is_free(search, seen))
		{
			seen_add(search, seen, visit->links[i], visit->estimates[i]);
			queue_add(search, (GraphCandidate) {visit->estimates[i], visit->links[i]});
		}
		else if (seen->estimates > 0 && seen->estimates < UINT16_MAX)
			estimate_again(search, seen, visit->estimates[i]);
	}
}

/* The same with exact distances, of those not met before. */
static void
meet_measured(GraphSearch *search)
{
	const GraphVisit *visit = &search->visit;
	int			n = 0;

	seen_expect(search, visit->links, visit->nlinks);
	for (int i = 0; i < visit->nlinks; i++)
	{
		SeenNode   *seen = seen_find(search, visit->links[i]);

		if (!seen_is_free(search, seen))
			continue;
		seen_add(search, seen, visit->links[i], 0);
		search->fresh[n++] = visit->links[i];
	}
	if (n > 0)
		search->store->measure(search->store, search->fresh, n, search->fresh_distances);
	search->distances += n;
	for (int i = 0; i < n; i++)
		queue_add(search, (GraphCandidate) {search->fresh_distances[i], search->fresh[i]});
}

/* What is on top of the queue comes next, unless the node that is visited now leads to something nearer. */
static void
expect_next(GraphSearch *search)
{
	uint32_t	nodes[EXPECTED];
	int			n = 0;

	for (; n < EXPECTED && (uint32_t) n < search->nqueue; n++)
		nodes[n] = search->queue[n].node;
	if (n > 0)
		search->store->expect(search->store, nodes, n);
}

static void
visit_node(GraphSearch *search, GraphCandidate at)
{
	GraphVisit *visit = &search->visit;
	bool		exact = search->store->exact;

	if (!exact)
	{
		SeenNode   *seen = seen_find(search, at.node);

		if (seen->estimates == 0)
			return;
		if (seen->distance > at.distance)
		{
			at.distance = seen->distance;
			queue_add(search, at);
			return;
		}
		seen->estimates = 0;
	}
	expect_next(search);
	if (!search->store->visit(search->store, at.node, visit))
		return;
	search->visits++;
	if (!exact)
		at.distance = visit->distance;
	if (at.distance < search->best.distance || search->best.node == GRAPH_NONE)
		search->best = at;
	if (!visit->gone)
		result_add(search, at);
	if (exact)
		meet_measured(search);
	else
		meet_estimated(search);
}

void
wemb_graph_search_from(GraphSearch *search, uint32_t node)
{
	GraphCandidate item = {-INFINITY, node};	/* whatever its distance, it must be visited */
	SeenNode   *seen = seen_find(search, node);

	if (node == GRAPH_NONE || !seen_is_free(search, seen))
		return;
	if (search->store->exact)
		search->store->measure(search->store, &node, 1, &item.distance);
	seen_add(search, seen, node, item.distance);
	queue_add(search, item);
}

GraphStatus
wemb_graph_search_run(GraphSearch *search)
{
	for (int i = 0; i < GRAPH_STEP_VISITS; i++)
	{
		float		bound = threshold(search);

		if (search->aside_nearest < bound || (search->nqueue == 0 && isinf(bound)))
			queue_take_aside(search);
		if (search->nqueue == 0 || search->queue[0].distance >= bound)
			return search->nnear > 0 ? GRAPH_FOUND : GRAPH_END;
		if (search->nseen + GRAPH_MAX_LINKS > search->max_seen)
			return GRAPH_FULL;
		visit_node(search, heap_pop(search->queue, &search->nqueue));
	}
	return GRAPH_AGAIN;
}

GraphStatus
wemb_graph_search_next(GraphSearch *search, GraphCandidate *found)
{
	GraphStatus status = wemb_graph_search_run(search);
	int			lookahead = search->ef / 4 > 1 ? search->ef / 4 : 1;

	if (status != GRAPH_FOUND)
		return status;
	*found = search->near[search->near_first++];
	search->nnear--;
	if (search->window > lookahead)
		search->window--;
	while (search->nnear < search->window && search->nrest > 0)
		near_insert(search, heap_pop(search->rest, &search->nrest));
	return GRAPH_FOUND;
}

void
wemb_graph_search_stop(GraphSearch *search)
{
	search->nqueue = 0;
	search->naside = 0;
	search->aside_nearest = INFINITY;
}

const GraphCandidate *
wemb_graph_search_nearest(const GraphSearch *search, int *n)
{
	*n = search->nnear;
	return search->near + search->near_first;
}

uint32_t
wemb_graph_search_way(const GraphSearch *search)
{
	return search->best.node;
}

uint64_t
wemb_graph_search_visits(const GraphSearch *search)
{
	return search->visits;
}

uint64_t
wemb_graph_search_distances(const GraphSearch *search)
{
	return search->distances;
}
