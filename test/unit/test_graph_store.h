/*
 * test_graph_store.h
 *		A graph in arrays, for the tests and benchmarks of core/ann: nodes, links and vectors of floats, squared
 *		Euclidean distances.  It applies the plans of core/ann at once, as the server does with pages.
 */
#ifndef WEMB_TEST_GRAPH_STORE_H
#define WEMB_TEST_GRAPH_STORE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/ann/graph_insert.h"
#include "core/ann/graph_repair.h"
#include "core/kernel/kernel.h"

typedef struct ArrayNode
{
	uint32_t	vector;			/* row of vectors; each of its nodes has the same */
	uint32_t	below;
	uint8_t		layer;
	bool		used;
	bool		gone;
	uint8_t		nlinks;
	uint32_t	links[GRAPH_MAX_LINKS / 2]; /* the tests have m <= 50 */
} ArrayNode;

typedef struct ArrayStore
{
	GraphStore	store;			/* first, so that one can be taken for the other */
	GraphConfig config;
	int			dim;
	const float *vectors;
	const float *query;
	ArrayNode  *nodes;
	uint32_t	nnodes;			/* all that ever were */
	uint32_t	entry;
	int			top;
	Rng			rng;
	uint64_t	ndistances;
	GraphSearch *search;
	GraphSearchConfig search_config;
} ArrayStore;

/* Random vectors within half a unit of zero; distinct: how many different ones. */
static inline void
array_fill(float *vectors, int rows, int dim, uint64_t seed, int distinct)
{
	Rng			rng = rng_for(seed, 0);

	for (int i = 0; i < rows; i++)
		for (int j = 0; j < dim; j++)
			vectors[i * dim + j] = i < distinct ? rng_float(&rng) - 0.5f : vectors[i % distinct * dim + j];
}

static inline const float *
array_vector(const ArrayStore *array, uint32_t node)
{
	return array->vectors + (size_t) array->nodes[node].vector * array->dim;
}

static bool
array_visit(GraphStore *store, uint32_t node, GraphVisit *visit)
{
	const ArrayNode *at = &((ArrayStore *) store)->nodes[node];

	visit->gone = at->gone;
	visit->nlinks = 0;
	for (int i = 0; i < at->nlinks; i++)
		if (at->links[i] != GRAPH_NONE)
			visit->links[visit->nlinks++] = graph_link_node(at->links[i]);
	return at->used;
}

/* All is in memory. */
static void
array_expect(GraphStore *store, const uint32_t *nodes, int n)
{
	(void) store;
	(void) nodes;
	(void) n;
}

static void
array_distances_to(ArrayStore *array, const float *x, const uint32_t *nodes, int n, float *distances)
{
	array->ndistances += n;
	for (int i = 0; i < n; i++)
		__builtin_prefetch(array_vector(array, nodes[i]));
	for (int i = 0; i < n; i++)
		distances[i] = wemb_kernel->l2sq_f32(x, array_vector(array, nodes[i]), array->dim);
}

static void
array_measure(GraphStore *store, const uint32_t *nodes, int n, float *distances)
{
	ArrayStore *array = (ArrayStore *) store;

	array_distances_to(array, array->query, nodes, n, distances);
}

static void
array_distances(GraphStore *store, uint32_t node, const uint32_t *nodes, int n, float *distances)
{
	ArrayStore *array = (ArrayStore *) store;

	array_distances_to(array, array_vector(array, node), nodes, n, distances);
}

static bool
array_any_within(GraphStore *store, uint32_t node, const uint32_t *nodes, int n, float bound)
{
	ArrayStore *array = (ArrayStore *) store;
	const float *x = array_vector(array, node);

	for (int i = 0; i < n; i++)
	{
		array->ndistances++;
		if (wemb_kernel->l2sq_f32(x, array_vector(array, nodes[i]), array->dim) < bound)
			return true;
	}
	return false;
}

static int
array_links(GraphStore *store, uint32_t node, uint32_t *links)
{
	const ArrayNode *at = &((ArrayStore *) store)->nodes[node];

	memcpy(links, at->links, at->nlinks * sizeof(uint32_t));
	return at->nlinks;
}

static bool
array_is_gone(GraphStore *store, uint32_t node)
{
	return ((ArrayStore *) store)->nodes[node].gone;
}

static uint32_t
array_below(GraphStore *store, uint32_t node)
{
	return ((ArrayStore *) store)->nodes[node].below;
}

/* max_nodes: of all layers, ever. */
static void
array_init(ArrayStore *array, const GraphConfig *config, const float *vectors, int dim, uint32_t max_nodes)
{
	memset(array, 0, sizeof(*array));
	array->store = (GraphStore) {true, array_visit, array_expect, array_measure, array_distances, array_any_within,
		array_links, array_is_gone, array_below};
	array->config = *config;
	array->dim = dim;
	array->vectors = vectors;
	array->nodes = calloc(max_nodes, sizeof(ArrayNode));
	array->entry = GRAPH_NONE;
	array->top = -1;
	array->search_config = (GraphSearchConfig) {1024, 4096};
	array->search = wemb_graph_search_init(malloc(wemb_graph_search_size(&array->search_config)),
										   &array->search_config);
}

static void
array_free(ArrayStore *array)
{
	free(array->nodes);
	free(array->search);
}

/* Give the search twice the room. */
static void
array_grow(ArrayStore *array)
{
	GraphSearch *old = array->search;

	array->search_config.max_seen *= 2;
	array->search = wemb_graph_search_grow(malloc(wemb_graph_search_size(&array->search_config)),
										   &array->search_config, old);
	free(old);
}

static bool
array_back_link(ArrayStore *array, const GraphBackLink *back)
{
	ArrayNode  *at = &array->nodes[back->node];
	GraphSelect how = {wemb_graph_max_links(&array->config, at->layer), array->config.alpha, false};
	int			n = at->nlinks;
	bool		taken = wemb_graph_back_link(&array->store, &how, back, at->links, &n);

	at->nlinks = (uint8_t) n;
	return taken;
}

static void
array_write_plan(ArrayStore *array, const GraphPlan *plan, uint32_t vector, uint32_t below)
{
	uint32_t	node = array->nnodes++;
	ArrayNode  *at = &array->nodes[node];
	int			taken = 0;

	*at = (ArrayNode) {.vector = vector, .below = below, .layer = (uint8_t) plan->layer, .used = true};
	at->nlinks = plan->nlinks > 0 ? plan->nlinks : 1;
	at->links[0] = GRAPH_NONE;
	memcpy(at->links, plan->links, plan->nlinks * sizeof(uint32_t));
	for (int i = 0; i < plan->nlinks; i++)
		taken += array_back_link(array, &(GraphBackLink) {plan->links[i], node, plan->distances[i], .child = i == 0});
	for (int i = 0; i < plan->noffers && taken < wemb_graph_wanted(&array->config); i++)
		taken += array_back_link(array, &(GraphBackLink) {plan->offers[i], node, .offer = true});
	if (plan->layer > array->top)
	{
		array->top = plan->layer;
		array->entry = node;
	}
}

/* Insert a row of vectors; returns its node of layer 0. */
static inline uint32_t
array_insert(ArrayStore *array, uint32_t vector)
{
	GraphPlan	plans[GRAPH_MAX_LEVEL + 1];
	GraphInsert insert = {.config = &array->config, .search = array->search, .store = &array->store};
	GraphStatus status;
	uint32_t	base = array->nnodes;
	int			n = 0;

	array->query = array->vectors + (size_t) vector * array->dim;
	insert.level = wemb_graph_draw_level(&array->rng, array->config.m);
	wemb_graph_insert_start(&insert, array->entry, array->top);
	while ((status = wemb_graph_insert_next(&insert, &plans[n])) != GRAPH_END)
	{
		if (status == GRAPH_FOUND)
			n++;
		else if (status == GRAPH_FULL)
		{
			array_grow(array);
			insert.search = array->search;
		}
	}
	for (int i = n - 1; i >= 0; i--)
		array_write_plan(array, &plans[i], vector, i == n - 1 ? GRAPH_NONE : array->nnodes - 1);
	return base;
}

/* Begin a scan: down to layer 0. */
static inline void
array_scan_start(ArrayStore *array, const float *query, int ef)
{
	uint32_t	at = array->entry;

	array->query = query;
	for (int layer = array->top; layer >= 0; layer--)
	{
		GraphStatus status;

		wemb_graph_search_start(array->search, &array->store, layer > 0 ? 1 : ef);
		wemb_graph_search_from(array->search, at);
		if (layer == 0)
			break;
		while ((status = wemb_graph_search_run(array->search)) == GRAPH_AGAIN || status == GRAPH_FULL)
			if (status == GRAPH_FULL)
				array_grow(array);
		at = array->nodes[wemb_graph_search_way(array->search)].below;
	}
}

/* false: there are no more. */
static inline bool
array_scan_next(ArrayStore *array, GraphCandidate *found)
{
	GraphStatus status;

	while ((status = wemb_graph_search_next(array->search, found)) != GRAPH_FOUND)
	{
		if (status == GRAPH_END)
			return false;
		if (status == GRAPH_FULL)
			array_grow(array);
	}
	return true;
}

#endif							/* WEMB_TEST_GRAPH_STORE_H */
