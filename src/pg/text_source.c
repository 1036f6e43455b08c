/*
 * text_source.c
 *		Streaming a text column.
 *
 * The rows of a cursor go to a DestReceiver of our own, so that they are
 * neither collected nor copied.
 */
#include "pg/compat.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "tcop/dest.h"
#include "tcop/pquery.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/rel.h"

#include "pg/text_source.h"

#define FETCH_ROWS		1000

typedef struct TextReceiver
{
	DestReceiver pub;			/* MUST BE FIRST */
	const TextConsumer *consumer;
	MemoryContext row_context;	/* reset after each row */
	TextCounts	counts;
} TextReceiver;

static void
check_relation_kind(Oid source)
{
	char		kind = get_rel_relkind(source);

	if (kind == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", source)));
	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_VIEW &&
		kind != RELKIND_MATVIEW && kind != RELKIND_FOREIGN_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" cannot be trained on", get_rel_name(source)),
				 errdetail("The source must be a table, partitioned table, view, materialized view or foreign table.")));
}

static bool
is_text_like(Oid type)
{
	char		category;
	bool		preferred;

	get_type_category_preferred(getBaseType(type), &category, &preferred);
	return category == TYPCATEGORY_STRING;
}

/* What a user who named the wrong column may have meant. */
static char *
text_columns_hint(Oid source)
{
	Relation	relation = relation_open(source, AccessShareLock);
	TupleDesc	columns = RelationGetDescr(relation);
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, i);

		if (!column->attisdropped && is_text_like(column->atttypid))
			appendStringInfo(&names, "%s\"%s\"", names.len > 0 ? ", " : "", NameStr(column->attname));
	}
	relation_close(relation, AccessShareLock);
	if (names.len == 0)
		return "It has no column of text: train on a view that makes one.";
	return psprintf("Columns of text there: %s.", names.data);
}

static void
check_column(Oid source, const char *column)
{
	AttrNumber	attno = get_attnum(source, column);
	Oid			type = attno > 0 ? get_atttype(source, attno) : InvalidOid;
	char	   *hint;

	if (type != InvalidOid && is_text_like(type))
		return;
	hint = text_columns_hint(source);
	if (attno <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of relation \"%s\" does not exist", column, get_rel_name(source)),
				 errhint("%s", hint)));
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" of relation \"%s\" is of type %s, not text",
					column, get_rel_name(source), format_type_be(type)),
			 errhint("%s", hint)));
}

char *
wemb_text_query(Oid source, const char *column)
{
	check_relation_kind(source);
	check_column(source, column);
	return psprintf("SELECT %s::pg_catalog.text FROM %s", quote_identifier(column),
					quote_qualified_identifier(get_namespace_name(get_rel_namespace(source)),
											   get_rel_name(source)));
}

/* The one statement of a plan, if it can stand in FROM: a SELECT that changes nothing; else NULL. */
static const CachedPlanSource *
only_select(SPIPlanPtr plan)
{
	List	   *sources = plan != NULL ? SPI_plan_get_plan_sources(plan) : NIL;
	CachedPlanSource *source = list_length(sources) == 1 ? linitial(sources) : NULL;
	Query	   *query = source != NULL && list_length(source->query_list) == 1 ? linitial(source->query_list) : NULL;

	return query != NULL && query->commandType == CMD_SELECT && !query->hasModifyingCTE ? source : NULL;
}

/* The statement's text, without the semicolon and what follows it. */
static char *
statement_text(const char *query, const RawStmt *statement)
{
	const char *start = query + Max(statement->stmt_location, 0);

	return pnstrdup(start, statement->stmt_len > 0 ? (Size) statement->stmt_len : strlen(start));
}

char *
wemb_text_query_check(const char *query)
{
	MemoryContext caller = CurrentMemoryContext;
	SPIPlanPtr	plan;
	const CachedPlanSource *source;
	TupleDesc	columns;
	char	   *statement;

	SPI_connect();
	plan = SPI_prepare(query, 0, NULL);
	source = only_select(plan);
	if (source == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_CURSOR_DEFINITION),
				 errmsg("query must be one SELECT"),
				 errhint("VALUES, TABLE, and WITH that changes no data are good as well.")));
	columns = source->resultDesc;
	if (columns->natts != 1 || !is_text_like(TupleDescAttr(columns, 0)->atttypid))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("query must return one column of text"),
				 columns->natts != 1 ? errdetail("It returns %d columns.", columns->natts) :
				 errdetail("Its column is of type %s.", format_type_be(TupleDescAttr(columns, 0)->atttypid))));
	MemoryContextSwitchTo(caller);
	statement = statement_text(query, source->raw_parse_tree);
	SPI_freeplan(plan);
	SPI_finish();
	return psprintf("SELECT source.body::pg_catalog.text FROM (\n%s\n) AS source (body)", statement);
}

static void
start_rows(DestReceiver *self, int operation, TupleDesc typeinfo)
{
}

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	TextReceiver *receiver = (TextReceiver *) self;
	MemoryContext caller = MemoryContextSwitchTo(receiver->row_context);
	bool		isnull;
	Datum		value = slot_getattr(slot, 1, &isnull);

	receiver->counts.rows++;
	if (isnull)
		receiver->counts.nulls++;
	else
	{
		text	   *row = DatumGetTextPP(value);

		if (VARSIZE_ANY_EXHDR(row) == 0)
			receiver->counts.empty++;
		else
			receiver->consumer->take(receiver->consumer->arg, VARDATA_ANY(row), VARSIZE_ANY_EXHDR(row));
	}
	MemoryContextSwitchTo(caller);
	MemoryContextReset(receiver->row_context);
	return true;
}

static void
end_rows(DestReceiver *self)
{
}

TextCounts
wemb_text_read(const char *query, const TextConsumer *consumer)
{
	TextReceiver receiver = {
		.pub = {receive_row, start_rows, end_rows, end_rows, DestNone},
		.consumer = consumer,
		.row_context = AllocSetContextCreate(CurrentMemoryContext, "wemb source row", ALLOCSET_DEFAULT_SIZES),
	};
	SPIPlanPtr	plan = SPI_prepare(query, 0, NULL);
	Portal		portal;

	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", query, SPI_result_code_string(SPI_result));
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, false);
	while (PortalRunFetch(portal, FETCH_FORWARD, FETCH_ROWS, &receiver.pub) > 0)
		consumer->pause(consumer->arg);
	SPI_cursor_close(portal);
	SPI_freeplan(plan);
	MemoryContextDelete(receiver.row_context);
	return receiver.counts;
}
