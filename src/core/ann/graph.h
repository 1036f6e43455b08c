/*
 * graph.h
 *		A graph of near neighbours, as the algorithms of this folder see it.
 *
 * A layer is a graph of nodes, each a vector with links to others of the same
 * layer.  Layer 0 has a node for every vector; each layer above has a sample
 * of the one below, and its nodes name the node of the same vector below
 * them (Malkov and Yashunin, "Efficient and robust approximate nearest
 * neighbor search using hierarchical navigable small world graphs", 2020).
 * A node number means one node of one layer.
 *
 * The first node of a layer has no parent.  Every other has one, which it is
 * linked with both ways, and these links are never given up for others: so the
 * layer is connected, whatever happens to all other links.  links[0] of a
 * node is its parent, or GRAPH_NONE; GRAPH_CHILD is set on each link to
 * a node whose parent this one is.
 *
 * Where nodes live is the store's affair.  It has a query, a vector, set by
 * its owner before each search.  Distances are any number that is smaller for
 * nearer vectors (squared ones are good); estimates are of the same scale.
 * Functions of a store are called once for many nodes, never for each.
 */
#ifndef WEMB_GRAPH_H
#define WEMB_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/rng.h"

#define GRAPH_NONE			UINT32_C(0x7FFFFFFF)	/* no node; all numbers are less */
#define GRAPH_CHILD			UINT32_C(0x80000000)	/* flag of a link */
#define GRAPH_MAX_LINKS		200	/* of a node: 2 * m at the most */
#define GRAPH_MAX_LEVEL		15
#define GRAPH_MAX_DEPTH		(1 << 24)	/* nodes on a way down a tree, before it is taken for one without end */

typedef struct GraphCandidate
{
	float		distance;		/* to the query; in a queue it may be an estimate */
	uint32_t	node;
} GraphCandidate;

/* What a store tells of a node that a search has come to. */
typedef struct GraphVisit
{
	float		distance;		/* to the query; only if !store->exact */
	bool		gone;			/* walk through it, but do not return it */
	int			nlinks;
	uint32_t	links[GRAPH_MAX_LINKS]; /* without flags and without GRAPH_NONE */
	float		estimates[GRAPH_MAX_LINKS]; /* distances of links to the query; only if !store->exact */
} GraphVisit;

typedef struct GraphStore GraphStore;
struct GraphStore
{
	/*
	 * false: visit() estimates the distances of all links at once, and the
	 * distance of a node is known when it is visited.  true: visit() only lists
	 * links, and measure() gives the distances of those not met before.
	 */
	bool		exact;

	/* Fill visit.  false: there is no such node any more. */
	bool		(*visit) (GraphStore *store, uint32_t node, GraphVisit *visit);

	/* Nodes that may well be visited soon: a store can begin to fetch them. */
	void		(*expect) (GraphStore *store, const uint32_t *nodes, int n);

	/* Distances of n nodes to the query.  A node that has gone away is infinitely far. */
	void		(*measure) (GraphStore *store, const uint32_t *nodes, int n, float *distances);

	/* Distances of n nodes to node. */
	void		(*distances) (GraphStore *store, uint32_t node, const uint32_t *nodes, int n, float *distances);

	/* Whether one of n nodes is nearer to node than bound. */
	bool		(*any_within) (GraphStore *store, uint32_t node, const uint32_t *nodes, int n, float bound);

	/* Copy node's links with flags, parent or GRAPH_NONE first; returns how many, 0 if node has gone away. */
	int			(*links) (GraphStore *store, uint32_t node, uint32_t *links);

	/* Whether node is gone: no row has its vector any more. */
	bool		(*is_gone) (GraphStore *store, uint32_t node);

	/* The node of the same vector in the layer below.  Only asked above layer 0. */
	uint32_t	(*below) (GraphStore *store, uint32_t node);
};

/* Which node a link leads to. */
static inline uint32_t
graph_link_node(uint32_t link)
{
	return link & ~GRAPH_CHILD;
}

/* Whether links[i] is one of the tree: to the parent or to a child. */
static inline bool
graph_link_is_tree(const uint32_t *links, int i)
{
	return i == 0 || (links[i] & GRAPH_CHILD) != 0;
}

#endif							/* WEMB_GRAPH_H */
