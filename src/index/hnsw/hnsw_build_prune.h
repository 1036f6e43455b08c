/*
 * hnsw_build_prune.h
 *		A link more for a node whose links are pruned already.
 */
#ifndef WEMB_HNSW_BUILD_PRUNE_H
#define WEMB_HNSW_BUILD_PRUNE_H

#include "core/ann/graph_select.h"

/*
 * What wemb_graph_back_link() does for a newcomer that is no child, of links that are what it left
 * when they were as many as there may be.  Of such links none makes another superfluous: it is enough to compare
 * the newcomer with each, instead of each with all others.  how->fill is false.
 */
extern bool wemb_hnsw_prune_with(GraphStore *store, const GraphSelect *how, const GraphBackLink *back,
								 uint32_t *links, int *n);

#endif							/* WEMB_HNSW_BUILD_PRUNE_H */
