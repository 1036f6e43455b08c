/*
 * hnsw_build_write.h
 *		Pages of a graph that is complete in memory.
 *
 * One process numbers the nodes and extends the index, all write pages, and one
 * writes the rest.  An index may have several graphs, one behind the other: parts, and at
 * last one that is whole.  Then it is finished.
 */
#ifndef WEMB_HNSW_BUILD_WRITE_H
#define WEMB_HNSW_BUILD_WRITE_H

#include "postgres.h"

#include "index/hnsw/hnsw_build_graph.h"

/*
 * Give each node its slot: layer by layer from the top, and in each the nodes
 * in an order of its tree, so that near ones are on near pages.  Of a part only layer 0
 * gets slots.  Sets meta's next, its unit if it has none, and of a whole graph its entry and top.
 */
extern void wemb_hnsw_build_number(BuildGraph *graph, HnswIndex *index, HnswMeta *meta);

/* Pages of slots that a graph has, once it is numbered. */
extern BlockNumber wemb_hnsw_build_slot_pages(const BuildGraph *graph, const HnswIndex *index);

/* Extend the index by all the pages of the graph. */
extern void wemb_hnsw_build_extend(BuildGraph *graph, const HnswIndex *index);

/*
 * Write records, until there are no pages left to claim; index has the unit of codes.  Links of a part
 * are written as the numbers of rows.
 */
extern void wemb_hnsw_build_write(BuildGraph *graph, const HnswIndex *index);

/* Write what is not a record's: slots of further heap tids. */
extern void wemb_hnsw_build_write_tids(BuildGraph *graph, const HnswIndex *index);

/* Write the metapage, and log all pages. */
extern void wemb_hnsw_build_finish(BuildGraph *graph, const HnswIndex *index, const HnswMeta *meta);

#endif							/* WEMB_HNSW_BUILD_WRITE_H */
