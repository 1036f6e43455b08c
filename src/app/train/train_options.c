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

#define HELPED_TOKENS		500000	/* in all epochs: with less, helpers take longer to start than they save ... */
#define HELPED_NETWORK_TOKENS 50000 /* ... and for a network, which takes longer */

/* Sets of arguments; those that are in none of them go with every algorithm, those of the last one with some. */
#define EPOCH_OPTIONS	(TRAIN_SET(TRAIN_EPOCHS) | TRAIN_SET(TRAIN_ALPHA) | TRAIN_SET(TRAIN_TOLERANCE))
#define SUBWORD_OPTIONS	(TRAIN_SET(TRAIN_MIN_N) | TRAIN_SET(TRAIN_MAX_N) | TRAIN_SET(TRAIN_BUCKETS))
#define PREDICT_OPTIONS	(EPOCH_OPTIONS | \
						 TRAIN_SET(TRAIN_LOSS) | TRAIN_SET(TRAIN_NEGATIVE) | TRAIN_SET(TRAIN_SAMPLE) | \
						 TRAIN_SET(TRAIN_MIN_ALPHA) | TRAIN_SET(TRAIN_INIT))
#define NETWORK_OPTIONS	(TRAIN_SET(TRAIN_OPTIMIZER) | TRAIN_SET(TRAIN_CELL))
#define SOME_OPTIONS	(PREDICT_OPTIONS | SUBWORD_OPTIONS | NETWORK_OPTIONS)

static const struct
{
	uint32		takes;			/* of SOME_OPTIONS */
	int			window;			/* if the user says nothing */
	int			max_window;
	int			max_dim;
} algorithms[] = {
	[ALGORITHM_SKIPGRAM] = {PREDICT_OPTIONS | SUBWORD_OPTIONS, 5, TRAIN_MAX_WINDOW, TRAIN_MAX_DIM},
	[ALGORITHM_CBOW] = {PREDICT_OPTIONS | SUBWORD_OPTIONS, 5, TRAIN_MAX_WINDOW, TRAIN_MAX_DIM},
	[ALGORITHM_GLOVE] = {EPOCH_OPTIONS, 10, TRAIN_MAX_WINDOW, TRAIN_MAX_DIM},
	[ALGORITHM_SVD] = {0, 10, TRAIN_MAX_WINDOW, TRAIN_MAX_DIM},
	[ALGORITHM_RNN] = {PREDICT_OPTIONS | NETWORK_OPTIONS, 5, RNN_MAX_WINDOW, RNN_MAX_DIM},
	[ALGORITHM_AUTO] = {0, 0, TRAIN_MAX_WINDOW, TRAIN_MAX_DIM}, /* what both that it may become take */
};

static const char *const algorithm_names[] = {
	[ALGORITHM_SKIPGRAM] = "skipgram",
	[ALGORITHM_CBOW] = "cbow",
	[ALGORITHM_GLOVE] = "glove",
	[ALGORITHM_SVD] = "svd",
	[ALGORITHM_RNN] = "rnn",
	[ALGORITHM_AUTO] = "auto",
};

enum
{
	LOSS_NS,
	LOSS_HS,
	LOSS_MSE
};

static const char *const loss_names[] = {[LOSS_NS] = "ns", [LOSS_HS] = "hs", [LOSS_MSE] = "mse"};
static const char *const optimizer_names[] = {
	[RNN_ADAM] = "adam",
	[RNN_ADAGRAD] = "adagrad",
	[RNN_SGD] = "sgd",
};
static const char *const cell_names[] = {
	[RNN_ELMAN] = "elman",
	[RNN_GRU] = "gru",
	[RNN_LSTM] = "lstm",
};

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

const char *
wemb_cell_name(RnnCell cell)
{
	return cell_names[cell];
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

static bool
has_loss(TrainAlgorithm algorithm, int loss)
{
	return wemb_algorithm_takes(algorithm, TRAIN_LOSS) && (algorithm == ALGORITHM_RNN) == (loss == LOSS_MSE);
}

static void
set_objective(TrainOptions *options, int algorithm, int loss)
{
	options->algorithm = algorithm;
	options->config.architecture = algorithm == ALGORITHM_CBOW ? TRAIN_CBOW : TRAIN_SKIPGRAM;
	options->config.loss = loss == LOSS_HS ? TRAIN_HIERARCHICAL_SOFTMAX : TRAIN_NEGATIVE_SAMPLING;
}

static void
read_objective(const TrainArguments *args, TrainOptions *options)
{
	int			algorithm = wemb_argument_choice(args, TRAIN_ALGORITHM, algorithm_names, lengthof(algorithm_names));
	int			loss = wemb_argument_choice(args, TRAIN_LOSS, loss_names, lengthof(loss_names));

	set_objective(options, algorithm, loss);
	if (!wemb_argument_is_null(args, TRAIN_LOSS) && wemb_algorithm_takes(algorithm, TRAIN_LOSS) &&
		!has_loss(algorithm, loss))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("loss \"%s\" does not go with algorithm \"%s\"", loss_names[loss], algorithm_names[algorithm]),
				 algorithm == ALGORITHM_RNN ?
				 errhint("The loss of a recurrent network is \"mse\".") :
				 errhint("Set loss to \"ns\" or \"hs\", or algorithm to \"rnn\".")));
	options->optimizer = wemb_argument_choice(args, TRAIN_OPTIMIZER, optimizer_names, lengthof(optimizer_names));
	options->cell = wemb_argument_choice(args, TRAIN_CELL, cell_names, lengthof(cell_names));
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
	for (enum TrainArgument arg = 0; arg < TRAIN_ARGUMENTS; arg++)
	{
		bool		no_subwords = (TRAIN_SET(arg) & SUBWORD_OPTIONS) && options->config.max_n == 0;

		if (wemb_argument_is_null(args, arg) || !(TRAIN_SET(arg) & SOME_OPTIONS) ||
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
wemb_train_options_check_dim(const TrainOptions *options, int dim)
{
	int			most = algorithms[options->algorithm].max_dim;

	if (dim < 1 || dim > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("dimensions must be between 1 and %d, not %d", most, dim),
				 most == TRAIN_MAX_DIM ?
				 errdetail("A vector has at most %d elements.", most) :
				 errdetail("Algorithm \"%s\" makes vectors of at most %d elements.",
						   algorithm_names[options->algorithm], most),
				 errhint("50 to 300 suit most texts.")));
}

/* Some algorithms look less far than others. */
static void
check_window(const TrainOptions *options)
{
	int			most = algorithms[options->algorithm].max_window;

	if (options->config.window > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("window_size must be between 1 and %d with algorithm \"%s\", not %d", most,
						algorithm_names[options->algorithm], options->config.window)));
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

	read_objective(args, options);
	if (!wemb_argument_is_null(args, TRAIN_DIMENSIONS))
	{
		config->dim = DatumGetInt32(wemb_argument_value(args, TRAIN_DIMENSIONS));
		wemb_train_options_check_dim(options, config->dim);
	}
	config->window = wemb_argument_integer(args, TRAIN_WINDOW_SIZE, 1, TRAIN_MAX_WINDOW, 0);
	check_window(options);
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
	check_window(options);
	wemb_train_options_check_dim(options, config->dim);
	wemb_argument_check_range(TRAIN_NEGATIVE, config->negative, 1, TRAIN_MAX_NEGATIVE);
	wemb_argument_check_range(TRAIN_EPOCHS, config->epochs, 1, TRAIN_MAX_EPOCHS);
	wemb_argument_check_number(TRAIN_SAMPLE, config->sample, 0, 1);
	wemb_argument_check_number(TRAIN_ALPHA, config->alpha, MIN_ALPHA, 1);
	wemb_argument_check_number(TRAIN_MIN_ALPHA, config->min_alpha, 0, 1);
	check_rates(config);
}

/* The number of a name that may be NULL: then the first one's. */
static int
find_or_first(const char *name, const char *const *names, int n)
{
	return name == NULL ? 0 : wemb_argument_find(name, names, n);
}

bool
wemb_train_options_set_objective(TrainOptions *options, const ObjectiveNames *names)
{
	int			algorithm = names->algorithm == NULL ? -1 :
		wemb_argument_find(names->algorithm, algorithm_names, lengthof(algorithm_names));
	int			loss = names->loss == NULL && algorithm == ALGORITHM_RNN ? LOSS_MSE :
		find_or_first(names->loss, loss_names, lengthof(loss_names));
	int			optimizer = find_or_first(names->optimizer, optimizer_names, lengthof(optimizer_names));
	int			cell = find_or_first(names->cell, cell_names, lengthof(cell_names));

	if (algorithm < 0 || loss < 0 || optimizer < 0 || cell < 0 || !has_loss(algorithm, loss))
		return false;
	set_objective(options, algorithm, loss);
	options->optimizer = optimizer;
	options->cell = cell;
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

	double		tokens = (double) config->epoch_tokens * config->epochs;

	if (options->workers == 0 && tokens < (options->algorithm == ALGORITHM_RNN ? HELPED_NETWORK_TOKENS : HELPED_TOKENS))
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
		appendStringInfo(&json, ", \"loss\": \"%s\"",
						 loss_names[algorithm == ALGORITHM_RNN ? LOSS_MSE :
									config->loss == TRAIN_HIERARCHICAL_SOFTMAX ? LOSS_HS : LOSS_NS]);
	if (wemb_algorithm_takes(algorithm, TRAIN_NEGATIVE) && config->loss == TRAIN_NEGATIVE_SAMPLING)
		appendStringInfo(&json, ", \"negative\": %d", config->negative);
	if (wemb_algorithm_takes(algorithm, TRAIN_SAMPLE))
		appendStringInfo(&json, ", \"sample\": %g", config->sample);
	if (wemb_algorithm_takes(algorithm, TRAIN_EPOCHS))
		appendStringInfo(&json, ", \"epochs\": %d, \"alpha\": %g", epochs, config->alpha);
	if (wemb_algorithm_takes(algorithm, TRAIN_MIN_ALPHA))
		appendStringInfo(&json, ", \"min_alpha\": %g", config->min_alpha);
	if (algorithm == ALGORITHM_RNN)
		appendStringInfo(&json, ", \"optimizer\": \"%s\", \"cell\": \"%s\"", optimizer_names[options->optimizer],
						 cell_names[options->cell]);
	if (algorithm == ALGORITHM_GLOVE)
		appendStringInfo(&json, ", \"x_max\": %g", options->x_max);
	appendStringInfo(&json, ", \"seed\": " INT64_FORMAT "}", (int64) config->seed);
	return json.data;
}
