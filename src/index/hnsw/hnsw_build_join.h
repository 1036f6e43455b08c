/*
 * hnsw_build_join.h
 *		Parts of a graph, written one behind the other, become one.
 */
#ifndef WEMB_HNSW_BUILD_JOIN_H
#define WEMB_HNSW_BUILD_JOIN_H

#include "postgres.h"

#include "index/hnsw/hnsw_build_graph.h"

/*
 * In the records of blocks first .. end - 1, which are the parts of one layer: put slots for the numbers of rows
 * that links lead to, as graph's places have them.
 */
extern void wemb_hnsw_build_resolve(const BuildGraph *graph, const HnswIndex *index, BlockNumber first,
									BlockNumber end);

/* Two records of a layer: root becomes a child of leaf, whose own tree it is not in. */
typedef struct BuildSeam
{
	uint32		leaf;
	uint32		root;
} BuildSeam;

/* Join trees of parts, of an index that is finished otherwise. */
extern void wemb_hnsw_build_join(Relation relation, const BuildSeam *seams, int n);

#endif							/* WEMB_HNSW_BUILD_JOIN_H */
