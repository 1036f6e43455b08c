/*
 * graph_repair.c
 *		Taking nodes out of a layer.
 */
#include "core/ann/graph_repair.h"

#include <math.h>

/* ---- links outside of the tree ---- */

static int
find_link(const uint32_t *links, int n, uint32_t node)
{
	for (int i = 0; i < n; i++)
		if (graph_link_node(links[i]) == node)
			return i;
	return -1;
}

/* Of candidates, nearest first, at most max: put item where it belongs, unless it is there already. */
static void
keep_nearest(GraphCandidate *nearest, int *n, int max, GraphCandidate item)
{
	int			i;

	for (i = 0; i < *n; i++)
		if (nearest[i].node == item.node)
			return;
	if (*n == max && item.distance >= nearest[max - 1].distance)
		return;
	i = *n < max ? (*n)++ : max - 1;
	while (i > 0 && nearest[i - 1].distance > item.distance)
	{
		nearest[i] = nearest[i - 1];
		i--;
	}
	nearest[i] = item;
}

bool
wemb_graph_repair_links(GraphStore *store, uint32_t node, uint32_t *links, int *n)
{
	GraphVisit	visit;
	GraphCandidate nearest[GRAPH_MAX_LINKS];
	int			nnearest = 0;
	int			wanted = 0;
	int			next = 0;
	int			kept = 0;

	for (int i = 0; i < *n; i++)
		wanted += !graph_link_is_tree(links, i) && store->is_gone(store, links[i]);
	if (wanted == 0)
		return false;
	for (int i = 0; i < *n; i++)
	{
		if (graph_link_node(links[i]) == GRAPH_NONE || !store->is_gone(store, graph_link_node(links[i])) ||
			!store->visit(store, graph_link_node(links[i]), &visit))
			continue;
		if (store->exact)
			store->measure(store, visit.links, visit.nlinks, visit.estimates);
		for (int j = 0; j < visit.nlinks; j++)
			if (isfinite(visit.estimates[j]) && visit.links[j] != node && find_link(links, *n, visit.links[j]) < 0 &&
				!store->is_gone(store, visit.links[j]))
				keep_nearest(nearest, &nnearest, wanted, (GraphCandidate) {visit.estimates[j], visit.links[j]});
	}
	for (int i = 0; i < *n; i++)
	{
		if (graph_link_is_tree(links, i) || !store->is_gone(store, links[i]))
			links[kept++] = links[i];
		else if (next < nnearest)
			links[kept++] = nearest[next++].node;
	}
	*n = kept;
	return true;
}

/* ---- the tree ---- */

static void
remove_at(uint32_t *links, int *n, int i)
{
	links[i] = links[--(*n)];
}

/* Is there a link that can be one to another child? */
static bool
has_room(GraphStore *store, uint32_t node, int max)
{
	uint32_t	links[GRAPH_MAX_LINKS];
	int			n = store->links(store, node, links);
	int			tree = 0;

	for (int i = 0; i < n; i++)
		tree += graph_link_is_tree(links, i);
	return tree < max;
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
	while (node != GRAPH_NONE && !has_room(store, node, max))
		node = child_after(store, node, 0);
	return node;
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

static void
add_child(uint32_t *links, int *n, int max, uint32_t child)
{
	int			i = find_link(links, *n, child);

	if (i < 0 && *n < max)
		i = (*n)++;
	if (i < 0)
		for (i = *n - 1; graph_link_is_tree(links, i);)
			i--;
	links[i] = child | GRAPH_CHILD;
}

static void
remove_link(uint32_t *links, int *n, uint32_t node)
{
	int			i = find_link(links, *n, node);

	if (i > 0)
		remove_at(links, n, i);
}

void
wemb_graph_unlink_apply(const GraphUnlink *step, uint32_t node, int max, uint32_t *links, int *n)
{
	bool		is_node = node == step->node;
	bool		is_child = node == step->child;

	switch (step->action)
	{
		case GRAPH_UNLINK_MOVE:
			if (is_node)
				links[find_link(links, *n, step->child)] = step->child;	/* who comes to node still comes to child */
			else if (is_child)
				set_parent(links, n, step->parent);
			else
				add_child(links, n, max, step->child);
			break;
		case GRAPH_UNLINK_SPLICE:
			if (is_node)
			{
				remove_link(links, n, step->child);
				links[0] = GRAPH_NONE;
			}
			else if (is_child)
				set_parent(links, n, step->parent);
			else
			{
				remove_link(links, n, step->node);
				add_child(links, n, max, step->child);
			}
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
}
