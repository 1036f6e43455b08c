/*
 * model_table.c
 *		Which tables are a model.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "app/model/model_name.h"
#include "app/model/model_table.h"
#include "app/model/vector_type.h"
#include "pg/compat.h"

typedef struct ModelColumn
{
	const char *name;
	Oid			type;			/* InvalidOid: the type vector */
} ModelColumn;

static const ModelColumn words_columns[] = {
	{"word", TEXTOID}, {"freq", INT8OID}, {"vec", InvalidOid}
};
static const ModelColumn parts_columns[] = {
	{"part", TEXTOID}, {"id", INT4OID}, {"vec", InvalidOid}, {"data", JSONBOID}
};

/* NULL if relation is a table that has these columns, else what is not so. */
static const char *
examine_table(Oid relation, const ModelColumn *columns, int ncolumns)
{
	char		kind = get_rel_relkind(relation);

	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
		return psprintf(_("\"%s\" is not a table."), get_rel_name(relation));

	for (int i = 0; i < ncolumns; i++)
	{
		Oid			type = OidIsValid(columns[i].type) ? columns[i].type : wemb_vector_type();
		AttrNumber	column = get_attnum(relation, columns[i].name);

		if (column == InvalidAttrNumber || get_atttype(relation, column) != type)
			return psprintf(_("Table \"%s\" has no column \"%s\" of type %s."),
							get_rel_name(relation), columns[i].name, format_type_be(type));
	}
	return NULL;
}

/* The table called name in schema, locked, or InvalidOid.  Unlike RangeVarGetRelid() it never raises an error. */
static Oid
lock_table(const char *name, Oid schema)
{
	Oid			table = get_relname_relid(name, schema);

	while (OidIsValid(table))
	{
		Oid			now;

		LockRelationOid(table, AccessShareLock);
		now = get_relname_relid(name, schema);	/* while waiting, it may have been dropped or renamed */
		if (now == table)
			break;
		UnlockRelationOid(table, AccessShareLock);
		table = now;
	}
	return table;
}

const char *
wemb_model_tables_examine(Oid words, ModelTables *tables)
{
	const char *name = get_rel_name(words);
	const char *fault;
	Oid			type;
	int32		typmod;
	Oid			collation;

	memset(tables, 0, sizeof(*tables));
	if (name == NULL)
		return _("The table has been dropped.");
	tables->words = words;
	tables->schema = get_rel_namespace(words);
	strlcpy(tables->words_name, name, NAMEDATALEN);
	strlcpy(tables->schema_name, get_namespace_name(tables->schema), NAMEDATALEN);

	fault = examine_table(words, words_columns, lengthof(words_columns));
	if (fault != NULL)
		return fault;
	tables->vec_column = get_attnum(words, "vec");
	get_atttypetypmodcoll(words, tables->vec_column, &type, &typmod, &collation);
	tables->declared_dim = typmod;

	if (strlen(name) > MODEL_NAME_MAX)
		return psprintf(_("The name \"%s\" is too long to have \"%s\" appended."), name, MODEL_PARTS_SUFFIX);
	wemb_model_name_parts(name, tables->parts_name);
	tables->parts = lock_table(tables->parts_name, tables->schema);
	if (!OidIsValid(tables->parts))
		return psprintf(_("There is no table \"%s\" beside it."), tables->parts_name);
	return examine_table(tables->parts, parts_columns, lengthof(parts_columns));
}

void
wemb_model_tables_open(const char *name, ModelTables *tables)
{
	RangeVar   *range = wemb_model_name_parse(name);
	const char *shown = range->schemaname == NULL ? range->relname :
		quote_qualified_identifier(range->schemaname, range->relname);
	Oid			words = RangeVarGetRelid(range, AccessShareLock, true);
	const char *fault;

	if (!OidIsValid(words))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("embedding model \"%s\" does not exist", shown),
				 errhint("Train one with wemb_train(), or set wemb.model to an existing model.")));

	fault = wemb_model_tables_examine(words, tables);
	if (fault == NULL)
		return;
	if (tables->parts_name[0] != '\0' && !OidIsValid(tables->parts))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("embedding model \"%s\" lacks its table \"%s\"", shown, tables->parts_name),
				 errhint("A model is two tables. If one of them was renamed or moved to another schema, "
						 "rename or move the other one as well.")));
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("\"%s\" is not an embedding model", shown),
			 errdetail_internal("%s", fault),
			 errhint("Train one with wemb_train(), or set wemb.model to an existing model.")));
}

/* As the executor judges a query that names these columns. */
static bool
is_readable(Oid relation, const ModelColumn *columns, int ncolumns)
{
	Oid			user = GetUserId();

	if (pg_class_aclcheck(relation, user, ACL_SELECT) == ACLCHECK_OK)
		return true;
	for (int i = 0; i < ncolumns; i++)
		if (pg_attribute_aclcheck(relation, get_attnum(relation, columns[i].name), user, ACL_SELECT) != ACLCHECK_OK)
			return false;
	return true;
}

bool
wemb_model_tables_readable(const ModelTables *tables)
{
	return !isOtherTempNamespace(tables->schema) &&
		wemb_namespace_usage_check(tables->schema, GetUserId()) &&
		is_readable(tables->words, words_columns, lengthof(words_columns)) &&
		is_readable(tables->parts, parts_columns, lengthof(parts_columns));
}

void
wemb_model_tables_check_readable(const ModelTables *tables)
{
	if (!is_readable(tables->words, words_columns, lengthof(words_columns)))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, tables->words_name);
	if (!is_readable(tables->parts, parts_columns, lengthof(parts_columns)))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, tables->parts_name);
}

bool
wemb_model_tables_filtered(const ModelTables *tables)
{
	return check_enable_rls(tables->words, InvalidOid, true) == RLS_ENABLED ||
		check_enable_rls(tables->parts, InvalidOid, true) == RLS_ENABLED;
}

void
wemb_model_report_damage(const ModelTables *tables, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("embedding model \"%s\" is damaged", wemb_model_words_sql(tables)),
			 errdetail_internal("%s", detail)));
	pg_unreachable();
}

char *
wemb_model_words_sql(const ModelTables *tables)
{
	return quote_qualified_identifier(tables->schema_name, tables->words_name);
}

char *
wemb_model_parts_sql(const ModelTables *tables)
{
	return quote_qualified_identifier(tables->schema_name, tables->parts_name);
}
