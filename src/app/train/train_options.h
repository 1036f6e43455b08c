/*
 * train_options.h
 *		The options of wemb_train(): what the user said, checked.
 */
#ifndef WEMB_TRAIN_OPTIONS_H
#define WEMB_TRAIN_OPTIONS_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "app/train/train_arguments.h"
#include "core/train/rnn.h"

typedef enum TrainAlgorithm
{
	ALGORITHM_SKIPGRAM,
	ALGORITHM_CBOW,
	ALGORITHM_GLOVE,
	ALGORITHM_SVD,
	ALGORITHM_RNN,
	ALGORITHM_AUTO				/* to be chosen */
} TrainAlgorithm;

/* Lengths of n-grams, if the user says nothing. */
#define TRAIN_DEFAULT_MIN_N	3
#define TRAIN_DEFAULT_MAX_N	6

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
	RnnCell		cell;			/* with a recurrent network ... */
	RnnOptimizer optimizer;
	TrainConfig config;			/* what is to be chosen is 0, or negative where 0 means something */
	StringInfoData chosen;		/* "epochs 20, min_count 2": what was chosen from the data */
} TrainOptions;

/*
 * Read and check the arguments; ERROR for one that is out of range or does not
 * go with another.
 */
extern void wemb_train_options_read(const TrainArguments *args, TrainOptions *options);

/* ERROR if the algorithm's vectors cannot have so many dimensions. */
extern void wemb_train_options_check_dim(const TrainOptions *options, int dim);

/* Whether an algorithm takes an argument, its window if the user says nothing, and its name. */
extern bool wemb_algorithm_takes(TrainAlgorithm algorithm, enum TrainArgument arg);
extern int	wemb_algorithm_window(TrainAlgorithm algorithm);
extern const char *wemb_algorithm_name(TrainAlgorithm algorithm);
extern const char *wemb_cell_name(RnnCell cell);

/* Whether the algorithm trains from counts of which words occur together (count_run.h). */
extern bool wemb_train_options_count_pairs(const TrainOptions *options);

/* How many helpers may be started for a source of any size; and how many of these are worth it for this one. */
extern int	wemb_train_options_max_helpers(const TrainOptions *options);
extern int	wemb_train_options_helpers(const TrainOptions *options);

/* ERROR if an option that no argument was read for is out of range; nothing may be left to be chosen. */
extern void wemb_train_options_check(const TrainOptions *options);

/*
 * What a model says of its own training, by names, each of which may be NULL: false if there is nothing of the
 * kind, or if such a training cannot be gone on with.
 */
typedef struct ObjectiveNames
{
	const char *algorithm;
	const char *loss;
	const char *optimizer;
	const char *cell;
} ObjectiveNames;
extern bool wemb_train_options_set_objective(TrainOptions *options, const ObjectiveNames *names);

/* The options as a JSON object, for the model's own record. */
extern char *wemb_train_options_json(const TrainOptions *options, int epochs);

#endif							/* WEMB_TRAIN_OPTIONS_H */
