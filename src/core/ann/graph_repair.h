/*
 * graph_repair.h
 *		Taking nodes out of a layer, in steps between which it is whole.
 *
 *	1. Nodes that no row has any more are gone: searches walk through them.
 *	2. wemb_graph_repair_links() for each node that has links to some: others instead.
 *	3. wemb_graph_unlink_next() until GRAPH_UNLINK_DONE, for each that is gone: out of the tree.
 *	   Then nothing of the tree leads to it, and its slot can be used again once nobody looks at it.
 */
#ifndef WEMB_GRAPH_REPAIR_H
#define WEMB_GRAPH_REPAIR_H

#include "core/ann/graph_select.h"

/*
 * Give up node's links to nodes that are gone, but for those of the tree, and choose others among the nearest of the
 * links that these have (as Singh et al., "FreshDiskANN", 2021, algorithm 4, but the links that stay are not chosen
 * again).  One link of eight is not replaced.  The store's query is node's vector.  links has *n links with flags.
 * Visits the nodes that are gone, and no others.  Returns whether anything changed.
 */
extern bool wemb_graph_repair_links(GraphStore *store, const GraphSelect *how, uint32_t node, uint32_t *links, int *n);

/*
 * Choose node's links outside of the tree anew, among candidates, nearest first, without node itself.  For a node
 * that has lost many: candidates are what a search for its vector finds.
 */
extern void wemb_graph_renew_links(GraphStore *store, const GraphSelect *how, const GraphCandidate *candidates,
								   int ncandidates, uint32_t *links, int *n);

/*
 * The nearest of candidates, nearest first, that may become node's parent: it has room for a child and is not
 * below node.  Only looks at those nearer than parent, which node has now; GRAPH_NONE if there is none.
 */
extern uint32_t wemb_graph_nearer_parent(GraphStore *store, int max, uint32_t node, uint32_t parent,
										 const GraphCandidate *candidates, int ncandidates);

typedef enum GraphUnlinkAction
{
	GRAPH_UNLINK_MOVE,			/* child, one of several of node, becomes a child of parent */
	GRAPH_UNLINK_SPLICE,		/* the only child of node takes its place, under parent or as the first; node is out */
	GRAPH_UNLINK_DROP,			/* node has no children: parent loses its link; node is out */
	GRAPH_UNLINK_DONE			/* node has neither parent nor children */
} GraphUnlinkAction;

typedef struct GraphUnlink
{
	GraphUnlinkAction action;
	uint32_t	node;
	uint32_t	child;			/* or GRAPH_NONE */
	uint32_t	parent;			/* or GRAPH_NONE */
} GraphUnlink;

/* The next step to take node out of its tree.  max: links of a node, at least 2. */
extern GraphUnlink wemb_graph_unlink_next(GraphStore *store, uint32_t node, int max);

/*
 * What that step makes of the links of step->node, step->child or step->parent: call it for each that is not
 * GRAPH_NONE, and write them all or none.  false: these are not the links that the step was made from.
 */
extern bool wemb_graph_unlink_apply(const GraphUnlink *step, uint32_t node, int max, uint32_t *links, int *n);

#endif							/* WEMB_GRAPH_REPAIR_H */
