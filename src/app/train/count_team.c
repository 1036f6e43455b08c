/*
 * count_team.c
 *		Several processes training from counts of which words occur together.
 */
#include "pg/compat.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "app/train/count_pairs.h"
#include "app/train/count_team.h"
#include "core/base/block.h"
#include "pg/shared_memory.h"

#define SHARES			4		/* for each process, so that all end at about the same time */

typedef struct CountTask
{
	dsm_handle	block;
	dsm_handle	files;
	char		corpus[CORPUS_NAME_LEN];
} CountTask;

static const CountMethod *const methods[] = {
	[ALGORITHM_GLOVE] = &wemb_count_glove,
	[ALGORITHM_SVD] = &wemb_count_svd,
};

/* ---- the block ---- */

CountTeam
wemb_count_team_plan(const TrainOptions *options, const RankedWords *ranked, int processes, Size memory)
{
	CountTeam	team = {.algorithm = options->algorithm, .config = options->config};
	Size		end = 0;

	team.nshares = processes == 1 ? 1 : Min(SHARES * processes, ranked->words);
	team.counting_size = wemb_count_pairs_size(&team.config, memory);
	block_reserve(&end, 1, sizeof(CountTeam));
	team.shares = block_reserve(&end, team.nshares, sizeof(CountShare));
	team.claims = block_reserve(&end, 1, wemb_claims_size(team.config.epochs));
	team.rank = block_reserve(&end, ranked->numbers, sizeof(int32));
	team.sums = block_reserve(&end, ranked->words, sizeof(double));
	team.weights = block_reserve(&end, 1, methods[team.algorithm]->weights_size(&team.config));
	team.size = end;
	return team;
}

/* Cut the rows so that each share has about as many tokens, and each has a row. */
static void
cut_shares(CountTeam *team, const RankedWords *ranked)
{
	CountShare *shares = wemb_count_team_shares(team);
	double		left = (double) ranked->tokens;
	int			row = 0;

	for (int i = 0; i < team->nshares; i++)
	{
		int			others = team->nshares - i - 1;
		double		fair = left / (others + 1);

		shares[i] = (CountShare) {.first_row = row};
		do
		{
			size_t		len;
			uint64		count;

			if (row % 4096 == 0)
				CHECK_FOR_INTERRUPTS();
			wemb_ranked_word(ranked, row++, &len, &count);
			shares[i].tokens += (double) count;
		} while (row < ranked->words - others && (others == 0 || shares[i].tokens < fair));
		shares[i].end_row = row;
		left -= shares[i].tokens;
	}
}

CountTeam *
wemb_count_team_init(void *block, const CountTeam *plan, const RankedWords *ranked, int64 chunks)
{
	CountTeam  *team = block;

	*team = *plan;
	team->chunks = chunks;
	pg_atomic_init_u32(&team->claimed, 0);
	pg_atomic_init_u64(&team->tokens, 0);
	pg_atomic_init_u64(&team->pages, 0);
	memcpy((char *) team + team->rank, ranked->rank, (Size) ranked->numbers * sizeof(int32));
	memset((char *) team + team->sums, 0, (Size) ranked->words * sizeof(double));
	cut_shares(team, ranked);
	return team;
}

const CountMethod *
wemb_count_team_method(const CountTeam *team)
{
	return methods[team->algorithm];
}

CountShare *
wemb_count_team_shares(CountTeam *team)
{
	return (CountShare *) ((char *) team + team->shares);
}

EpochClaims *
wemb_count_team_claims(CountTeam *team)
{
	return (EpochClaims *) ((char *) team + team->claims);
}

const int32 *
wemb_count_team_rank(CountTeam *team)
{
	return (const int32 *) ((char *) team + team->rank);
}

double *
wemb_count_team_sums(CountTeam *team)
{
	return (double *) ((char *) team + team->sums);
}

void *
wemb_count_team_weights(const CountTeam *team)
{
	return (char *) team + team->weights;
}

int64
wemb_count_team_pages(CountTeam *team)
{
	const CountShare *shares = wemb_count_team_shares(team);
	int64		pages = 0;

	for (int i = 0; i < team->nshares; i++)
		pages += shares[i].pages;
	return pages;
}

/* The last share first: rare words have the most entries for their tokens. */
int
wemb_count_team_claim(CountTeam *team)
{
	uint32		claimed = pg_atomic_fetch_add_u32(&team->claimed, 1);

	return claimed < (uint32) team->nshares ? team->nshares - 1 - (int) claimed : -1;
}

/* ---- work ---- */

static void
work(CountTeam *team, CorpusReader *corpus, PageFiles *pages, TeamTick tick, void *arg)
{
	if (team->stage == COUNT_STAGE_COUNT)
		wemb_count_pairs(team, corpus, pages, tick, arg);
	else
		wemb_count_team_method(team)->work(team, pages, tick, arg);
}

/* As the leader: what this stage allocates is gone with it. */
static void
lead(CountLeader *leader, TeamTick tick, void *arg)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "wemb counting worker", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	CorpusReader *corpus = wemb_corpus_open(leader->source->text.corpus);

	work(leader->team, corpus, leader->pages, tick, arg);
	wemb_corpus_detach(corpus);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

void
wemb_count_team_stage(CountLeader *leader, CountStage stage, TeamTick tick, void *arg)
{
	TrainRun   *run = leader->run;
	Team		team;

	leader->team->stage = stage;
	pg_atomic_write_u32(&leader->team->claimed, 0);
	if (run->block.segment != NULL)
	{
		CountTask	task = {dsm_segment_handle(run->block.segment), wemb_files_handle(leader->source->files)};

		strlcpy(task.corpus, wemb_corpus_name(leader->source->text.corpus), sizeof(task.corpus));
		team = wemb_team_start("wemb_count_help", leader->helpers, &task, sizeof(task));
		run->processes = Max(run->processes, 1 + team.helpers);
		wemb_progress_workers(leader->progress, 1 + team.helpers);
	}
	lead(leader, tick, arg);
	if (run->block.segment != NULL)
	{
		wemb_team_wait(&team);
		wemb_team_end(&team);
	}
	tick(arg, NAN);
}

/* Helpers tell nobody how far they are: the leader sees it in the block. */
static void
say_nothing(void *arg, double loss)
{
}

void
wemb_count_help(dsm_segment *segment, shm_toc *toc)
{
	CountTask  *task = wemb_team_task(toc);
	dsm_segment *block = wemb_dsm_attach(task->block);
	CountTeam  *team = dsm_segment_address(block);
	SharedFiles *files = wemb_files_attach(task->files);
	CorpusReader *corpus = wemb_corpus_attach(files, task->corpus);
	PageFiles  *pages = wemb_page_files_open(files, team->nshares);

	work(team, corpus, pages, say_nothing, NULL);
	wemb_page_files_close(pages);
	wemb_corpus_detach(corpus);
	wemb_files_close(files);
	dsm_detach(block);
}
