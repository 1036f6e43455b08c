/*
 * install_classes.c
 *		wemb_install_classes(): operator classes for the types that there are.
 *
 * Called by the install script, and by upgrade scripts.  Beside pgvector the
 * operators are pgvector's, and versions of it differ in types and operators:
 * a class whose operator does not exist is left out.
 *
 * The script runs with the rights of a superuser, while schemas may be open to
 * others: an operator that belongs to neither extension is an error.  Its type
 * need not be looked at, since extensions define operators on types of theirs.
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/pg_operator.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "nodes/parsenodes.h"
#include "parser/parse_oper.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/regproc.h"

#include "pg/compat.h"

#define PGVECTOR "vector"

/* Whether there is the operator that a class is made of. */
static bool
find_operator(const CreateOpClassStmt *class)
{
	CreateOpClassItem *item = linitial_node(CreateOpClassItem, class->items);
	Oid			found = LookupOperWithArgs(item->name, true);
	Oid			owner;

	if (!OidIsValid(found))
		return false;
	owner = getExtensionOfObject(OperatorRelationId, found);
	if (!OidIsValid(owner) || (owner != CurrentExtensionObject && owner != get_extension_oid(PGVECTOR, true)))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("operator %s is of neither extension \"%s\" nor \"%s\"", format_operator(found),
						PGVECTOR, "wemb"),
				 errhint("Drop or rename it, or create wemb in another schema.")));
	return true;
}

static void
run_statement(const char *definitions, const RawStmt *statement)
{
	const char *start = definitions + statement->stmt_location;

	/* 0: to the end */
	int			length = statement->stmt_len > 0 ? statement->stmt_len : (int) strlen(start);
	int			result = SPI_execute(pnstrdup(start, length), false, 0);

	if (result < 0)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(result));
}

PG_FUNCTION_INFO_V1(wemb_install_classes);
Datum
wemb_install_classes(PG_FUNCTION_ARGS)
{
	const char *definitions = text_to_cstring(PG_GETARG_TEXT_PP(0));
	bool		wanted = true;
	ListCell   *cell;

	if (!creating_extension)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("%s can only be called by an SQL script executed by CREATE EXTENSION",
						"wemb_install_classes()")));

	SPI_connect();
	foreach(cell, pg_parse_query(definitions))
	{
		const RawStmt *statement = lfirst_node(RawStmt, cell);

		/* What follows a class, up to the next, is about it. */
		if (IsA(statement->stmt, CreateOpClassStmt))
			wanted = find_operator((const CreateOpClassStmt *) statement->stmt);
		if (wanted)
			run_statement(definitions, statement);
	}
	SPI_finish();
	PG_RETURN_VOID();
}
