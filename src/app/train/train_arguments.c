/*
 * train_arguments.c
 *		The arguments of wemb_train() and of functions with nearly the same ones.
 */
#include "pg/compat.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"

#include "app/train/train_arguments.h"

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
	[TRAIN_OPTIMIZER] = "optimizer",
	[TRAIN_CELL] = "cell",
};

const char *
wemb_argument_name(enum TrainArgument arg)
{
	return names[arg];
}

static bool
is_absent(const TrainArguments *args, enum TrainArgument arg)
{
	return (args->absent & TRAIN_SET(arg)) != 0;
}

/* The number of an argument that the function has. */
static int
place(const TrainArguments *args, enum TrainArgument arg)
{
	return args->first + arg - pg_popcount32(args->absent & (TRAIN_SET(arg) - 1));
}

bool
wemb_argument_is_null(const TrainArguments *args, enum TrainArgument arg)
{
	return is_absent(args, arg) || args->fcinfo->args[place(args, arg)].isnull;
}

Datum
wemb_argument_value(const TrainArguments *args, enum TrainArgument arg)
{
	return args->fcinfo->args[place(args, arg)].value;
}

Oid
wemb_argument_type(const TrainArguments *args, enum TrainArgument arg)
{
	return get_fn_expr_argtype(args->fcinfo->flinfo, place(args, arg));
}

void
wemb_argument_check_range(enum TrainArgument arg, int64 value, int64 low, int64 high)
{
	if (value < low || value > high)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between " INT64_FORMAT " and " INT64_FORMAT ", not " INT64_FORMAT,
						names[arg], low, high, value)));
}

int
wemb_argument_integer(const TrainArguments *args, enum TrainArgument arg, int low, int high, int otherwise)
{
	if (wemb_argument_is_null(args, arg))
		return otherwise;
	wemb_argument_check_range(arg, DatumGetInt32(wemb_argument_value(args, arg)), low, high);
	return DatumGetInt32(wemb_argument_value(args, arg));
}

void
wemb_argument_check_number(enum TrainArgument arg, double value, double low, double high)
{
	if (isnan(value) || value < low || value > high)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between %g and %g, not %g", names[arg], low, high, value)));
}

double
wemb_argument_number(const TrainArguments *args, enum TrainArgument arg, double low, double high, double otherwise)
{
	if (wemb_argument_is_null(args, arg))
		return otherwise;
	wemb_argument_check_number(arg, DatumGetFloat8(wemb_argument_value(args, arg)), low, high);
	return DatumGetFloat8(wemb_argument_value(args, arg));
}

void
wemb_argument_require(const TrainArguments *args, enum TrainArgument arg)
{
	if (!is_absent(args, arg) && wemb_argument_is_null(args, arg))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", names[arg])));
}

char *
wemb_argument_text(const TrainArguments *args, enum TrainArgument arg)
{
	return wemb_argument_is_null(args, arg) ? NULL : TextDatumGetCString(wemb_argument_value(args, arg));
}

int
wemb_argument_find(const char *word, const char *const *words, int nwords)
{
	for (int i = 0; i < nwords; i++)
		if (pg_strcasecmp(word, words[i]) == 0)
			return i;
	return -1;
}

int
wemb_argument_choice(const TrainArguments *args, enum TrainArgument arg, const char *const *words, int nwords)
{
	char	   *value = wemb_argument_text(args, arg);
	StringInfoData all;

	if (value == NULL)
		return 0;
	initStringInfo(&all);
	if (wemb_argument_find(value, words, nwords) >= 0)
		return wemb_argument_find(value, words, nwords);
	for (int i = 0; i < nwords; i++)
		appendStringInfo(&all, "%s\"%s\"", i == 0 ? "" : i == nwords - 1 ? " or " : ", ", words[i]);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must be %s, not \"%s\"", names[arg], all.data, value)));
}

