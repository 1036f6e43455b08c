/*
 * plan.c
 *		Queries of ours that are run again and again.
 */
#include "postgres.h"

#include "nodes/parsenodes.h"

#include "pg/plan.h"

SPIPlanPtr
wemb_plan_keep(const char *query, int nargs, Oid *types)
{
	SPIPlanPtr	plan;

	SPI_connect();
	plan = SPI_prepare_cursor(query, nargs, types, CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare_cursor failed: %s: %s", SPI_result_code_string(SPI_result), query);
	if (SPI_keepplan(plan) != 0)
		elog(ERROR, "SPI_keepplan failed: %s", query);
	SPI_finish();
	return plan;
}
