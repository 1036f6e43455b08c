/*
 * train_choose.c
 *		What is chosen from the data where the user said nothing.
 *
 * The rules were measured with test/bench/train.sh; doc/training.md shows the
 * figures.
 */
#include "pg/compat.h"

#include <math.h>

#include "app/train/train_choose.h"

#define MIN_ALPHA_SHARE		1e-4	/* min_alpha as a share of alpha, as in word2vec */
#define AUTO_TOKENS			100000	/* with less, SVD rates similarity better than skip-gram */
#define SHORT_WORDS			4.0		/* characters a word of the vocabulary, in the mean: 2 in Chinese, 7 in English */

#define MUCH_TOKENS			5000000 /* from there on an epoch teaches enough for large steps */
#define SOME_TOKENS			2000000 /* with less, more epochs of smaller steps are worth their time */
#define SKIPGRAM_ALPHA		0.04	/* with so many ... */
#define SUBWORD_ALPHA		0.03	/* ... if a word's vector is the mean of rows that other words move as well */

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
wemb_train_choose_min_count(TrainOptions *options, uint64 tokens)
{
	if (options->min_count > 0)
		return;
	options->min_count = tokens < 50000 ? 1 : tokens < 300000 ? 2 : tokens < 1000000 ? 3 : 5;
	note_choice(options, "min_count %d", (int) options->min_count);
}

/* The algorithm is known, and what depends on it alone. */
static void
choose_algorithm(TrainOptions *options, uint64 tokens)
{
	TrainConfig *config = &options->config;

	if (options->algorithm == ALGORITHM_AUTO)
	{
		options->algorithm = tokens < AUTO_TOKENS ? ALGORITHM_SVD : ALGORITHM_SKIPGRAM;
		note_choice(options, "algorithm %s", wemb_algorithm_name(options->algorithm));
	}
	if (config->window == 0)
		config->window = wemb_algorithm_window(options->algorithm);
	if (!wemb_algorithm_takes(options->algorithm, TRAIN_EPOCHS))
		config->epochs = 1;
	if (!wemb_algorithm_takes(options->algorithm, TRAIN_MAX_N))
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

	config->min_n = is_short ? 1 : TRAIN_DEFAULT_MIN_N;
	config->max_n = is_short ? 3 : TRAIN_DEFAULT_MAX_N;
	if (is_short)
		note_choice(options, "min_n %d, max_n %d", config->min_n, config->max_n);
}

/*
 * The mean of a window takes the steps of all its words at once, so CBOW's are larger (as in word2vec).  Skip-gram on
 * little text does best with many epochs of small steps (doc/training.md); who asks for few gets larger ones, so that
 * the sum of the steps stays about the same.
 */
static double
default_alpha(const TrainOptions *options)
{
	const TrainConfig *config = &options->config;
	uint64		tokens = config->tokens;
	double		sum = tokens < 200000 ? 1.7 : tokens < 700000 ? 0.9 : tokens < SOME_TOKENS ? 0.48 : 0.26;

	if (options->algorithm == ALGORITHM_RNN)
		return wemb_rnn_default_alpha(options->optimizer);
	if (config->architecture == TRAIN_CBOW)
		return 0.06;
	if (tokens >= MUCH_TOKENS)
		return config->max_n == 0 ? SKIPGRAM_ALPHA : SUBWORD_ALPHA;
	return Min(SKIPGRAM_ALPHA, Max(0.01, rint(1000 * sum / config->epochs) / 1000));
}

/* Small texts are gone through more often, in smaller steps. */
static void
choose_for_prediction(TrainOptions *options, const TextFacts *facts)
{
	TrainConfig *config = &options->config;
	uint64		tokens = config->tokens;

	if (config->epochs == 0)
	{
		double		all = tokens < SOME_TOKENS ? 52000000 : 36000000;

		config->epochs = (int) Max(tokens < 8000000 ? 10 : 5, Min(60, all / Max(config->epoch_tokens, 1)));
		note_choice(options, "epochs %d", config->epochs);
	}
	if (config->alpha < 0)
	{
		config->alpha = Max(default_alpha(options), config->min_alpha);
		note_choice(options, "alpha %g", config->alpha);
	}
	if (config->min_alpha < 0)
		config->min_alpha = options->algorithm == ALGORITHM_RNN ?
			Min(wemb_rnn_default_min_alpha(options->optimizer), config->alpha) : config->alpha * MIN_ALPHA_SHARE;
	if (config->sample < 0)
	{
		config->sample = tokens < 20000 ? 1e-2 : tokens < 200000 ? 1e-3 : 1e-4;
		note_choice(options, "sample %g", config->sample);
	}
	if (config->max_n < 0)
		choose_n_grams(options, facts->mean_length);
	if (config->buckets < 0)
	{
		config->buckets = Max(1000, 6 * Min(50000, config->words));
		note_choice(options, "buckets %d", config->buckets);
	}
}

void
wemb_train_choose(TrainOptions *options, const TextFacts *facts)
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
