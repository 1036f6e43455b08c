/*
 * validate.c
 *		amvalidate: whether an operator class is one that an index of ours can work with.
 */
#include "postgres.h"

#include "access/amvalidate.h"
#include "access/htup_details.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_type.h"
#include "utils/catcache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"

#include "index/metric.h"
#include "index/validate.h"

/* Say what is wrong; false. */
static bool
complain(const char *opclass, const char *problem)
{
	ereport(INFO,
			(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
			 errmsg("operator family of class \"%s\" %s", opclass, problem)));
	return false;
}

static bool
check_functions(CatCList *functions, IndexServes serves, const char *opclass)
{
	bool		good = true;

	for (int i = 0; i < functions->n_members; i++)
	{
		Form_pg_amproc entry = (Form_pg_amproc) GETSTRUCT(&functions->members[i]->tuple);
		const char *name = format_procedure(entry->amproc);
		const IndexMetric *metric = wemb_index_metric_of(entry->amproc, entry->amproclefttype);

		if (entry->amprocnum != INDEX_METRIC_PROC)
			good = complain(opclass, psprintf("contains function %s with invalid support number %d", name,
											  entry->amprocnum));
		else if (metric == NULL)
			good = complain(opclass, psprintf("contains function %s, which is for no distance of its type", name));
		else if (!serves(metric))
			good = complain(opclass, psprintf("contains function %s, whose distance the access method does not have", name));
	}
	return good;
}

static bool
check_operators(CatCList *operators, const char *opclass)
{
	bool		good = true;

	for (int i = 0; i < operators->n_members; i++)
	{
		Form_pg_amop entry = (Form_pg_amop) GETSTRUCT(&operators->members[i]->tuple);
		const char *name = format_operator(entry->amopopr);

		if (entry->amoppurpose != AMOP_ORDER)
			good = complain(opclass, psprintf("contains search operator %s", name));
		else if (!check_amop_signature(entry->amopopr, FLOAT8OID, entry->amoplefttype, entry->amoprighttype))
			good = complain(opclass, psprintf("contains operator %s with wrong signature", name));
		else if (!opfamily_can_sort_type(entry->amopsortfamily, FLOAT8OID))
			good = complain(opclass, psprintf("contains operator %s with a sort family of another type", name));
	}
	return good;
}

/* The class needs its own function and operator; other groups of the family belong to other classes. */
static bool
check_groups(CatCList *operators, CatCList *functions, Oid type, const char *opclass)
{
	ListCell   *cell;

	foreach(cell, identify_opfamily_groups(operators, functions))
	{
		OpFamilyOpFuncGroup *group = (OpFamilyOpFuncGroup *) lfirst(cell);

		if (group->lefttype != type || group->righttype != type)
			continue;
		if ((group->functionset & UINT64CONST(1) << INDEX_METRIC_PROC) == 0)
			return complain(opclass, psprintf("is missing support function %d", INDEX_METRIC_PROC));
		if (group->operatorset == 0)
			return complain(opclass, "is missing an operator to order by");
		return true;
	}
	return complain(opclass, "has neither operators nor functions");
}

bool
wemb_index_validate(Oid opclass, IndexServes serves)
{
	HeapTuple	tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));
	Form_pg_opclass entry;
	CatCList   *operators;
	CatCList   *functions;
	const char *name;
	bool		good;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator class %u", opclass);
	entry = (Form_pg_opclass) GETSTRUCT(tuple);
	name = NameStr(entry->opcname);
	operators = SearchSysCacheList1(AMOPSTRATEGY, ObjectIdGetDatum(entry->opcfamily));
	functions = SearchSysCacheList1(AMPROCNUM, ObjectIdGetDatum(entry->opcfamily));

	good = check_functions(functions, serves, name);
	good = check_operators(operators, name) && good;
	good = check_groups(operators, functions, entry->opcintype, name) && good;

	ReleaseCatCacheList(functions);
	ReleaseCatCacheList(operators);
	ReleaseSysCache(tuple);
	return good;
}
