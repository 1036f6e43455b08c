/*
 * model_name.c
 *		Names of models.
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "utils/varlena.h"

#include "app/model/model_name.h"
#include "pg/guc.h"

static void
report_bad_name(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_NAME),
			 name[0] == '\0' ? errmsg("name of embedding model is empty") :
			 errmsg("invalid name of embedding model: \"%s\"", name),
			 errhint("Write it as in SQL: news, schema.news or \"Quoted Name\".")));
}

RangeVar *
wemb_model_name_parse(const char *name)
{
	List	   *identifiers;
	char	   *table;

	if (name == NULL)
		name = wemb_model;
	if (!SplitIdentifierString(pstrdup(name), '.', &identifiers) ||
		list_length(identifiers) < 1 || list_length(identifiers) > 2)
		report_bad_name(name);

	/* an identifier that was too long has been cut, but not by so much that it is short enough now */
	table = llast(identifiers);
	if (strlen(table) > MODEL_NAME_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NAME_TOO_LONG),
				 errmsg("name of embedding model is too long: \"%s\"", table),
				 errdetail("It has at most %d bytes, so that \"%s\" can be appended.",
						   MODEL_NAME_MAX, MODEL_PARTS_SUFFIX)));

	return makeRangeVar(list_length(identifiers) == 2 ? linitial(identifiers) : NULL, table, -1);
}

void
wemb_model_name_parts(const char *words, char parts[NAMEDATALEN])
{
	Assert(strlen(words) <= MODEL_NAME_MAX);
	snprintf(parts, NAMEDATALEN, "%s%s", words, MODEL_PARTS_SUFFIX);
}
