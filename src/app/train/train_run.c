/*
 * train_run.c
 *		Training skip-gram or CBOW on a corpus that has been read.
 */
#include "pg/compat.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "app/train/epoch_keeper.h"
#include "app/train/train_run.h"
#include "app/train/train_team.h"
#include "core/model/subword.h"
#include "pg/memory.h"

#define INIT_ROWS		1024	/* rows between two looks for interrupts; a row has up to 16000 floats */

typedef struct Leader
{
	const TrainConfig *config;
	TrainRun   *run;
	TrainTeam  *team;
	TrainWords	words;
	EpochKeeper keeper;
} Leader;

static const char *
ranked_word(void *arg, int i, size_t *len, uint64_t *count)
{
	return wemb_ranked_word(arg, i, len, count);
}

/* How many subword rows all words have together. */
static uint64
count_subword_entries(const TrainConfig *config, const RankedWords *ranked)
{
	uint64		entries = 0;

	for (int i = 0; i < config->words; i++)
	{
		size_t		len;
		uint64_t	count;
		const char *word = wemb_ranked_word(ranked, i, &len, &count);

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		entries += wemb_subword_rows(word, len, config->min_n, config->max_n, config->buckets, NULL, 0);
	}
	return entries;
}

/* ---- the weights, as others see them ---- */

static void
word_vector(const void *weights, int word, bool unit_length, float *out)
{
	wemb_train_word_vector(weights, word, unit_length, out);
}

static char *
weight_bytes(void *arg, size_t *size)
{
	return wemb_train_weights(((Leader *) arg)->run->shared, size);
}

static bool
weights_are_finite(void *arg)
{
	const Leader *leader = arg;
	int			rows = wemb_train_input_rows(leader->config);

	for (int row = 0; row < rows; row += INIT_ROWS)
	{
		CHECK_FOR_INTERRUPTS();
		if (!wemb_train_finite(leader->run->shared, row, INIT_ROWS))
			return false;
	}
	return true;
}

static void
init_weights(void *arg)
{
	Leader	   *leader = arg;
	float	   *mean = NULL;
	int			row = 0;

	do
	{
		CHECK_FOR_INTERRUPTS();
		row = wemb_train_init_rows(leader->run->shared, &leader->words, row, INIT_ROWS);
	} while (row > 0);
	if (leader->run->start != NULL)
		mean = wemb_start_weights(leader->run->start, &leader->run->ranked, leader->run->shared);
	if (leader->run->going_on)
		leader->run->mean = mean;
}

static double
learning_rate(void *arg)
{
	return wemb_train_alpha(((Leader *) arg)->run->shared);
}

static void
resume(void *arg, int epoch, double factor)
{
	const Leader *leader = arg;

	wemb_train_resume(leader->run->shared, leader->config->epoch_tokens * epoch, factor);
}

/* ---- the mean ---- */

static float *
mean_vector(const TrainConfig *config, const TrainShared *weights)
{
	double	   *sum = palloc0(config->dim * sizeof(double));
	float	   *vector = palloc(config->dim * sizeof(float));

	for (int i = 0; i < config->words; i++)
	{
		CHECK_FOR_INTERRUPTS();
		wemb_train_word_vector(weights, i, false, vector);
		for (int d = 0; d < config->dim; d++)
			sum[d] += vector[d];
	}
	for (int d = 0; d < config->dim; d++)
		vector[d] = (float) (sum[d] / config->words);
	pfree(sum);
	return vector;
}

/*
 * Move the words' mean vector to the origin (Mu and Viswanath, "All-but-the-top: simple and effective
 * postprocessing for word representations", ICLR 2018, the first of its two steps; doc/training.md has the effect).
 * It is taken from the rows, not from the words, so that unknown words lose it too.  Of fewer words than dimensions
 * the mean says little.  Who goes on with a model keeps its mean, so that words not met again stay where they are.
 */
static void
center_words(const TrainConfig *config, TrainRun *run)
{
	float	   *shift = palloc(config->dim * sizeof(float));
	int			rows = wemb_train_input_rows(config);

	if (!run->going_on && config->words > config->dim)
		run->mean = mean_vector(config, run->shared);
	if (run->mean == NULL)
		return;
	for (int d = 0; d < config->dim; d++)
		shift[d] = -run->mean[d];
	for (int row = 0; row < rows; row += INIT_ROWS)
	{
		CHECK_FOR_INTERRUPTS();
		wemb_train_shift_rows(run->shared, row, Min(INIT_ROWS, rows - row), shift);
	}
	pfree(shift);
}

/* ---- the team ---- */

/* The team's block, ready for the first epoch. */
static void
make_team(Leader *leader, int64 chunks, int helpers)
{
	const TrainConfig *config = leader->config;
	const RankedWords *ranked = &leader->run->ranked;
	Size		scratch_size = wemb_train_scratch_size(config);
	char	   *what = psprintf("Two matrices of %d words (and %d subword rows) by %d dimensions have to be in memory.",
								config->words, config->buckets, config->dim);
	void	   *scratch;

	leader->run->block = wemb_train_block_make(wemb_train_team_size(config, ranked),
										  scratch_size + (helpers + 1) * wemb_train_worker_size(config), helpers, what);
	scratch = MemoryContextAllocHuge(CurrentMemoryContext, scratch_size);
	leader->team = wemb_train_team_init(leader->run->block.address, config, ranked, chunks);
	leader->run->shared = wemb_train_shared_init(wemb_train_team_shared(leader->team), config, &leader->words, scratch);
	leader->run->weights = leader->run->shared;
	leader->run->word_vector = word_vector;
	pfree(scratch);
	init_weights(leader);
}

/* What the leader does between two stretches of text. */
static void
tick(void *arg, double loss)
{
	Leader	   *leader = arg;

	wemb_progress_step(leader->keeper.progress, (double) wemb_train_words_done(leader->run->shared), loss);
	wemb_keeper_look(&leader->keeper);
}

/* Train until no epoch is left, or the keeper has stopped all. */
static void
run_team(Leader *leader, TrainSource *source, int helpers)
{
	Team		team;
	CorpusReader *reader;

	if (leader->run->block.segment != NULL)
	{
		team = wemb_train_team_launch(leader->run->block.segment, source->files,
									  wemb_corpus_name(source->text.corpus), helpers);
		leader->run->processes = Max(leader->run->processes, 1 + team.helpers);
		wemb_progress_workers(leader->keeper.progress, 1 + team.helpers);
	}
	reader = wemb_corpus_open(source->text.corpus);
	wemb_train_team_work(leader->team, reader, tick, leader);
	wemb_corpus_detach(reader);
	if (leader->run->block.segment != NULL)
	{
		wemb_team_wait(&team);
		wemb_team_end(&team);
	}
	wemb_keeper_look(&leader->keeper);
}

void
wemb_train_run(TrainOptions *options, TrainSource *source, int helpers, TrainProgress *progress, TrainRun *run)
{
	TrainConfig *config = &options->config;
	int64		chunks = wemb_corpus_finish(source->text.corpus);
	Leader		leader = {
		.config = config,
		.run = run,
		.words = {&run->ranked, ranked_word},
	};
	EpochKeeper *keeper = &leader.keeper;

	if (config->buckets > 0)
		config->subword_entries = count_subword_entries(config, &run->ranked);
	make_team(&leader, chunks, helpers);
	if (run->block.segment != NULL)
		wemb_corpus_share(source->text.corpus);
	*keeper = (EpochKeeper) {
		.claims = wemb_train_team_claims(leader.team),
		.weights = {&leader, weight_bytes, weights_are_finite, init_weights, learning_rate, resume},
		.tolerance = options->tolerance,
		.words = config->epoch_tokens,
		.progress = progress,
		.context = CurrentMemoryContext,
	};

	wemb_progress_phase(progress, TRAIN_PHASE_TRAINING, (double) config->epoch_tokens * config->epochs);
	wemb_progress_epoch(progress, 1);
	run->asked = run->block.segment != NULL ? 1 + helpers : 1;
	run->processes = 1;
	run_team(&leader, source, helpers);
	while (keeper->verdict == DIVERGED)
	{
		wemb_keeper_go_back(keeper);
		run_team(&leader, source, helpers);
	}
	wemb_keeper_end(keeper);
	center_words(config, run);
	run->log = keeper->log;
	run->epochs = keeper->epoch;
	run->seconds = wemb_progress_phase_seconds(progress);
}
