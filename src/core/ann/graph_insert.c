/*
 * graph_insert.c
 *		The plan of an insertion.
 */
#include "core/ann/graph_insert.h"

#include <string.h>

int
wemb_graph_max_links(const GraphConfig *config, int layer)
{
	return layer == 0 ? config->base_links : config->m;
}

GraphSelect
wemb_graph_selection(const GraphConfig *config, int layer)
{
	return (GraphSelect) {wemb_graph_max_links(config, layer), config->alpha, config->fill};
}

int
wemb_graph_wanted(const GraphConfig *config)
{
	return config->m * 3 / 4;
}

int
wemb_graph_draw_level(Rng *rng, int m)
{
	int			level = 0;

	while (level < GRAPH_MAX_LEVEL && rng_below(rng, (uint32_t) m) == 0)
		level++;
	return level;
}

/* Children that insertions may give a node: half of its links are left to be chosen freely. */
static bool
has_room_for_child(GraphStore *store, uint32_t node, int max)
{
	uint32_t	links[GRAPH_MAX_LINKS];
	int			n = store->links(store, node, links);
	int			children = 0;

	for (int i = 1; i < n; i++)
		children += (links[i] & GRAPH_CHILD) != 0;
	return n > 0 && children < max / 2;
}

/* The first child of node.  Only asked of a node without room, which has some. */
static uint32_t
first_child(GraphStore *store, uint32_t node)
{
	uint32_t	links[GRAPH_MAX_LINKS];
	int			n = store->links(store, node, links);

	for (int i = 1; i < n; i++)
		if (links[i] & GRAPH_CHILD)
			return graph_link_node(links[i]);
	return GRAPH_NONE;
}

void
wemb_graph_plan_parent(GraphStore *store, int max, GraphPlan *plan)
{
	uint32_t	parent = GRAPH_NONE;
	float		distance;
	int			place;

	for (place = 0; place < plan->nlinks; place++)
		if (has_room_for_child(store, plan->links[place], max))
			break;
	if (place < plan->nlinks)
	{
		parent = plan->links[place];
		distance = plan->distances[place];
	}
	else
	{
		int			steps = 0;

		parent = plan->links[0];
		do
			parent = first_child(store, parent);
		while (parent != GRAPH_NONE && !has_room_for_child(store, parent, max) && steps++ < GRAPH_MAX_DEPTH);
		if (parent == GRAPH_NONE || steps > GRAPH_MAX_DEPTH)
			return;
		store->measure(store, &parent, 1, &distance);
		if (plan->nlinks < max)
			plan->nlinks++;
		place = plan->nlinks - 1;	/* if there is no room, the farthest goes */
	}
	memmove(plan->links + 1, plan->links, place * sizeof(uint32_t));
	memmove(plan->distances + 1, plan->distances, place * sizeof(float));
	plan->links[0] = parent;
	plan->distances[0] = distance;
}

static bool
is_linked(const GraphPlan *plan, uint32_t node)
{
	for (int i = 0; i < plan->nlinks; i++)
		if (plan->links[i] == node)
			return true;
	return false;
}

/*
 * Few links are chosen, since most candidates are passed over for a nearer one. A node that few others lead to is
 * hardly ever found: so some more of those near it shall have a link to it, as far as that costs none of theirs.
 */
static void
plan_offers(const GraphInsert *insert, GraphPlan *plan)
{
	int			n;
	const GraphCandidate *near = wemb_graph_search_nearest(insert->search, &n);
	int			most = 2 * wemb_graph_wanted(insert->config);	/* many of them are full */

	for (int i = 0; i < n && plan->noffers < most; i++)
		if (!is_linked(plan, near[i].node))
			plan->offers[plan->noffers++] = near[i].node;
}

/* The links of the new node, among what the search found. */
static void
plan_links(GraphInsert *insert, GraphPlan *plan)
{
	int			n;
	GraphSelect how = wemb_graph_selection(insert->config, insert->layer);
	const GraphCandidate *near = wemb_graph_search_nearest(insert->search, &n);

	plan->nlinks = wemb_graph_select(insert->store, &how, near, n, plan->links, 0);
	if (plan->nlinks == 0)
	{
		/* Only nodes that are gone are left: one of them must be the parent. */
		plan->links[0] = wemb_graph_search_way(insert->search);
		plan->nlinks = plan->links[0] != GRAPH_NONE;
	}
	if (plan->nlinks > 0)
	{
		insert->store->measure(insert->store, plan->links, plan->nlinks, plan->distances);
		wemb_graph_plan_parent(insert->store, how.max, plan);
	}
	plan_offers(insert, plan);
}

void
wemb_graph_insert_start(GraphInsert *insert, uint32_t entry, int top)
{
	insert->at = entry;
	insert->top = top;
	insert->layer = top > insert->level ? top : insert->level;
	insert->started = false;
}

GraphStatus
wemb_graph_insert_next(GraphInsert *insert, GraphPlan *plan)
{
	GraphStatus status;
	bool		planned = insert->layer <= insert->level;

	if (insert->layer < 0)
		return GRAPH_END;
	plan->layer = insert->layer;
	plan->nlinks = 0;
	plan->noffers = 0;
	if (insert->layer > insert->top)
	{
		insert->layer--;
		return GRAPH_FOUND;
	}
	if (!insert->started)
	{
		wemb_graph_search_start(insert->search, insert->store, planned ? insert->config->ef : 1);
		wemb_graph_search_from(insert->search, insert->at);
		insert->started = true;
	}
	status = wemb_graph_search_run(insert->search);
	if (status == GRAPH_AGAIN || status == GRAPH_FULL)
		return status;
	if (planned)
		plan_links(insert, plan);
	insert->at = wemb_graph_search_way(insert->search);
	if (insert->layer > 0 && insert->at != GRAPH_NONE)
		insert->at = insert->store->below(insert->store, insert->at);
	insert->layer--;
	insert->started = false;
	return planned ? GRAPH_FOUND : GRAPH_AGAIN;
}
