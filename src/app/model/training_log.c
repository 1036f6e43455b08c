/*
 * training_log.c
 *		wemb_training_log(): how the training of a model went.
 *
 * The rows may have come through a user's hands: a number that is none, or out
 * of range, is NULL.
 */
#include "postgres.h"

#include <math.h>

#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "app/model/model_read.h"
#include "pg/compat.h"
#include "pg/srf.h"

enum
{
	COLUMN_EPOCH,
	COLUMN_LOSS,
	COLUMN_ALPHA,
	COLUMN_WORDS,
	COLUMN_SECONDS,
	COLUMN_WORDS_PER_SECOND,
	COLUMN_EVENT,
	COLUMNS
};

/* The value of key in a part, if it is a finite number; else NAN.  data may be NULL. */
static double
number_of(Jsonb *data, const char *key)
{
	JsonbValue	room;
	JsonbValue *value = data == NULL ? NULL :
		getKeyJsonValueFromContainer(&data->root, key, (int) strlen(key), &room);
	double		number;

	if (value == NULL || value->type != jbvNumeric)
		return NAN;
	number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
	return isfinite(number) ? number : NAN;
}

static Datum
event_of(Jsonb *data, bool *is_null)
{
	JsonbValue	room;
	JsonbValue *value = data == NULL ? NULL : getKeyJsonValueFromContainer(&data->root, "event", 5, &room);

	*is_null = value == NULL || value->type != jbvString;
	return *is_null ? (Datum) 0 :
		PointerGetDatum(cstring_to_text_with_len(value->val.string.val, value->val.string.len));
}

static void
set_double(Datum *values, bool *nulls, int column, double number)
{
	nulls[column] = isnan(number);
	values[column] = Float8GetDatum(number);
}

/* before: seconds of the row before. */
static void
return_part(FunctionCallInfo fcinfo, Jsonb *data, double before)
{
	double		epoch = number_of(data, "epoch");
	double		words = number_of(data, "words");
	double		seconds = number_of(data, "seconds");
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS];

	nulls[COLUMN_EPOCH] = !(epoch >= PG_INT32_MIN && epoch <= PG_INT32_MAX);
	values[COLUMN_EPOCH] = Int32GetDatum(nulls[COLUMN_EPOCH] ? 0 : (int32) epoch);
	set_double(values, nulls, COLUMN_LOSS, number_of(data, "loss"));
	set_double(values, nulls, COLUMN_ALPHA, number_of(data, "alpha"));
	nulls[COLUMN_WORDS] = !(words >= 0 && words < 9.2e18);
	values[COLUMN_WORDS] = Int64GetDatum(nulls[COLUMN_WORDS] ? 0 : (int64) words);
	set_double(values, nulls, COLUMN_SECONDS, seconds);
	set_double(values, nulls, COLUMN_WORDS_PER_SECOND,
			   words > 0 && seconds > before ? words / (seconds - before) : NAN);
	values[COLUMN_EVENT] = event_of(data, &nulls[COLUMN_EVENT]);
	wemb_srf_row(fcinfo, values, nulls);
}

static void
return_log(FunctionCallInfo fcinfo, Model *model)
{
	char	   *query = psprintf("SELECT CASE WHEN pg_catalog.jsonb_typeof(data) OPERATOR(pg_catalog.=) 'object' THEN data END"
								 " FROM %s WHERE part OPERATOR(pg_catalog.=) 'log' ORDER BY id",
								 wemb_model_parts_sql(wemb_model_tables(model)));
	double		before = 0;

	SPI_connect();
	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the log of an embedding model");
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		bool		is_null;
		Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1, &is_null);
		Jsonb	   *data = is_null ? NULL : DatumGetJsonbP(value);
		double		seconds = number_of(data, "seconds");

		return_part(fcinfo, data, before);
		if (!isnan(seconds))
			before = seconds;
	}
	SPI_finish();
}

PG_FUNCTION_INFO_V1(wemb_model_log);
Datum
wemb_model_log(PG_FUNCTION_ARGS)
{
	char	   *name = PG_ARGISNULL(0) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(0));
	Model	   *model;

	wemb_srf_begin(fcinfo);
	model = wemb_model_open(name);
	PG_TRY();
	{
		return_log(fcinfo, model);
	}
	PG_FINALLY();
	{
		wemb_model_close(model);
	}
	PG_END_TRY();
	return (Datum) 0;
}
