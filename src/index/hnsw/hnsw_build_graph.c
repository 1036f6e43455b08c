/*
 * hnsw_build_graph.c
 *		The graph of a build: the store, and insertion.
 */
#include "postgres.h"

#include "index/hnsw/hnsw_build_graph.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/memutils.h"

#define FIRST_SEEN		4096	/* nodes that a search may come across before it grows */
#define BACK_LINK_TRIES	4		/* then a link back is given up */
#define CACHE_LINE		64
#define NODES_AHEAD		2		/* whole copies that are fetched before they are needed */

/* How distances are computed. */
typedef enum BuildMeasure
{
	MEASURE_COPIES,				/* wemb_copy_distance() */
	MEASURE_SQUARES,			/* by moments */
	MEASURE_PRODUCTS
} BuildMeasure;

struct BuildInserter
{
	GraphStore	store;			/* first, so that one can be taken for the other */
	BuildGraph *graph;
	const HnswIndex *index;
	BuildMeasure measure;
	int			copy_bytes;		/* of most copies */
	uint32		query;			/* a node: distances are to it */
	uint32		spare;			/* a node of layer 0 that the row before had no use for, or HNSW_NONE */
	GraphSearch *search;
	GraphSearchConfig search_config;
	MemoryContext context;
	GraphPlan	plans[GRAPH_MAX_LEVEL + 1];
	int			nplans;
	const BuildRow *row;		/* being inserted */
};

/* ---- memory ---- */

/* The node of a new row in layer 0: the spare one, if it is of that size. */
static uint32
alloc_base(BuildInserter *inserter, const IndexCopy *copy)
{
	uint32		number = inserter->spare;

	if (number == HNSW_NONE || build_node(inserter->graph, number)->copy_size != copy->size)
		return wemb_hnsw_build_node(inserter->graph, inserter->index, copy, 0);
	inserter->spare = HNSW_NONE;
	build_set_copy(build_node(inserter->graph, number), copy);
	return number;
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
	const IndexVectors *vectors = &inserter->index->vectors;
	BytePoint	left = build_point(a);
	BytePoint	right = build_point(b);
	IndexCopy	from;
	IndexCopy	to;

	if (inserter->measure == MEASURE_SQUARES)
		return wemb_byte_l2sq(&left, &right, vectors->dim);
	if (inserter->measure == MEASURE_PRODUCTS)
		return -wemb_byte_dot(&left, &right, vectors->dim);
	from = build_copy(a);
	to = build_copy(b);
	return wemb_copy_distance(vectors, &from, &to);
}

static inline void
prefetch_node(const BuildNode *node)
{
	__builtin_prefetch(node);
	__builtin_prefetch((const char *) node + CACHE_LINE);
}

/* What is not fetched by prefetch_node(). */
static inline void
prefetch_rest(const BuildNode *node, int copy_bytes)
{
	for (const char *at = (const char *) node + 2 * CACHE_LINE; at < (const char *) node->bytes + copy_bytes;
		 at += CACHE_LINE)
		__builtin_prefetch(at);
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
	{
		if (i + NODES_AHEAD < n)
			prefetch_rest(node_at(store, numbers[i + NODES_AHEAD]), inserter->copy_bytes);
		distances[i] = node_distance(inserter, from, node_at(store, numbers[i]));
	}
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

static BuildMeasure
choose_measure(const IndexVectors *vectors)
{
	if (vectors->form != VALUE_BYTES || vectors->metric->distance == INDEX_L1)
		return MEASURE_COPIES;
	return vectors->metric->distance == INDEX_IP ? MEASURE_PRODUCTS : MEASURE_SQUARES;
}

BuildInserter *
wemb_hnsw_build_inserter(BuildGraph *graph, const HnswIndex *index)
{
	BuildInserter *inserter = palloc0(sizeof(BuildInserter));

	inserter->store = (GraphStore) {true, graph_visit, graph_expect, graph_measure, graph_distances, graph_any_within,
		graph_links, graph_is_gone, graph_below};
	inserter->graph = graph;
	inserter->index = index;
	inserter->copy_bytes = index->layout.value_size;
	inserter->measure = choose_measure(&index->vectors);
	inserter->spare = HNSW_NONE;
	inserter->context = CurrentMemoryContext;
	inserter->search_config = (GraphSearchConfig) {.max_ef = index->graph.ef, .max_seen = FIRST_SEEN};
	make_search(inserter);
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

/* Add a heap row to a node.  false: there is no room. */
static bool
add_tid(BuildInserter *inserter, uint32 number)
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
		more = wemb_hnsw_build_units(graph, 1);
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

		tids->tids[tids->n++] = inserter->row->tid;
		node->lost = Max(node->lost, inserter->row->copy.lost);
	}
	SpinLockRelease(&at->lock);
	return added;
}

/* The row has the same copy as a node.  Only layer 0 of the index has heap rows, and a guest has its own elsewhere. */
static bool
add_row(BuildInserter *inserter, uint32 number)
{
	BuildGraph *graph = inserter->graph;
	const BuildRow *row = inserter->row;

	if (row->guest)
		return true;
	if (graph->lift == 0 && !add_tid(inserter, number))
		return false;
	if (graph->nplaces > 0)
		build_places(graph)[row->number] = BUILD_SAME | build_links(build_node(graph, number))->number;
	return true;
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

	node->kind = inserter->row->guest ? BUILD_GUEST : BUILD_NODE;
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
write_nodes(BuildInserter *inserter)
{
	const BuildRow *row = inserter->row;
	uint32		number = inserter->query;
	BuildLinks *at = build_links(build_node(inserter->graph, number));

	at->tid = row->tid;
	at->level = row->level;
	at->below = row->below;
	at->number = row->number;
	write_node(inserter, number, &inserter->plans[inserter->nplans - 1]);
	for (int i = inserter->nplans - 2; i >= 0; i--)
	{
		GraphPlan  *plan = &inserter->plans[i];
		uint32		upper = wemb_hnsw_build_node(inserter->graph, inserter->index, &row->copy, plan->layer);

		if (upper == HNSW_NONE)
			break;
		build_links(build_node(inserter->graph, upper))->below = number;
		write_node(inserter, upper, plan);
		number = upper;
	}
	return number;
}

bool
wemb_hnsw_build_insert(BuildInserter *inserter, const BuildRow *row)
{
	BuildGraph *graph = inserter->graph;
	uint32		number;
	uint32		same;
	uint32		entry;
	int			top;
	int			level = row->guest ? 0 : row->level;
	bool		grows;
	bool		done = true;

	if (pg_atomic_read_u32(&graph->full))
		return false;
	number = alloc_base(inserter, &row->copy);
	if (number == HNSW_NONE)
		return false;
	inserter->row = row;
	inserter->query = number;
	grows = start_growth(graph, level, &entry, &top);
	plan(inserter, entry, top, level);
	same = top < 0 ? HNSW_NONE : find_same(inserter);
	if (same != HNSW_NONE)
	{
		done = add_row(inserter, same);
		inserter->spare = number;
		number = HNSW_NONE;
	}
	else
		number = write_nodes(inserter);
	if (grows)
		end_growth(graph, number);
	if (done)
		pg_atomic_fetch_add_u64(&graph->rows, 1);
	return done;
}
