/*
 * graph_insert.h
 *		The plan of an insertion.  Nothing is changed here: the caller writes.
 *
 * From the entry down, each layer is searched for the new vector, which is the
 * store's query.  For each layer up to the new vector's level, from the top, there is a plan:
 * the links of the new node, its parent among them.  Writing it means
 *
 *	1. the new node with plan->links, and the parent's link to it: wemb_graph_back_link()
 *	   with child set.  These two in one step that a crash cannot part, layer 0 first.
 *	2. wemb_graph_back_link() for the other links, in any order, or not at all.
 *
 * A node that has lost its room for a child in between: plan the parent again, with wemb_graph_plan_parent().
 */
#ifndef WEMB_GRAPH_INSERT_H
#define WEMB_GRAPH_INSERT_H

#include "core/ann/graph_search.h"
#include "core/ann/graph_select.h"

typedef struct GraphConfig
{
	int			m;				/* links of a node above layer 0; 2 .. 100 */
	int			base_links;		/* links of a node of layer 0; at least m, at most 2 * m */
	int			ef;				/* candidates for links; at least m */
	float		alpha;			/* of GraphSelect */
	bool		fill;			/* of GraphSelect */
} GraphConfig;

typedef struct GraphPlan
{
	int			layer;
	int			nlinks;			/* 0: there is no such layer yet, or it is empty: a first node without parent */
	uint32_t	links[GRAPH_MAX_LINKS]; /* the parent first; no flags */
	float		distances[GRAPH_MAX_LINKS];
	int			noffers;
	uint32_t	offers[GRAPH_MAX_LINKS];	/* others that a link to the new node is offered to, nearest first */
} GraphPlan;

typedef struct GraphInsert
{
	const GraphConfig *config;
	GraphSearch *search;		/* with max_ef of at least config->ef */
	GraphStore *store;
	int			level;			/* top layer that gets a node */
	int			layer;			/* being searched; -1: done */
	int			top;			/* layers there are, less 1 */
	uint32_t	at;				/* where the next search begins */
	bool		started;
} GraphInsert;

/* How many links a node may have. */
extern int	wemb_graph_max_links(const GraphConfig *config, int layer);

/* How many nodes shall have a link to a new one; if fewer of its links take one back, others are offered it. */
extern int	wemb_graph_wanted(const GraphConfig *config);

/* How the links of a node of that layer are chosen. */
extern GraphSelect wemb_graph_selection(const GraphConfig *config, int layer);

/* A random level: each layer has an m-th of the nodes of the one below. */
extern int	wemb_graph_draw_level(Rng *rng, int m);

/* entry is a node of layer top; GRAPH_NONE and top -1 in an empty graph. */
extern void wemb_graph_insert_start(GraphInsert *insert, uint32_t entry, int top);

/* GRAPH_FOUND: plan is the next layer's.  GRAPH_END: that was all.  GRAPH_AGAIN, GRAPH_FULL (of insert->search). */
extern GraphStatus wemb_graph_insert_next(GraphInsert *insert, GraphPlan *plan);

/*
 * Put first among plan's links the nearest that may take another child, or if none may,
 * a descendant of the first that may.  max: links of a node.
 */
extern void wemb_graph_plan_parent(GraphStore *store, int max, GraphPlan *plan);

#endif							/* WEMB_GRAPH_INSERT_H */
