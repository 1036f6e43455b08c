/*
 * model_list.c
 *		The models of a database: what wemb_models shows, and wemb_drop_model().
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "app/model/model_options.h"
#include "app/model/model_table.h"
#include "pg/compat.h"

/*
 * One row of wemb_models, or NULL: the table is no model, it is damaged, or the
 * user may not read it.  Never an error for any of these, so that one model
 * cannot hide all others.
 */
PG_FUNCTION_INFO_V1(wemb_model_describe);
Datum
wemb_model_describe(PG_FUNCTION_ARGS)
{
	Oid			words = PG_GETARG_OID(0);
	ModelTables tables;
	ModelOptions options;
	TupleDesc	columns;
	Datum		values[7];
	bool		nulls[7] = {false};

	if (get_call_result_type(fcinfo, NULL, &columns) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	/* only tables that look like a model are worth waiting for */
	if (wemb_model_tables_examine(words, &tables) != NULL)
		PG_RETURN_NULL();
	LockRelationOid(words, AccessShareLock);
	if (wemb_model_tables_examine(words, &tables) != NULL ||
		!wemb_model_tables_readable(&tables) ||
		(wemb_model_tables_filtered(&tables) && !row_security) ||
		wemb_model_options_read(&tables, GetActiveSnapshot(), &options) != NULL)
		PG_RETURN_NULL();

	values[0] = Int64GetDatum(options.words);
	values[1] = Int32GetDatum(options.dim);
	values[2] = CStringGetTextDatum(options.tokenizer);
	values[3] = Int64GetDatum(options.tokens);
	values[4] = Int64GetDatum(options.texts);
	values[5] = TimestampTzGetDatum(options.trained_at);
	nulls[5] = TIMESTAMP_IS_NOBEGIN(options.trained_at);
	values[6] = JsonbPGetDatum(options.source);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(columns), values, nulls)));
}

/*
 * Drop both tables of a model, as DROP TABLE does it: nothing that others
 * depend on.
 */
PG_FUNCTION_INFO_V1(wemb_model_drop);
Datum
wemb_model_drop(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	ModelTables tables;
	ModelOptions options;
	const char *fault;

	wemb_model_tables_open(name, &tables);
	fault = wemb_model_options_read(&tables, GetLatestSnapshot(), &options);
	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not an embedding model", name),
				 errdetail_internal("%s", fault),
				 errhint("To drop the two tables nevertheless, use DROP TABLE %s, %s.",
						 wemb_model_words_sql(&tables), wemb_model_parts_sql(&tables))));

	SPI_connect();
	if (SPI_execute(psprintf("DROP TABLE %s, %s", wemb_model_words_sql(&tables), wemb_model_parts_sql(&tables)),
					false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not drop an embedding model");
	SPI_finish();
	PG_RETURN_VOID();
}
