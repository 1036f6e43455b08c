/*
 * hnsw_build_parts.h
 *		Building an index of more rows than memory has room for.
 */
#ifndef WEMB_HNSW_BUILD_PARTS_H
#define WEMB_HNSW_BUILD_PARTS_H

#include "postgres.h"

#include "index/hnsw/hnsw_build_team.h"

/*
 * Build the index of the rows in team's files, which are all, with graphs of memory bytes.  Sets all of meta
 * but rows, and writes everything.
 */
extern void wemb_hnsw_build_parts(BuildTeam *team, HnswMeta *meta, Size memory);

#endif							/* WEMB_HNSW_BUILD_PARTS_H */
