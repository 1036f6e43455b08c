/*
 * tune_dimensions.c
 *		wemb_tune_dimensions(): how good vectors of several dimensions are, on
 *		the user's own text.
 *
 * The source is read once, and some of its texts are held out (hold_out.h).  For each
 * number of dimensions a model is trained on the others, in memory, and judged by the
 * texts that it has not seen (core/model/held_out.h).  Nothing is written to the database.
 */
#include "pg/compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/sharedfileset.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include "app/train/count_run.h"
#include "app/train/hold_out.h"
#include "app/train/train_choose.h"
#include "app/train/train_run.h"
#include "core/model/compose.h"
#include "pg/srf.h"
#include "pg/text_source.h"
#include "type/vector.h"

PG_FUNCTION_INFO_V1(wemb_tune_dimensions);

#define MAX_DIMENSIONS	100		/* numbers to try */
#define NOISE			2.0		/* standard errors by which two results may differ and be called alike */

/* Arguments, in the order of sql/install/tune.sql; those of wemb_train() are between the third and the last. */
enum TuneArgument
{
	TUNE_SOURCE,
	TUNE_TEXT_COLUMN,
	TUNE_DIMENSIONS,
	TUNE_FIRST_OPTION,
	TUNE_MAX_TOKENS = 23
};

#define ABSENT	(TRAIN_SET(TRAIN_DIMENSIONS) | TRAIN_SET(TRAIN_MODEL) | TRAIN_SET(TRAIN_INIT) | \
				 TRAIN_SET(TRAIN_UNIT_LENGTH))

/* What one number of dimensions has come to. */
typedef struct Trial
{
	int			dim;
	double	   *retrieval;		/* of each excerpt */
	double	   *neighbours;
	double		seconds;		/* of training */
	int64		bytes;			/* of the model's vectors */
} Trial;

typedef struct Tuning
{
	TrainOptions options;		/* but for the dimensions, and for what is chosen from the data */
	TrainSource source;
	RankedWords ranked;
	TextFacts	facts;
	HeldOutTexts *held;
	Excerpts	excerpts;
	TrainProgress *progress;
	int			helpers;
	int			n;
	Trial		trials[MAX_DIMENSIONS];
} Tuning;

/* ---- arguments ---- */

static void
require(FunctionCallInfo fcinfo, enum TuneArgument arg, const char *name)
{
	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
}

static void
read_dimensions(ArrayType *array, Tuning *tuning)
{
	Datum	   *values;
	bool	   *nulls;

	deconstruct_array(array, INT4OID, sizeof(int32), true, TYPALIGN_INT, &values, &nulls, &tuning->n);
	if (tuning->n < 1 || tuning->n > MAX_DIMENSIONS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("dimensions must be an array of 1 to %d numbers, not of %d", MAX_DIMENSIONS, tuning->n)));
	for (int i = 0; i < tuning->n; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("dimensions must not contain nulls")));
		tuning->trials[i].dim = DatumGetInt32(values[i]);
		wemb_train_options_check_dim(&tuning->options, tuning->trials[i].dim);
	}
}

static uint64
read_max_tokens(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(TUNE_MAX_TOKENS))
		return 0;
	if (PG_GETARG_INT64(TUNE_MAX_TOKENS) < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_tokens must be at least 1, not " INT64_FORMAT, PG_GETARG_INT64(TUNE_MAX_TOKENS))));
	return (uint64) PG_GETARG_INT64(TUNE_MAX_TOKENS);
}

/* ---- the text ---- */

/* Read, hold out, rank: all that is the same for each number of dimensions. */
static void
prepare(Tuning *tuning, const char *query, uint64 max_tokens)
{
	TrainOptions *options = &tuning->options;
	TrainPhrases phrases;
	TrainReading reading = {
		.query = query,
		.tokenizer = options->tokenizer,
		.helpers = tuning->helpers,
		.memory = wemb_train_corpus_memory(2),	/* what is kept is written anew */
	};

	wemb_progress_phase(tuning->progress, TRAIN_PHASE_READING, 0);
	wemb_train_read(&reading, tuning->progress, &tuning->source);
	if (options->phrases > 0)
		wemb_train_phrases(&(PhraseSearch) {
			.text = &tuning->source.text,
			.files = tuning->source.files,
			.passes = options->phrases,
			.min_count = Max(options->min_count, TRAIN_PHRASE_MIN_COUNT),
			.progress = tuning->progress,
		}, &phrases);
	tuning->held = wemb_hold_out(&tuning->source, max_tokens, options->config.seed, tuning->progress);
	wemb_train_rank(options, &tuning->source, &tuning->ranked);
	tuning->excerpts = wemb_hold_out_excerpts(tuning->held, &tuning->ranked);
	tuning->facts = (TextFacts) {tuning->ranked.tokens, tuning->ranked.epoch_tokens, tuning->ranked.words,
		tuning->ranked.mean_length};
	if (tuning->helpers > 0 && tuning->source.files == NULL)
	{
		wemb_train_alone_warn(sizeof(SharedFileSet), tuning->source.alone);
		tuning->helpers = 0;
	}
}

/* ---- a trial ---- */

static void
unit_vector(void *arg, int word, float *out)
{
	const TrainRun *run = arg;

	run->word_vector(run->weights, word, true, out);
}

static double
word_weight(void *arg, int word)
{
	const TrainRun *run = arg;
	size_t		len;
	uint64		count;

	wemb_ranked_word(&run->ranked, word, &len, &count);
	return compose_weight((int64) count, (int64) run->ranked.tokens);
}

/* Put both questions to each excerpt. */
static void
judge(const Tuning *tuning, TrainRun *run, Trial *trial)
{
	const Excerpts *excerpts = &tuning->excerpts;
	int			dim = trial->dim;
	TriedVectors tried = {run, dim, unit_vector, word_weight};
	void	   *scratch = palloc(wemb_held_out_scratch(dim));
	Size		size = (Size) excerpts->n * dim * sizeof(float);
	float	   *first = MemoryContextAllocHuge(CurrentMemoryContext, size);
	float	   *second = MemoryContextAllocHuge(CurrentMemoryContext, size);

	wemb_progress_phase(tuning->progress, TRAIN_PHASE_JUDGING, 2.0 * excerpts->n);
	for (int i = 0; i < excerpts->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		wemb_held_out_halves(excerpts, i, &tried, scratch, first + (Size) i * dim, second + (Size) i * dim);
		trial->neighbours[i] = wemb_held_out_neighbours(excerpts, i, &tried, scratch, tuning->options.config.seed);
		wemb_progress_step(tuning->progress, i + 1, NAN);
	}
	for (int i = 0; i < excerpts->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		trial->retrieval[i] = wemb_held_out_retrieval(first + (Size) i * dim, second, excerpts->n, dim, i);
		wemb_progress_step(tuning->progress, excerpts->n + i + 1, NAN);
	}
}

/* Vectors of words and subword rows, output weights, and what goes into a network, as they are stored. */
static int64
model_bytes(const TrainOptions *options, const TrainRun *run)
{
	const TrainConfig *config = &options->config;
	int64		rows = (int64) config->words + config->buckets;

	if (run->method != NULL && run->method->output_row(run->weights, 0) != NULL)
		rows += config->words;
	if (run->method != NULL && run->method->network != NULL)
		rows += config->words;
	return rows * VECTOR_SIZE(config->dim);
}

static void
try(Tuning *tuning, Trial *trial)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context;
	TrainOptions options = tuning->options;
	TrainRun	run = {.ranked = tuning->ranked};
	int			helpers;

	trial->retrieval = palloc(tuning->excerpts.n * sizeof(double));
	trial->neighbours = palloc(tuning->excerpts.n * sizeof(double));
	context = AllocSetContextCreate(caller, "wemb dimensions on trial", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	initStringInfo(&options.chosen);
	options.config.dim = trial->dim;
	wemb_train_choose(&options, &tuning->facts);
	helpers = Min(tuning->helpers, wemb_train_options_helpers(&options));
	wemb_progress_model(tuning->progress, psprintf("wemb_tune_dimensions: %d", trial->dim));
	wemb_progress_phase(tuning->progress, TRAIN_PHASE_PREPARING, 0);
	if (wemb_train_options_count_pairs(&options))
		wemb_count_run(&options, &tuning->source, helpers, tuning->progress, &run);
	else
		wemb_train_run(&options, &tuning->source, helpers, tuning->progress, &run);
	trial->seconds = run.seconds;
	trial->bytes = model_bytes(&options, &run);
	judge(tuning, &run, trial);
	wemb_train_block_release(&run.block);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

/* ---- the answer ---- */

static double
mean(const double *values, int n)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += values[i];
	return sum / n;
}

/* Is one result so little behind another that chance alone may have done it? */
static bool
is_alike(const double *result, const double *best, int n)
{
	double		error;
	double		lead = wemb_held_out_lead(best, result, n, &error);

	return lead <= NOISE * error;
}

/* The fewest dimensions that are as good as the best, in both ways. */
static int
recommend(const Tuning *tuning)
{
	int			n = tuning->excerpts.n;
	int			by_retrieval = 0;
	int			by_neighbours = 0;
	int			choice = -1;

	for (int i = 1; i < tuning->n; i++)
	{
		const Trial *trial = &tuning->trials[i];

		if (mean(trial->retrieval, n) > mean(tuning->trials[by_retrieval].retrieval, n))
			by_retrieval = i;
		if (mean(trial->neighbours, n) > mean(tuning->trials[by_neighbours].neighbours, n))
			by_neighbours = i;
	}
	for (int i = 0; i < tuning->n; i++)
	{
		const Trial *trial = &tuning->trials[i];

		if (is_alike(trial->retrieval, tuning->trials[by_retrieval].retrieval, n) &&
			is_alike(trial->neighbours, tuning->trials[by_neighbours].neighbours, n) &&
			(choice < 0 || trial->dim < tuning->trials[choice].dim))
			choice = i;
	}
	/* no number may be good in both ways: then the one that finds texts best */
	return choice < 0 ? by_retrieval : choice;
}

static void
report(const Tuning *tuning, int choice)
{
	ereport(NOTICE,
			(errmsg("%d dimensions are recommended", tuning->trials[choice].dim),
			 errdetail("Trained on " UINT64_FORMAT " tokens of %d words, and judged by %d excerpts of " INT64_FORMAT
					   " texts that were held out. It is the least number that these cannot tell from the best one.",
					   tuning->facts.epoch_tokens, tuning->ranked.words, tuning->excerpts.n,
					   wemb_hold_out_texts(tuning->held))));
}

static void
return_trials(FunctionCallInfo fcinfo, const Tuning *tuning)
{
	int			choice = recommend(tuning);

	for (int i = 0; i < tuning->n; i++)
	{
		const Trial *trial = &tuning->trials[i];
		bool		nulls[6] = {false};
		Datum		values[] = {
			Int32GetDatum(trial->dim),
			Float8GetDatum(mean(trial->retrieval, tuning->excerpts.n)),
			Float8GetDatum(mean(trial->neighbours, tuning->excerpts.n)),
			Float8GetDatum(trial->seconds),
			Int64GetDatum(trial->bytes),
			BoolGetDatum(i == choice),
		};

		wemb_srf_row(fcinfo, values, nulls);
	}
	report(tuning, choice);
}

Datum
wemb_tune_dimensions(PG_FUNCTION_ARGS)
{
	TrainArguments args = {fcinfo, TUNE_FIRST_OPTION, ABSENT};
	Tuning	   *tuning = palloc0(sizeof(Tuning));
	uint64		max_tokens = read_max_tokens(fcinfo);
	char	   *query;

	require(fcinfo, TUNE_SOURCE, "source");
	require(fcinfo, TUNE_TEXT_COLUMN, "text_column");
	require(fcinfo, TUNE_DIMENSIONS, "dimensions");
	query = wemb_text_query(PG_GETARG_OID(TUNE_SOURCE), NameStr(*PG_GETARG_NAME(TUNE_TEXT_COLUMN)));
	wemb_train_options_read(&args, &tuning->options);
	read_dimensions(PG_GETARG_ARRAYTYPE_P(TUNE_DIMENSIONS), tuning);
	tuning->helpers = wemb_train_options_max_helpers(&tuning->options);

	wemb_srf_begin(fcinfo);
	SPI_connect();
	tuning->progress = wemb_progress_begin("wemb_tune_dimensions");
	prepare(tuning, query, max_tokens);
	for (int i = 0; i < tuning->n; i++)
		try(tuning, &tuning->trials[i]);
	wemb_train_source_close(&tuning->source);
	return_trials(fcinfo, tuning);
	wemb_progress_end(tuning->progress);
	SPI_finish();
	return (Datum) 0;
}
