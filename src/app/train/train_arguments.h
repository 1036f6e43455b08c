/*
 * train_arguments.h
 *		The arguments of wemb_train() and of functions with nearly the same ones.
 *
 * All that check raise ERROR with the argument's name for what is out of range.
 */
#ifndef WEMB_TRAIN_ARGUMENTS_H
#define WEMB_TRAIN_ARGUMENTS_H

#include "postgres.h"

#include "fmgr.h"

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
	TRAIN_SEED,
	TRAIN_OPTIMIZER,
	TRAIN_CELL,
	TRAIN_ARGUMENTS				/* how many there are */
};

/* A set of arguments is a mask of these. */
#define TRAIN_SET(arg)	(1u << (arg))

/* Those of a call. */
typedef struct TrainArguments
{
	FunctionCallInfo fcinfo;
	int			first;			/* number of the first that the function has */
	uint32		absent;			/* the set of those that it does not have: they count as NULL */
} TrainArguments;

extern const char *wemb_argument_name(enum TrainArgument arg);
extern bool wemb_argument_is_null(const TrainArguments *args, enum TrainArgument arg);
extern Datum wemb_argument_value(const TrainArguments *args, enum TrainArgument arg);

/* The type that the caller gave to one that is declared "any". */
extern Oid	wemb_argument_type(const TrainArguments *args, enum TrainArgument arg);

/* It must not be NULL, unless the function does not have it. */
extern void wemb_argument_require(const TrainArguments *args, enum TrainArgument arg);

/* A number within its range, or otherwise if it is NULL. */
extern int	wemb_argument_integer(const TrainArguments *args, enum TrainArgument arg, int low, int high, int otherwise);
extern double wemb_argument_number(const TrainArguments *args, enum TrainArgument arg, double low, double high,
								   double otherwise);

/* A text, palloc'd, or NULL. */
extern char *wemb_argument_text(const TrainArguments *args, enum TrainArgument arg);

/* One of the words that it can be, by its number; the first one if it is NULL. */
extern int	wemb_argument_choice(const TrainArguments *args, enum TrainArgument arg, const char *const *words,
								 int nwords);

/* Values that come from elsewhere. */
extern void wemb_argument_check_range(enum TrainArgument arg, int64 value, int64 low, int64 high);
extern void wemb_argument_check_number(enum TrainArgument arg, double value, double low, double high);

/* The number of a word among words, whatever its case, or -1. */
extern int	wemb_argument_find(const char *word, const char *const *words, int nwords);

#endif							/* WEMB_TRAIN_ARGUMENTS_H */
