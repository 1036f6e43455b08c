/*
 * train_options.h
 *		The options of wemb_train(): what the user said, checked, and what is
 *		chosen from the data where the user said nothing.
 */
#ifndef WEMB_TRAIN_OPTIONS_H
#define WEMB_TRAIN_OPTIONS_H

#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"

#include "core/train/trainer.h"

/*
 * Arguments of wemb_train() and wemb_train_query() behind those that name the
 * source, in the order of sql/install/train.sql.
 */
enum TrainArgument
{
	TRAIN_DIMENSIONS,
	TRAIN_MODEL,
	TRAIN_ALGORITHM,
	TRAIN_LOSS,
	TRAIN_WINDOW_SIZE,
	TRAIN_NEGATIVE,
	TRAIN_EPOCHS,
	TRAIN_MIN_COUNT,
	TRAIN_MAX_VOCAB,
	TRAIN_SAMPLE,
	TRAIN_ALPHA,
	TRAIN_MIN_ALPHA,
	TRAIN_MIN_N,
	TRAIN_MAX_N,
	TRAIN_BUCKETS,
	TRAIN_TOKENIZER,
	TRAIN_PHRASES,
	TRAIN_INIT,
	TRAIN_TOLERANCE,
	TRAIN_UNIT_LENGTH,
	TRAIN_WORKERS,
	TRAIN_SEED
};

typedef enum TrainAlgorithm
{
	ALGORITHM_SKIPGRAM,
	ALGORITHM_CBOW,
	ALGORITHM_GLOVE,
	ALGORITHM_SVD,
	ALGORITHM_AUTO				/* to be chosen */
} TrainAlgorithm;

typedef struct TrainOptions
{
	TrainAlgorithm algorithm;
	const char *model;			/* NULL = the setting wemb.model */
	const char *tokenizer;
	int			phrases;		/* passes that look for them */
	const char *init;			/* the model to start from, or NULL */
	bool		unit_length;
	int64		min_count;		/* 0 = to be chosen */
	int			max_vocab;
	double		tolerance;		/* stop once the loss falls by no more than this share in an epoch; negative = never */
	int			workers;		/* processes, at most; 0 = to be chosen */
	double		x_max;			/* with GloVe: counts from there on weigh alike */
	TrainConfig config;			/* what is to be chosen is 0, or negative where 0 means something */
	StringInfoData chosen;		/* "epochs 20, min_count 2": what was chosen from the data */
} TrainOptions;

/* What choices depend on. */
typedef struct TextFacts
{
	uint64		tokens;			/* sum of the words' counts */
	uint64		epoch_tokens;	/* of the corpus that are one of the words */
	uint32		words;
	double		mean_length;	/* of a word, in characters */
} TextFacts;

/*
 * Read and check the arguments, of which TRAIN_DIMENSIONS is number first;
 * ERROR for one that is out of range or does not go with another.
 */
extern void wemb_train_options_read(FunctionCallInfo fcinfo, int first, TrainOptions *options);

/* Whether the algorithm trains from counts of which words occur together (count_run.h). */
extern bool wemb_train_options_count_pairs(const TrainOptions *options);

/*
 * Choose what depends on the amount of text: first min_count, then the rest
 * once the vocabulary is known.  Both add what they chose to options->chosen.
 */
extern void wemb_train_options_choose_min_count(TrainOptions *options, uint64 tokens);
extern void wemb_train_options_choose(TrainOptions *options, const TextFacts *facts);

/* How many helpers may be started for a source of any size; and how many of these are worth it for this one. */
extern int	wemb_train_options_max_helpers(const TrainOptions *options);
extern int	wemb_train_options_helpers(const TrainOptions *options);

/* ERROR if an option that no argument was read for is out of range; nothing may be left to be chosen. */
extern void wemb_train_options_check(const TrainOptions *options);

/* Set algorithm and loss by their names; false if there is no such pair. */
extern bool wemb_train_options_set_objective(TrainOptions *options, const char *algorithm, const char *loss);

/* The options as a JSON object, for the model's own record. */
extern char *wemb_train_options_json(const TrainOptions *options, int epochs);

#endif							/* WEMB_TRAIN_OPTIONS_H */
