/*
 * install_types.c
 *		wemb_install_types(): own types, or pgvector's.
 *
 * Called by the install script, and by upgrade scripts.  A database in which
 * the extension "vector" was there first has one type vector, pgvector's, and
 * wemb depends on that extension as if its control file required it.  Where
 * wemb was first it keeps its own types for good.
 *
 * The script runs with the rights of a superuser, while schemas may be open to
 * others.  So pgvector's type is not looked up by name alone, and it is an
 * error if what follows in the script would find another one.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "app/model/vector_type.h"

#define PGVECTOR "vector"

/* The extension, protected from being dropped until the transaction ends, or InvalidOid. */
static Oid
lock_pgvector(void)
{
	Oid			extension = get_extension_oid(PGVECTOR, true);

	if (OidIsValid(extension))
	{
		LockDatabaseObject(ExtensionRelationId, extension, 0, AccessShareLock);
		if (get_extension_oid(PGVECTOR, true) != extension)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("extension \"%s\" was dropped meanwhile", PGVECTOR)));
	}
	return extension;
}

/* The type vector of a schema if it belongs to an extension, else InvalidOid. */
static Oid
find_member_type(Oid extension, Oid schema)
{
	Oid			type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("vector"),
									   ObjectIdGetDatum(schema));

	if (OidIsValid(type) && getExtensionOfObject(TypeRelationId, type) == extension)
		return type;
	return InvalidOid;
}

/* The schema in which the script creates what it names. */
static Oid
target_schema(void)
{
	List	   *path = fetch_search_path(false);
	Oid			schema = linitial_oid(path);

	list_free(path);
	return schema;
}

/* Append pgvector's schema to search_path.  CREATE EXTENSION puts back what it was. */
static void
add_to_path(Oid target, Oid schema)
{
	char	   *path = psprintf("%s, %s, pg_temp", quote_identifier(get_namespace_name(target)),
								quote_identifier(get_namespace_name(schema)));

	(void) set_config_option("search_path", path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

static void
use_pgvector(Oid pgvector)
{
	Oid			schema = wemb_extension_schema(PGVECTOR);
	Oid			type = find_member_type(pgvector, schema);
	Oid			target = target_schema();
	ObjectAddress wemb,
				needed;

	if (!OidIsValid(type))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("extension \"%s\" has no type \"%s\" in its schema \"%s\"", PGVECTOR, "vector",
						get_namespace_name(schema)),
				 errhint("If the type was moved, move it back.")));
	if (schema != target)
		add_to_path(target, schema);
	if (TypenameGetTypid("vector") != type)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("type \"%s\" already exists in schema \"%s\"", "vector", get_namespace_name(target)),
				 errdetail("It is not the type of the extension \"%s\", which wemb uses where that extension is installed.",
						   PGVECTOR),
				 errhint("Drop or rename it, or create wemb in another schema.")));

	ObjectAddressSet(wemb, ExtensionRelationId, CurrentExtensionObject);
	ObjectAddressSet(needed, ExtensionRelationId, pgvector);
	recordDependencyOn(&wemb, &needed, DEPENDENCY_NORMAL);
}

static void
run_definitions(const char *definitions)
{
	int			result;

	SPI_connect();
	result = SPI_execute(definitions, false, 0);
	if (result < 0)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(result));
	SPI_finish();
}

PG_FUNCTION_INFO_V1(wemb_install_types);
Datum
wemb_install_types(PG_FUNCTION_ARGS)
{
	Oid			pgvector;

	if (!creating_extension)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("%s can only be called by an SQL script executed by CREATE EXTENSION", "wemb_install_types()")));

	pgvector = lock_pgvector();
	if (OidIsValid(pgvector) && !OidIsValid(find_member_type(CurrentExtensionObject, target_schema())))
		use_pgvector(pgvector);
	else
		run_definitions(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	PG_RETURN_VOID();
}
