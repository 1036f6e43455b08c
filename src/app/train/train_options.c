/*
 * train_options.c
 *		The options of wemb_train(), checked.
 *
 * Names, ranges and meanings are those that users of Gensim, fastText and
 * word2vec know.
 */
#include "pg/compat.h"

#include <math.h>
#include <unistd.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "app/model/model_options.h"
#include "app/tokenize/tokens.h"
#include "app/train/train_options.h"
#include "core/model/subword.h"

#define TRAIN_MAX_DIM		16000	/* of type vector */
#define TRAIN_MAX_WINDOW	1000
#define TRAIN_MAX_EPOCHS	100000
#define TRAIN_MAX_BUCKETS	16777216
#define TRAIN_MAX_WORKERS	1024

#define DEFAULT_NEGATIVE	5
#define MIN_ALPHA			1e-6

#define HELPED_TOKENS		500000	/* in all epochs: with less, helpers take longer to start than they save */

/* Sets of arguments; those that are in none of them go with every algorithm, those of the last one with some. */
#define EPOCH_OPTIONS	(TRAIN_SET(TRAIN_EPOCHS) | TRAIN_SET(TRAIN_ALPHA) | TRAIN_SET(TRAIN_TOLERANCE))
#define SUBWORD_OPTIONS	(TRAIN_SET(TRAIN_MIN_N) | TRAIN_SET(TRAIN_MAX_N) | TRAIN_SET(TRAIN_BUCKETS))
#define PREDICT_OPTIONS	(EPOCH_OPTIONS | SUBWORD_OPTIONS | \
						 TRAIN_SET(TRAIN_LOSS) | TRAIN_SET(TRAIN_NEGATIVE) | TRAIN_SET(TRAIN_SAMPLE) | \
						 TRAIN_SET(TRAIN_MIN_ALPHA) | TRAIN_SET(TRAIN_INIT))

static const struct
{
	uint32		takes;			/* of PREDICT_OPTIONS */
	int			window;			/* if the user says nothing */
} algorithms[] = {
	[ALGORITHM_SKIPGRAM] = {PREDICT_OPTIONS, 5},
	[ALGORITHM_CBOW] = {PREDICT_OPTIONS, 5},
	[ALGORITHM_GLOVE] = {EPOCH_OPTIONS, 10},
	[ALGORITHM_SVD] = {0, 10},
	[ALGORITHM_AUTO] = {0, 0},	/* what both that it may become take */
};

static const char *const algorithm_names[] = {
	[ALGORITHM_SKIPGRAM] = "skipgram",
	[ALGORITHM_CBOW] = "cbow",
	[ALGORITHM_GLOVE] = "glove",
	[ALGORITHM_SVD] = "svd",
	[ALGORITHM_AUTO] = "auto",
};
static const char *const loss_names[] = {"ns", "hs"};

bool
wemb_algorithm_takes(TrainAlgorithm algorithm, enum TrainArgument arg)
{
	return (algorithms[algorithm].takes & TRAIN_SET(arg)) != 0;
}

int
wemb_algorithm_window(TrainAlgorithm algorithm)
{
	return algorithms[algorithm].window;
}

const char *
wemb_algorithm_name(TrainAlgorithm algorithm)
{
	return algorithm_names[algorithm];
}

/*
 * max_n 0 means no subwords; one of both alone moves the other's default, not
 * out of order.  Without either both are left to be chosen: -1.
 */
static void
read_subwords(const TrainArguments *args, TrainConfig *config)
{
	config->max_n = wemb_argument_integer(args, TRAIN_MAX_N, 0, SUBWORD_MAX_N, -1);
	config->min_n = wemb_argument_integer(args, TRAIN_MIN_N, 0, SUBWORD_MAX_N, -1);
	config->buckets = wemb_argument_integer(args, TRAIN_BUCKETS, 0, TRAIN_MAX_BUCKETS, -1);

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
	if (config->max_n < 0 && config->min_n > 0)
		config->max_n = Max(TRAIN_DEFAULT_MAX_N, config->min_n);
	if (config->min_n < 0 && config->max_n > 0)
		config->min_n = Min(TRAIN_DEFAULT_MIN_N, config->max_n);
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

static void
set_objective(TrainOptions *options, int algorithm, int loss)
{
	options->algorithm = algorithm;
	options->config.architecture = algorithm == ALGORITHM_CBOW ? TRAIN_CBOW : TRAIN_SKIPGRAM;
	options->config.loss = loss == 1 ? TRAIN_HIERARCHICAL_SOFTMAX : TRAIN_NEGATIVE_SAMPLING;
}

static void
read_objective(const TrainArguments *args, TrainOptions *options)
{
	set_objective(options,
				  wemb_argument_choice(args, TRAIN_ALGORITHM, algorithm_names, lengthof(algorithm_names)),
				  wemb_argument_choice(args, TRAIN_LOSS, loss_names, lengthof(loss_names)));
	if (options->config.loss == TRAIN_HIERARCHICAL_SOFTMAX && !wemb_argument_is_null(args, TRAIN_NEGATIVE))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("negative has no meaning with loss \"hs\""),
				 errdetail("Hierarchical softmax needs no negative samples."),
				 errhint("Leave negative out, or set loss to \"ns\".")));
}

/* "skipgram", "cbow": the algorithms that take an option; palloc'd. */
static char *
algorithms_that_take(enum TrainArgument arg)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < lengthof(algorithms); i++)
		if (wemb_algorithm_takes(i, arg))
			appendStringInfo(&list, "%s\"%s\"", list.len > 0 ? ", " : "", algorithm_names[i]);
	return list.data;
}

/* Refuse options that the algorithm does not take. */
static void
check_algorithm(const TrainArguments *args, const TrainOptions *options)
{
	for (enum TrainArgument arg = 0; arg <= TRAIN_SEED; arg++)
	{
		bool		no_subwords = (TRAIN_SET(arg) & SUBWORD_OPTIONS) && options->config.max_n == 0;

		if (wemb_argument_is_null(args, arg) || !(TRAIN_SET(arg) & PREDICT_OPTIONS) ||
			wemb_algorithm_takes(options->algorithm, arg) || no_subwords)
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has no meaning with algorithm \"%s\"", wemb_argument_name(arg),
						algorithm_names[options->algorithm]),
				 options->algorithm == ALGORITHM_AUTO ?
				 errdetail("Which algorithm is chosen depends on the text, and \"%s\" does not take it.",
						   algorithm_names[ALGORITHM_SVD]) : 0,
				 errhint("Leave %s out, or choose an algorithm that takes it: %s.", wemb_argument_name(arg),
						 algorithms_that_take(arg))));
	}
}

static void
check_rates(const TrainConfig *config)
{
	if (config->alpha >= 0 && config->min_alpha > config->alpha)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_alpha must not be greater than alpha"),
				 errdetail("min_alpha is %g, alpha is %g.", config->min_alpha, config->alpha)));
}

static void
read_rates(const TrainArguments *args, TrainOptions *options)
{
	TrainConfig *config = &options->config;

	config->sample = wemb_argument_number(args, TRAIN_SAMPLE, 0, 1, -1);
	config->alpha = wemb_argument_number(args, TRAIN_ALPHA, MIN_ALPHA, 1, -1);
	config->min_alpha = wemb_argument_number(args, TRAIN_MIN_ALPHA, 0, 1, -1);
	options->tolerance = wemb_argument_number(args, TRAIN_TOLERANCE, 0, 1, -1);
	check_rates(config);
}

/* true, or a number of passes. */
static int
read_phrases(const TrainArguments *args)
{
	Oid			type;
	int			passes;

	if (wemb_argument_is_null(args, TRAIN_PHRASES))
		return 0;
	type = wemb_argument_type(args, TRAIN_PHRASES);
	if (type == BOOLOID)
		return DatumGetBool(wemb_argument_value(args, TRAIN_PHRASES)) ? 1 : 0;
	if (type != INT4OID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("phrases must be of type boolean or integer, not %s", format_type_be(type)),
				 errhint("true joins words that often stand together; 2 does so twice, for longer phrases.")));
	passes = DatumGetInt32(wemb_argument_value(args, TRAIN_PHRASES));
	wemb_argument_check_range(TRAIN_PHRASES, passes, 0, MODEL_MAX_PHRASES);
	return passes;
}

void
wemb_train_options_check_dim(int dim)
{
	if (dim < 1 || dim > TRAIN_MAX_DIM)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("dimensions must be between 1 and %d, not %d", TRAIN_MAX_DIM, dim),
				 errdetail("A vector has at most %d elements.", TRAIN_MAX_DIM),
				 errhint("50 to 300 suit most texts.")));
}

void
wemb_train_options_read(const TrainArguments *args, TrainOptions *options)
{
	TrainConfig *config = &options->config;

	memset(options, 0, sizeof(*options));
	initStringInfo(&options->chosen);
	wemb_argument_require(args, TRAIN_DIMENSIONS);
	wemb_argument_require(args, TRAIN_UNIT_LENGTH);
	wemb_argument_require(args, TRAIN_SEED);

	options->model = wemb_argument_text(args, TRAIN_MODEL);
	options->tokenizer = wemb_argument_text(args, TRAIN_TOKENIZER);
	if (options->tokenizer == NULL)
		options->tokenizer = TOKENS_DEFAULT;
	options->phrases = read_phrases(args);
	options->init = wemb_argument_text(args, TRAIN_INIT);
	options->unit_length = wemb_argument_is_null(args, TRAIN_UNIT_LENGTH) ||
		DatumGetBool(wemb_argument_value(args, TRAIN_UNIT_LENGTH));
	options->min_count = wemb_argument_integer(args, TRAIN_MIN_COUNT, 1, PG_INT32_MAX, 0);
	options->max_vocab = wemb_argument_integer(args, TRAIN_MAX_VOCAB, 1, PG_INT32_MAX, PG_INT32_MAX);
	options->workers = wemb_argument_integer(args, TRAIN_WORKERS, 1, TRAIN_MAX_WORKERS, 0);

	if (!wemb_argument_is_null(args, TRAIN_DIMENSIONS))
	{
		config->dim = DatumGetInt32(wemb_argument_value(args, TRAIN_DIMENSIONS));
		wemb_train_options_check_dim(config->dim);
	}
	read_objective(args, options);
	config->window = wemb_argument_integer(args, TRAIN_WINDOW_SIZE, 1, TRAIN_MAX_WINDOW, 0);
	config->negative = wemb_argument_integer(args, TRAIN_NEGATIVE, 1, TRAIN_MAX_NEGATIVE, DEFAULT_NEGATIVE);
	config->epochs = wemb_argument_integer(args, TRAIN_EPOCHS, 1, TRAIN_MAX_EPOCHS, 0);
	read_rates(args, options);
	config->seed = (uint64) DatumGetInt64(wemb_argument_value(args, TRAIN_SEED));
	read_subwords(args, config);
	check_algorithm(args, options);
}

bool
wemb_train_options_count_pairs(const TrainOptions *options)
{
	return options->algorithm == ALGORITHM_GLOVE || options->algorithm == ALGORITHM_SVD;
}

void
wemb_train_options_check(const TrainOptions *options)
{
	const TrainConfig *config = &options->config;

	wemb_argument_check_range(TRAIN_WORKERS, options->workers, 1, TRAIN_MAX_WORKERS);
	wemb_argument_check_range(TRAIN_MIN_COUNT, options->min_count, 1, PG_INT32_MAX);
	wemb_argument_check_range(TRAIN_WINDOW_SIZE, config->window, 1, TRAIN_MAX_WINDOW);
	wemb_argument_check_range(TRAIN_NEGATIVE, config->negative, 1, TRAIN_MAX_NEGATIVE);
	wemb_argument_check_range(TRAIN_EPOCHS, config->epochs, 1, TRAIN_MAX_EPOCHS);
	wemb_argument_check_number(TRAIN_SAMPLE, config->sample, 0, 1);
	wemb_argument_check_number(TRAIN_ALPHA, config->alpha, MIN_ALPHA, 1);
	wemb_argument_check_number(TRAIN_MIN_ALPHA, config->min_alpha, 0, 1);
	check_rates(config);
}

bool
wemb_train_options_set_objective(TrainOptions *options, const char *algorithm, const char *loss)
{
	int			a = wemb_argument_find(algorithm, algorithm_names, lengthof(algorithm_names));
	int			l = wemb_argument_find(loss, loss_names, lengthof(loss_names));

	if (a < 0 || l < 0 || !wemb_algorithm_takes(a, TRAIN_LOSS))
		return false;
	set_objective(options, a, l);
	return true;
}

int
wemb_train_options_max_helpers(const TrainOptions *options)
{
	long		processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (options->workers > 0)
		return options->workers - 1;
	return Max(Min(max_parallel_maintenance_workers, (int) processors - 1), 0);
}

int
wemb_train_options_helpers(const TrainOptions *options)
{
	const TrainConfig *config = &options->config;

	if (options->workers == 0 && (double) config->epoch_tokens * config->epochs < HELPED_TOKENS)
		return 0;
	return wemb_train_options_max_helpers(options);
}

char *
wemb_train_options_json(const TrainOptions *options, int epochs)
{
	const TrainConfig *config = &options->config;
	TrainAlgorithm algorithm = options->algorithm;
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfo(&json, "{\"algorithm\": \"%s\", \"window_size\": %d, \"min_count\": " INT64_FORMAT,
					 algorithm_names[algorithm], config->window, options->min_count);
	if (wemb_algorithm_takes(algorithm, TRAIN_LOSS))
		appendStringInfo(&json, ", \"loss\": \"%s\"", loss_names[config->loss == TRAIN_HIERARCHICAL_SOFTMAX]);
	if (wemb_algorithm_takes(algorithm, TRAIN_NEGATIVE) && config->loss == TRAIN_NEGATIVE_SAMPLING)
		appendStringInfo(&json, ", \"negative\": %d", config->negative);
	if (wemb_algorithm_takes(algorithm, TRAIN_SAMPLE))
		appendStringInfo(&json, ", \"sample\": %g", config->sample);
	if (wemb_algorithm_takes(algorithm, TRAIN_EPOCHS))
		appendStringInfo(&json, ", \"epochs\": %d, \"alpha\": %g", epochs, config->alpha);
	if (wemb_algorithm_takes(algorithm, TRAIN_MIN_ALPHA))
		appendStringInfo(&json, ", \"min_alpha\": %g", config->min_alpha);
	if (algorithm == ALGORITHM_GLOVE)
		appendStringInfo(&json, ", \"x_max\": %g", options->x_max);
	appendStringInfo(&json, ", \"seed\": " INT64_FORMAT "}", (int64) config->seed);
	return json.data;
}
