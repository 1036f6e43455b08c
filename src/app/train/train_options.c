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
#define MIN_ALPHA_SHARE		1e-4	/* min_alpha as a share of alpha, as in word2vec */
#define DEFAULT_MIN_N		3
#define DEFAULT_MAX_N		6

#define AUTO_TOKENS			100000	/* with less, SVD rates similarity better than skip-gram */
#define SHORT_WORDS			4.0		/* characters a word of the vocabulary, in the mean: 2 in Chinese, 7 in English */

#define MUCH_TOKENS			5000000 /* from there on an epoch teaches enough for large steps */
#define SKIPGRAM_ALPHA		0.04	/* with so many ... */
#define SUBWORD_ALPHA		0.03	/* ... if a word's vector is the mean of rows that other words move as well */
#define HELPED_TOKENS		500000	/* in all epochs: with less, helpers take longer to start than they save */

/* Names of the arguments. */
static const char *const names[] = {
	[TRAIN_DIMENSIONS] = "dimensions",
	[TRAIN_MODEL] = "model",
	[TRAIN_ALGORITHM] = "algorithm",
	[TRAIN_LOSS] = "loss",
	[TRAIN_WINDOW_SIZE] = "window_size",
	[TRAIN_NEGATIVE] = "negative",
	[TRAIN_EPOCHS] = "epochs",
	[TRAIN_MIN_COUNT] = "min_count",
	[TRAIN_MAX_VOCAB] = "max_vocab",
	[TRAIN_SAMPLE] = "sample",
	[TRAIN_ALPHA] = "alpha",
	[TRAIN_MIN_ALPHA] = "min_alpha",
	[TRAIN_MIN_N] = "min_n",
	[TRAIN_MAX_N] = "max_n",
	[TRAIN_BUCKETS] = "buckets",
	[TRAIN_TOKENIZER] = "tokenizer",
	[TRAIN_PHRASES] = "phrases",
	[TRAIN_INIT] = "init",
	[TRAIN_TOLERANCE] = "tolerance",
	[TRAIN_UNIT_LENGTH] = "unit_length",
	[TRAIN_WORKERS] = "workers",
	[TRAIN_SEED] = "seed",
};

/* Sets of arguments; those that are in none of them go with every algorithm, those of the last one with some. */
#define SET(arg)		(1u << (arg))
#define EPOCH_OPTIONS	(SET(TRAIN_EPOCHS) | SET(TRAIN_ALPHA) | SET(TRAIN_TOLERANCE))
#define SUBWORD_OPTIONS	(SET(TRAIN_MIN_N) | SET(TRAIN_MAX_N) | SET(TRAIN_BUCKETS))
#define PREDICT_OPTIONS	(EPOCH_OPTIONS | SUBWORD_OPTIONS | \
						 SET(TRAIN_LOSS) | SET(TRAIN_NEGATIVE) | SET(TRAIN_SAMPLE) | SET(TRAIN_MIN_ALPHA) | \
						 SET(TRAIN_INIT))

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

static bool
takes(TrainAlgorithm algorithm, enum TrainArgument arg)
{
	return (algorithms[algorithm].takes & SET(arg)) != 0;
}

/* The arguments of a call; the options among them begin at number first. */
typedef struct Arguments
{
	FunctionCallInfo fcinfo;
	int			first;
} Arguments;

static bool
is_null(const Arguments *args, enum TrainArgument arg)
{
	return args->fcinfo->args[args->first + arg].isnull;
}

static Datum
value_of(const Arguments *args, enum TrainArgument arg)
{
	return args->fcinfo->args[args->first + arg].value;
}

static void
check_range(enum TrainArgument arg, int64 value, int64 low, int64 high)
{
	if (value < low || value > high)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between " INT64_FORMAT " and " INT64_FORMAT ", not " INT64_FORMAT,
						names[arg], low, high, value)));
}

/* An integer argument within its range, or otherwise if it is NULL. */
static int
integer_option(const Arguments *args, enum TrainArgument arg, int low, int high, int otherwise)
{
	if (is_null(args, arg))
		return otherwise;
	check_range(arg, DatumGetInt32(value_of(args, arg)), low, high);
	return DatumGetInt32(value_of(args, arg));
}

static void
check_number(enum TrainArgument arg, double value, double low, double high)
{
	if (isnan(value) || value < low || value > high)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between %g and %g, not %g", names[arg], low, high, value)));
}

static double
number_option(const Arguments *args, enum TrainArgument arg, double low, double high, double otherwise)
{
	if (is_null(args, arg))
		return otherwise;
	check_number(arg, DatumGetFloat8(value_of(args, arg)), low, high);
	return DatumGetFloat8(value_of(args, arg));
}

/* Options that must be there. */
static void
require(const Arguments *args, enum TrainArgument arg)
{
	if (is_null(args, arg))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", names[arg])));
}

/*
 * max_n 0 means no subwords; one of both alone moves the other's default, not
 * out of order.  Without either both are left to be chosen: -1.
 */
static void
read_subwords(const Arguments *args, TrainConfig *config)
{
	config->max_n = integer_option(args, TRAIN_MAX_N, 0, SUBWORD_MAX_N, -1);
	config->min_n = integer_option(args, TRAIN_MIN_N, 0, SUBWORD_MAX_N, -1);
	config->buckets = integer_option(args, TRAIN_BUCKETS, 0, TRAIN_MAX_BUCKETS, -1);

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
		config->max_n = Max(DEFAULT_MAX_N, config->min_n);
	if (config->min_n < 0 && config->max_n > 0)
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

static char *
text_option(const Arguments *args, enum TrainArgument arg)
{
	return is_null(args, arg) ? NULL : TextDatumGetCString(value_of(args, arg));
}

/* The number of a word among words, or -1. */
static int
find_word(const char *word, const char *const *words, int nwords)
{
	for (int i = 0; i < nwords; i++)
		if (pg_strcasecmp(word, words[i]) == 0)
			return i;
	return -1;
}

/* One of the words that an option can be, by its number. */
static int
choice_option(const Arguments *args, enum TrainArgument arg, const char *const *words, int nwords)
{
	char	   *value = text_option(args, arg);
	StringInfoData all;

	if (value == NULL)
		return 0;
	initStringInfo(&all);
	if (find_word(value, words, nwords) >= 0)
		return find_word(value, words, nwords);
	for (int i = 0; i < nwords; i++)
		appendStringInfo(&all, "%s\"%s\"", i == 0 ? "" : i == nwords - 1 ? " or " : ", ", words[i]);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must be %s, not \"%s\"", names[arg], all.data, value)));
}

static void
set_objective(TrainOptions *options, int algorithm, int loss)
{
	options->algorithm = algorithm;
	options->config.architecture = algorithm == ALGORITHM_CBOW ? TRAIN_CBOW : TRAIN_SKIPGRAM;
	options->config.loss = loss == 1 ? TRAIN_HIERARCHICAL_SOFTMAX : TRAIN_NEGATIVE_SAMPLING;
}

static void
read_objective(const Arguments *args, TrainOptions *options)
{
	set_objective(options,
				  choice_option(args, TRAIN_ALGORITHM, algorithm_names, lengthof(algorithm_names)),
				  choice_option(args, TRAIN_LOSS, loss_names, lengthof(loss_names)));
	if (options->config.loss == TRAIN_HIERARCHICAL_SOFTMAX && !is_null(args, TRAIN_NEGATIVE))
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
		if (takes(i, arg))
			appendStringInfo(&list, "%s\"%s\"", list.len > 0 ? ", " : "", algorithm_names[i]);
	return list.data;
}

/* Refuse options that the algorithm does not take. */
static void
check_algorithm(const Arguments *args, const TrainOptions *options)
{
	for (enum TrainArgument arg = 0; arg <= TRAIN_SEED; arg++)
	{
		bool		no_subwords = (SET(arg) & SUBWORD_OPTIONS) && options->config.max_n == 0;

		if (is_null(args, arg) || !(SET(arg) & PREDICT_OPTIONS) || takes(options->algorithm, arg) || no_subwords)
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has no meaning with algorithm \"%s\"", names[arg], algorithm_names[options->algorithm]),
				 options->algorithm == ALGORITHM_AUTO ?
				 errdetail("Which algorithm is chosen depends on the text, and \"%s\" does not take it.",
						   algorithm_names[ALGORITHM_SVD]) : 0,
				 errhint("Leave %s out, or choose an algorithm that takes it: %s.", names[arg], algorithms_that_take(arg))));
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
read_rates(const Arguments *args, TrainOptions *options)
{
	TrainConfig *config = &options->config;

	config->sample = number_option(args, TRAIN_SAMPLE, 0, 1, -1);
	config->alpha = number_option(args, TRAIN_ALPHA, MIN_ALPHA, 1, -1);
	config->min_alpha = number_option(args, TRAIN_MIN_ALPHA, 0, 1, -1);
	options->tolerance = number_option(args, TRAIN_TOLERANCE, 0, 1, -1);
	check_rates(config);
}

/* true, or a number of passes. */
static int
read_phrases(const Arguments *args)
{
	Oid			type = get_fn_expr_argtype(args->fcinfo->flinfo, args->first + TRAIN_PHRASES);
	int			passes;

	if (is_null(args, TRAIN_PHRASES))
		return 0;
	if (type == BOOLOID)
		return DatumGetBool(value_of(args, TRAIN_PHRASES)) ? 1 : 0;
	if (type != INT4OID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("phrases must be of type boolean or integer, not %s", format_type_be(type)),
				 errhint("true joins words that often stand together; 2 does so twice, for longer phrases.")));
	passes = DatumGetInt32(value_of(args, TRAIN_PHRASES));
	check_range(TRAIN_PHRASES, passes, 0, MODEL_MAX_PHRASES);
	return passes;
}

void
wemb_train_options_read(FunctionCallInfo fcinfo, int first, TrainOptions *options)
{
	Arguments	call = {fcinfo, first};
	const Arguments *args = &call;
	TrainConfig *config = &options->config;

	memset(options, 0, sizeof(*options));
	initStringInfo(&options->chosen);
	require(args, TRAIN_DIMENSIONS);
	require(args, TRAIN_UNIT_LENGTH);
	require(args, TRAIN_SEED);

	options->model = text_option(args, TRAIN_MODEL);
	options->tokenizer = is_null(args, TRAIN_TOKENIZER) ? TOKENS_DEFAULT : text_option(args, TRAIN_TOKENIZER);
	options->phrases = read_phrases(args);
	options->init = text_option(args, TRAIN_INIT);
	options->unit_length = DatumGetBool(value_of(args, TRAIN_UNIT_LENGTH));
	options->min_count = integer_option(args, TRAIN_MIN_COUNT, 1, PG_INT32_MAX, 0);
	options->max_vocab = integer_option(args, TRAIN_MAX_VOCAB, 1, PG_INT32_MAX, PG_INT32_MAX);
	options->workers = integer_option(args, TRAIN_WORKERS, 1, TRAIN_MAX_WORKERS, 0);

	config->dim = DatumGetInt32(value_of(args, TRAIN_DIMENSIONS));
	if (config->dim < 1 || config->dim > TRAIN_MAX_DIM)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("dimensions must be between 1 and %d, not %d", TRAIN_MAX_DIM, config->dim),
				 errdetail("A vector has at most %d elements.", TRAIN_MAX_DIM),
				 errhint("50 to 300 suit most texts.")));
	read_objective(args, options);
	config->window = integer_option(args, TRAIN_WINDOW_SIZE, 1, TRAIN_MAX_WINDOW, 0);
	config->negative = integer_option(args, TRAIN_NEGATIVE, 1, TRAIN_MAX_NEGATIVE, DEFAULT_NEGATIVE);
	config->epochs = integer_option(args, TRAIN_EPOCHS, 1, TRAIN_MAX_EPOCHS, 0);
	read_rates(args, options);
	config->seed = (uint64) DatumGetInt64(value_of(args, TRAIN_SEED));
	read_subwords(args, config);
	check_algorithm(args, options);
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

bool
wemb_train_options_count_pairs(const TrainOptions *options)
{
	return options->algorithm == ALGORITHM_GLOVE || options->algorithm == ALGORITHM_SVD;
}

/* The algorithm is known, and what depends on it alone. */
static void
choose_algorithm(TrainOptions *options, uint64 tokens)
{
	TrainConfig *config = &options->config;

	if (options->algorithm == ALGORITHM_AUTO)
	{
		options->algorithm = tokens < AUTO_TOKENS ? ALGORITHM_SVD : ALGORITHM_SKIPGRAM;
		note_choice(options, "algorithm %s", algorithm_names[options->algorithm]);
	}
	if (config->window == 0)
		config->window = algorithms[options->algorithm].window;
	if (!takes(options->algorithm, TRAIN_EPOCHS))
		config->epochs = 1;
	if (!takes(options->algorithm, TRAIN_MAX_N))
		config->min_n = config->max_n = config->buckets = 0;
}

/* With much text the counts are higher, and an epoch teaches more; little text is soon known by heart. */
static void
choose_for_glove(TrainOptions *options)
{
	TrainConfig *config = &options->config;
	bool		much = config->tokens >= MUCH_TOKENS;

	if (config->epochs == 0)
	{
		config->epochs = much ? 15 : 25;
		note_choice(options, "epochs %d", config->epochs);
	}
	if (config->alpha < 0)
	{
		config->alpha = much ? 0.1 : 0.05;
		note_choice(options, "alpha %g", config->alpha);
	}
	options->x_max = much ? 100 : 10;
	note_choice(options, "x_max %g", options->x_max);
}

/* Where words are short, as in Chinese, single characters already mean something, and n-grams of 3 are most words. */
static void
choose_n_grams(TrainOptions *options, double mean_length)
{
	TrainConfig *config = &options->config;
	bool		is_short = mean_length < SHORT_WORDS;

	config->min_n = is_short ? 1 : DEFAULT_MIN_N;
	config->max_n = is_short ? 3 : DEFAULT_MAX_N;
	if (is_short)
		note_choice(options, "min_n %d, max_n %d", config->min_n, config->max_n);
}

/*
 * The mean of a window takes the steps of all its words at once, so CBOW's are larger (as in word2vec).  Skip-gram on
 * little text does best with many epochs of small steps (doc/training.md); who asks for few gets larger ones, so that
 * the sum of the steps stays about the same.
 */
static double
default_alpha(const TrainConfig *config)
{
	uint64		tokens = config->tokens;
	double		sum = tokens < 200000 ? 1.7 : tokens < 2000000 ? 0.5 : 0.26;

	if (config->architecture == TRAIN_CBOW)
		return 0.06;
	if (tokens >= MUCH_TOKENS)
		return config->max_n == 0 ? SKIPGRAM_ALPHA : SUBWORD_ALPHA;
	return Min(SKIPGRAM_ALPHA, Max(0.015, rint(1000 * sum / config->epochs) / 1000));
}

/* Small texts are gone through more often, in smaller steps. */
static void
choose_for_prediction(TrainOptions *options, const TextFacts *facts)
{
	TrainConfig *config = &options->config;
	uint64		tokens = config->tokens;

	if (config->epochs == 0)
	{
		config->epochs = (int) Max(tokens < 8000000 ? 10 : 5, Min(60, 36000000 / Max(config->epoch_tokens, 1)));
		note_choice(options, "epochs %d", config->epochs);
	}
	if (config->alpha < 0)
	{
		config->alpha = Max(default_alpha(config), config->min_alpha);
		note_choice(options, "alpha %g", config->alpha);
	}
	if (config->min_alpha < 0)
		config->min_alpha = config->alpha * MIN_ALPHA_SHARE;
	if (config->sample < 0)
	{
		config->sample = tokens < 20000 ? 1e-2 : tokens < 200000 ? 1e-3 : 1e-4;
		note_choice(options, "sample %g", config->sample);
	}
	if (config->max_n < 0)
		choose_n_grams(options, facts->mean_length);
	if (config->buckets < 0)
	{
		config->buckets = Max(1000, 4 * Min(75000, config->words));
		note_choice(options, "buckets %d", config->buckets);
	}
}

void
wemb_train_options_choose(TrainOptions *options, const TextFacts *facts)
{
	options->config.tokens = facts->tokens;
	options->config.epoch_tokens = facts->epoch_tokens;
	options->config.words = (int) facts->words;
	choose_algorithm(options, facts->tokens);
	if (!wemb_train_options_count_pairs(options))
		choose_for_prediction(options, facts);
	else if (options->algorithm == ALGORITHM_GLOVE)
		choose_for_glove(options);
}

void
wemb_train_options_check(const TrainOptions *options)
{
	const TrainConfig *config = &options->config;

	check_range(TRAIN_WORKERS, options->workers, 1, TRAIN_MAX_WORKERS);
	check_range(TRAIN_MIN_COUNT, options->min_count, 1, PG_INT32_MAX);
	check_range(TRAIN_WINDOW_SIZE, config->window, 1, TRAIN_MAX_WINDOW);
	check_range(TRAIN_NEGATIVE, config->negative, 1, TRAIN_MAX_NEGATIVE);
	check_range(TRAIN_EPOCHS, config->epochs, 1, TRAIN_MAX_EPOCHS);
	check_number(TRAIN_SAMPLE, config->sample, 0, 1);
	check_number(TRAIN_ALPHA, config->alpha, MIN_ALPHA, 1);
	check_number(TRAIN_MIN_ALPHA, config->min_alpha, 0, 1);
	check_rates(config);
}

bool
wemb_train_options_set_objective(TrainOptions *options, const char *algorithm, const char *loss)
{
	int			a = find_word(algorithm, algorithm_names, lengthof(algorithm_names));
	int			l = find_word(loss, loss_names, lengthof(loss_names));

	if (a < 0 || l < 0 || !takes(a, TRAIN_LOSS))
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
	if (takes(algorithm, TRAIN_LOSS))
		appendStringInfo(&json, ", \"loss\": \"%s\"", loss_names[config->loss == TRAIN_HIERARCHICAL_SOFTMAX]);
	if (takes(algorithm, TRAIN_NEGATIVE) && config->loss == TRAIN_NEGATIVE_SAMPLING)
		appendStringInfo(&json, ", \"negative\": %d", config->negative);
	if (takes(algorithm, TRAIN_SAMPLE))
		appendStringInfo(&json, ", \"sample\": %g", config->sample);
	if (takes(algorithm, TRAIN_EPOCHS))
		appendStringInfo(&json, ", \"epochs\": %d, \"alpha\": %g", epochs, config->alpha);
	if (takes(algorithm, TRAIN_MIN_ALPHA))
		appendStringInfo(&json, ", \"min_alpha\": %g", config->min_alpha);
	if (algorithm == ALGORITHM_GLOVE)
		appendStringInfo(&json, ", \"x_max\": %g", options->x_max);
	appendStringInfo(&json, ", \"seed\": " INT64_FORMAT "}", (int64) config->seed);
	return json.data;
}
