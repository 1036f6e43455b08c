/*
 * graph_select.h
 *		Which links a node shall have.
 */
#ifndef WEMB_GRAPH_SELECT_H
#define WEMB_GRAPH_SELECT_H

#include "core/ann/graph.h"

typedef struct GraphSelect
{
	int			max;			/* links, at most GRAPH_MAX_LINKS */

	/*
	 * A candidate is passed over if a chosen one is nearer to it than the node
	 * by this factor of distance.  1: Malkov and Yashunin, algorithm 4.  Greater
	 * ones keep more links (Subramanya et al., "DiskANN", 2019, algorithm 2);
	 * then distances must not be negative.
	 */
	float		alpha;
	bool		fill;			/* if fewer than max are chosen: take those passed over, nearest first */
} GraphSelect;

/*
 * Choose among n candidates, nearest first, links for the node that their
 * distances are to.  out has nout links already, which stay and count, without flags.
 * Returns how many out has then; those added are nearest first, but for those of fill.
 */
extern int	wemb_graph_select(GraphStore *store, const GraphSelect *how, const GraphCandidate *candidates, int n,
							  uint32_t *out, int nout);

/*
 * node, whose links these are, is to be linked to newcomer: as its child or not.  Changes
 * links (room for how->max) and *n.  Links of the tree stay.  Returns whether newcomer is among
 * them now; a child always is, if at least one link is not of the tree or there is room.
 */
typedef struct GraphBackLink
{
	uint32_t	node;
	uint32_t	newcomer;
	float		distance;		/* of the two */
	bool		child;
	bool		offer;			/* no child, and to be taken only if there is room */
} GraphBackLink;

extern bool wemb_graph_back_link(GraphStore *store, const GraphSelect *how, const GraphBackLink *back,
								 uint32_t *links, int *n);

/*
 * The same for a newcomer that is no child, and links that are what wemb_graph_back_link() left when they
 * were as many as there may be.  Of such links none makes another superfluous: it is enough to compare the newcomer
 * with each, instead of each with all others.  how->fill is false.
 */
extern bool wemb_graph_back_link_pruned(GraphStore *store, const GraphSelect *how, const GraphBackLink *back,
										uint32_t *links, int *n);

#endif							/* WEMB_GRAPH_SELECT_H */
