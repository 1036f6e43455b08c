/*
 * vector_type.c
 *		Which type is vector in this database: wemb's own or pgvector's.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "nodes/pg_list.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "app/model/vector_type.h"
#include "pg/compat.h"

Oid
wemb_extension_schema(const char *name)
{
	Relation	extensions = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	Oid			schema = InvalidOid;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ, CStringGetDatum(name));
	scan = systable_beginscan(extensions, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		schema = ((Form_pg_extension) GETSTRUCT(tuple))->extnamespace;
	systable_endscan(scan);
	table_close(extensions, AccessShareLock);
	if (!OidIsValid(schema))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("extension \"%s\" is not installed in this database", name)));
	return schema;
}

/*
 * The install script declared wemb(text) by the type's name, in schemas that
 * may be open to others.
 */
static void
check_type(Oid type)
{
	Oid			extension = getExtensionOfObject(TypeRelationId, type);

	if (!OidIsValid(extension) ||
		(extension != get_extension_oid("wemb", true) && extension != get_extension_oid("vector", true)))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("type %s belongs neither to the extension \"%s\" nor to the extension \"%s\"",
						format_type_be_qualified(type), "wemb", "vector")));
}

Oid
wemb_vector_type(void)
{
	static Oid	known;			/* asked once a session: a type of this number that is still there is the same type */
	Oid			schema;
	Oid			text = TEXTOID;
	Oid			type;

	if (OidIsValid(known) && SearchSysCacheExists1(TYPEOID, ObjectIdGetDatum(known)))
		return known;

	schema = wemb_extension_schema("wemb");
	type = get_func_rettype(LookupFuncName(list_make2(makeString(get_namespace_name(schema)),
													  makeString(pstrdup("wemb"))), 1, &text, false));
	check_type(type);
	known = type;
	return known;
}

char *
wemb_vector_schema(void)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(wemb_vector_type()));
	Oid			schema;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for type %u", wemb_vector_type());
	schema = ((Form_pg_type) GETSTRUCT(tuple))->typnamespace;
	ReleaseSysCache(tuple);
	return get_namespace_name(schema);
}
