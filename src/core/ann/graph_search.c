/*
 * graph_search.c
 *		Best-first search of one layer.
 *
 * Nodes are numbered in the order in which the search meets them, from 1:
 *	nodes, means, counts	of the i-th one met: which it is, the mean of its estimates, how many these are
 *	queue		the same numbers: those to visit, by the least mean so far; those visited are taken out
 *	table		a hash table that finds the number of a node
 *	near		the nearest nodes not yet given, sorted; "window" of them, or fewer if no more are known
 *	rest		a heap of nodes not yet given that are farther than all of near
 *
 * A node that several visited ones are linked to has been estimated as often, with
 * errors that are independent, since each code is relative to another vector.
 * The mean is what counts.  When it falls, the node moves up in the queue; when it has
 * risen, that is found out when the node comes to the top, and it goes back.  On real vectors of 100
 * dimensions this saves almost half of the visits at a recall of 0.99.
 */
#include "core/ann/graph_search.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/ann/panel_queue.h"
#include "core/base/block.h"

#define LEAST_SLOTS		256		/* of the hash table */
#define SLOTS_OF_EF		128		/* so many for each candidate that is kept: few searches then need more */

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

	uint32_t	nmet;			/* and one, for 0, which is none */
	uint32_t	nslots;			/* of the table, a power of two; those in use of max_slots */
	uint32_t	max_slots;
	uint32_t	nrest;
	int			near_first;		/* near[near_first .. near_first + nnear - 1] */
	int			nnear;
	PanelQueue	queue;

	/* arrays, all in the block */
	uint32_t   *table;			/* numbers of nodes met; 0: free */
	uint32_t   *nodes;
	float	   *means;
	uint16_t   *counts;
	GraphCandidate *rest;		/* max_seen */
	GraphCandidate *near;		/* 2 * max_ef */

	GraphVisit	visit;
	float		fresh_distances[GRAPH_MAX_LINKS];
};

/* ---- a heap, nearest on top ---- */

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

/* ---- nodes met ---- */

static uint32_t
slots_for(uint64_t n)
{
	uint32_t	slots = LEAST_SLOTS;

	while (slots < n && slots < UINT32_C(1) << 31)
		slots *= 2;
	return slots;
}

static inline uint32_t
slot_of(uint32_t node, uint32_t mask)
{
	return (uint32_t) ((node * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & mask;
}

/* The slots of a visit's links are all over the table: fetch them at once. */
static inline void
expect_slots(const GraphSearch *search, const GraphVisit *visit)
{
	for (int i = 0; i < visit->nlinks; i++)
		__builtin_prefetch(&search->table[slot_of(visit->links[i], search->nslots - 1)]);
}

/* Where node's number is, or where it would be.  Number 0 is node too while we look, so that one condition ends it. */
static inline uint32_t *
find_slot(GraphSearch *search, uint32_t node)
{
	uint32_t   *table = search->table;
	uint32_t   *nodes = search->nodes;
	uint32_t	mask = search->nslots - 1;
	uint32_t	slot = slot_of(node, mask);

	nodes[0] = node;
	while (nodes[table[slot]] != node)
		slot = (slot + 1) & mask;
	return &table[slot];
}

/* A table of so many slots with all nodes met. */
static void
make_table(GraphSearch *search, uint32_t nslots)
{
	search->nslots = nslots;
	memset(search->table, 0, nslots * sizeof(uint32_t));
	for (uint32_t i = 1; i < search->nmet; i++)
		*find_slot(search, search->nodes[i]) = i;
}

/* There is always room in the block for this: see wemb_graph_search_run(). */
static void
make_room_for_links(GraphSearch *search)
{
	if (search->nmet + GRAPH_MAX_LINKS > search->nslots / 4 && search->nslots < search->max_slots)
		make_table(search, search->nslots * 2);
}

/* In the queue a distance must be less than infinite, and a number. */
static inline float
queue_key(float distance)
{
	return distance < FLT_MAX ? distance : FLT_MAX;
}

/* Nodes nmet, nmet + 1 ... are in nodes and table: here are their distances, or a first estimate of each. */
static void
meet(GraphSearch *search, const float *distances, uint32_t n)
{
	float	   *means = search->means + search->nmet;

	for (uint32_t i = 0; i < n; i++)
	{
		means[i] = queue_key(distances[i]);
		search->counts[search->nmet + i] = 1;
	}
	wemb_panel_queue_append(&search->queue, means, n);
	search->nmet += n;
}

/* ---- blocks ---- */

/* Lay out the block for search, or only say how large it must be. */
static size_t
lay_out(GraphSearch *search, const GraphSearchConfig *config)
{
	uint32_t	seen = config->max_seen + 1;
	uint32_t	slots = slots_for(4 * (uint64_t) seen);
	size_t		end = 0;
	char	   *block = (char *) search;
	size_t		queue;
	size_t		table;
	size_t		nodes;
	size_t		means;
	size_t		counts;
	size_t		rest;
	size_t		near;

	block_reserve(&end, 1, sizeof(GraphSearch));
	table = block_reserve(&end, slots, sizeof(uint32_t));
	queue = block_reserve(&end, wemb_panel_queue_room(seen), sizeof(float));
	nodes = block_reserve(&end, seen, sizeof(uint32_t));
	means = block_reserve(&end, seen, sizeof(float));
	counts = block_reserve(&end, seen, sizeof(uint16_t));
	rest = block_reserve(&end, seen, sizeof(GraphCandidate));
	near = block_reserve(&end, 2 * (size_t) config->max_ef, sizeof(GraphCandidate));
	if (block == NULL)
		return end;
	search->max_ef = config->max_ef;
	search->max_seen = seen;
	search->max_slots = slots;
	search->table = (uint32_t *) (block + table);
	search->nodes = (uint32_t *) (block + nodes);
	search->means = (float *) (block + means);
	search->counts = (uint16_t *) (block + counts);
	search->rest = (GraphCandidate *) (block + rest);
	search->near = (GraphCandidate *) (block + near);
	wemb_panel_queue_init(&search->queue, (float *) (block + queue), seen);
	return end;
}

size_t
wemb_graph_search_size(const GraphSearchConfig *config)
{
	return lay_out(NULL, config);
}

GraphSearch *
wemb_graph_search_init(void *block, const GraphSearchConfig *config)
{
	GraphSearch *search = block;

	memset(search, 0, sizeof(*search));
	lay_out(search, config);
	return search;
}

void
wemb_graph_search_start(GraphSearch *search, GraphStore *store, int ef)
{
	uint32_t	slots = slots_for((uint64_t) ef * SLOTS_OF_EF);

	search->store = store;
	search->ef = ef;
	search->window = ef;
	search->visits = 0;
	search->distances = 0;
	search->best = (GraphCandidate) {INFINITY, GRAPH_NONE};
	search->nmet = 1;
	search->nrest = 0;
	search->near_first = 0;
	search->nnear = 0;
	wemb_panel_queue_clear(&search->queue);
	wemb_panel_queue_append(&search->queue, &(float) {INFINITY}, 1);
	make_table(search, slots < search->max_slots ? slots : search->max_slots);
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
	grown->nmet = search->nmet;
	memcpy(grown->nodes, search->nodes, search->nmet * sizeof(uint32_t));
	memcpy(grown->means, search->means, search->nmet * sizeof(float));
	memcpy(grown->counts, search->counts, search->nmet * sizeof(uint16_t));
	wemb_panel_queue_clear(&grown->queue);
	wemb_panel_queue_append(&grown->queue, search->queue.level[0], search->queue.n);
	make_table(grown, search->nslots);
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

/* ---- steps ---- */

/* A node met before has another estimate; if it is not visited yet, that matters. */
static inline void
estimate_again(GraphSearch *search, uint32_t met, float distance)
{
	float	   *mean = &search->means[met];

	if (isinf(search->queue.level[0][met]))
		return;
	search->counts[met] += search->counts[met] < UINT16_MAX;
	*mean = queue_key(*mean + (queue_key(distance) - *mean) / (float) search->counts[met]);
	panel_queue_lower(&search->queue, met, *mean);
}

/*
 * Links of search->visit, with estimates.  Whether a link leads to a node met
 * before says nothing of the next one, so the two kinds are told apart without a branch.
 */
static void
meet_estimated(GraphSearch *search)
{
	const GraphVisit *visit = &search->visit;
	GraphCandidate again[GRAPH_MAX_LINKS];	/* node: as which it was met */
	float		estimates[GRAPH_MAX_LINKS];
	uint32_t   *fresh = search->nodes + search->nmet;
	uint32_t	nfresh = 0;
	uint32_t	nagain = 0;

	expect_slots(search, visit);
	for (int i = 0, n = visit->nlinks; i < n; i++)
	{
		uint32_t	node = visit->links[i];
		float		estimate = visit->estimates[i];
		uint32_t   *slot = find_slot(search, node);
		uint32_t	number = *slot;
		uint32_t	is_fresh = number == 0;

		*slot = number | ((search->nmet + nfresh) & -is_fresh);
		fresh[nfresh] = node;
		estimates[nfresh] = estimate;
		again[nagain] = (GraphCandidate) {estimate, number};
		nfresh += is_fresh;
		nagain += !is_fresh;
	}
	search->distances += visit->nlinks;
	for (uint32_t i = 0; i < nagain; i++)
		estimate_again(search, again[i].node, again[i].distance);
	meet(search, estimates, nfresh);
}

/* The same with exact distances, of those not met before. */
static void
meet_measured(GraphSearch *search)
{
	const GraphVisit *visit = &search->visit;
	uint32_t   *fresh = search->nodes + search->nmet;
	uint32_t	n = 0;

	expect_slots(search, visit);
	for (int i = 0; i < visit->nlinks; i++)
	{
		uint32_t   *slot = find_slot(search, visit->links[i]);

		if (*slot != 0)
			continue;
		fresh[n++] = visit->links[i];
		*slot = search->nmet + n - 1;
	}
	if (n == 0)
		return;
	search->store->measure(search->store, fresh, (int) n, search->fresh_distances);
	search->distances += n;
	meet(search, search->fresh_distances, n);
}

/* What is first in the queue now comes next, unless the node that is visited now leads to something nearer. */
static void
expect_next(GraphSearch *search)
{
	if (panel_queue_least(&search->queue) < INFINITY)
		search->store->expect(search->store, &search->nodes[panel_queue_first(&search->queue)], 1);
}

static void
visit_node(GraphSearch *search, uint32_t met)
{
	GraphVisit *visit = &search->visit;
	GraphCandidate at = {search->means[met], search->nodes[met]};
	bool		exact = search->store->exact;

	wemb_panel_queue_change(&search->queue, met, INFINITY);
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
	make_room_for_links(search);
	if (exact)
		meet_measured(search);
	else
		meet_estimated(search);
}

void
wemb_graph_search_from(GraphSearch *search, uint32_t node)
{
	float		distance = -INFINITY;	/* whatever it is, the node must be visited */
	uint32_t   *slot = find_slot(search, node);

	if (node == GRAPH_NONE || *slot != 0)
		return;
	if (search->store->exact)
		search->store->measure(search->store, &node, 1, &distance);
	search->nodes[search->nmet] = node;
	*slot = search->nmet;
	meet(search, &distance, 1);
}

GraphStatus
wemb_graph_search_run(GraphSearch *search)
{
	for (int i = 0; i < GRAPH_STEP_VISITS; i++)
	{
		float		least = panel_queue_least(&search->queue);
		uint32_t	first;

		if (!(least < threshold(search)))
			return search->nnear > 0 ? GRAPH_FOUND : GRAPH_END;
		if (search->nmet + GRAPH_MAX_LINKS > search->max_seen)
			return GRAPH_FULL;
		first = panel_queue_first(&search->queue);
		if (search->means[first] > least)
			wemb_panel_queue_change(&search->queue, first, search->means[first]);
		else
			visit_node(search, first);
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
	wemb_panel_queue_clear(&search->queue);
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
