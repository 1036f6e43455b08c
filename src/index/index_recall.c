/*
 * index_recall.c
 *		wemb_index_recall(): how many of the true nearest rows a search of an index finds.
 *
 * Rows of the table are the queries.  Each is asked twice, in the same SQL under the same
 * snapshot: once planned as if the table had no index, once as if it had
 * this one alone.  So whatever decides about a user's query (expression, predicate, operator, privileges, row
 * security, settings) decides here, and any index that rows can be ordered by will do.
 *
 * A query's own row is left out of both answers.  Answers are compared by distances, not
 * by rows: of rows equally far away either may come.
 */
#include "postgres.h"

#include <math.h>

#include "access/amapi.h"
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_class.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "optimizer/plancat.h"
#include "portability/instr_time.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "index/index_functions.h"
#include "index/index_recall.h"
#include "pg/compat.h"

#define MAX_K		100000
#define MAX_SAMPLES	1000000

typedef struct Recall
{
	Relation	table;
	Relation	index;
	int			k;
	int			samples;
	const char *expression;		/* what is indexed */
	const char *condition;		/* "predicate AND ", or nothing */
	const char *op;			/* OPERATOR(schema.name) */
	SPIPlanPtr	exact;
	SPIPlanPtr	indexed;
} Recall;

typedef struct RecallResult
{
	int64		queries;
	int64		wanted;			/* true neighbours of all queries */
	int64		found;			/* of these, by the index */
	double		lowest;			/* share of a single query */
	double		exact_ms;
	double		indexed_ms;
} RecallResult;

/* The distances that a query gave, in ascending order, in SPI's memory. */
typedef struct Answer
{
	double	   *distances;
	int			n;
	double		ms;
} Answer;

/* ---- planning with one index, or none ---- */

static struct
{
	Oid			table;			/* InvalidOid: no query of ours is being planned */
	Oid			index;
}			planned;

static get_relation_info_hook_type next_hook;

static void
hide_indexes(PlannerInfo *root, Oid relation, bool inherits, RelOptInfo *info)
{
	ListCell   *cell;

	if (next_hook != NULL)
		next_hook(root, relation, inherits, info);
	if (!OidIsValid(planned.table) || relation != planned.table)
		return;
	foreach(cell, info->indexlist)
	{
		if (((IndexOptInfo *) lfirst(cell))->indexoid != planned.index)
			info->indexlist = foreach_delete_current(info->indexlist, cell);
	}
}

void
wemb_index_recall_init(void)
{
	next_hook = get_relation_info_hook;
	get_relation_info_hook = hide_indexes;
}

static void
set_for_now(const char *setting, const char *value)
{
	(void) set_config_option(setting, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/* Start a query: with the index and by way of it, or without any. */
static Portal
open_query(const Recall *recall, bool indexed, Datum *args)
{
	int			level = NewGUCNestLevel();
	Portal		portal;

	planned.table = RelationGetRelid(recall->table);
	planned.index = indexed ? RelationGetRelid(recall->index) : InvalidOid;
	PG_TRY();
	{
		/* Not left to the user: a scan that is off counts as so dear that the server compiles it each time. */
		set_for_now("enable_seqscan", indexed ? "off" : "on");
		set_for_now("enable_indexscan", "on");
		portal = SPI_cursor_open(NULL, indexed ? recall->indexed : recall->exact, args, NULL, true);
	}
	PG_FINALLY();
	{
		planned.table = InvalidOid;
	}
	PG_END_TRY();
	AtEOXact_GUC(false, level);
	return portal;
}

/* ---- queries ---- */

static const char *
operator_sql(Oid op)
{
	HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(op));
	Form_pg_operator form;
	const char *text;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", op);
	form = (Form_pg_operator) GETSTRUCT(tuple);
	text = psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(form->oprnamespace)), NameStr(form->oprname));
	ReleaseSysCache(tuple);
	return text;
}

/* The distance that the index's operator class orders by. */
static const char *
find_operator(Relation index)
{
	Oid			type = index->rd_opcintype[0];
	CatCList   *list = SearchSysCacheList1(AMOPSTRATEGY, ObjectIdGetDatum(index->rd_opfamily[0]));
	Oid			op = InvalidOid;

	for (int i = 0; i < list->n_members && !OidIsValid(op); i++)
	{
		Form_pg_amop member = (Form_pg_amop) GETSTRUCT(&list->members[i]->tuple);

		if (member->amoppurpose == AMOP_ORDER && member->amoplefttype == type && member->amoprighttype == type &&
			get_op_rettype(member->amopopr) == FLOAT8OID)
			op = member->amopopr;
	}
	ReleaseCatCacheList(list);
	if (!index->rd_indam->amcanorderbyop || !OidIsValid(op))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("index \"%s\" does not order rows by a distance", RelationGetRelationName(index))));
	return operator_sql(op);
}

static const char *
predicate_sql(Relation index)
{
	bool		is_null;
	Datum		predicate = SysCacheGetAttr(INDEXRELID, index->rd_indextuple, Anum_pg_index_indpred, &is_null);

	if (is_null)
		return "";
	predicate = DirectFunctionCall2(pg_get_expr, predicate, ObjectIdGetDatum(index->rd_index->indrelid));
	return psprintf("(%s) AND ", TextDatumGetCString(predicate));
}

static void
describe(Recall *recall)
{
	Datum		key = DirectFunctionCall3(pg_get_indexdef_ext, ObjectIdGetDatum(RelationGetRelid(recall->index)),
										  Int32GetDatum(1), BoolGetDatum(false));

	recall->op = find_operator(recall->index);
	recall->expression = TextDatumGetCString(key);
	recall->condition = predicate_sql(recall->index);
}

static const char *
table_sql(const Recall *recall)
{
	return quote_qualified_identifier(get_namespace_name(RelationGetNamespace(recall->table)),
									  RelationGetRelationName(recall->table));
}

static SPIPlanPtr
prepare(const char *query, int nargs, Oid *types)
{
	SPIPlanPtr	plan = SPI_prepare_cursor(query, nargs, types, CURSOR_OPT_GENERIC_PLAN);

	if (plan == NULL)
		elog(ERROR, "SPI_prepare_cursor failed: %s: %s", SPI_result_code_string(SPI_result), query);
	return plan;
}

/* The queries' vectors and rows, of those that have distances: in SPI_tuptable. */
static void
draw_samples(const Recall *recall)
{
	const char *query = psprintf("SELECT %s, ctid FROM ONLY %s"
								 " WHERE %s(%s %s %s) OPERATOR(pg_catalog.<>) 'NaN'::pg_catalog.float8"
								 " ORDER BY pg_catalog.random() LIMIT %d",
								 recall->expression, table_sql(recall), recall->condition, recall->expression,
								 recall->op, recall->expression, recall->samples);

	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed: %s", query);
}

static void
prepare_queries(Recall *recall)
{
	Oid			types[] = {recall->index->rd_opcintype[0], TIDOID};
	const char *query = psprintf("SELECT %s %s $1 FROM ONLY %s WHERE %sctid OPERATOR(pg_catalog.<>) $2"
								 " ORDER BY 1 LIMIT %d",
								 recall->expression, recall->op, table_sql(recall), recall->condition,
								 recall->k);

	recall->exact = prepare(query, lengthof(types), types);
	recall->indexed = prepare(query, lengthof(types), types);
}

/* ERROR unless the plan goes by the index.  Both plans are made here, so that no query's time has it. */
static void
check_plans(const Recall *recall, Datum *args)
{
	Portal		portal = open_query(recall, true, args);
	Plan	   *plan = linitial_node(PlannedStmt, portal->stmts)->planTree;
	Oid			index = RelationGetRelid(recall->index);

	while (plan != NULL && !(IsA(plan, IndexScan) && ((IndexScan *) plan)->indexid == index))
		plan = outerPlan(plan);
	if (plan == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("index \"%s\" cannot be used by this transaction", RelationGetRelationName(recall->index)),
				 errdetail("It was made when rows had versions that it does not have, and the transaction may see those."),
				 errhint("Try again in a new transaction.")));
	SPI_cursor_close(portal);
	SPI_cursor_close(open_query(recall, false, args));
}

/* Run a query.  Distances that are NULL or no numbers come last, and are left out. */
static Answer
ask(const Recall *recall, bool indexed, Datum *args)
{
	Answer		answer = {palloc(recall->k * sizeof(double)), 0, 0};
	instr_time	begin;
	instr_time	end;
	Portal		portal;

	INSTR_TIME_SET_CURRENT(begin);
	portal = open_query(recall, indexed, args);
	SPI_cursor_fetch(portal, true, recall->k);
	INSTR_TIME_SET_CURRENT(end);
	INSTR_TIME_SUBTRACT(end, begin);
	answer.ms = INSTR_TIME_GET_MILLISEC(end);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		is_null;
		Datum		distance = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null);

		if (!is_null && !isnan(DatumGetFloat8(distance)))
			answer.distances[answer.n++] = DatumGetFloat8(distance);
	}
	SPI_freetuptable(SPI_tuptable);
	SPI_cursor_close(portal);
	return answer;
}

static void
compare(RecallResult *result, const Answer *exact, const Answer *indexed)
{
	int			found = 0;

	if (exact->n == 0)
		return;
	for (int i = 0; i < indexed->n; i++)
		found += indexed->distances[i] <= exact->distances[exact->n - 1];
	found = Min(found, exact->n);
	result->queries++;
	result->wanted += exact->n;
	result->found += found;
	result->lowest = Min(result->lowest, (double) found / exact->n);
	result->exact_ms += exact->ms;
	result->indexed_ms += indexed->ms;
}

static RecallResult
measure(Recall *recall)
{
	RecallResult result = {.lowest = 1};
	SPITupleTable *samples;
	uint64		nsamples;

	SPI_connect();
	describe(recall);
	draw_samples(recall);
	samples = SPI_tuptable;
	nsamples = SPI_processed;
	prepare_queries(recall);
	for (uint64 i = 0; i < nsamples; i++)
	{
		bool		is_null;
		Datum		args[] = {SPI_getbinval(samples->vals[i], samples->tupdesc, 1, &is_null),
			SPI_getbinval(samples->vals[i], samples->tupdesc, 2, &is_null)};
		Answer		exact;
		Answer		indexed;

		CHECK_FOR_INTERRUPTS();
		if (i == 0)
			check_plans(recall, args);
		exact = ask(recall, false, args);
		indexed = ask(recall, true, args);
		compare(&result, &exact, &indexed);
		pfree(exact.distances);
		pfree(indexed.distances);
	}
	SPI_finish();
	return result;
}

/* ---- the function ---- */

static void
open_relations(Recall *recall, Oid oid)
{
	recall->table = table_open(wemb_index_table(oid), AccessShareLock);
	recall->index = index_open(oid, AccessShareLock);
	if (recall->index->rd_rel->relkind != RELKIND_INDEX)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is an index of a partitioned table", RelationGetRelationName(recall->index)),
				 errhint("Measure the indexes of its partitions.")));
	if (RELATION_IS_OTHER_TEMP(recall->table))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("cannot access temporary tables of other sessions")));
	if (!recall->index->rd_index->indisvalid)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("index \"%s\" is not valid", RelationGetRelationName(recall->index)), errhint("REINDEX it.")));
}

static void
check_range(const char *name, int value, int most)
{
	if (value < 1 || value > most)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s must be between 1 and %d, not %d", name, most, value)));
}

static Datum
result_row(FunctionCallInfo fcinfo, const Recall *recall, const RecallResult *result)
{
	bool		none = result->queries == 0;
	Datum		values[6];
	bool		nulls[6] = {none, none, false, false, none, none};
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = Float8GetDatum(none ? 0 : (double) result->found / result->wanted);
	values[1] = Float8GetDatum(result->lowest);
	values[2] = Int64GetDatum(result->queries);
	values[3] = Int32GetDatum(recall->k);
	values[4] = Float8GetDatum(none ? 0 : result->exact_ms / result->queries);
	values[5] = Float8GetDatum(none ? 0 : result->indexed_ms / result->queries);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

/*
 * Whoever owns the table, or is superuser, has it read as its owner: functions of the index and policies
 * of the table are the owner's, and may not do what only the caller may.  Others read it as themselves.
 */
PG_FUNCTION_INFO_V1(wemb_index_recall);
Datum
wemb_index_recall(PG_FUNCTION_ARGS)
{
	Recall		recall = {.k = PG_GETARG_INT32(1), .samples = PG_GETARG_INT32(2)};
	RecallResult result;
	Oid			user;
	int			context;

	check_range("k", recall.k, MAX_K);
	check_range("samples", recall.samples, MAX_SAMPLES);
	open_relations(&recall, PG_GETARG_OID(0));
	GetUserIdAndSecContext(&user, &context);
	if (wemb_class_owner_check(RelationGetRelid(recall.table), user))
		SetUserIdAndSecContext(recall.table->rd_rel->relowner, context | SECURITY_RESTRICTED_OPERATION);
	result = measure(&recall);
	SetUserIdAndSecContext(user, context);
	index_close(recall.index, AccessShareLock);
	table_close(recall.table, AccessShareLock);
	return result_row(fcinfo, &recall, &result);
}
