/*
 * routine.c
 *		What the handlers of our access methods have in common.
 */
#include "postgres.h"

#include "commands/vacuum.h"

#include "index/metric.h"
#include "index/routine.h"
#include "pg/compat.h"

/* What is not set is false or NULL. */
IndexAmRoutine *
wemb_index_routine(void)
{
	IndexAmRoutine *routine = makeNode(IndexAmRoutine);

	routine->amstrategies = 0;	/* any number: only operators to order by */
	routine->amsupport = INDEX_METRIC_PROC;
	routine->amcanorderbyop = true;
	routine->amoptionalkey = true;
	routine->amparallelvacuumoptions = VACUUM_OPTION_PARALLEL_BULKDEL;
	routine->amkeytype = InvalidOid;
	wemb_am_set_build_parallel(routine);
	return routine;
}
