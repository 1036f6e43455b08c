/*
 * vacuum.c
 *		What vacuums of all access methods have in common: how they are called, and when places that nothing leads
 *		to any more can be used again.
 */
#include "postgres.h"

#include "access/gist_private.h"
#include "commands/vacuum.h"
#include "index/page.h"
#include "index/vacuum.h"
#include "miscadmin.h"
#include "pg/compat.h"
#include "storage/indexfsm.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "utils/memutils.h"
#include "utils/rel.h"

/* ---- the verbs ---- */

IndexBulkDeleteResult *
wemb_index_bulk_delete(const IndexVacuum *vacuum, IndexVacuumPass pass)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "wemb index vacuum", ALLOCSET_DEFAULT_SIZES);
	IndexVacuum task = *vacuum;
	MemoryContext old;

	if (task.stats == NULL)
		task.stats = palloc0(sizeof(IndexBulkDeleteResult));
	task.stats->num_index_tuples = 0;
	task.stats->pages_free = 0;
	old = MemoryContextSwitchTo(context);
	pass(&task);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	task.stats->num_pages = RelationGetNumberOfBlocks(task.info->index);
	task.stats->estimated_count = false;
	return task.stats;
}

IndexBulkDeleteResult *
wemb_index_vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats, IndexVacuumPass pass)
{
	if (info->analyze_only)
		return stats;
	if (stats == NULL)
		stats = wemb_index_bulk_delete(&(IndexVacuum) {.info = info}, pass);
	IndexFreeSpaceMapVacuum(info->index);
	return stats;
}

Buffer
wemb_vacuum_read(const IndexVacuum *vacuum, BlockNumber block)
{
	return wemb_index_read_by(vacuum->info->index, block, vacuum->info->strategy);
}

/* ---- who may be looking ---- */

/* Whether the process of that number may have begun a scan in this database that has not ended. */
static bool
has_snapshot(int number)
{
	const PGPROC *proc = &ProcGlobal->allProcs[number];

	if (proc == MyProc || proc->pid == 0 || !TransactionIdIsValid(wemb_proc_xmin(number)))
		return false;
	if (wemb_proc_flags(number) & (PROC_IN_VACUUM | PROC_IS_AUTOVACUUM))
		return false;
	/* one of no database sends to a standby, and speaks for that one's queries */
	return proc->databaseId == MyDatabaseId || !OidIsValid(proc->databaseId);
}

bool
wemb_vacuum_nobody_looks(void)
{
	TransactionId slots;
	TransactionId catalogs;
	bool		nobody;

	ProcArrayGetReplicationSlotXmin(&slots, &catalogs);
	nobody = !TransactionIdIsValid(slots);
	LWLockAcquire(ProcArrayLock, LW_SHARED);
	for (int i = 0; i < ProcGlobal->allProcCount && nobody; i++)
		nobody = !has_snapshot(i);
	LWLockRelease(ProcArrayLock);
	return nobody;
}

/*
 * Generic WAL cannot ask for that, but the record for reuse of a GiST index's page does just that and nothing
 * else, whatever index it names.
 */
void
wemb_vacuum_log_reuse(const IndexVacuum *vacuum, uint64 stamp)
{
	if (XLogStandbyInfoActive() && RelationNeedsWAL(vacuum->info->index))
		wemb_log_reuse(vacuum->info, FullTransactionIdFromU64(stamp));
}
