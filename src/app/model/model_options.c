/*
 * model_options.c
 *		What a model says about itself.
 *
 * The row may have come through a dump, or through a user's UPDATE: nothing in
 * it is believed unchecked, and no check raises an error by itself, so that
 * wemb_models can pass over a damaged model.
 */
#include "postgres.h"

#include <errno.h>

#include "lib/stringinfo.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/numeric.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "app/model/model_options.h"
#include "core/model/subword.h"
#include "pg/compat.h"

/* The value of key, or NULL if there is none or it is of another type. */
static JsonbValue *
find_value(Jsonb *data, const char *key, enum jbvType type, JsonbValue *room)
{
	JsonbValue *value = getKeyJsonValueFromContainer(&data->root, key, (int) strlen(key), room);

	return value != NULL && value->type == type ? value : NULL;
}

/* Read an integer within bounds; a key that is absent counts as zero.  Returns false if it is something else. */
static bool
read_integer(Jsonb *data, const char *key, int64 min, int64 max, int64 *result)
{
	JsonbValue	room;
	JsonbValue *value;
	char	   *digits;
	char	   *end;

	value = getKeyJsonValueFromContainer(&data->root, key, (int) strlen(key), &room);
	if (value == NULL)
		*result = 0;
	else if (value->type != jbvNumeric)
		return false;
	else
	{
		digits = numeric_normalize(value->val.numeric);
		errno = 0;
		*result = strtoll(digits, &end, 10);
		if (errno != 0 || end == digits || *end != '\0')
			return false;
	}
	return *result >= min && *result <= max;
}

/* As read_integer(). */
static bool
read_int(Jsonb *data, const char *key, int min, int max, int *result)
{
	int64		wide;

	if (!read_integer(data, key, min, max, &wide))
		return false;
	*result = (int) wide;
	return true;
}

static char *
read_string(Jsonb *data, const char *key)
{
	JsonbValue	room;
	JsonbValue *value = find_value(data, key, jbvString, &room);

	return value == NULL ? NULL : pnstrdup(value->val.string.val, value->val.string.len);
}

/*
 * Read a time as format_time() writes it; DT_NOBEGIN if it is something else.
 * timestamptz's own input function would raise an error and depend on settings.
 */
static TimestampTz
read_time(Jsonb *data, const char *key)
{
	char	   *text = read_string(data, key);
	int			year,
				month,
				day,
				hour,
				minute,
				second,
				micro;

	if (text == NULL ||
		sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%6dZ", &year, &month, &day, &hour, &minute, &second, &micro) != 7 ||
		year < 2000 || month < 1 || month > 12 || day < 1 || day > 31 ||
		hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || micro < 0)
		return DT_NOBEGIN;
	return (TimestampTz) (date2j(year, month, day) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY +
		(((hour * INT64CONST(60)) + minute) * 60 + second) * USECS_PER_SEC + micro;
}

static char *
format_time(TimestampTz time)
{
	int64		days = time / USECS_PER_DAY;	/* after 2000: never negative */
	int64		micros = time % USECS_PER_DAY;
	int			year,
				month,
				day;

	j2date((int) days + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return psprintf("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", year, month, day,
					(int) (micros / USECS_PER_HOUR), (int) (micros / USECS_PER_MINUTE % 60),
					(int) (micros / USECS_PER_SEC % 60), (int) (micros % USECS_PER_SEC));
}

/* The subword keys: all absent or zero, or all within bounds. */
static bool
read_subwords(Jsonb *data, ModelOptions *options)
{
	if (!read_int(data, "min_n", 0, SUBWORD_MAX_N, &options->min_n) ||
		!read_int(data, "max_n", 0, SUBWORD_MAX_N, &options->max_n) ||
		!read_int(data, "buckets", 0, MODEL_MAX_BUCKETS, &options->buckets))
		return false;
	if (options->buckets == 0)
		return options->min_n == 0 && options->max_n == 0;
	return options->min_n >= SUBWORD_MIN_N && options->min_n <= options->max_n;
}

const char *
wemb_model_options_parse(Jsonb *data, ModelOptions *options)
{
	JsonbValue	room;
	JsonbValue *value;
	int64		format;
	char	   *version;

	memset(options, 0, sizeof(*options));
	options->source = data;
	if (!JB_ROOT_IS_OBJECT(data))
		return _("Its options are not a JSON object.");
	if (!read_integer(data, "format", 1, INT_MAX, &format))
		return _("Its options have no \"format\".");
	if (format > MODEL_FORMAT)
		return psprintf(_("Its format is %d; this version of wemb reads formats up to %d."), (int) format, MODEL_FORMAT);

	version = read_string(data, "version");
	if (version == NULL || version[0] == '\0' || strlen(version) > MODEL_VERSION_LEN)
		return _("Option \"version\" is not valid.");
	strlcpy(options->version, version, sizeof(options->version));
	options->tokenizer = read_string(data, "tokenizer");
	if (options->tokenizer == NULL)
		return _("Option \"tokenizer\" is not valid.");
	value = find_value(data, "unit_length", jbvBool, &room);
	if (value == NULL)
		return _("Option \"unit_length\" is not valid.");
	options->unit_length = value->val.boolean;
	if (!read_int(data, "dimensions", 1, MODEL_MAX_DIM, &options->dim))
		return _("Option \"dimensions\" is not valid.");
	if (!read_subwords(data, options))
		return _("Options \"min_n\", \"max_n\" and \"buckets\" are not valid.");
	if (!read_int(data, "phrases", 0, MODEL_MAX_PHRASES, &options->phrases))
		return _("Option \"phrases\" is not valid.");
	if (!read_integer(data, "words", 0, PG_INT64_MAX, &options->words) ||
		!read_integer(data, "tokens", 0, PG_INT64_MAX, &options->tokens) ||
		!read_integer(data, "texts", 0, PG_INT64_MAX, &options->texts))
		return _("Options \"words\", \"tokens\" and \"texts\" are not valid.");
	options->trained_at = read_time(data, "trained_at");
	return NULL;
}

char *
wemb_model_options_query(const ModelTables *tables)
{
	return psprintf("SELECT data FROM %s WHERE part OPERATOR(pg_catalog.=) 'options' AND id OPERATOR(pg_catalog.=) 0",
					wemb_model_parts_sql(tables));
}

const char *
wemb_model_options_fetch(SPIPlanPtr plan, ModelOptions *options)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext spi;
	const char *fault;
	Datum		data;
	bool		is_null;
	int			result;

	SPI_connect();
	result = SPI_execute_plan(plan, NULL, NULL, true, 2);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(result));
	spi = MemoryContextSwitchTo(caller);
	if (SPI_processed != 1)
		fault = SPI_processed == 0 ? _("It has no row of options.") : _("It has more than one row of options.");
	else
	{
		data = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
		fault = is_null ? _("Its options are NULL.") : wemb_model_options_parse(DatumGetJsonbPCopy(data), options);
	}
	MemoryContextSwitchTo(spi);
	SPI_finish();
	return fault;
}

const char *
wemb_model_options_read(const ModelTables *tables, Snapshot snapshot, ModelOptions *options)
{
	char	   *query = wemb_model_options_query(tables);
	MemoryContext caller = CurrentMemoryContext;
	SPIPlanPtr	plan;
	const char *fault;

	PushActiveSnapshot(snapshot);
	SPI_connect();
	plan = SPI_prepare(query, 0, NULL);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	MemoryContextSwitchTo(caller);
	fault = wemb_model_options_fetch(plan, options);
	SPI_finish();
	PopActiveSnapshot();
	return fault;
}

char *
wemb_model_options_format(const ModelOptions *options, const char *training)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfo(&json, "{\"format\": %d, \"version\": \"%s\", \"dimensions\": %d, \"unit_length\": %s",
					 MODEL_FORMAT, options->version, options->dim, options->unit_length ? "true" : "false");
	appendStringInfoString(&json, ", \"tokenizer\": ");
	escape_json(&json, options->tokenizer);
	if (options->buckets > 0)
		appendStringInfo(&json, ", \"min_n\": %d, \"max_n\": %d, \"buckets\": %d",
						 options->min_n, options->max_n, options->buckets);
	if (options->phrases > 0)
		appendStringInfo(&json, ", \"phrases\": %d", options->phrases);
	appendStringInfo(&json, ", \"words\": " INT64_FORMAT ", \"tokens\": " INT64_FORMAT ", \"texts\": " INT64_FORMAT,
					 options->words, options->tokens, options->texts);
	appendStringInfo(&json, ", \"trained_at\": \"%s\"", format_time(options->trained_at));
	if (training != NULL)
		appendStringInfo(&json, ", \"training\": %s", training);
	appendStringInfoChar(&json, '}');
	return json.data;
}

void
wemb_model_options_renew(ModelOptions *options)
{
	uint64		random;

	if (!pg_strong_random(&random, sizeof(random)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate random values")));
	snprintf(options->version, sizeof(options->version), "%08x%08x", (uint32) (random >> 32), (uint32) random);
}
