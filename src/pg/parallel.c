/*
 * parallel.c
 *		A piece of work done by several processes at once.
 */
#include "pg/compat.h"

#include "access/xact.h"
#include "miscadmin.h"

#include "pg/parallel.h"
#include "pg/shared_memory.h"

#define LIBRARY		"$libdir/wemb"
#define KEY_TASK	UINT64CONST(1)
#define LAUNCH_BYTES	(1024 * 1024)	/* of shared memory that starting helpers takes ... */
#define HELPER_BYTES	(128 * 1024)	/* ... and each of them, at most */

int
wemb_team_most_helpers(int asked)
{
	return Min(asked, Min(max_parallel_workers, max_worker_processes));
}

dsm_segment *
wemb_team_reserve(int helpers, char **why)
{
	helpers = wemb_team_most_helpers(helpers);
	return wemb_dsm_try_create(LAUNCH_BYTES + (Size) helpers * HELPER_BYTES, why);
}

/* As many helpers as there can be.  The server raises an error where it lacks the memory to speak with them. */
static int
possible_helpers(int helpers)
{
	dsm_segment *spare;
	char	   *why;

	helpers = wemb_team_most_helpers(helpers);
	if (helpers <= 0)
		return 0;
	spare = wemb_team_reserve(helpers, &why);
	if (spare == NULL)
		return 0;
	dsm_detach(spare);
	return helpers;
}

Team
wemb_team_start(const char *function, int helpers, const void *task, Size size)
{
	Team		team;
	ParallelContext *context;

	helpers = possible_helpers(helpers);
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
