/*
 * parallel.c
 *		A piece of work done by several processes at once.
 */
#include "pg/compat.h"

#include "access/xact.h"
#include "miscadmin.h"

#include "pg/parallel.h"

#define LIBRARY		"$libdir/wemb"
#define KEY_TASK	UINT64CONST(1)

Team
wemb_team_start(const char *function, int helpers, const void *task, Size size)
{
	Team		team;
	ParallelContext *context;

	EnterParallelMode();
	context = CreateParallelContext(LIBRARY, function, helpers);
	shm_toc_estimate_chunk(&context->estimator, size);
	shm_toc_estimate_keys(&context->estimator, 1);
	InitializeParallelDSM(context);

	team.context = context;
	team.task = shm_toc_allocate(context->toc, size);
	memcpy(team.task, task, size);
	shm_toc_insert(context->toc, KEY_TASK, team.task);
	LaunchParallelWorkers(context);
	team.helpers = context->nworkers_launched;
	return team;
}

void
wemb_team_wait(Team *team)
{
	WaitForParallelWorkersToFinish(team->context);
}

void
wemb_team_end(Team *team)
{
	DestroyParallelContext(team->context);
	ExitParallelMode();
}

void *
wemb_team_task(shm_toc *toc)
{
	return shm_toc_lookup(toc, KEY_TASK, false);
}
