/*
 * hnsw_build_prune.c
 *		A link more for a node whose links are pruned already.
 */
#include "postgres.h"

#include "index/hnsw/hnsw_build_prune.h"

static bool
has_link(const uint32_t *links, int n, uint32_t node)
{
	for (int i = 0; i < n; i++)
		if (graph_link_node(links[i]) == node)
			return true;
	return false;
}

/* The link not of the tree that is farthest from the node, or -1. */
static int
farthest_link(const uint32_t *links, int n, const float *distances)
{
	int			farthest = -1;

	for (int i = 0; i < n; i++)
		if (!graph_link_is_tree(links, i) && (farthest < 0 || distances[i] > distances[farthest]))
			farthest = i;
	return farthest;
}

bool
wemb_hnsw_prune_with(GraphStore *store, const GraphSelect *how, const GraphBackLink *back, uint32_t *links, int *n)
{
	uint32_t	nodes[GRAPH_MAX_LINKS];
	float		from_node[GRAPH_MAX_LINKS];
	float		from_newcomer[GRAPH_MAX_LINKS];
	int			first = links[0] == GRAPH_NONE;
	int			kept = 1;

	if (has_link(links, *n, back->newcomer))
		return true;
	for (int i = first; i < *n; i++)
		nodes[i] = graph_link_node(links[i]);
	store->distances(store, back->node, nodes + first, *n - first, from_node + first);
	store->distances(store, back->newcomer, nodes + first, *n - first, from_newcomer + first);
	for (int i = first; i < *n; i++)
		if (from_newcomer[i] < back->distance / how->alpha &&
			(graph_link_is_tree(links, i) || from_node[i] <= back->distance))
			return false;
	for (int i = 1; i < *n; i++)
		if (graph_link_is_tree(links, i) || from_node[i] <= back->distance ||
			from_newcomer[i] >= from_node[i] / how->alpha)
		{
			links[kept] = links[i];
			from_node[kept++] = from_node[i];
		}
	if (kept == how->max)
	{
		int			farthest = farthest_link(links, kept, from_node);

		if (farthest < 0 || from_node[farthest] <= back->distance)
			return false;
		links[farthest] = back->newcomer;
	}
	else
		links[kept++] = back->newcomer;
	*n = kept;
	return true;
}
