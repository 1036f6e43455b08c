/*
 * hnsw_build_write.h
 *		Pages of a graph that is complete in memory.
 *
 * One process numbers the nodes and extends the index, all write pages, and one
 * finishes it.
 */
#ifndef WEMB_HNSW_BUILD_WRITE_H
#define WEMB_HNSW_BUILD_WRITE_H

#include "postgres.h"

#include "index/hnsw/hnsw_build_graph.h"

/*
 * Give each node its slot: layer by layer from the top, and in each the nodes
 * in an order of its tree, so that near ones are on near pages.  Fills meta's
 * entry, top, next, rows and unit.
 */
extern void wemb_hnsw_build_number(BuildGraph *graph, HnswIndex *index, HnswMeta *meta);

/* Extend the index by all the pages it will have. */
extern void wemb_hnsw_build_extend(BuildGraph *graph, const HnswIndex *index);

/* Write records, until there are no pages left to claim; index has the unit of codes. */
extern void wemb_hnsw_build_write(BuildGraph *graph, const HnswIndex *index);

/* Write what is not a record's, and log all. */
extern void wemb_hnsw_build_finish(BuildGraph *graph, const HnswIndex *index, const HnswMeta *meta);

#endif							/* WEMB_HNSW_BUILD_WRITE_H */
