/*
 * hnsw_build_team.c
 *		Several processes at a build: first all load rows into one graph, then all write its pages.
 */
#include "pg/compat.h"

#include "catalog/index.h"
#include "index/build_team.h"
#include "index/hnsw/hnsw_build_team.h"
#include "index/hnsw/hnsw_build_write.h"
#include "miscadmin.h"
#include "pg/parallel.h"
#include "pg/shared_memory.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* What helpers are told; a parallel table scan follows where rows are loaded. */
typedef struct BuildTask
{
	BuildTarget target;
	dsm_handle	graph;
	dsm_handle	files;
	HnswMeta	meta;
} BuildTask;

#define TASK_SCAN(task)	((ParallelTableScanDesc) ((char *) (task) + MAXALIGN(sizeof(BuildTask))))

static BuildTask
make_task(const BuildTeam *team, const HnswMeta *meta)
{
	return (BuildTask) {
		.target = {
			.heap = RelationGetRelid(team->heap),
			.index = RelationGetRelid(team->load->index->relation),
			.concurrent = team->info->ii_Concurrent
		},
		.graph = dsm_segment_handle(team->segment),
		.files = wemb_files_handle(team->load->files),
		.meta = *meta
	};
}

void
wemb_hnsw_team_load(BuildTeam *team)
{
	Snapshot	snapshot = SnapshotAny;
	BuildTask  *task;
	Size		size;
	Team		members;
	HnswMeta	meta = wemb_hnsw_new_meta(team->load->index->relation, 0);

	if (team->info->ii_Concurrent)
		snapshot = RegisterSnapshot(GetTransactionSnapshot());
	size = MAXALIGN(sizeof(BuildTask)) + table_parallelscan_estimate(team->heap, snapshot);
	task = palloc0(size);
	*task = make_task(team, &meta);
	table_parallelscan_initialize(team->heap, TASK_SCAN(task), snapshot);
	members = wemb_team_start("wemb_hnsw_help_load", team->helpers, task, size);
	ereport(DEBUG1, (errmsg_internal("using %d parallel workers", members.helpers)));
	wemb_hnsw_build_load(team->load, team->heap, team->info,
						 table_beginscan_parallel(team->heap, TASK_SCAN(members.task)));
	wemb_team_wait(&members);
	wemb_team_end(&members);
	if (IsMVCCSnapshot(snapshot))
		UnregisterSnapshot(snapshot);
	pfree(task);
}

void
wemb_hnsw_team_write(BuildTeam *team, const HnswMeta *meta)
{
	BuildTask	task = make_task(team, meta);
	Team		members = wemb_team_start("wemb_hnsw_help_write", team->helpers, &task, sizeof(task));

	wemb_hnsw_build_write(team->load->graph, team->load->index);
	wemb_team_wait(&members);
	wemb_team_end(&members);
}

/* ---- helpers ---- */

typedef struct Helper
{
	BuildTask  *task;
	BuildTables tables;
	dsm_segment *segment;
	HnswIndex  *index;
} Helper;

static Helper
start_helping(shm_toc *toc)
{
	Helper		helper = {.task = wemb_team_task(toc)};

	helper.tables = wemb_build_open(&helper.task->target);
	helper.segment = wemb_dsm_attach(helper.task->graph);
	helper.index = wemb_hnsw_make(helper.tables.index, &helper.task->meta);
	return helper;
}

static void
end_helping(Helper *helper)
{
	dsm_detach(helper->segment);
	wemb_build_close(&helper->tables);
}

void
wemb_hnsw_help_load(dsm_segment *segment, shm_toc *toc)
{
	Helper		helper = start_helping(toc);
	IndexInfo  *info = BuildIndexInfo(helper.tables.index);
	BuildLoad	load = {
		.graph = dsm_segment_address(helper.segment),
		.index = helper.index,
		.files = wemb_files_attach(helper.task->files)
	};

	info->ii_Concurrent = helper.task->target.concurrent;
	wemb_hnsw_build_load(&load, helper.tables.heap, info,
						 table_beginscan_parallel(helper.tables.heap, TASK_SCAN(helper.task)));
	wemb_files_close(load.files);
	end_helping(&helper);
}

void
wemb_hnsw_help_write(dsm_segment *segment, shm_toc *toc)
{
	Helper		helper = start_helping(toc);

	wemb_hnsw_build_write(dsm_segment_address(helper.segment), helper.index);
	end_helping(&helper);
}
