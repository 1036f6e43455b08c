/*
 * hnsw_build_graph.c
 *		The graph of a build: memory, the store, and insertion.
 */
#include "postgres.h"

#include "index/hnsw/hnsw_build_graph.h"
#include "index/hnsw/hnsw_insert.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/memutils.h"

#define FIRST_SEEN		4096	/* nodes that a search may come across before it grows */
#define BACK_LINK_TRIES	4		/* then a link back is given up */
#define HEADER_UNITS	((sizeof(BuildGraph) + HNSW_BUILD_UNIT - 1) / HNSW_BUILD_UNIT)
#define CACHE_LINE		64

struct BuildInserter
{
	GraphStore	store;			/* first, so that one can be taken for the other */
	BuildGraph *graph;
	const HnswIndex *index;
	float		(*bytes_distance) (const ByteVector *a, const ByteVector *b, int n);	/* NULL: of other forms */
	float		sign;			/* a distance is bytes_distance times this */
	uint32		query;			/* a node: distances are to it */
	uint32		spare;			/* a node of layer 0 that the row before had no use for, or HNSW_NONE */
	GraphSearch *search;
	GraphSearchConfig search_config;
	MemoryContext context;
	GraphPlan	plans[GRAPH_MAX_LEVEL + 1];
	int			nplans;
	uint8	   *bytes;			/* room for a copy */
};

/* ---- memory ---- */

static uint32
node_units(const HnswIndex *index, int copy_size, int layer)
{
	Size		size = offsetof(BuildNode, bytes) + TYPEALIGN(4, copy_size) + offsetof(BuildLinks, links) +
		sizeof(uint32) * wemb_graph_max_links(&index->graph, layer);

	return (uint32) ((size + HNSW_BUILD_UNIT - 1) / HNSW_BUILD_UNIT);
}

static int
least_copy(const HnswIndex *index)
{
	return index->vectors.form == VALUE_SPARSE ? 0 : wemb_value_max_copy(&index->vectors);
}

/* Bytes of the block for each unit: its own, and its part of the array of the order. */
static double
bytes_per_unit(const HnswIndex *index)
{
	return HNSW_BUILD_UNIT + sizeof(uint32) / (double) node_units(index, least_copy(index), 1);
}

Size
wemb_hnsw_build_size(const HnswIndex *index, double rows)
{
	const IndexVectors *vectors = &index->vectors;
	int			copy = vectors->form == VALUE_SPARSE ? index->layout.value_size : wemb_value_max_copy(vectors);
	double		nodes = rows * index->graph.m / (index->graph.m - 1) + 100;
	double		size = nodes * node_units(index, copy, 0) * bytes_per_unit(index) + HNSW_BUILD_MIN_SIZE;

	return size < (double) MaxAllocHugeSize ? (Size) size : MaxAllocHugeSize;
}

BuildGraph *
wemb_hnsw_build_graph_init(void *block, Size size, const HnswIndex *index)
{
	BuildGraph *graph = block;
	double		units = (size - HNSW_BUILD_UNIT) / bytes_per_unit(index);

	memset(graph, 0, sizeof(*graph));
	graph->size = size;
	graph->max_units = (uint32) Min(units, (double) HNSW_NONE - 1);
	graph->order = (Size) graph->max_units * HNSW_BUILD_UNIT;
	pg_atomic_init_u32(&graph->units, HEADER_UNITS);
	pg_atomic_init_u32(&graph->full, 0);
	pg_atomic_init_u32(&graph->claimed, 0);
	pg_atomic_init_u32(&graph->spools, 0);
	pg_atomic_init_u64(&graph->rows, 0);
	ConditionVariableInit(&graph->grown);
	SpinLockInit(&graph->lock);
	graph->entry = HNSW_NONE;
	graph->top = -1;
	return graph;
}

/* HNSW_NONE: there is no room. */
static uint32
alloc_units(BuildGraph *graph, uint32 n)
{
	uint32		first = pg_atomic_read_u32(&graph->units);

	do
	{
		if (n > graph->max_units - first)
		{
			pg_atomic_write_u32(&graph->full, 1);
			return HNSW_NONE;
		}
	} while (!pg_atomic_compare_exchange_u32(&graph->units, &first, first + n));
	return first;
}

static void
set_copy(BuildNode *node, const IndexCopy *copy)
{
	node->low = copy->low;
	node->step = copy->step;
	node->lost = copy->lost;
	memcpy(node->bytes, copy->bytes, copy->size);
}

static uint32
alloc_node(const BuildInserter *inserter, const IndexCopy *copy, int layer)
{
	uint32		number = alloc_units(inserter->graph, node_units(inserter->index, copy->size, layer));
	BuildNode  *node = build_node(inserter->graph, number);
	BuildLinks *links;

	if (number == HNSW_NONE)
		return HNSW_NONE;
	*node = (BuildNode) {.copy_size = copy->size, .kind = BUILD_UNUSED, .layer = layer};
	set_copy(node, copy);
	links = build_links(node);
	memset(links, 0, offsetof(BuildLinks, links));
	links->below = HNSW_NONE;
	links->more = HNSW_NONE;
	links->more_slot = HNSW_NONE;
	ItemPointerSetInvalid(&links->tid);
	SpinLockInit(&links->lock);
	return number;
}

/* The node of a new row in layer 0: the spare one, if it is of that size. */
static uint32
alloc_base(BuildInserter *inserter, const IndexCopy *copy)
{
	uint32		number = inserter->spare;

	if (number == HNSW_NONE || build_node(inserter->graph, number)->copy_size != copy->size)
		return alloc_node(inserter, copy, 0);
	inserter->spare = HNSW_NONE;
	set_copy(build_node(inserter->graph, number), copy);
	return number;
}

static uint32
node_from(BuildGraph *graph, const HnswIndex *index, uint32 first)
{
	uint32		end = pg_atomic_read_u32(&graph->units);

	while (first < end)
	{
		const BuildNode *node = build_node(graph, first);

		if (node->kind == BUILD_NODE)
			return first;
		first += node->kind == BUILD_TIDS ? 1 : node_units(index, node->copy_size, node->layer);
	}
	return HNSW_NONE;
}

uint32
wemb_hnsw_build_first(BuildGraph *graph, const HnswIndex *index)
{
	return node_from(graph, index, HEADER_UNITS);
}

uint32
wemb_hnsw_build_after(BuildGraph *graph, const HnswIndex *index, uint32 node)
{
	const BuildNode *at = build_node(graph, node);

	return node_from(graph, index, node + node_units(index, at->copy_size, at->layer));
}

/* ---- the store ---- */

static inline BuildNode *
node_at(GraphStore *store, uint32_t number)
{
	return build_node(((BuildInserter *) store)->graph, number);
}

static inline float
node_distance(const BuildInserter *inserter, const BuildNode *a, const BuildNode *b)
{
	ByteVector	left = {a->bytes, a->low, a->step};
	ByteVector	right = {b->bytes, b->low, b->step};
	IndexCopy	from;
	IndexCopy	to;

	if (inserter->bytes_distance != NULL)
		return inserter->sign * inserter->bytes_distance(&left, &right, inserter->index->vectors.dim);
	from = build_copy(a);
	to = build_copy(b);
	return wemb_copy_distance(&inserter->index->vectors, &from, &to);
}

static inline void
prefetch_node(const BuildNode *node)
{
	__builtin_prefetch(node);
	__builtin_prefetch((const char *) node + CACHE_LINE);
}

static inline void
prefetch_links(const BuildLinks *links)
{
	__builtin_prefetch(links);
	__builtin_prefetch((const char *) links + CACHE_LINE);
}

static void
graph_distances(GraphStore *store, uint32_t number, const uint32_t *numbers, int n, float *distances)
{
	const BuildInserter *inserter = (BuildInserter *) store;
	const BuildNode *from = node_at(store, number);

	for (int i = 0; i < n; i++)
		prefetch_node(node_at(store, numbers[i]));
	for (int i = 0; i < n; i++)
		distances[i] = node_distance(inserter, from, node_at(store, numbers[i]));
}

static void
graph_expect(GraphStore *store, const uint32_t *numbers, int n)
{
	for (int i = 0; i < n; i++)
		prefetch_links(build_links(node_at(store, numbers[i])));
}

static void
graph_measure(GraphStore *store, const uint32_t *numbers, int n, float *distances)
{
	graph_distances(store, ((BuildInserter *) store)->query, numbers, n, distances);
}

static bool
graph_any_within(GraphStore *store, uint32_t number, const uint32_t *numbers, int n, float bound)
{
	const BuildInserter *inserter = (BuildInserter *) store;
	const BuildNode *from = node_at(store, number);

	for (int i = 0; i < n; i++)
		if (node_distance(inserter, from, node_at(store, numbers[i])) < bound)
			return true;
	return false;
}

/* Copy a node's links, with the version that they are of. */
static int
copy_links(BuildLinks *at, uint32 *links, uint16 *version)
{
	int			n;

	SpinLockAcquire(&at->lock);
	n = at->nlinks;
	*version = at->version;
	memcpy(links, at->links, n * sizeof(uint32));
	SpinLockRelease(&at->lock);
	return n;
}

static int
graph_links(GraphStore *store, uint32_t number, uint32_t *links)
{
	uint16		version;

	return copy_links(build_links(node_at(store, number)), links, &version);
}

static bool
graph_visit(GraphStore *store, uint32_t number, GraphVisit *visit)
{
	int			n = graph_links(store, number, visit->links);

	visit->gone = false;
	visit->nlinks = 0;
	for (int i = 0; i < n; i++)
		if (visit->links[i] != HNSW_NONE)
			visit->links[visit->nlinks++] = graph_link_node(visit->links[i]);
	return true;
}

static bool
graph_is_gone(GraphStore *store, uint32_t number)
{
	return false;
}

static uint32_t
graph_below(GraphStore *store, uint32_t number)
{
	return build_links(node_at(store, number))->below;
}

/* ---- insertion: the plan ---- */

static void
make_search(BuildInserter *inserter)
{
	GraphSearch *old = inserter->search;
	void	   *block = MemoryContextAllocHuge(inserter->context, wemb_graph_search_size(&inserter->search_config));

	if (old == NULL)
		inserter->search = wemb_graph_search_init(block, &inserter->search_config);
	else
	{
		inserter->search = wemb_graph_search_grow(block, &inserter->search_config, old);
		pfree(old);
	}
}

static void
choose_distance(BuildInserter *inserter, IndexDistance distance)
{
	switch (distance)
	{
		case INDEX_IP:
			inserter->bytes_distance = wemb_kernel->dot_u8;
			inserter->sign = -1;
			break;
		case INDEX_L1:
			inserter->bytes_distance = wemb_kernel->l1_u8;
			break;
		default:
			inserter->bytes_distance = wemb_kernel->l2sq_u8;
	}
}

BuildInserter *
wemb_hnsw_build_inserter(BuildGraph *graph, const HnswIndex *index)
{
	BuildInserter *inserter = palloc0(sizeof(BuildInserter));

	inserter->store = (GraphStore) {true, graph_visit, graph_expect, graph_measure, graph_distances, graph_any_within,
		graph_links, graph_is_gone, graph_below};
	inserter->graph = graph;
	inserter->index = index;
	inserter->sign = 1;
	if (index->vectors.form == VALUE_BYTES)
		choose_distance(inserter, index->vectors.metric->distance);
	inserter->spare = HNSW_NONE;
	inserter->context = CurrentMemoryContext;
	inserter->search_config = (GraphSearchConfig) {.max_ef = index->graph.ef, .max_seen = FIRST_SEEN};
	make_search(inserter);
	inserter->bytes = palloc(wemb_value_max_copy(&index->vectors));
	return inserter;
}

static void
plan(BuildInserter *inserter, uint32 entry, int top, int level)
{
	GraphInsert insert = {
		.config = &inserter->index->graph, .search = inserter->search, .store = &inserter->store, .level = level
	};
	GraphStatus status;

	inserter->nplans = 0;
	wemb_graph_insert_start(&insert, entry, top);
	while ((status = wemb_graph_insert_next(&insert, &inserter->plans[inserter->nplans])) != GRAPH_END)
	{
		if (status == GRAPH_FOUND)
			inserter->nplans++;
		else if (status == GRAPH_FULL)
		{
			inserter->search_config.max_seen *= 2;
			make_search(inserter);
			insert.search = inserter->search;
		}
		else
			CHECK_FOR_INTERRUPTS();
	}
}

/* ---- insertion: rows of the same vector ---- */

/* Add a row to a node.  false: there is no room. */
static bool
add_row(BuildInserter *inserter, uint32 number, float lost, ItemPointer tid)
{
	BuildGraph *graph = inserter->graph;
	BuildNode  *node = build_node(graph, number);
	BuildLinks *at = build_links(node);
	uint32		more;
	bool		added = true;

	SpinLockAcquire(&at->lock);
	more = at->more;
	if (more == HNSW_NONE || build_tids(graph, more)->n == BUILD_TIDS_ROOM)
	{
		more = alloc_units(graph, 1);
		added = more != HNSW_NONE;
		if (added)
		{
			*build_tids(graph, more) = (BuildTids) {.next = at->more, .kind = BUILD_TIDS};
			at->more = more;
		}
	}
	if (added)
	{
		BuildTids  *tids = build_tids(graph, more);

		tids->tids[tids->n++] = *tid;
		node->lost = Max(node->lost, lost);
	}
	SpinLockRelease(&at->lock);
	return added;
}

/* The node of the same copy as the query's among those found in layer 0, or HNSW_NONE. */
static uint32
find_same(const BuildInserter *inserter)
{
	const BuildNode *query = build_node(inserter->graph, inserter->query);
	IndexCopy	copy = build_copy(query);
	float		own = node_distance(inserter, query, query);
	int			n;
	const GraphCandidate *near = wemb_graph_search_nearest(inserter->search, &n);

	for (int i = 0; i < n; i++)
		if (near[i].distance == own)
		{
			IndexCopy	other = build_copy(build_node(inserter->graph, near[i].node));

			if (wemb_copy_same(&copy, &other))
				return near[i].node;
		}
	return HNSW_NONE;
}

/* ---- insertion: links ---- */

/* Put back->newcomer among a node's links.  false: it was not taken. */
static bool
link_back(BuildInserter *inserter, const GraphBackLink *back, int layer)
{
	BuildLinks *at = build_links(build_node(inserter->graph, back->node));
	GraphSelect how = wemb_graph_selection(&inserter->index->graph, layer);

	for (int tries = 0; back->child || tries < BACK_LINK_TRIES; tries++)
	{
		uint32		links[GRAPH_MAX_LINKS];
		uint16		version;
		int			n = copy_links(at, links, &version);
		bool		full = n == how.max;
		bool		pruned = at->pruned;	/* of another version than links: the change is given up */
		bool		same;

		if (full && pruned && !back->child && !how.fill)
		{
			if (!wemb_graph_back_link_pruned(&inserter->store, &how, back, links, &n))
				return false;
		}
		else if (!wemb_graph_back_link(&inserter->store, &how, back, links, &n))
			return false;
		SpinLockAcquire(&at->lock);
		same = at->version == version;
		if (same)
		{
			memcpy(at->links, links, n * sizeof(uint32));
			at->nlinks = (uint8) n;
			at->version++;
			at->pruned = full;
		}
		SpinLockRelease(&at->lock);
		if (same)
			return true;
	}
	return false;
}

static void
set_links(BuildInserter *inserter, uint32 number, const GraphPlan *plan)
{
	BuildNode  *node = build_node(inserter->graph, number);
	BuildLinks *at = build_links(node);

	node->kind = BUILD_NODE;
	at->links[0] = HNSW_NONE;
	at->nlinks = (uint8) Max(plan->nlinks, 1);
	memcpy(at->links, plan->links, plan->nlinks * sizeof(uint32));
}

/* With its parent's link to it a node can be found; from then on others change its links too. */
static void
write_node(BuildInserter *inserter, uint32 number, GraphPlan *plan)
{
	int			max = wemb_graph_max_links(&inserter->index->graph, plan->layer);
	int			wanted = wemb_graph_wanted(&inserter->index->graph);
	int			taken = 1;		/* by the parent */

	set_links(inserter, number, plan);
	if (plan->nlinks == 0)
		return;
	while (!link_back(inserter, &(GraphBackLink) {plan->links[0], number,.child = true}, plan->layer))
	{
		CHECK_FOR_INTERRUPTS();
		wemb_graph_plan_parent(&inserter->store, max, plan);
		set_links(inserter, number, plan);
	}
	for (int i = 1; i < plan->nlinks; i++)
		taken += link_back(inserter, &(GraphBackLink) {plan->links[i], number, plan->distances[i]}, plan->layer);
	for (int i = 0; i < plan->noffers && taken < wanted; i++)
		taken += link_back(inserter, &(GraphBackLink) {plan->offers[i], number,.offer = true}, plan->layer);
}

/* ---- the verb ---- */

static void
read_entry(BuildGraph *graph, uint32 *entry, int *top)
{
	SpinLockAcquire(&graph->lock);
	*entry = graph->entry;
	*top = graph->top;
	SpinLockRelease(&graph->lock);
}

/* Where a row of that level begins; true: it makes a new layer, and nobody else does until end_growth(). */
static bool
start_growth(BuildGraph *graph, int level, uint32 *entry, int *top)
{
	bool		grows;

	read_entry(graph, entry, top);
	if (level <= *top)
		return false;
	for (;;)
	{
		bool		wait;

		SpinLockAcquire(&graph->lock);
		*entry = graph->entry;
		*top = graph->top;
		grows = level > *top;
		wait = grows && graph->growing;
		if (grows && !wait)
			graph->growing = true;
		SpinLockRelease(&graph->lock);
		if (!wait)
			break;
		ConditionVariableSleep(&graph->grown, PG_WAIT_EXTENSION);
	}
	ConditionVariableCancelSleep();
	return grows;
}

/* entry: of the new top layer, or HNSW_NONE if there is none after all. */
static void
end_growth(BuildGraph *graph, uint32 entry)
{
	SpinLockAcquire(&graph->lock);
	if (entry != HNSW_NONE && build_node(graph, entry)->layer > graph->top)
	{
		graph->entry = entry;
		graph->top = build_node(graph, entry)->layer;
	}
	graph->growing = false;
	SpinLockRelease(&graph->lock);
	ConditionVariableBroadcast(&graph->grown);
}

/* Write the planned nodes, the lowest first; returns the highest.  One that there is no room for is left out. */
static uint32
write_nodes(BuildInserter *inserter, const IndexCopy *copy, ItemPointer tid)
{
	uint32		number = inserter->query;

	build_links(build_node(inserter->graph, number))->tid = *tid;
	write_node(inserter, number, &inserter->plans[inserter->nplans - 1]);
	for (int i = inserter->nplans - 2; i >= 0; i--)
	{
		uint32		upper = alloc_node(inserter, copy, inserter->plans[i].layer);

		if (upper == HNSW_NONE)
			break;
		build_links(build_node(inserter->graph, upper))->below = number;
		write_node(inserter, upper, &inserter->plans[i]);
		number = upper;
	}
	return number;
}

bool
wemb_hnsw_build_insert(BuildInserter *inserter, const IndexValue *value, ItemPointer tid)
{
	BuildGraph *graph = inserter->graph;
	IndexCopy	copy = wemb_value_copy(&inserter->index->vectors, value, inserter->bytes);
	uint32		number;
	uint32		same;
	uint32		entry;
	int			top;
	int			level = wemb_hnsw_draw_level(inserter->index, tid);
	bool		grows;
	bool		done = true;

	if (pg_atomic_read_u32(&graph->full))
		return false;
	number = alloc_base(inserter, &copy);
	if (number == HNSW_NONE)
		return false;
	inserter->query = number;
	grows = start_growth(graph, level, &entry, &top);
	plan(inserter, entry, top, level);
	same = top < 0 ? HNSW_NONE : find_same(inserter);
	if (same != HNSW_NONE)
	{
		done = add_row(inserter, same, copy.lost, tid);
		inserter->spare = number;
		number = HNSW_NONE;
	}
	else
		number = write_nodes(inserter, &copy, tid);
	if (grows)
		end_growth(graph, number);
	if (done)
		pg_atomic_fetch_add_u64(&graph->rows, 1);
	return done;
}
