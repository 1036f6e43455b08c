/*
 * graph_search.h
 *		Best-first search of one layer, as a stream: the nodes near the query
 *		come one after the other, for as long as one asks.
 *
 *	GraphSearch *search = wemb_graph_search_init(block, &config);
 *
 *	wemb_graph_search_start(search, store, ef);
 *	wemb_graph_search_from(search, entry);
 *	while ((status = wemb_graph_search_next(search, &candidate)) != GRAPH_END)
 *		if (status == GRAPH_FOUND) use(candidate);
 *		else if (status == GRAPH_FULL) search = wemb_graph_search_grow(larger_block, &larger_config, search);
 *		else CHECK_FOR_INTERRUPTS();
 *
 * The first node comes when no node that is still to be visited looks nearer than
 * the ef-th nearest of those visited, as in HNSW; after i nodes, than the
 * max(ef, i + ef / 4)-th.  So the first ef cost what HNSW's search costs, and those after
 * them are looked for as carefully, from where the search stands.  Asked to the
 * end it gives every node of the layer, since the layer is connected.
 *
 * Order: by distance, but for a node that turned up after a farther one was
 * given; the caller who must not return it can tell by its distance.
 *
 * Estimates may be NaN or infinite, as those of damaged pages: such nodes come late, but they come.
 */
#ifndef WEMB_GRAPH_SEARCH_H
#define WEMB_GRAPH_SEARCH_H

#include <stddef.h>

#include "core/ann/graph.h"

#define GRAPH_STEP_VISITS	64	/* nodes taken from the queue in a call, at most */

typedef struct GraphSearchConfig
{
	int			max_ef;			/* 1 .. 2^20: largest ef of a search in this block */
	uint32_t	max_seen;		/* nodes that a search may come across before it must grow; at least GRAPH_MAX_LINKS */
} GraphSearchConfig;

typedef enum GraphStatus
{
	GRAPH_FOUND,				/* here is one */
	GRAPH_AGAIN,				/* a step was done, there are more: call again */
	GRAPH_FULL,					/* the block has no room left: grow it, then call again */
	GRAPH_END					/* there are no more */
} GraphStatus;

typedef struct GraphSearch GraphSearch;

/* Bytes of a block; it must be aligned to 8. */
extern size_t wemb_graph_search_size(const GraphSearchConfig *config);
extern GraphSearch *wemb_graph_search_init(void *block, const GraphSearchConfig *config);

/* Move a search into a larger block; the old one can be freed then. */
extern GraphSearch *wemb_graph_search_grow(void *block, const GraphSearchConfig *config, const GraphSearch *search);

/* Forget everything; ef is 1 .. max_ef. */
extern void wemb_graph_search_start(GraphSearch *search, GraphStore *store, int ef);

/* A node to begin with; before the first step, at most GRAPH_MAX_LINKS of them. */
extern void wemb_graph_search_from(GraphSearch *search, uint32_t node);

/* The next node.  GRAPH_FOUND, GRAPH_AGAIN, GRAPH_FULL or GRAPH_END. */
extern GraphStatus wemb_graph_search_next(GraphSearch *search, GraphCandidate *found);

/* Visit no more: the stream gives the nodes visited and not yet given, and ends. */
extern void wemb_graph_search_stop(GraphSearch *search);

/* Go on until the next node could come, but leave it.  GRAPH_FOUND, GRAPH_AGAIN, GRAPH_FULL or GRAPH_END. */
extern GraphStatus wemb_graph_search_run(GraphSearch *search);

/* After wemb_graph_search_run(): the nearest nodes not yet given, nearest first, at most ef. */
extern const GraphCandidate *wemb_graph_search_nearest(const GraphSearch *search, int *n);

/*
 * After wemb_graph_search_run(): some node near the query, gone or not; where
 * the layer below is entered.  GRAPH_NONE if there is none.
 */
extern uint32_t wemb_graph_search_way(const GraphSearch *search);

/* Since the start: nodes visited; distances and estimates computed. */
extern uint64_t wemb_graph_search_visits(const GraphSearch *search);
extern uint64_t wemb_graph_search_distances(const GraphSearch *search);

#endif							/* WEMB_GRAPH_SEARCH_H */
