/*
 * ivf_build_team.c
 *		Several processes at a build, a phase at a time.
 */
#include "pg/compat.h"

#include "catalog/index.h"
#include "index/ivf/ivf_build.h"
#include "pg/parallel.h"
#include "pg/shared_memory.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* What helpers are told; a parallel table scan follows where rows are loaded. */
typedef struct BuildTask
{
	BuildTarget target;
	BuildPhase	phase;
	int			helpers;
	dsm_handle	control;
	dsm_handle	work;
	dsm_handle	files;
	IvfMeta		meta;
} BuildTask;

#define TASK_SCAN(task)	((ParallelTableScanDesc) ((char *) (task) + MAXALIGN(sizeof(BuildTask))))

static void
run_phase(IvfBuild *build, BuildPhase phase, TableScanDesc scan)
{
	switch (phase)
	{
		case BUILD_LOAD:
			wemb_ivf_build_load(build, scan);
			break;
		case BUILD_CLUSTER:
			wemb_ivf_build_cluster(build);
			break;
		case BUILD_ASSIGN:
			SpinLockAcquire(&build->control->lock);
			build->control->members_out = Max(build->control->members_out, (uint32) build->member + 1);
			SpinLockRelease(&build->control->lock);
			wemb_ivf_build_assign(build);
			break;
		case BUILD_WRITE:
			wemb_ivf_build_write(build);
			break;
		case BUILD_CURVE:
			wemb_ivf_curve_ask(build_curve(build->work), build->index->relation);
			break;
	}
}

static BuildTask
make_task(const IvfBuild *build, BuildPhase phase, const IvfMeta *meta)
{
	return (BuildTask) {
		.target = {
			.heap = RelationGetRelid(build->heap),
			.index = RelationGetRelid(build->index->relation),
			.concurrent = build->info->ii_Concurrent
		},
		.phase = phase,
		.helpers = build->helpers,
		.control = dsm_segment_handle(build->control_segment),
		.work = build->work_segment != NULL ? dsm_segment_handle(build->work_segment) : DSM_HANDLE_INVALID,
		.files = wemb_files_handle(build->files),
		.meta = *meta
	};
}

void
wemb_ivf_team_run(IvfBuild *build, BuildPhase phase, const IvfMeta *meta)
{
	Snapshot	snapshot = SnapshotAny;
	Size		size = MAXALIGN(sizeof(BuildTask));
	BuildTask  *task;
	Team		team;

	pg_atomic_write_u64(&build->control->claimed, 0);
	if (build->helpers == 0)
	{
		run_phase(build, phase, NULL);
		return;
	}
	if (phase == BUILD_LOAD)
	{
		if (build->info->ii_Concurrent)
			snapshot = RegisterSnapshot(GetTransactionSnapshot());
		size += table_parallelscan_estimate(build->heap, snapshot);
	}
	task = palloc0(size);
	*task = make_task(build, phase, meta);
	if (phase == BUILD_LOAD)
		table_parallelscan_initialize(build->heap, TASK_SCAN(task), snapshot);
	team = wemb_team_start("wemb_ivf_help", build->helpers, task, size);
	if (phase == BUILD_LOAD)
		wemb_build_tell_helpers(team.helpers);
	run_phase(build, phase, phase == BUILD_LOAD ? table_beginscan_parallel(build->heap, TASK_SCAN(team.task)) : NULL);
	wemb_team_wait(&team);
	wemb_team_end(&team);
	if (IsMVCCSnapshot(snapshot))
		UnregisterSnapshot(snapshot);
	pfree(task);
}

void
wemb_ivf_help(dsm_segment *segment, shm_toc *toc)
{
	BuildTask  *task = wemb_team_task(toc);
	BuildTables tables = wemb_build_open(&task->target);
	IvfBuild	build = {
		.heap = tables.heap,
		.index = wemb_ivf_make(tables.index, &task->meta),
		.info = BuildIndexInfo(tables.index),
		.control_segment = wemb_dsm_attach(task->control),
		.files = wemb_files_attach(task->files),
		.helpers = task->helpers,
		.member = wemb_team_member()
	};

	build.info->ii_Concurrent = task->target.concurrent;
	build.control = dsm_segment_address(build.control_segment);
	if (task->work != DSM_HANDLE_INVALID)
	{
		build.work_segment = wemb_dsm_attach(task->work);
		build.work = dsm_segment_address(build.work_segment);
	}
	run_phase(&build, task->phase,
			  task->phase == BUILD_LOAD ? table_beginscan_parallel(tables.heap, TASK_SCAN(task)) : NULL);
	wemb_files_close(build.files);
	if (build.work_segment != NULL)
		dsm_detach(build.work_segment);
	dsm_detach(build.control_segment);
	wemb_build_close(&tables);
}
