/*
 * ivf.h
 *		The list index: options and the access method's callbacks.
 *
 * What its lists are, and how they lie on pages: README.md.
 */
#ifndef WEMB_IVF_H
#define WEMB_IVF_H

#include "postgres.h"

#include "access/amapi.h"
#include "access/genam.h"
#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"
#include "utils/relcache.h"

#include "core/quant/quant.h"
#include "index/check.h"
#include "index/metric.h"

/* Storage parameters: lists as pgvector's, but chosen from the rows unless given; bits of a dimension in a code */
#define IVF_CHOOSE_LISTS	0
#define IVF_MIN_LISTS		1
#define IVF_MAX_LISTS		32768
#define IVF_CHOOSE_BITS		0
#define IVF_MIN_BITS		1
#define IVF_MAX_BITS		QUANT_MAX_BITS

/* Phases of a build in pg_stat_progress_create_index, after PROGRESS_CREATEIDX_SUBPHASE_INITIALIZE */
#define IVF_PHASE_KMEANS	2
#define IVF_PHASE_ASSIGN	3
#define IVF_PHASE_LOAD		4

/* What a scan now would do, for the planner. */
typedef struct IvfFacts
{
	double		lists;			/* that there are */
	double		probes;			/* that are read before the first row, 1 .. lists */
} IvfFacts;

/* ivf_options.c */
extern void wemb_ivf_options_init(void);	/* once, when the library is loaded */
extern bytea *wemb_ivf_options(Datum options, bool validate);
extern int	wemb_ivf_lists(Relation index);	/* as given, or IVF_CHOOSE_LISTS */
extern int	wemb_ivf_bits(Relation index);

/* ivf_validate.c: there are classes of vector and halfvec for l2, ip and cosine, and of bit for hamming. */
extern bool wemb_ivf_validate(Oid opclass);

/* wemb_index_metric(), and an error if it is none of these. */
extern const IndexMetric *wemb_ivf_metric(Relation index);

/* ivf_cost.c */
extern void wemb_ivf_cost(PlannerInfo *root, IndexPath *path, double loop_count, Cost *startup_cost, Cost *total_cost,
						  Selectivity *selectivity, double *correlation, double *pages);

/* Files by the name of the verb: ivf_build.c and so on. */
extern IndexBuildResult *wemb_ivf_build(Relation heap, Relation index, IndexInfo *info);
extern void wemb_ivf_build_empty(Relation index);
extern bool wemb_ivf_insert(Relation index, Datum *values, bool *isnull, ItemPointer heap_tid, Relation heap,
							IndexInfo *info);
extern IndexBulkDeleteResult *wemb_ivf_bulk_delete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats,
												   IndexBulkDeleteCallback callback, void *callback_state);
extern IndexBulkDeleteResult *wemb_ivf_vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats);

/* ivf_check.c; nobody else writes while it checks */
extern void wemb_ivf_check(IndexCheck *check);
extern void wemb_ivf_stats(Relation index, IndexStats *stats);

/* ivf_scan.c */
extern IndexScanDesc wemb_ivf_begin_scan(Relation index, int nkeys, int norderbys);
extern void wemb_ivf_rescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orderbys, int norderbys);
extern bool wemb_ivf_get_tuple(IndexScanDesc scan, ScanDirection direction);
extern void wemb_ivf_end_scan(IndexScanDesc scan);

/* From the metapage and the settings of now. */
extern void wemb_ivf_facts(Relation index, IvfFacts *facts);

/* The same of an index that does not exist, on so many rows. */
extern void wemb_ivf_facts_of_rows(double rows, IvfFacts *facts);

#endif							/* WEMB_IVF_H */
