/*
 * hnsw_build_team.h
 *		Several processes at a build.
 */
#ifndef WEMB_HNSW_BUILD_TEAM_H
#define WEMB_HNSW_BUILD_TEAM_H

#include "postgres.h"

#include "access/parallel.h"
#include "index/hnsw/hnsw_build_rows.h"
#include "storage/dsm.h"

/* What the leader of a team has. */
typedef struct BuildTeam
{
	Relation	heap;
	IndexInfo  *info;
	BuildLoad  *load;
	dsm_segment *segment;		/* the graph's; NULL: there are no helpers */
	MemoryContext context;		/* of the graph, if there are none */
	int			helpers;
} BuildTeam;

/* Load the table's rows, insert those of files, and write the pages of records: with the helpers, if there are any. */
extern void wemb_hnsw_team_load(BuildTeam *team);
extern void wemb_hnsw_team_insert(BuildTeam *team, const HnswMeta *meta, const RowSpan *span);
extern void wemb_hnsw_team_write(BuildTeam *team, const HnswMeta *meta);

/* Of a helper. */
extern PGDLLEXPORT void wemb_hnsw_help_load(dsm_segment *segment, shm_toc *toc);
extern PGDLLEXPORT void wemb_hnsw_help_insert(dsm_segment *segment, shm_toc *toc);
extern PGDLLEXPORT void wemb_hnsw_help_write(dsm_segment *segment, shm_toc *toc);

#endif							/* WEMB_HNSW_BUILD_TEAM_H */
