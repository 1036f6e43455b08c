/*
 * test_graph.c
 *		The graph of core/ann over an array: every invariant after random histories, streams, recall.
 */
#include <float.h>

#include "unit.h"

#include "test_graph_store.h"

#define DIM			12
#define MAX_ROWS	3000

static float vectors[MAX_ROWS][DIM];
static float noise;				/* of estimates, relative */
static Rng	noise_rng;

/* A store that estimates, wrongly. */
static bool
noisy_visit(GraphStore *store, uint32_t node, GraphVisit *visit)
{
	bool		used = array_visit(store, node, visit);

	array_measure(store, visit->links, visit->nlinks, visit->estimates);
	array_measure(store, &node, 1, &visit->distance);
	for (int i = 0; i < visit->nlinks; i++)
		visit->estimates[i] *= 1 + noise * (2 * rng_float(&noise_rng) - 1);
	return used;
}

/* Damaged pages, and vectors so long that distances overflow. */
static bool
senseless_visit(GraphStore *store, uint32_t node, GraphVisit *visit)
{
	static const float senseless[] = {NAN, INFINITY, -INFINITY, FLT_MAX, -FLT_MAX};
	bool		used = noisy_visit(store, node, visit);

	for (int i = 0; i < visit->nlinks; i++)
		if (rng_below(&noise_rng, 2) == 0)
			visit->estimates[i] = senseless[rng_below(&noise_rng, 5)];
	if (rng_below(&noise_rng, 4) == 0)
		visit->distance = senseless[rng_below(&noise_rng, 5)];
	return used;
}

static void
init_store(ArrayStore *array, int m, uint64_t seed)
{
	GraphConfig config = {m, 2 * m, 4 * m > 40 ? 4 * m : 40, 1.1f, true};

	array_init(array, &config, vectors[0], DIM, 2 * MAX_ROWS + 1000);
	array->rng = rng_for(seed, 1);
	free(array->search);
	array->search_config = (GraphSearchConfig) {128, GRAPH_MAX_LINKS};	/* so small that it must grow */
	array->search = wemb_graph_search_init(malloc(wemb_graph_search_size(&array->search_config)),
										   &array->search_config);
}

/* ---- invariants, as numbered in src/index/hnsw/README.md ---- */

static uint32_t
root_of(const ArrayStore *array, uint32_t node)
{
	for (uint32_t steps = 0; steps <= array->nnodes; steps++)
	{
		if (array->nodes[node].links[0] == GRAPH_NONE)
			return node;
		node = array->nodes[node].links[0];
	}
	return GRAPH_NONE;
}

static int
link_place(const ArrayNode *at, uint32_t node)
{
	for (int i = 0; i < at->nlinks; i++)
		if (graph_link_node(at->links[i]) == node)
			return i;
	return -1;
}

static void
check_links(const ArrayStore *array, uint32_t node)
{
	const ArrayNode *at = &array->nodes[node];

	CHECK(at->nlinks >= 1 && at->nlinks <= wemb_graph_max_links(&array->config, at->layer), "I2: %u has %d", node,
		  at->nlinks);
	for (int i = 0; i < at->nlinks; i++)
	{
		uint32_t	link = graph_link_node(at->links[i]);

		if (i == 0 && link == GRAPH_NONE)
			continue;
		CHECK(link < array->nnodes && link != node && array->nodes[link].layer == at->layer, "I1: %u to %u", node, link);
		if (link >= array->nnodes)
			continue;
		CHECK(array->nodes[link].used || !array->nodes[node].used || !graph_link_is_tree(at->links, i),
			  "I1: %u to %u, which is out", node, link);
		CHECK(link_place(at, link) == i, "I1: %u to %u twice", node, link);
		if (at->links[i] & GRAPH_CHILD)
			CHECK(array->nodes[link].links[0] == node, "I3: %u is no child of %u", link, node);
		if (i == 0)
		{
			int			place = link_place(&array->nodes[link], node);

			CHECK(place > 0 && array->nodes[link].links[place] & GRAPH_CHILD, "I3: %u is unknown to its parent %u", node,
				  link);
		}
	}
}

static void
check_invariants(const ArrayStore *array)
{
	uint32_t	roots[GRAPH_MAX_LEVEL + 1];

	for (int layer = 0; layer <= GRAPH_MAX_LEVEL; layer++)
		roots[layer] = GRAPH_NONE;
	for (uint32_t node = 0; node < array->nnodes; node++)
	{
		const ArrayNode *at = &array->nodes[node];
		uint32_t	root;

		if (!at->used)
			continue;
		check_links(array, node);
		root = root_of(array, node);
		if (roots[at->layer] == GRAPH_NONE)
			roots[at->layer] = root;
		CHECK(root != GRAPH_NONE && root == roots[at->layer], "I4: %u is under %u, others under %u", node, root,
			  roots[at->layer]);
		if (at->layer > 0)
			CHECK(array->nodes[at->below].used && array->nodes[at->below].vector == at->vector &&
				  array->nodes[at->below].layer == at->layer - 1, "I5: %u", node);
		CHECK(at->layer <= array->top, "I6: %u", node);
	}
	if (array->entry != GRAPH_NONE)
		CHECK(array->nodes[array->entry].used && array->nodes[array->entry].layer == array->top, "I6: entry");
}

/* ---- vacuum, as the server does it ---- */

static void
mark_gone(ArrayStore *array, uint32_t node)
{
	for (uint32_t i = 0; i < array->nnodes; i++)
		if (array->nodes[i].used && array->nodes[i].vector == array->nodes[node].vector)
			array->nodes[i].gone = true;
}

static void
move_entry(ArrayStore *array)
{
	const ArrayNode *at = &array->nodes[array->entry];

	for (int i = 0; i < at->nlinks; i++)
		if (at->links[i] != GRAPH_NONE && graph_link_is_tree(at->links, i))
		{
			array->entry = graph_link_node(at->links[i]);
			return;
		}
	array->entry = at->layer > 0 ? at->below : GRAPH_NONE;
	array->top--;
}

static void
unlink_node(ArrayStore *array, uint32_t node, bool check_steps)
{
	int			max = wemb_graph_max_links(&array->config, array->nodes[node].layer);
	int			steps = 0;
	GraphUnlink step;

	while (array->entry == node)
		move_entry(array);
	while ((step = wemb_graph_unlink_next(&array->store, node, max)).action != GRAPH_UNLINK_DONE)
	{
		uint32_t	parts[3] = {step.node, step.child, step.parent};

		for (int i = 0; i < 3; i++)
			if (parts[i] != GRAPH_NONE)
			{
				int			n = array->nodes[parts[i]].nlinks;

				CHECK(wemb_graph_unlink_apply(&step, parts[i], max, array->nodes[parts[i]].links, &n), "step at %u", parts[i]);
				array->nodes[parts[i]].nlinks = (uint8_t) n;
			}
		if (step.action != GRAPH_UNLINK_MOVE)
			array->nodes[node].used = false;
		if (check_steps)
			check_invariants(array);
		CHECK(++steps <= GRAPH_MAX_LINKS, "%u goes on for ever", node);
		if (steps > GRAPH_MAX_LINKS)
			break;
	}
	array->nodes[node].used = false;
}

/* The nearest of node's layer, nearest first, without node; returns how many. */
static int
nearest_nodes(ArrayStore *array, uint32_t node, GraphCandidate *out, int most)
{
	int			n = 0;

	array->query = array_vector(array, node);
	for (uint32_t other = 0; other < array->nnodes; other++)
	{
		GraphCandidate item = {0, other};
		int			i;

		if (other == node || !array->nodes[other].used || array->nodes[other].layer != array->nodes[node].layer)
			continue;
		array_measure(&array->store, &other, 1, &item.distance);
		if (n == most && item.distance >= out[n - 1].distance)
			continue;
		i = n < most ? n++ : n - 1;
		for (; i > 0 && out[i - 1].distance > item.distance; i--)
			out[i] = out[i - 1];
		out[i] = item;
	}
	return n;
}

/* Some of the nodes get a nearer parent and other links, as those that have lost much. */
static void
renew_some(ArrayStore *array)
{
	for (uint32_t node = 0; node < array->nnodes; node += 13)
	{
		ArrayNode  *at = &array->nodes[node];
		GraphSelect how = wemb_graph_selection(&array->config, at->layer);
		GraphUnlink move = {GRAPH_UNLINK_MOVE, at->links[0], node, GRAPH_NONE};
		GraphCandidate near[20];
		int			nnear;
		int			n;

		if (!at->used)
			continue;
		nnear = nearest_nodes(array, node, near, 20);
		if (move.node != GRAPH_NONE)
			move.parent = wemb_graph_nearer_parent(&array->store, how.max, node, move.node, near, nnear);
		if (move.parent != GRAPH_NONE)
		{
			const uint32_t parts[3] = {move.node, node, move.parent};

			for (int i = 0; i < 3; i++)
			{
				n = array->nodes[parts[i]].nlinks;
				CHECK(wemb_graph_unlink_apply(&move, parts[i], how.max, array->nodes[parts[i]].links, &n), "%u to %u", node,
					  move.parent);
				array->nodes[parts[i]].nlinks = (uint8_t) n;
			}
		}
		n = at->nlinks;
		wemb_graph_renew_links(&array->store, &how, near, nnear, at->links, &n);
		at->nlinks = (uint8_t) n;
	}
	check_invariants(array);
}

static void
vacuum(ArrayStore *array, bool check_steps)
{
	for (uint32_t node = 0; node < array->nnodes; node++)
		if (array->nodes[node].used && !array->nodes[node].gone)
		{
			GraphSelect how;
			int			n = array->nodes[node].nlinks;

			array->query = array_vector(array, node);
			how = wemb_graph_selection(&array->config, array->nodes[node].layer);
			wemb_graph_repair_links(&array->store, &how, node, array->nodes[node].links, &n);
			array->nodes[node].nlinks = (uint8_t) n;
			for (int i = 0; i < n; i++)
				CHECK(graph_link_is_tree(array->nodes[node].links, i) ||
					  !array->nodes[array->nodes[node].links[i]].gone, "%u still leads to one that is gone", node);
		}
	for (int layer = array->top; layer >= 0; layer--)
		for (uint32_t node = array->nnodes; node-- > 0;)
			if (array->nodes[node].used && array->nodes[node].gone && array->nodes[node].layer == layer)
				unlink_node(array, node, check_steps);
}

/* ---- scans ---- */

static int
count_live(const ArrayStore *array)
{
	int			n = 0;

	for (uint32_t i = 0; i < array->nnodes; i++)
		n += array->nodes[i].used && !array->nodes[i].gone && array->nodes[i].layer == 0;
	return n;
}

/* Visited by the scan under way, not given yet; live. */
static float pending[2 * MAX_ROWS + 1000];	/* distance, or infinite */
static bool (*recorded_visit) (GraphStore *store, uint32_t node, GraphVisit *visit);

static bool
recording_visit(GraphStore *store, uint32_t node, GraphVisit *visit)
{
	bool		used = recorded_visit(store, node, visit);

	if (((ArrayStore *) store)->nodes[node].layer == 0 && !visit->gone)
		array_measure(store, &node, 1, &pending[node]);
	return used;
}

static float
nearest_pending(const ArrayStore *array)
{
	float		nearest = INFINITY;

	for (uint32_t i = 0; i < array->nnodes; i++)
		nearest = fminf(nearest, pending[i]);
	return nearest;
}

/* A scan to the end gives every live node once, always the nearest visited.  Returns how many came out of order. */
static int
check_stream(ArrayStore *array, const float *query, int ef)
{
	static bool given[2 * MAX_ROWS + 1000];
	GraphCandidate found;
	float		last = -1;
	int			n = 0;
	int			late = 0;

	memset(given, 0, sizeof(given));
	for (uint32_t i = 0; i < array->nnodes; i++)
		pending[i] = INFINITY;
	recorded_visit = array->store.visit;
	array->store.visit = recording_visit;
	array_scan_start(array, query, ef);
	while (array->entry != GRAPH_NONE && array_scan_next(array, &found))
	{
		float		distance;

		array_measure(&array->store, &found.node, 1, &distance);
		CHECK(!given[found.node], "%u came twice", found.node);
		CHECK(array->nodes[found.node].used && !array->nodes[found.node].gone, "%u is gone", found.node);
		CHECK(distance <= nearest_pending(array), "%u is not the nearest", found.node);
		pending[found.node] = INFINITY;
		CHECK(distance == found.distance, "%u: %g instead of %g", found.node, found.distance, distance);
		given[found.node] = true;
		late += found.distance < last;
		last = found.distance > last ? found.distance : last;
		n++;
	}
	CHECK(n == count_live(array), "%d of %d came", n, count_live(array));
	array->store.visit = recorded_visit;
	return late;
}

/* Share of the 10 nearest live rows among the first 10 of scans for 50 random vectors. */
static double
recall(ArrayStore *array, int ef)
{
	Rng			rng = rng_for(77, 0);
	int			hits = 0;

	for (int q = 0; q < 50; q++)
	{
		float		query[DIM];
		GraphCandidate found;
		float		tenth;
		float		best[10];
		int			n = 0;

		for (int j = 0; j < DIM; j++)
			query[j] = rng_float(&rng) - 0.5f;
		array->query = query;
		for (uint32_t i = 0; i < array->nnodes; i++)
		{
			float		distance;
			int			j;

			if (!array->nodes[i].used || array->nodes[i].gone || array->nodes[i].layer > 0)
				continue;
			array_measure(&array->store, &i, 1, &distance);
			if (n == 10 && distance >= best[9])
				continue;
			for (j = n < 10 ? n++ : 9; j > 0 && best[j - 1] > distance; j--)
				best[j] = best[j - 1];
			best[j] = distance;
		}
		tenth = best[9];
		array_scan_start(array, query, ef);
		for (int i = 0; i < 10 && array_scan_next(array, &found); i++)
			hits += found.distance <= tenth;
	}
	return hits / 500.0;
}

/* ---- tests ---- */

static void
test_small(void)
{
	ArrayStore	array;

	unit_group("graphs of 0 to 20 nodes, with 2 links and more");
	array_fill(vectors[0], MAX_ROWS, DIM, 1, MAX_ROWS);
	for (int m = 2; m < 6; m++)
	{
		init_store(&array, m, 5);
		CHECK(check_stream(&array, vectors[0], 1) == 0, "order");
		for (int i = 0; i < 20; i++)
		{
			array_insert(&array, i);
			check_invariants(&array);
			CHECK(check_stream(&array, vectors[i], 40) == 0, "order of %d", i + 1);
			check_stream(&array, vectors[i], 1);
		}
		for (uint32_t i = 0; i < array.nnodes; i++)
			if (array.nodes[i].used)
			{
				mark_gone(&array, i);
				vacuum(&array, true);
				check_stream(&array, vectors[i % 20], 3);
			}
		CHECK(array.entry == GRAPH_NONE && array.top == -1, "not empty");
		array_insert(&array, 7);
		check_invariants(&array);
		check_stream(&array, vectors[7], 3);
		array_free(&array);
	}
}

static void
test_history(const char *name, int m, int distinct, bool exact)
{
	ArrayStore	array;
	Rng			rng = rng_for(9, (uint64_t) m);
	int			next = 0;

	unit_group(name);
	array_fill(vectors[0], MAX_ROWS, DIM, 3, distinct);
	init_store(&array, m, 6);
	noise = 0.3f;
	noise_rng = rng_for(4, 4);
	array.store.exact = exact;
	if (!exact)
		array.store.visit = noisy_visit;
	for (int round = 0; round < 8; round++)
	{
		int			rows = 50 + (int) rng_below(&rng, 250);
		uint32_t	share = 1 + rng_below(&rng, round == 4 ? 2 : 12);	/* one of so many goes */

		for (int i = 0; i < rows && next < MAX_ROWS; i++)
			array_insert(&array, next++);
		check_invariants(&array);
		check_stream(&array, vectors[rng_below(&rng, MAX_ROWS)], 10);
		for (uint32_t i = 0; i < array.nnodes; i++)
			if (array.nodes[i].used && array.nodes[i].layer == 0 && rng_below(&rng, share + 1) == 0)
				mark_gone(&array, i);
		check_stream(&array, vectors[rng_below(&rng, MAX_ROWS)], 10);
		for (int i = 0; i < 5; i++)
			array_insert(&array, next++);	/* among nodes that are gone */
		check_invariants(&array);
		vacuum(&array, false);
		check_invariants(&array);
		renew_some(&array);
		check_stream(&array, vectors[rng_below(&rng, MAX_ROWS)], 10);
	}
	array_free(&array);
}

static void
test_recall(void)
{
	ArrayStore	array;
	double		before;
	double		after;
	uint64_t	build;

	unit_group("recall against exact search, before and after vacuum, and its cost");
	array_fill(vectors[0], MAX_ROWS, DIM, 11, MAX_ROWS);
	init_store(&array, 12, 2);
	for (int i = 0; i < 2000; i++)
		array_insert(&array, i);
	build = array.ndistances;
	before = recall(&array, 60);
	CHECK(before > 0.97, "%.3f", before);
	for (uint32_t i = 0; i < array.nnodes; i++)
		if (array.nodes[i].layer == 0 && array.nodes[i].vector % 10 == 3)
			mark_gone(&array, i);
	array.ndistances = 0;
	vacuum(&array, false);
	CHECK(array.ndistances * 10 < build, "%lu distances, building took %lu", (unsigned long) array.ndistances,
		  (unsigned long) build);
	after = recall(&array, 60);
	CHECK(after > before - 0.01, "%.3f after %.3f", after, before);
	array.store.exact = false;
	array.store.visit = noisy_visit;
	noise = 0.2f;
	CHECK(recall(&array, 60) > 0.97, "with estimates %.3f", recall(&array, 60));
	array_free(&array);
}

static void
test_order(void)
{
	ArrayStore	array;
	int			late;

	unit_group("a stream is in order but for a few");
	array_fill(vectors[0], MAX_ROWS, DIM, 12, MAX_ROWS);
	init_store(&array, 12, 2);
	for (int i = 0; i < 1000; i++)
		array_insert(&array, i);
	late = check_stream(&array, vectors[1500], 100);
	CHECK(late < 20, "%d of 1000 are late", late);
	array_free(&array);
}

static void
test_senseless(void)
{
	ArrayStore	array;

	unit_group("distances that are no numbers, or infinite: still every node comes once");
	array_fill(vectors[0], MAX_ROWS, DIM, 12, MAX_ROWS);
	init_store(&array, 12, 2);
	for (int i = 0; i < 1000; i++)
		array_insert(&array, i);
	noise = 0.2f;
	noise_rng = rng_for(4, 4);
	array.store.exact = false;
	array.store.visit = senseless_visit;
	for (int i = 0; i < 20; i++)
	{
		bool		given[1000] = {false};
		GraphCandidate found;
		int			n = 0;

		array_scan_start(&array, vectors[1500 + i], 1 + 10 * i);
		while (n <= 1000 && array_scan_next(&array, &found))
		{
			CHECK(!given[array.nodes[found.node].vector], "%u came twice", found.node);
			given[array.nodes[found.node].vector] = true;
			n++;
		}
		CHECK(n == 1000, "%d of 1000 came", n);
	}
	array_free(&array);
}

static void
test_levels(void)
{
	Rng			rng = rng_for(1, 1);
	int			above = 0;

	unit_group("levels: a 16th is above layer 0");
	for (int i = 0; i < 160000; i++)
		above += wemb_graph_draw_level(&rng, 16) > 0;
	CHECK(above > 9600 && above < 10400, "%d of 160000", above);
}

int
main(void)
{
	wemb_kernel_init();
	test_small();
	test_history("random histories", 8, MAX_ROWS, true);
	test_history("random histories with 3 links", 3, MAX_ROWS, true);
	test_history("random histories with 2 links", 2, MAX_ROWS, true);
	test_history("random histories, rows equal", 6, 4, true);
	test_history("random histories, wrong estimates", 8, MAX_ROWS, false);
	test_recall();
	test_order();
	test_senseless();
	test_levels();
	return unit_done();
}
