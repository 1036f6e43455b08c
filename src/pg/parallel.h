/*
 * parallel.h
 *		A piece of work done by several processes at once: this one, the leader,
 *		and helpers, which are PostgreSQL's parallel workers.
 *
 * So max_worker_processes and max_parallel_workers hold, helpers have the
 * leader's user, settings, snapshot and transaction, an error or the end of a
 * helper becomes an error of the leader's, and cancelling the leader ends all.
 * While a team is at work, the leader must not write to the database.
 */
#ifndef WEMB_PARALLEL_H
#define WEMB_PARALLEL_H

#include "postgres.h"

#include "access/parallel.h"
#include "storage/dsm.h"

typedef struct Team
{
	ParallelContext *context;
	int			helpers;		/* launched: at most as many as asked for */
	void	   *task;			/* the copy that all members see */
} Team;

/* As many of these helpers as the server's settings allow. */
extern int	wemb_team_most_helpers(int asked);

/*
 * Shared memory enough to start so many helpers with, or NULL and why: held
 * while other memory is being had, it leaves room for them.
 */
extern dsm_segment *wemb_team_reserve(int helpers, char **why);

/*
 * Launch helpers.  Each calls the function of that name in this library, of
 * type parallel_worker_main_type, which finds the task with wemb_team_task().
 * task, of size bytes, is copied into shared memory.  Always returns; with no
 * helper if none is free, or there is no memory to speak with them.
 */
extern Team wemb_team_start(const char *function, int helpers, const void *task, Size size);

/* Wait until all helpers are done; ERROR if one failed.  The task stays until the team's end. */
extern void wemb_team_wait(Team *team);
extern void wemb_team_end(Team *team);

/* In a helper: the task, and which member of the team this process is (the leader is 0). */
extern void *wemb_team_task(shm_toc *toc);
#define wemb_team_member()	(ParallelWorkerNumber + 1)

#endif							/* WEMB_PARALLEL_H */
