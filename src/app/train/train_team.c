/*
 * train_team.c
 *		Several processes going through the text, epoch by epoch.
 */
#include "pg/compat.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "app/train/train_team.h"
#include "core/base/permute.h"
#include "pg/memory.h"
#include "pg/shared_memory.h"

struct TrainTeam
{
	TrainAlgorithm algorithm;
	uint64		seed;			/* of the order of chunks */
	Size		worker_size;	/* of each process's block */
	Size		claims;			/* offsets in bytes */
	Size		rank;
	Size		weights;
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
lay_out(const TrainOptions *options, const RankedWords *ranked)
{
	const TrainMethod *method = wemb_train_method(options->algorithm);
	TrainTeam	team = {
		.algorithm = options->algorithm,
		.seed = options->config.seed,
		.worker_size = method->worker_size(options),
	};
	Size		end = CACHELINEALIGN(sizeof(TrainTeam));

	team.claims = reserve(&end, wemb_claims_size(options->config.epochs));
	team.rank = reserve(&end, (Size) ranked->numbers * sizeof(int32));
	team.weights = reserve(&end, method->weights_size(options));
	team.size = end;
	return team;
}

Size
wemb_train_team_size(const TrainOptions *options, const RankedWords *ranked)
{
	return lay_out(options, ranked).size;
}

EpochClaims *
wemb_train_team_claims(TrainTeam *team)
{
	return (EpochClaims *) ((char *) team + team->claims);
}

void *
wemb_train_team_weights(TrainTeam *team)
{
	return (char *) team + team->weights;
}

static int32 *
number_ranks(TrainTeam *team)
{
	return (int32 *) ((char *) team + team->rank);
}

TrainTeam *
wemb_train_team_init(void *block, const TrainOptions *options, const RankedWords *ranked, int64 chunks)
{
	TrainTeam  *team = block;

	*team = lay_out(options, ranked);
	wemb_claims_init(wemb_train_team_claims(team), chunks, options->config.epochs);
	memcpy(number_ranks(team), ranked->rank, (Size) ranked->numbers * sizeof(int32));
	return team;
}

/* One process's part. */
typedef struct Member
{
	TrainTeam  *team;
	const TrainMethod *method;
	void	   *worker;
	CorpusReader *reader;
	TeamTick	tick;
	void	   *arg;
	EpochClaim	claim;
	TrainedLoss loss;			/* of the chunk that was claimed */
} Member;

/* Of the epoch so far, this chunk included: few pairs of a chunk are measured. */
static double
mean_loss(const Member *member)
{
	EpochSums	sums = wemb_claims_sums(wemb_train_team_claims(member->team), member->claim.epoch);
	uint64		pairs = sums.pairs + member->loss.pairs;

	return pairs > 0 ? (sums.loss + member->loss.sum) / pairs : NAN;
}

static void
add_loss(Member *member)
{
	TrainedLoss taken = member->method->loss(member->worker);

	member->loss.sum += taken.sum;
	member->loss.pairs += taken.pairs;
	member->tick(member->arg, mean_loss(member));
}

/* Train on the chunk that the reader is at; false if all were stopped meanwhile. */
static bool
train_chunk(Member *member)
{
	const TrainMethod *method = member->method;
	TrainTeam  *team = member->team;
	int32		stretch[TRAIN_MAX_SENTENCE];
	bool		end_of_text;
	int			n;

	member->loss = (TrainedLoss) {0, 0};
	while ((n = wemb_corpus_next(member->reader, number_ranks(team), stretch, TRAIN_MAX_SENTENCE, &end_of_text)) > 0)
	{
		method->begin(member->worker, stretch, n);
		do
		{
			CHECK_FOR_INTERRUPTS();
			if (wemb_claims_stopped(wemb_train_team_claims(team)))
				return false;
		} while (method->step(member->worker));
		add_loss(member);
	}
	method->end(member->worker);
	return true;
}

/* The chunk of the corpus that a claim is of. */
static int64
chunk_of(TrainTeam *team, const EpochClaim *claim)
{
	Rng			rng = rng_for(~team->seed, claim->epoch);

	if (!wemb_train_method(team->algorithm)->mixes_chunks)
		return claim->chunk;
	return (int64) permute(claim->chunk, wemb_train_team_claims(team)->chunks, rng_next(&rng));
}

/* Take claims until none is left. */
static void
work(TrainTeam *team, CorpusReader *reader, TeamTick tick, void *arg)
{
	const TrainMethod *method = wemb_train_method(team->algorithm);
	void	   *block = wemb_block_alloc(team->worker_size);
	Member		member = {team, method, NULL, reader, tick, arg};

	if (block == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("training needs %s of memory for each process", wemb_size_pretty(team->worker_size))));
	member.worker = method->worker_init(block, wemb_train_team_weights(team));
	while (wemb_claims_take(wemb_train_team_claims(team), &member.claim))
	{
		int64		chunk = chunk_of(team, &member.claim);

		method->stream(member.worker, member.claim.number);
		wemb_corpus_seek(reader, chunk, chunk + 1);
		if (!train_chunk(&member))
			break;
		add_loss(&member);
		wemb_claims_done(wemb_train_team_claims(team), &member.claim, member.loss.sum, member.loss.pairs);
		tick(arg, NAN);
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
