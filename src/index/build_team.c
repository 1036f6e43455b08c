/*
 * build_team.c
 *		What builds of all access methods have in common where several processes take part.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "index/build_team.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "optimizer/planner.h"
#include "pg/memory.h"
#include "utils/rel.h"

/* The server's own rule says whether workers can help.  How many does not depend on the size of the table. */
int
wemb_build_helpers(Relation heap, Relation index)
{
	int			wanted = RelationGetParallelWorkers(heap, -1);

	if (plan_create_index_workers(RelationGetRelid(heap), RelationGetRelid(index)) == 0)
		return 0;
	return wanted >= 0 ? Min(wanted, max_parallel_maintenance_workers) : max_parallel_maintenance_workers;
}

Size
wemb_build_memory(void)
{
	return Max(Min((Size) maintenance_work_mem * 1024, wemb_memory_available() / 4 * 3), BUILD_LEAST_MEMORY);
}

void
wemb_build_tell_helpers(int n)
{
	ereport(DEBUG1, (errmsg_internal("using %d parallel workers", n)));
}

/* The leader has locks of the same modes, and those of one group do not conflict. */
BuildTables
wemb_build_open(const BuildTarget *target)
{
	BuildTables tables = {
		.heap_mode = target->concurrent ? ShareUpdateExclusiveLock : ShareLock,
		.index_mode = target->concurrent ? RowExclusiveLock : AccessExclusiveLock
	};

	tables.heap = table_open(target->heap, tables.heap_mode);
	tables.index = index_open(target->index, tables.index_mode);
	return tables;
}

void
wemb_build_close(BuildTables *tables)
{
	index_close(tables->index, tables->index_mode);
	table_close(tables->heap, tables->heap_mode);
}
