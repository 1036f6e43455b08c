/*
 * vacuum.h
 *		What vacuums of all access methods have in common: how they are called, and when places that nothing leads
 *		to any more can be used again.
 *
 * A scan remembers where it goes next, without a lock.  So a place that has left the index, a slot or a page, stays
 * as it was until no scan can be on its way there: one that has begun before nothing led there any more.  If nobody
 * has a snapshot then, that is at once.  If somebody has, the place is stamped with the next transaction id, and a
 * later vacuum takes it when no snapshot is as old as that.
 */
#ifndef WEMB_INDEX_VACUUM_H
#define WEMB_INDEX_VACUUM_H

#include "postgres.h"

#include "access/genam.h"
#include "storage/bufmgr.h"

/* One call of a vacuum. */
typedef struct IndexVacuum
{
	IndexVacuumInfo *info;
	IndexBulkDeleteResult *stats;
	IndexBulkDeleteCallback callback;	/* NULL: no row is dead */
	void	   *callback_state;
} IndexVacuum;

typedef void (*IndexVacuumPass) (const IndexVacuum *vacuum);

/*
 * ambulkdelete and amvacuumcleanup by a pass over the index, in memory of its own.  It counts rows and free pages, both
 * from zero, and rows removed.
 */
extern IndexBulkDeleteResult *wemb_index_bulk_delete(const IndexVacuum *vacuum, IndexVacuumPass pass);
extern IndexBulkDeleteResult *wemb_index_vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats,
														IndexVacuumPass pass);

static inline bool
wemb_vacuum_is_dead(const IndexVacuum *vacuum, ItemPointer tid)
{
	return vacuum->callback != NULL && vacuum->callback(tid, vacuum->callback_state);
}

/* A page, pinned, in the few buffers that a vacuum keeps to. */
extern Buffer wemb_vacuum_read(const IndexVacuum *vacuum, BlockNumber block);

/*
 * Whether nobody is in the middle of a scan of whatever index, here or on a standby that says what it is
 * doing.  A standby that does not is told by wemb_vacuum_log_reuse().
 */
extern bool wemb_vacuum_nobody_looks(void);

/*
 * Before places are used again, of which this is the latest stamp, or the next transaction id where they have none.
 * On a standby replay waits there for queries of snapshots as old as that, or cancels them, as where a page of a
 * btree index is used again.
 */
extern void wemb_vacuum_log_reuse(const IndexVacuum *vacuum, uint64 stamp);

#endif							/* WEMB_INDEX_VACUUM_H */
