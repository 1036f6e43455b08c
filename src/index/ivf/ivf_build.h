/*
 * ivf_build.h
 *		A build: what its phases, and the processes at work on them, share.
 *
 * Rows go through temporary files, whatever their number: memory holds a
 * sample for k-means, then as many rows of some lists as it has room for.
 *
 *	load		the table is read; each row becomes a cell in a file of this process's
 *	cluster		k-means on a sample of the cells
 *	assign		cells go to files by their lists, some neighbouring lists each: a part
 *	write		lists are written to their places in the index, a group of lists at a time
 *	curve		some rows are searched for: how many lists which recall takes
 */
#ifndef WEMB_IVF_BUILD_H
#define WEMB_IVF_BUILD_H

#include "postgres.h"

#include "access/parallel.h"
#include "access/tableam.h"
#include "core/ann/kmeans.h"
#include "index/build_team.h"
#include "index/ivf/ivf_curve.h"
#include "index/ivf/ivf_index.h"
#include "nodes/execnodes.h"
#include "pg/shared_files.h"
#include "port/atomics.h"
#include "storage/barrier.h"
#include "storage/dsm.h"
#include "storage/spin.h"

#define IVF_MEMBERS			64	/* processes at most */
#define IVF_PARTS			64	/* files that a process puts cells to at most */

/* From the start on, in shared memory if there are helpers. */
typedef struct BuildControl
{
	slock_t		lock;
	double		heap_rows;
	bool		broken_hot_chain;
	uint64		file_rows[IVF_MEMBERS]; /* cells in each member's file */
	uint64		rows;			/* all of them, when loaded */
	pg_atomic_uint64 claimed;	/* of the phase at work: rows, shares, groups */
	pg_atomic_uint64 loaded;	/* rows, for the progress */
	uint32		parts;
	uint32		members_out;	/* members that have files of parts: the numbers below it */
	Barrier		barrier;		/* cluster: even phases work, odd ones advance */
} BuildControl;

/* Some lists of one part. */
typedef struct BuildGroup
{
	uint32		part;
	uint32		first;			/* list */
	uint32		end;			/* list behind the last one */
} BuildGroup;

/* From the clustering on; the same. */
typedef struct BuildWork
{
	uint32		lists;
	uint32		ngroups;
	float		unit;
	Size		counts;			/* where arrays begin: uint32 of each list, its rows */
	Size		starts;			/* BlockNumber of each list's first page */
	Size		groups;			/* BuildGroup */
	Size		cells;			/* a centroid each */
	Size		curve;			/* IvfCurve */
	Size		kmeans;			/* Kmeans; not of long bit strings */
} BuildWork;

typedef struct IvfBuild
{
	Relation	heap;
	const IvfIndex *index;
	IndexInfo  *info;
	BuildControl *control;
	BuildWork  *work;
	SharedFiles *files;			/* NULL: this process is alone, and has them open */
	BufFile    *own[1 + IVF_PARTS];
	int			helpers;		/* asked for */
	int			member;			/* which this process is; 0 is the leader */
	dsm_segment *control_segment;
	dsm_segment *work_segment;
} IvfBuild;

#define BUILD_ROWS			0	/* files: of rows loaded; 1 + part: of a part */

static inline pg_atomic_uint32 *
build_counts(const BuildWork *work)
{
	return (pg_atomic_uint32 *) ((char *) work + work->counts);
}

static inline BlockNumber *
build_starts(const BuildWork *work)
{
	return (BlockNumber *) ((char *) work + work->starts);
}

static inline BuildGroup *
build_groups(const BuildWork *work)
{
	return (BuildGroup *) ((char *) work + work->groups);
}

static inline IvfCell *
build_cell(const IvfBuild *build, uint32 list)
{
	return (IvfCell *) ((char *) build->work + build->work->cells + (Size) list * build->index->layout.cell_size);
}

static inline IvfCurve *
build_curve(const BuildWork *work)
{
	return (IvfCurve *) ((char *) work + work->curve);
}

static inline Kmeans *
build_kmeans(const BuildWork *work)
{
	return (Kmeans *) ((char *) work + work->kmeans);
}

/* ivf_build_files.c: this member's file, to be written, then exported; and a member's, to be read. */
extern BufFile *wemb_ivf_file_new(IvfBuild *build, int which);
extern void wemb_ivf_file_done(IvfBuild *build, BufFile *file);
extern BufFile *wemb_ivf_file_open(IvfBuild *build, int which, int member);
extern void wemb_ivf_file_close(IvfBuild *build, BufFile *file);
extern void wemb_ivf_files_end(IvfBuild *build);	/* nobody reads them any more */

/* ivf_build_rows.c: this process's part of the phases load and assign. */
extern void wemb_ivf_build_load(IvfBuild *build, TableScanDesc scan);
extern void wemb_ivf_build_assign(IvfBuild *build);

/* ivf_build_cluster.c */
extern void wemb_ivf_build_sample(IvfBuild *build); /* makes work */
extern void wemb_ivf_build_cluster(IvfBuild *build);
extern void wemb_ivf_build_centroids(IvfBuild *build);

/* ivf_build_write.c: places for all lists; then this process's part of them; then the rest. */
extern BlockNumber wemb_ivf_build_plan(IvfBuild *build);
extern void wemb_ivf_build_write(IvfBuild *build);
extern void wemb_ivf_build_finish(IvfBuild *build, IvfMeta *meta, BlockNumber blocks);

/* Bytes of memory that one of the processes may take for rows. */
extern Size wemb_ivf_build_memory(const IvfBuild *build);

/* ivf_build_team.c: all processes at a phase. */
typedef enum BuildPhase
{
	BUILD_LOAD,
	BUILD_CLUSTER,
	BUILD_ASSIGN,
	BUILD_WRITE,
	BUILD_CURVE
} BuildPhase;

extern void wemb_ivf_team_run(IvfBuild *build, BuildPhase phase, const IvfMeta *meta);
extern PGDLLEXPORT void wemb_ivf_help(dsm_segment *segment, shm_toc *toc);

#endif							/* WEMB_IVF_BUILD_H */
