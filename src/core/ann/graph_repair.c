/*
 * graph_repair.c
 *		Taking nodes out of a layer.
 */
#include "core/ann/graph_repair.h"

#include <math.h>
#include <string.h>

#define REPAIR_CANDIDATES	4	/* for a link lost */
#define FEW_LOST			8	/* one link in so many is not replaced: it takes long, and finds little */

/* ---- links outside of the tree ---- */

static int
find_link(const uint32_t *links, int n, uint32_t node)
{
	for (int i = 0; i < n; i++)
		if (graph_link_node(links[i]) == node)
			return i;
	return -1;
}

/* What may become links, nearest first, each once. */
typedef struct Candidates
{
	GraphCandidate items[GRAPH_MAX_LINKS];
	int			n;
	uint32_t	known[GRAPH_MAX_LINKS]; /* are links already */
	int			nknown;
} Candidates;

/* Put item where it belongs, unless it is there already, or too far. */
static void
keep_nearest(Candidates *all, GraphCandidate item)
{
	int			i;

	for (i = 0; i < all->n; i++)
		if (all->items[i].node == item.node)
			return;
	if (all->n == GRAPH_MAX_LINKS && !(item.distance < all->items[all->n - 1].distance))
		return;
	i = all->n < GRAPH_MAX_LINKS ? all->n++ : all->n - 1;
	while (i > 0 && all->items[i - 1].distance > item.distance)
	{
		all->items[i] = all->items[i - 1];
		i--;
	}
	all->items[i] = item;
}

static void
add_measured(GraphStore *store, const uint32_t *nodes, int n, Candidates *all)
{
	float		distances[GRAPH_MAX_LINKS];

	store->measure(store, nodes, n, distances);
	for (int i = 0; i < n; i++)
		if (isfinite(distances[i]))
			keep_nearest(all, (GraphCandidate) {distances[i], nodes[i]});
}

/* The links that a node that is gone has to others that are not. */
static void
add_links_of(GraphStore *store, uint32_t gone, uint32_t node, Candidates *all)
{
	GraphVisit	visit;
	uint32_t	live[GRAPH_MAX_LINKS];
	int			n = 0;

	if (!store->visit(store, gone, &visit))
		return;
	for (int i = 0; i < visit.nlinks; i++)
		if (visit.links[i] != node && find_link(all->known, all->nknown, visit.links[i]) < 0 &&
			!store->is_gone(store, visit.links[i]))
			live[n++] = visit.links[i];
	add_measured(store, live, n, all);
}

/*
 * Add to links as many of the candidates as selection takes beside them.  A link of the tree to a node that is
 * gone takes room, but keeps no candidate away: it will not lead anywhere for long.
 */
static void
select_more(GraphStore *store, const GraphSelect *how, const Candidates *all, uint32_t *links, int *n)
{
	uint32_t	chosen[GRAPH_MAX_LINKS];
	GraphSelect rest = *how;
	int			first = 0;
	int			nchosen;

	for (int i = 0; i < *n; i++)
	{
		uint32_t	node = graph_link_node(links[i]);

		if (node != GRAPH_NONE && !store->is_gone(store, node))
			chosen[first++] = node;
	}
	rest.max -= *n - first;
	nchosen = wemb_graph_select(store, &rest, all->items, all->n, chosen, first);
	memcpy(links + *n, chosen + first, (nchosen - first) * sizeof(uint32_t));
	*n += nchosen - first;
}

bool
wemb_graph_repair_links(GraphStore *store, const GraphSelect *how, uint32_t node, uint32_t *links, int *n)
{
	Candidates	all = {0};
	uint32_t	gone[GRAPH_MAX_LINKS];
	int			ngone = 0;
	int			lost = 0;
	int			kept = 0;
	bool		few;

	for (int i = 0; i < *n; i++)
	{
		uint32_t	other = graph_link_node(links[i]);
		bool		stays = other == GRAPH_NONE || !store->is_gone(store, other);

		if (!stays)
			gone[ngone++] = other;
		if (stays || graph_link_is_tree(links, i))
			links[kept++] = links[i];
		else
			lost++;
	}
	if (lost == 0)
		return false;
	few = lost * FEW_LOST <= *n;
	*n = kept;
	if (few)
		return true;
	for (int i = 0; i < *n; i++)
		all.known[all.nknown++] = graph_link_node(links[i]);
	for (int i = 0; i < ngone; i++)
		add_links_of(store, gone[i], node, &all);
	if (all.n > lost * REPAIR_CANDIDATES)
		all.n = lost * REPAIR_CANDIDATES;
	select_more(store, how, &all, links, n);
	return true;
}

void
wemb_graph_renew_links(GraphStore *store, const GraphSelect *how, const GraphCandidate *candidates, int ncandidates,
					   uint32_t *links, int *n)
{
	Candidates	all = {0};
	int			kept = 0;

	for (int i = 0; i < *n; i++)
		if (graph_link_is_tree(links, i))
			links[kept++] = links[i];
	*n = kept;
	for (int i = 0; i < ncandidates && all.n < GRAPH_MAX_LINKS; i++)
		if (find_link(links, kept, candidates[i].node) < 0)
			all.items[all.n++] = candidates[i];
	select_more(store, how, &all, links, n);
}

/* ---- the tree ---- */

static void
remove_at(uint32_t *links, int *n, int i)
{
	links[i] = links[--(*n)];
}

/* May there be one more child?  Half of the links are left to be chosen freely, as insertions leave them. */
static bool
has_room(GraphStore *store, uint32_t node, int max)
{
	uint32_t	links[GRAPH_MAX_LINKS];
	int			n = store->links(store, node, links);
	int			children = 0;

	for (int i = 1; i < n; i++)
		children += (links[i] & GRAPH_CHILD) != 0;
	return n > 0 && children < max / 2;
}

static bool
is_below(GraphStore *store, uint32_t node, uint32_t ancestor)
{
	uint32_t	links[GRAPH_MAX_LINKS];

	for (int steps = 0; steps < GRAPH_MAX_DEPTH && node != GRAPH_NONE; steps++)
	{
		if (node == ancestor)
			return true;
		node = store->links(store, node, links) > 0 ? graph_link_node(links[0]) : GRAPH_NONE;
	}
	return node != GRAPH_NONE;
}

uint32_t
wemb_graph_nearer_parent(GraphStore *store, int max, uint32_t node, uint32_t parent,
						 const GraphCandidate *candidates, int ncandidates)
{
	for (int i = 0; i < ncandidates && candidates[i].node != parent; i++)
		if (has_room(store, candidates[i].node, max) && !is_below(store, candidates[i].node, node))
			return candidates[i].node;
	return GRAPH_NONE;
}

/* The first child of node after others, or GRAPH_NONE. */
static uint32_t
child_after(GraphStore *store, uint32_t node, int others)
{
	uint32_t	links[GRAPH_MAX_LINKS];
	int			n = store->links(store, node, links);

	for (int i = 1; i < n; i++)
		if ((links[i] & GRAPH_CHILD) && others-- == 0)
			return graph_link_node(links[i]);
	return GRAPH_NONE;
}

/* node, or else the first of its descendants along first children, that can take a child.  A leaf can. */
static uint32_t
descend_to_room(GraphStore *store, uint32_t node, int max)
{
	int			steps = 0;

	while (node != GRAPH_NONE && !has_room(store, node, max) && steps++ < GRAPH_MAX_DEPTH)
		node = child_after(store, node, 0);
	return steps > GRAPH_MAX_DEPTH ? GRAPH_NONE : node;
}

GraphUnlink
wemb_graph_unlink_next(GraphStore *store, uint32_t node, int max)
{
	uint32_t	links[GRAPH_MAX_LINKS];
	int			n = store->links(store, node, links);
	uint32_t	parent = n > 0 ? links[0] : GRAPH_NONE;
	uint32_t	child = child_after(store, node, 0);
	uint32_t	sibling = child_after(store, node, 1);

	if (child == GRAPH_NONE && parent == GRAPH_NONE)
		return (GraphUnlink) {GRAPH_UNLINK_DONE, node, GRAPH_NONE, GRAPH_NONE};
	if (child == GRAPH_NONE)
		return (GraphUnlink) {GRAPH_UNLINK_DROP, node, GRAPH_NONE, parent};
	if (sibling == GRAPH_NONE)
		return (GraphUnlink) {GRAPH_UNLINK_SPLICE, node, child, parent};
	if (parent == GRAPH_NONE || !has_room(store, parent, max))
		parent = descend_to_room(store, sibling, max);
	return (GraphUnlink) {GRAPH_UNLINK_MOVE, node, child, parent};
}

/* Give links another parent.  No second link leads to it then. */
static void
set_parent(uint32_t *links, int *n, uint32_t parent)
{
	int			i = parent == GRAPH_NONE ? -1 : find_link(links, *n, parent);

	if (i > 0)
		remove_at(links, n, i);
	links[0] = parent;
}

/* False if there is neither room nor a link that can go. */
static bool
add_child(uint32_t *links, int *n, int max, uint32_t child)
{
	int			i = find_link(links, *n, child);

	if (i < 0 && *n < max)
		i = (*n)++;
	if (i < 0)
		for (i = *n - 1; i > 0 && graph_link_is_tree(links, i);)
			i--;
	if (i <= 0)
		return false;
	links[i] = child | GRAPH_CHILD;
	return true;
}

static void
remove_link(uint32_t *links, int *n, uint32_t node)
{
	int			i = find_link(links, *n, node);

	if (i > 0)
		remove_at(links, n, i);
}

/* A child that is none any more: who comes to node still comes to it. */
static bool
release_child(uint32_t *links, int n, uint32_t child)
{
	for (int i = 1; i < n; i++)
		if (links[i] == (child | GRAPH_CHILD))
		{
			links[i] = child;
			return true;
		}
	return false;
}

bool
wemb_graph_unlink_apply(const GraphUnlink *step, uint32_t node, int max, uint32_t *links, int *n)
{
	bool		is_node = node == step->node;

	if (node == step->child)
	{
		set_parent(links, n, step->parent);
		return true;
	}
	switch (step->action)
	{
		case GRAPH_UNLINK_MOVE:
			return is_node ? release_child(links, *n, step->child) : add_child(links, n, max, step->child);
		case GRAPH_UNLINK_SPLICE:
			remove_link(links, n, is_node ? step->child : step->node);
			if (!is_node)
				return add_child(links, n, max, step->child);
			links[0] = GRAPH_NONE;
			break;
		case GRAPH_UNLINK_DROP:
			if (is_node)
				links[0] = GRAPH_NONE;
			else
				remove_link(links, n, step->node);
			break;
		case GRAPH_UNLINK_DONE:
			break;
	}
	return true;
}
