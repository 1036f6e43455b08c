/*
 * hnsw.h
 *		The graph index: options and the access method's callbacks.
 *
 * What a graph is, and how it lies on pages: README.md.
 */
#ifndef WEMB_HNSW_H
#define WEMB_HNSW_H

#include "postgres.h"

#include "access/amapi.h"
#include "access/genam.h"
#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"
#include "utils/relcache.h"

#include "index/check.h"

/* Storage parameters, pgvector's: links of a node above layer 0, and candidates kept while a row is inserted */
#define HNSW_DEFAULT_M	16
#define HNSW_MIN_M		2
#define HNSW_MAX_M		100
#define HNSW_DEFAULT_EF_CONSTRUCTION	64
#define HNSW_MIN_EF_CONSTRUCTION	4
#define HNSW_MAX_EF_CONSTRUCTION	1000

/* Phases of a build in pg_stat_progress_create_index; the one before it is PROGRESS_CREATEIDX_SUBPHASE_INITIALIZE. */
#define HNSW_PHASE_LOAD 2
#define HNSW_PHASE_PARTS 3		/* rows that do not fit into memory together */

/* hnsw_options.c */
extern void wemb_hnsw_options_init(void);	/* once, when the library is loaded */
extern bytea *wemb_hnsw_options(Datum options, bool validate);
extern int	wemb_hnsw_m(Relation index);
extern int	wemb_hnsw_ef_construction(Relation index);

/* An error, with pgvector's text, unless ef_construction >= 2 * m: for the start of a build, after wemb_index_dim(). */
extern void wemb_hnsw_check_options(Relation index);

/* hnsw_cost.c */
extern void wemb_hnsw_cost(PlannerInfo *root, IndexPath *path, double loop_count, Cost *startup_cost, Cost *total_cost,
						   Selectivity *selectivity, double *correlation, double *pages);

/* Files by the name of the verb: hnsw_build.c and so on. */
extern IndexBuildResult *wemb_hnsw_build(Relation heap, Relation index, IndexInfo *info);
extern void wemb_hnsw_build_empty(Relation index);
extern bool wemb_hnsw_insert(Relation index, Datum *values, bool *isnull, ItemPointer heap_tid, Relation heap,
							 IndexInfo *info);
extern IndexBulkDeleteResult *wemb_hnsw_bulk_delete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats,
													IndexBulkDeleteCallback callback, void *callback_state);
extern IndexBulkDeleteResult *wemb_hnsw_vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats);

/* hnsw_check.c; nobody else writes while it checks */
extern void wemb_hnsw_check(IndexCheck *check);
extern void wemb_hnsw_stats(Relation index, IndexStats *stats);

extern IndexScanDesc wemb_hnsw_begin_scan(Relation index, int nkeys, int norderbys);
extern void wemb_hnsw_rescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orderbys, int norderbys);
extern bool wemb_hnsw_get_tuple(IndexScanDesc scan, ScanDirection direction);
extern void wemb_hnsw_end_scan(IndexScanDesc scan);

#endif							/* WEMB_HNSW_H */
