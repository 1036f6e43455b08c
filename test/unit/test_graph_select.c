/*
 * test_graph_select.c
 *		Which links a node shall have: chosen among candidates, and links back.
 */
#include "unit.h"

#include "test_graph_store.h"

#define DIM			12
#define ROWS		400

static float vectors[ROWS][DIM];

/* Nodes 0 .. n - 1 of layer 0, without links. */
static void
make_nodes(ArrayStore *array, uint64_t seed, int n)
{
	GraphConfig config = {12, 24, 48, 1.1f, true};

	array_fill(vectors[0], ROWS, DIM, seed, ROWS);
	array_init(array, &config, vectors[0], DIM, ROWS);
	for (int i = 0; i < n; i++)
		array->nodes[i] = (ArrayNode) {.vector = i, .used = true};
}

/* The same as wemb_graph_select(), from the paper's text. */
static void
test_select(void)
{
	ArrayStore	array;
	GraphCandidate candidates[100];
	uint32_t	chosen[GRAPH_MAX_LINKS];
	GraphSelect how = {10, 1, false};
	int			nchosen;
	int			wanted = 0;
	uint32_t	expected[10];

	unit_group("select takes what is nearer to the node than to any chosen one");
	make_nodes(&array, 13, 101);
	array.query = vectors[100];
	for (uint32_t i = 0; i < 100; i++)
	{
		GraphCandidate item = {wemb_kernel->l2sq_f32(vectors[i], vectors[100], DIM), i};
		int			j = i;

		for (; j > 0 && candidates[j - 1].distance > item.distance; j--)
			candidates[j] = candidates[j - 1];
		candidates[j] = item;
	}
	for (int i = 0; i < 100 && wanted < 10; i++)
	{
		bool		good = true;

		for (int j = 0; j < wanted; j++)
		{
			double		sum = 0;

			for (int k = 0; k < DIM; k++)
				sum += pow((double) vectors[candidates[i].node][k] - vectors[expected[j]][k], 2);
			good &= sum >= candidates[i].distance;
		}
		if (good)
			expected[wanted++] = candidates[i].node;
	}
	nchosen = wemb_graph_select(&array.store, &how, candidates, 100, chosen, 0);
	CHECK(nchosen == wanted && memcmp(chosen, expected, wanted * sizeof(uint32_t)) == 0, "%d instead of %d", nchosen,
		  wanted);
	how.fill = true;
	nchosen = wemb_graph_select(&array.store, &how, candidates, 100, chosen, 0);
	CHECK(nchosen == 10, "%d", nchosen);
	array_free(&array);
}

static void
test_back_link(void)
{
	ArrayStore	array;
	GraphSelect how = {6, 1, false};
	uint32_t	links[GRAPH_MAX_LINKS] = {GRAPH_NONE, 11, 12 | GRAPH_CHILD, 13};
	GraphBackLink back = {1, 11, 0, .child = true};
	int			n = 4;

	unit_group("a link back: new, known already, too far, and links of the tree stay");
	make_nodes(&array, 14, 101);
	CHECK(wemb_graph_back_link(&array.store, &how, &back, links, &n), "known");
	CHECK(n == 4 && links[1] == (11 | GRAPH_CHILD), "no child");
	back = (GraphBackLink) {1, 20, 0.1f, .child = false};
	CHECK(wemb_graph_back_link(&array.store, &how, &back, links, &n) && n == 5 && links[4] == 20, "new");
	back = (GraphBackLink) {1, 20, .offer = true};
	CHECK(wemb_graph_back_link(&array.store, &how, &back, links, &n) && n == 5, "offer of a link that is there");
	back = (GraphBackLink) {1, 21, 0.1f, .child = true};
	CHECK(wemb_graph_back_link(&array.store, &how, &back, links, &n) && n == 6 && links[5] == (21 | GRAPH_CHILD), "child");
	back = (GraphBackLink) {1, 24, .offer = true};
	CHECK(!wemb_graph_back_link(&array.store, &how, &back, links, &n) && n == 6 && links[4] == 20, "offer without room");
	n = 5;
	CHECK(wemb_graph_back_link(&array.store, &how, &back, links, &n) && n == 6 && links[5] == 24, "offer with room");
	links[5] = 21 | GRAPH_CHILD;
	back = (GraphBackLink) {1, 22, 1e6f, .child = false};
	wemb_graph_back_link(&array.store, &how, &back, links, &n);
	back = (GraphBackLink) {1, 23, 1e6f, .child = true};
	CHECK(wemb_graph_back_link(&array.store, &how, &back, links, &n), "child that is far");
	CHECK(n <= 6 && links[0] == GRAPH_NONE && links[1] == (11 | GRAPH_CHILD) && links[2] == (12 | GRAPH_CHILD) &&
		  links[3] == (21 | GRAPH_CHILD) && links[4] == (23 | GRAPH_CHILD), "the tree");
	array_free(&array);
}

static int
compare_links(const void *a, const void *b)
{
	return *(const uint32_t *) a < *(const uint32_t *) b ? -1 : *(const uint32_t *) a > *(const uint32_t *) b;
}

/* Whenever it may be asked, the shorter way leaves the same links as the longer one. */
static void
test_back_link_pruned(void)
{
	static const float alphas[] = {1, 1.1f, 1.5f};
	ArrayStore	array;
	int			compared = 0;
	int			taken = 0;
	int			different = 0;

	unit_group("a link back to pruned links: as if all were compared");
	make_nodes(&array, 15, ROWS);
	for (uint32_t node = 0; node < 60; node++)
	{
		GraphSelect how = {8, alphas[node % 3], false};
		uint32_t	links[GRAPH_MAX_LINKS] = {node % 2 == 0 ? GRAPH_NONE : 60, 61 | GRAPH_CHILD};
		int			n = 2;
		bool		pruned = false;

		for (uint32_t newcomer = 62; newcomer < 400; newcomer++)
		{
			float		distance = wemb_kernel->l2sq_f32(vectors[node], vectors[newcomer], DIM);
			GraphBackLink back = {node, newcomer, distance, .child = false};
			uint32_t	other[GRAPH_MAX_LINKS];
			int			nother = n;
			bool		full = n == how.max;
			bool		ask = full && pruned;
			bool		linked;

			memcpy(other, links, n * sizeof(uint32_t));
			linked = wemb_graph_back_link(&array.store, &how, &back, links, &n);
			pruned = full;
			if (!ask)
				continue;
			compared++;
			taken += linked;
			if (wemb_graph_back_link_pruned(&array.store, &how, &back, other, &nother) != linked)
				different++;
			else if (linked)
			{
				uint32_t	sorted[GRAPH_MAX_LINKS];

				memcpy(sorted, links, n * sizeof(uint32_t));
				qsort(sorted, n, sizeof(uint32_t), compare_links);
				qsort(other, nother, sizeof(uint32_t), compare_links);
				different += n != nother || memcmp(sorted, other, n * sizeof(uint32_t)) != 0;
			}
		}
	}
	CHECK(compared > 1000 && taken > 100, "only %d of %d taken", taken, compared);
	CHECK(different == 0, "%d of %d differ", different, compared);
	array_free(&array);
}

int
main(void)
{
	wemb_kernel_init();
	test_select();
	test_back_link();
	test_back_link_pruned();
	return unit_done();
}
