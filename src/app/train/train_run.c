/*
 * train_run.c
 *		Training on a corpus that has been read, epoch by epoch.
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
	const TrainOptions *options;
	const TrainMethod *method;
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

static char *
weight_bytes(void *arg, size_t *size)
{
	const Leader *leader = arg;

	return leader->method->bytes(leader->run->weights, size);
}

static bool
weights_are_finite(void *arg)
{
	const Leader *leader = arg;
	int			rows = leader->method->rows(leader->options);

	for (int row = 0; row < rows; row += INIT_ROWS)
	{
		CHECK_FOR_INTERRUPTS();
		if (!leader->method->finite(leader->run->weights, row, INIT_ROWS))
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
		row = leader->method->init_rows(leader->run->weights, &leader->words, row, INIT_ROWS);
	} while (row > 0);
	if (leader->run->start != NULL)
		mean = wemb_start_weights(leader->run->start, leader->options, &leader->run->ranked, leader->run->weights);
	if (leader->run->going_on)
		leader->run->mean = mean;
}

static double
learning_rate(void *arg)
{
	const Leader *leader = arg;

	return leader->method->alpha(leader->run->weights);
}

static void
resume(void *arg, int epoch, double factor)
{
	const Leader *leader = arg;

	leader->method->resume(leader->run->weights, leader->options->config.epoch_tokens * epoch, factor);
}

/* ---- the mean ---- */

static float *
mean_vector(const TrainConfig *config, const TrainRun *run)
{
	double	   *sum = palloc0(config->dim * sizeof(double));
	float	   *vector = palloc(config->dim * sizeof(float));

	for (int i = 0; i < config->words; i++)
	{
		CHECK_FOR_INTERRUPTS();
		run->word_vector(run->weights, i, false, vector);
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
center_words(const TrainOptions *options, TrainRun *run)
{
	const TrainConfig *config = &options->config;
	float	   *shift = palloc(config->dim * sizeof(float));
	int			rows = run->method->rows(options);

	if (!run->going_on && config->words > config->dim)
		run->mean = mean_vector(config, run);
	if (run->mean == NULL)
		return;
	for (int d = 0; d < config->dim; d++)
		shift[d] = -run->mean[d];
	for (int row = 0; row < rows; row += INIT_ROWS)
	{
		CHECK_FOR_INTERRUPTS();
		run->method->shift(run->weights, row, Min(INIT_ROWS, rows - row), shift);
	}
	pfree(shift);
}

/* ---- the team ---- */

/* The team's block, ready for the first epoch. */
static void
make_team(Leader *leader, const TrainText *text, int64 chunks, int helpers)
{
	const TrainOptions *options = leader->options;
	const TrainMethod *method = leader->method;
	TrainRun   *run = leader->run;
	Size		scratch_size = method->scratch_size(options);
	TrainNeeds	needs = wemb_train_needs(options, &run->ranked, text, helpers);
	void	   *scratch;

	needs.block = wemb_train_team_size(options, &run->ranked);
	needs.weights = method->describe(options);
	needs.scratch = scratch_size;
	needs.each = method->worker_size(options);
	run->block = wemb_train_block_make(&needs);
	scratch = MemoryContextAllocHuge(CurrentMemoryContext, scratch_size);
	leader->team = wemb_train_team_init(run->block.address, options, &run->ranked, chunks);
	run->weights = wemb_train_team_weights(leader->team);
	run->method = method;
	run->word_vector = method->word_vector;
	method->init(run->weights, options, &leader->words, scratch);
	pfree(scratch);
	init_weights(leader);
}

/* What the leader does between two stretches of text. */
static void
tick(void *arg, double loss)
{
	Leader	   *leader = arg;

	wemb_progress_step(leader->keeper.progress, (double) leader->method->tokens_done(leader->run->weights), loss);
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
		.options = options,
		.method = wemb_train_method(options->algorithm),
		.run = run,
		.words = {&run->ranked, ranked_word},
	};
	EpochKeeper *keeper = &leader.keeper;

	if (config->buckets > 0)
		config->subword_entries = count_subword_entries(config, &run->ranked);
	make_team(&leader, &source->text, chunks, helpers);
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
	if (run->method->shift != NULL)
		center_words(options, run);
	run->log = keeper->log;
	run->epochs = keeper->epoch;
	run->seconds = wemb_progress_phase_seconds(progress);
}
