/*
 * train_update.c
 *		wemb_update(): going on with a model, on more texts.
 *
 * The options are those that the model was trained with, as its options row
 * remembers them.
 */
#include "pg/compat.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "app/train/train.h"
#include "pg/text_source.h"

PG_FUNCTION_INFO_V1(wemb_update);

/* Arguments of wemb_update(), in the order of sql/install/train.sql. */
enum UpdateArgument
{
	UPDATE_MODEL,
	UPDATE_SOURCE,
	UPDATE_TEXT_COLUMN,
	UPDATE_EPOCHS,
	UPDATE_ALPHA,
	UPDATE_WORKERS,
	UPDATE_SEED
};

/* What "training" in the model's options row remembers, in the order of the query below. */
enum Remembered
{
	ALGORITHM = 1,
	LOSS,
	WINDOW_SIZE,
	NEGATIVE,
	SAMPLE,
	ALPHA,
	MIN_ALPHA,
	EPOCHS,
	MIN_COUNT,
	OPTIMIZER,
	CELL
};

static Datum
remembered(enum Remembered column, Datum otherwise)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, &isnull);

	return isnull ? otherwise : value;
}

/* The same of a name; palloc'd, or NULL. */
static char *
remembered_name(enum Remembered column)
{
	return SPI_processed > 0 ? SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column) : NULL;
}

static void
read_training(const ModelTables *tables, TrainOptions *options)
{
	TrainConfig *config = &options->config;
	ObjectiveNames names;

	SPI_connect();
	if (SPI_execute(psprintf("SELECT t.algorithm, t.loss, t.window_size, t.negative, t.sample, t.alpha, t.min_alpha,"
							 " t.epochs, t.min_count, t.optimizer, t.cell FROM %s p, pg_catalog.jsonb_to_record(p.data"
							 " OPERATOR(pg_catalog.->) 'training') AS t (algorithm text, loss text, window_size int4,"
							 " negative int4, sample float8, alpha float8, min_alpha float8, epochs int4, min_count int8,"
							 " optimizer text, cell text)"
							 " WHERE p.part OPERATOR(pg_catalog.=) 'options' AND p.id OPERATOR(pg_catalog.=) 0",
							 wemb_model_parts_sql(tables)), true, 1) != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed");
	names = (ObjectiveNames) {
		.algorithm = remembered_name(ALGORITHM),
		.loss = remembered_name(LOSS),
		.optimizer = remembered_name(OPTIMIZER),
		.cell = remembered_name(CELL),
	};
	if (!wemb_train_options_set_objective(options, &names))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("embedding model %s cannot be updated", wemb_model_words_sql(tables)),
				 names.algorithm == NULL ? errdetail("It does not say how it was trained.") :
				 errdetail("It was trained with algorithm \"%s\".", names.algorithm),
				 errhint("Train it again with wemb_train() on all texts.")));
	config->window = DatumGetInt32(remembered(WINDOW_SIZE, Int32GetDatum(5)));
	config->negative = DatumGetInt32(remembered(NEGATIVE, Int32GetDatum(5)));
	config->sample = DatumGetFloat8(remembered(SAMPLE, Float8GetDatum(1e-4)));
	config->alpha = DatumGetFloat8(remembered(ALPHA, Float8GetDatum(0.03)));
	config->min_alpha = DatumGetFloat8(remembered(MIN_ALPHA, Float8GetDatum(0)));
	config->epochs = DatumGetInt32(remembered(EPOCHS, Int32GetDatum(5)));
	options->min_count = DatumGetInt64(remembered(MIN_COUNT, Int64GetDatum(5)));
	SPI_finish();
}

static void
require(FunctionCallInfo fcinfo, enum UpdateArgument arg, const char *name)
{
	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
}

/* What the user says takes the place of what is remembered. */
static void
read_arguments(FunctionCallInfo fcinfo, TrainOptions *options)
{
	TrainConfig *config = &options->config;

	if (!PG_ARGISNULL(UPDATE_EPOCHS))
		config->epochs = PG_GETARG_INT32(UPDATE_EPOCHS);
	if (!PG_ARGISNULL(UPDATE_ALPHA))
	{
		config->alpha = PG_GETARG_FLOAT8(UPDATE_ALPHA);
		config->min_alpha = Min(config->min_alpha, config->alpha);
	}
	if (!PG_ARGISNULL(UPDATE_WORKERS))
		options->workers = PG_GETARG_INT32(UPDATE_WORKERS);
	else
		options->workers = wemb_train_options_max_helpers(options) + 1;
	config->seed = (uint64) PG_GETARG_INT64(UPDATE_SEED);
}

Datum
wemb_update(PG_FUNCTION_ARGS)
{
	TrainJob	job = {.going_on = true};
	TrainOptions *options = &job.options;
	TrainConfig *config = &options->config;
	const ModelOptions *model;

	require(fcinfo, UPDATE_SOURCE, "source");
	require(fcinfo, UPDATE_TEXT_COLUMN, "text_column");
	require(fcinfo, UPDATE_SEED, "seed");
	job.query = wemb_text_query(PG_GETARG_OID(UPDATE_SOURCE), NameStr(*PG_GETARG_NAME(UPDATE_TEXT_COLUMN)));
	job.start = wemb_start_open(PG_ARGISNULL(UPDATE_MODEL) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(UPDATE_MODEL)));
	model = wemb_start_options(job.start);

	initStringInfo(&options->chosen);
	options->model = wemb_model_words_sql(wemb_start_tables(job.start));
	options->tokenizer = model->tokenizer;
	options->unit_length = model->unit_length;
	options->phrases = model->phrases;
	options->max_vocab = PG_INT32_MAX;
	options->tolerance = -1;
	config->dim = model->dim;
	config->min_n = model->min_n;
	config->max_n = model->max_n;
	config->buckets = model->buckets;
	read_training(wemb_start_tables(job.start), options);
	read_arguments(fcinfo, options);
	wemb_train_options_check(options);
	wemb_train_job(fcinfo, &job);
	return (Datum) 0;
}
