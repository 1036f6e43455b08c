/*
 * train_options.c
 *		The options of wemb_train().
 *
 * Names, ranges and meanings are those that users of Gensim, fastText and
 * word2vec know.  The rules in wemb_train_options_choose() were measured with
 * test/bench/defaults.sh; doc/training.md shows the figures.
 */
#include "pg/compat.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/json.h"

#include "app/train/train_options.h"
#include "core/model/subword.h"

#define TRAIN_MAX_DIM		16000	/* of type vector */
#define TRAIN_MAX_WINDOW	1000
#define TRAIN_MAX_EPOCHS	100000
#define TRAIN_MAX_BUCKETS	16777216

#define DEFAULT_WINDOW		5
#define DEFAULT_NEGATIVE	5
#define MIN_ALPHA_SHARE		1e-4	/* min_alpha as a share of alpha, as in word2vec */
#define DEFAULT_MIN_N		3
#define DEFAULT_MAX_N		6

static void
check_range(const char *name, int64 value, int64 low, int64 high)
{
	if (value < low || value > high)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between " INT64_FORMAT " and " INT64_FORMAT ", not " INT64_FORMAT,
						name, low, high, value)));
}

/* An integer argument within its range, or otherwise if it is NULL. */
static int
integer_option(FunctionCallInfo fcinfo, int arg, const char *name, int low, int high, int otherwise)
{
	if (PG_ARGISNULL(arg))
		return otherwise;
	check_range(name, PG_GETARG_INT32(arg), low, high);
	return PG_GETARG_INT32(arg);
}

static double
number_option(FunctionCallInfo fcinfo, int arg, const char *name, double low, double high, double otherwise)
{
	double		value;

	if (PG_ARGISNULL(arg))
		return otherwise;
	value = PG_GETARG_FLOAT8(arg);
	if (isnan(value) || value < low || value > high)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between %g and %g, not %g", name, low, high, value)));
	return value;
}

/* Options that must be there. */
static void
require(FunctionCallInfo fcinfo, int arg, const char *name)
{
	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
}

/* max_n 0 means no subwords; one of both alone moves the other's default, not out of order. */
static void
read_subwords(FunctionCallInfo fcinfo, TrainConfig *config)
{
	config->max_n = integer_option(fcinfo, TRAIN_MAX_N, "max_n", 0, SUBWORD_MAX_N, -1);
	config->min_n = integer_option(fcinfo, TRAIN_MIN_N, "min_n", 0, SUBWORD_MAX_N, -1);
	config->buckets = integer_option(fcinfo, TRAIN_BUCKETS, "buckets", 0, TRAIN_MAX_BUCKETS, -1);

	if (config->max_n == 0 || (config->max_n < 0 && config->min_n == 0))
	{
		if (config->min_n > 0 || config->buckets > 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("min_n and buckets have no meaning without subwords"),
					 errdetail("max_n is 0, which turns character n-grams off."),
					 errhint("Leave min_n and buckets out, or set max_n to at least 1.")));
		config->min_n = config->max_n = config->buckets = 0;
		return;
	}
	if (config->min_n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_n must be at least 1 when max_n is %d", config->max_n),
				 errhint("To train without character n-grams, set max_n to 0.")));
	if (config->max_n < 0)
		config->max_n = Max(DEFAULT_MAX_N, config->min_n);
	if (config->min_n < 0)
		config->min_n = Min(DEFAULT_MIN_N, config->max_n);
	if (config->min_n > config->max_n)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_n must not be greater than max_n"),
				 errdetail("min_n is %d, max_n is %d.", config->min_n, config->max_n)));
	if (config->buckets == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("buckets must be at least 1 when there are character n-grams"),
				 errhint("Leave buckets out to have it chosen, or set max_n to 0 to train without n-grams.")));
}

void
wemb_train_options_read(FunctionCallInfo fcinfo, TrainOptions *options)
{
	TrainConfig *config = &options->config;

	memset(options, 0, sizeof(*options));
	initStringInfo(&options->chosen);
	require(fcinfo, TRAIN_SOURCE, "source");
	require(fcinfo, TRAIN_TEXT_COLUMN, "text_column");
	require(fcinfo, TRAIN_DIMENSIONS, "dimensions");
	require(fcinfo, TRAIN_UNIT_LENGTH, "unit_length");
	require(fcinfo, TRAIN_SEED, "seed");

	options->model = PG_ARGISNULL(TRAIN_MODEL) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(TRAIN_MODEL));
	options->tokenizer = PG_ARGISNULL(TRAIN_TOKENIZER) ? "unicode" : text_to_cstring(PG_GETARG_TEXT_PP(TRAIN_TOKENIZER));
	options->unit_length = PG_GETARG_BOOL(TRAIN_UNIT_LENGTH);
	options->min_count = integer_option(fcinfo, TRAIN_MIN_COUNT, "min_count", 1, PG_INT32_MAX, 0);
	options->max_vocab = integer_option(fcinfo, TRAIN_MAX_VOCAB, "max_vocab", 1, PG_INT32_MAX, PG_INT32_MAX);

	config->dim = PG_GETARG_INT32(TRAIN_DIMENSIONS);
	if (config->dim < 1 || config->dim > TRAIN_MAX_DIM)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("dimensions must be between 1 and %d, not %d", TRAIN_MAX_DIM, config->dim),
				 errdetail("A vector has at most %d elements.", TRAIN_MAX_DIM),
				 errhint("50 to 300 suit most texts.")));
	config->window = integer_option(fcinfo, TRAIN_WINDOW_SIZE, "window_size", 1, TRAIN_MAX_WINDOW, DEFAULT_WINDOW);
	config->negative = integer_option(fcinfo, TRAIN_NEGATIVE, "negative", 1, TRAIN_MAX_NEGATIVE, DEFAULT_NEGATIVE);
	config->epochs = integer_option(fcinfo, TRAIN_EPOCHS, "epochs", 1, TRAIN_MAX_EPOCHS, 0);
	config->sample = number_option(fcinfo, TRAIN_SAMPLE, "sample", 0, 1, -1);
	config->alpha = number_option(fcinfo, TRAIN_ALPHA, "alpha", 1e-6, 1, -1);
	config->min_alpha = number_option(fcinfo, TRAIN_MIN_ALPHA, "min_alpha", 0, 1, -1);
	if (config->alpha >= 0 && config->min_alpha > config->alpha)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_alpha must not be greater than alpha"),
				 errdetail("min_alpha is %g, alpha is %g.", config->min_alpha, config->alpha)));
	config->seed = (uint64) PG_GETARG_INT64(TRAIN_SEED);
	read_subwords(fcinfo, config);
}

static void
note_choice(TrainOptions *options, const char *format, ...) pg_attribute_printf(2, 3);

static void
note_choice(TrainOptions *options, const char *format,...)
{
	char		text[64];
	va_list		args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	appendStringInfo(&options->chosen, "%s%s", options->chosen.len > 0 ? ", " : "", text);
}

/* In little text, rare words are most of what there is; in much, they are mostly noise. */
void
wemb_train_options_choose_min_count(TrainOptions *options, uint64 tokens)
{
	if (options->min_count > 0)
		return;
	options->min_count = tokens < 50000 ? 1 : tokens < 300000 ? 2 : tokens < 1000000 ? 3 : 5;
	note_choice(options, "min_count %d", (int) options->min_count);
}

/*
 * Small texts are gone through more often, in smaller steps.
 */
void
wemb_train_options_choose(TrainOptions *options, uint64 tokens, uint32 words)
{
	TrainConfig *config = &options->config;

	config->tokens = tokens;
	config->words = (int) words;
	if (config->epochs == 0)
	{
		config->epochs = (int) Max(5, Min(60, 18000000 / Max(tokens, 1)));
		note_choice(options, "epochs %d", config->epochs);
	}
	if (config->alpha < 0)
	{
		config->alpha = Max(tokens < 5000000 ? 0.03 : 0.045, config->min_alpha);
		note_choice(options, "alpha %g", config->alpha);
	}
	if (config->min_alpha < 0)
		config->min_alpha = config->alpha * MIN_ALPHA_SHARE;
	if (config->sample < 0)
	{
		config->sample = tokens < 20000 ? 1e-2 : tokens < 200000 ? 1e-3 : 1e-4;
		note_choice(options, "sample %g", config->sample);
	}
	if (config->buckets < 0)
	{
		config->buckets = (int) Max(1000, Min(50000, words * (uint64) 2));
		note_choice(options, "buckets %d", config->buckets);
	}
}

char *
wemb_train_options_json(const TrainOptions *options)
{
	const TrainConfig *config = &options->config;

	return psprintf("{\"algorithm\": \"skipgram\", \"loss\": \"ns\", \"window_size\": %d, \"negative\": %d, "
					"\"epochs\": %d, \"min_count\": " INT64_FORMAT ", \"sample\": %g, \"alpha\": %g, "
					"\"min_alpha\": %g, \"seed\": " INT64_FORMAT "}",
					config->window, config->negative, config->epochs, options->min_count,
					config->sample, config->alpha, config->min_alpha, (int64) config->seed);
}
