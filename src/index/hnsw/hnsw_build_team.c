/*
 * hnsw_build_team.c
 *		Several processes at a build: all load rows into one graph, then all write its pages.
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
	RowSpan		span;			/* to be inserted */
} BuildTask;

/* What is not worth starting helpers for. */
#define FEW_ROW_PAGES	32		/* to be read */
#define FEW_SLOT_PAGES	500		/* to be written */

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
		.files = wemb_files_handle(team->load->shared),
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

	if (team->helpers == 0)
	{
		wemb_hnsw_build_load(team->load, team->heap, team->info, NULL);
		return;
	}
	if (team->info->ii_Concurrent)
		snapshot = RegisterSnapshot(GetTransactionSnapshot());
	size = MAXALIGN(sizeof(BuildTask)) + table_parallelscan_estimate(team->heap, snapshot);
	task = palloc0(size);
	*task = make_task(team, &meta);
	table_parallelscan_initialize(team->heap, TASK_SCAN(task), snapshot);
	members = wemb_team_start("wemb_hnsw_help_load", team->helpers, task, size);
	wemb_build_tell_helpers(members.helpers);
	wemb_hnsw_build_load(team->load, team->heap, team->info,
						 table_beginscan_parallel(team->heap, TASK_SCAN(members.task)));
	wemb_team_wait(&members);
	wemb_team_end(&members);
	if (IsMVCCSnapshot(snapshot))
		UnregisterSnapshot(snapshot);
	pfree(task);
}

void
wemb_hnsw_team_insert(BuildTeam *team, const HnswMeta *meta, const RowSpan *span)
{
	BuildTask	task;
	Team		members;
	uint32		pages = 0;

	pg_atomic_write_u32(&team->load->graph->claimed, 0);
	for (uint32 file = span->first; file < span->end; file++)
		pages += wemb_hnsw_files_pages(team->load->files, file);
	if (team->helpers == 0 || pages < FEW_ROW_PAGES)
	{
		wemb_hnsw_build_insert_files(team->load, span);
		return;
	}
	task = make_task(team, meta);
	task.span = *span;
	members = wemb_team_start("wemb_hnsw_help_insert", team->helpers, &task, sizeof(task));
	wemb_hnsw_build_insert_files(team->load, span);
	wemb_team_wait(&members);
	wemb_team_end(&members);
}

void
wemb_hnsw_team_write(BuildTeam *team, const HnswMeta *meta)
{
	BuildTask	task;
	Team		members;

	pg_atomic_write_u32(&team->load->graph->claimed, 0);
	team->load->graph->writers = 1;
	if (team->helpers == 0 || wemb_hnsw_build_slot_pages(team->load->graph, team->load->index) < FEW_SLOT_PAGES)
	{
		wemb_hnsw_build_write(team->load->graph, team->load->index);
		return;
	}
	team->load->graph->writers += team->helpers;
	task = make_task(team, meta);
	members = wemb_team_start("wemb_hnsw_help_write", team->helpers, &task, sizeof(task));
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
	BuildLoad	load;
} Helper;

static Helper
start_helping(shm_toc *toc)
{
	Helper		helper = {.task = wemb_team_task(toc)};

	helper.tables = wemb_build_open(&helper.task->target);
	helper.segment = wemb_dsm_attach(helper.task->graph);
	helper.load.graph = dsm_segment_address(helper.segment);
	helper.load.index = wemb_hnsw_make(helper.tables.index, &helper.task->meta);
	wemb_hnsw_build_lift(helper.load.index, helper.load.graph->lift);
	helper.load.shared = wemb_files_attach(helper.task->files);
	helper.load.files = wemb_hnsw_files_open(helper.load.shared, helper.load.index, helper.load.graph);
	return helper;
}

static void
end_helping(Helper *helper)
{
	wemb_hnsw_files_close(helper->load.files);
	wemb_files_close(helper->load.shared);
	dsm_detach(helper->segment);
	wemb_build_close(&helper->tables);
}

void
wemb_hnsw_help_load(dsm_segment *segment, shm_toc *toc)
{
	Helper		helper = start_helping(toc);
	IndexInfo  *info = BuildIndexInfo(helper.tables.index);
	Relation	heap = helper.tables.heap;

	info->ii_Concurrent = helper.task->target.concurrent;
	wemb_hnsw_build_load(&helper.load, heap, info, table_beginscan_parallel(heap, TASK_SCAN(helper.task)));
	end_helping(&helper);
}

void
wemb_hnsw_help_insert(dsm_segment *segment, shm_toc *toc)
{
	Helper		helper = start_helping(toc);

	wemb_hnsw_build_insert_files(&helper.load, &helper.task->span);
	end_helping(&helper);
}

void
wemb_hnsw_help_write(dsm_segment *segment, shm_toc *toc)
{
	Helper		helper = start_helping(toc);

	wemb_hnsw_build_write(helper.load.graph, helper.load.index);
	end_helping(&helper);
}
