/*
 * graph_select.c
 *		Which links a node shall have.
 */
#include "core/ann/graph_select.h"

#include <string.h>

int
wemb_graph_select(GraphStore *store, const GraphSelect *how, const GraphCandidate *candidates, int n,
				  uint32_t *out, int nout)
{
	uint32_t	passed[GRAPH_MAX_LINKS];
	int			npassed = 0;

	for (int i = 0; i < n && nout < how->max; i++)
	{
		uint32_t	node = candidates[i].node;

		if (nout == 0 || !store->any_within(store, node, out, nout, candidates[i].distance / how->alpha))
			out[nout++] = node;
		else if (npassed < GRAPH_MAX_LINKS)
			passed[npassed++] = node;
	}
	if (how->fill)
		for (int i = 0; i < npassed && nout < how->max; i++)
			out[nout++] = passed[i];
	return nout;
}

static void
sort_candidates(GraphCandidate *items, int n)
{
	for (int i = 1; i < n; i++)
	{
		GraphCandidate item = items[i];
		int			j = i;

		while (j > 0 && items[j - 1].distance > item.distance)
		{
			items[j] = items[j - 1];
			j--;
		}
		items[j] = item;
	}
}

/* Where among links the node is, or -1. */
static int
find_link(const uint32_t *links, int n, uint32_t node)
{
	for (int i = 0; i < n; i++)
		if (graph_link_node(links[i]) == node)
			return i;
	return -1;
}

bool
wemb_graph_back_link(GraphStore *store, const GraphSelect *how, const GraphBackLink *back, uint32_t *links, int *n)
{
	uint32_t	kept[GRAPH_MAX_LINKS];	/* links of the tree, as they are */
	uint32_t	chosen[GRAPH_MAX_LINKS];
	uint32_t	others[GRAPH_MAX_LINKS];
	float		distances[GRAPH_MAX_LINKS];
	GraphCandidate candidates[GRAPH_MAX_LINKS + 1];
	GraphSelect rest = *how;
	int			nkept = 0;
	int			nothers = 0;
	int			first;			/* of those chosen that may go */
	int			nchosen;
	bool		linked = false;
	int			place = find_link(links, *n, back->newcomer);

	if (place >= 0)
	{
		if (back->child)
			links[place] |= GRAPH_CHILD;
		return true;
	}
	if (*n < how->max)
	{
		links[(*n)++] = back->newcomer | (back->child ? GRAPH_CHILD : 0);
		return true;
	}
	if (back->offer)
		return false;

	for (int i = 0; i < *n; i++)
	{
		if (graph_link_is_tree(links, i))
			kept[nkept++] = links[i];
		else
			others[nothers++] = links[i];
	}
	if (nothers == 0)
		return false;
	if (back->child)
		kept[nkept++] = back->newcomer | GRAPH_CHILD;
	store->distances(store, back->node, others, nothers, distances);
	for (int i = 0; i < nothers; i++)
		candidates[i] = (GraphCandidate) {distances[i], others[i]};
	if (!back->child)
		candidates[nothers++] = (GraphCandidate) {back->distance, back->newcomer};
	sort_candidates(candidates, nothers);

	/* The first node of a layer has no parent to be compared with. */
	first = 0;
	for (int i = 0; i < nkept; i++)
		if (kept[i] != GRAPH_NONE)
			chosen[first++] = graph_link_node(kept[i]);
	rest.max -= nkept - first;
	nchosen = wemb_graph_select(store, &rest, candidates, nothers, chosen, first);
	memcpy(links, kept, nkept * sizeof(uint32_t));
	memcpy(links + nkept, chosen + first, (nchosen - first) * sizeof(uint32_t));
	*n = nkept + nchosen - first;
	for (int i = first; i < nchosen; i++)
		linked |= chosen[i] == back->newcomer;
	return linked || back->child;
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
wemb_graph_back_link_pruned(GraphStore *store, const GraphSelect *how, const GraphBackLink *back, uint32_t *links,
							int *n)
{
	uint32_t	nodes[GRAPH_MAX_LINKS];
	float		from_node[GRAPH_MAX_LINKS];
	float		from_newcomer[GRAPH_MAX_LINKS];
	int			first = links[0] == GRAPH_NONE;
	int			kept = 1;

	if (find_link(links, *n, back->newcomer) >= 0)
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
