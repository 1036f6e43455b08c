/*
 * train_team.c
 *		Several processes training skip-gram or CBOW.
 */
#include "pg/compat.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "app/train/train_team.h"
#include "pg/memory.h"
#include "pg/shared_memory.h"

struct TrainTeam
{
	Size		claims;			/* offsets in bytes */
	Size		rank;
	Size		shared;
	Size		size;			/* of the whole block */
};

typedef struct HelpTask
{
	dsm_handle	block;
	dsm_handle	files;
	char		corpus[CORPUS_NAME_LEN];
} HelpTask;

/* Reserve bytes at the end of the block; SIZE_MAX once there is too much. */
static Size
reserve(Size *end, Size bytes)
{
	Size		start = *end;

	*end = start >= SIZE_MAX / 4 || bytes >= SIZE_MAX / 4 ? SIZE_MAX : CACHELINEALIGN(start + bytes);
	return start;
}

static TrainTeam
lay_out(const TrainConfig *config, const RankedWords *ranked)
{
	TrainTeam	team;
	Size		end = CACHELINEALIGN(sizeof(TrainTeam));

	team.claims = reserve(&end, wemb_claims_size(config->epochs));
	team.rank = reserve(&end, (Size) ranked->numbers * sizeof(int32));
	team.shared = reserve(&end, wemb_train_shared_size(config));
	team.size = end;
	return team;
}

Size
wemb_train_team_size(const TrainConfig *config, const RankedWords *ranked)
{
	return lay_out(config, ranked).size;
}

EpochClaims *
wemb_train_team_claims(TrainTeam *team)
{
	return (EpochClaims *) ((char *) team + team->claims);
}

TrainShared *
wemb_train_team_shared(TrainTeam *team)
{
	return (TrainShared *) ((char *) team + team->shared);
}

static int32 *
number_ranks(TrainTeam *team)
{
	return (int32 *) ((char *) team + team->rank);
}

TrainTeam *
wemb_train_team_init(void *block, const TrainConfig *config, const RankedWords *ranked, int64 chunks)
{
	TrainTeam  *team = block;

	*team = lay_out(config, ranked);
	wemb_claims_init(wemb_train_team_claims(team), chunks, config->epochs);
	memcpy(number_ranks(team), ranked->rank, (Size) ranked->numbers * sizeof(int32));
	return team;
}

static double
mean_loss(const TrainWorker *worker)
{
	return worker->pairs > 0 ? worker->loss / worker->pairs : NAN;
}

/* Train on the chunk that reader is at; false if all were stopped meanwhile. */
static bool
train_chunk(TrainTeam *team, TrainWorker *worker, CorpusReader *reader, TeamTick tick, void *arg)
{
	EpochClaims *claims = wemb_train_team_claims(team);
	int32		stretch[TRAIN_MAX_SENTENCE];
	bool		end_of_text;
	int			n;

	worker->loss = 0;
	worker->pairs = 0;
	while ((n = wemb_corpus_next(reader, number_ranks(team), stretch, TRAIN_MAX_SENTENCE, &end_of_text)) > 0)
	{
		wemb_train_begin(worker, stretch, n);
		do
		{
			CHECK_FOR_INTERRUPTS();
			if (wemb_claims_stopped(claims))
				return false;
		} while (wemb_train_step(worker));
		tick(arg, mean_loss(worker));
	}
	return true;
}

/* Take claims until none is left. */
static void
work(TrainTeam *team, CorpusReader *reader, TeamTick tick, void *arg)
{
	TrainShared *shared = wemb_train_team_shared(team);
	Size		size = wemb_train_worker_size(wemb_train_config(shared));
	void	   *block = wemb_block_alloc(size);
	TrainWorker *worker;
	EpochClaim	claim;

	if (block == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("training needs %s of memory for each process", wemb_size_pretty(size))));
	worker = wemb_train_worker_init(block, shared, 0);
	while (wemb_claims_take(wemb_train_team_claims(team), &claim))
	{
		wemb_train_worker_stream(worker, claim.number);
		wemb_corpus_seek(reader, claim.chunk, claim.chunk + 1);
		if (!train_chunk(team, worker, reader, tick, arg))
			break;
		wemb_claims_done(wemb_train_team_claims(team), &claim, worker->loss, worker->pairs);
		tick(arg, mean_loss(worker));
	}
}

void
wemb_train_team_work(TrainTeam *team, CorpusReader *reader, TeamTick tick, void *arg)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "wemb training worker", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);

	work(team, reader, tick, arg);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

Team
wemb_train_team_launch(dsm_segment *block, SharedFiles *files, const char *corpus, int helpers)
{
	HelpTask	task = {dsm_segment_handle(block), wemb_files_handle(files)};

	strlcpy(task.corpus, corpus, sizeof(task.corpus));
	return wemb_team_start("wemb_train_help", helpers, &task, sizeof(task));
}

/* Helpers tell nobody how far they are: the leader sees it in the block. */
static void
say_nothing(void *arg, double loss)
{
}

void
wemb_train_help(dsm_segment *segment, shm_toc *toc)
{
	HelpTask   *task = wemb_team_task(toc);
	dsm_segment *block = wemb_dsm_attach(task->block);
	SharedFiles *files = wemb_files_attach(task->files);
	CorpusReader *reader = wemb_corpus_attach(files, task->corpus);

	work(dsm_segment_address(block), reader, say_nothing, NULL);
	wemb_corpus_detach(reader);
	wemb_files_close(files);
	dsm_detach(block);
}
