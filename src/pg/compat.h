/*
 * compat.h
 *		One API for PostgreSQL 13 to 18, newest first.
 *
 * The rest of the code is written for the newest server; this header, and no
 * other file, may name PG_VERSION_NUM.
 */
#ifndef WEMB_COMPAT_H
#define WEMB_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 130000 || PG_VERSION_NUM >= 190000
#error "wemb is written for PostgreSQL 13 to 18"
#endif

/* 18: plans are told apart by the number of their disabled nodes before their costs are compared. */
#if PG_VERSION_NUM >= 180000
#define wemb_path_disable(path) ((path)->disabled_nodes = 1000)
#else
#define wemb_path_disable(path) ((void) (path))
#endif

/* 18: EXPLAIN ANALYZE shows how often an index was searched. */
#if PG_VERSION_NUM >= 180000
#define wemb_count_index_search(scan) \
	do \
	{ \
		if ((scan)->instrument != NULL) \
			(scan)->instrument->nsearches++; \
	} while (0)
#else
#define wemb_count_index_search(scan) ((void) (scan))
#endif

/* 18: LockAcquireExtended() can log a failure.  This call takes a lock at once or not at all, and raises no error. */
#if PG_VERSION_NUM >= 180000
#define LockAcquireNoErrorCompat(tag, mode) LockAcquireExtended(tag, mode, false, true, false, NULL, false)
#else
#define LockAcquireNoErrorCompat(tag, mode) LockAcquireExtended(tag, mode, false, true, false, NULL)
#endif

/* 18: the pause that a vacuum makes depends on who asks. */
#if PG_VERSION_NUM >= 180000
#define wemb_vacuum_delay() vacuum_delay_point(false)
#else
#define wemb_vacuum_delay() vacuum_delay_point()
#endif

/* 17: an access method says that it builds in parallel; before, only btree did. */
#if PG_VERSION_NUM >= 170000
#define wemb_am_set_build_parallel(routine) ((routine)->amcanbuildparallel = true)
#else
#define wemb_am_set_build_parallel(routine) ((void) (routine))
#endif

/* 16: VARDATA_ANY() and friends moved out of postgres.h. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 16: input functions can report errors softly, to whoever passes an ErrorSaveContext. */
#if PG_VERSION_NUM < 160000
#define errsave(context, ...)                                                                      \
	do                                                                                             \
	{                                                                                              \
		(void) (context);                                                                          \
		ereport(ERROR, __VA_ARGS__);                                                               \
	} while (0)
#endif

/* 16: ownership and privileges on objects of any kind are asked for with one function each. */
#if PG_VERSION_NUM >= 160000
#define wemb_class_owner_check(relation, user) object_ownercheck(RelationRelationId, relation, user)
#define wemb_namespace_create_check(schema, user) \
	(object_aclcheck(NamespaceRelationId, schema, user, ACL_CREATE) == ACLCHECK_OK)
#define wemb_namespace_usage_check(schema, user) \
	(object_aclcheck(NamespaceRelationId, schema, user, ACL_USAGE) == ACLCHECK_OK)
#else
#define wemb_class_owner_check(relation, user) pg_class_ownercheck(relation, user)
#define wemb_namespace_create_check(schema, user) \
	(pg_namespace_aclcheck(schema, user, ACL_CREATE) == ACLCHECK_OK)
#define wemb_namespace_usage_check(schema, user) \
	(pg_namespace_aclcheck(schema, user, ACL_USAGE) == ACLCHECK_OK)
#endif

/* 16: stringToQualifiedNameList() can report softly. */
#if PG_VERSION_NUM >= 160000
#define stringToQualifiedNameListCompat(s) stringToQualifiedNameList(s, NULL)
#else
#define stringToQualifiedNameListCompat(s) stringToQualifiedNameList(s)
#endif

/* 16: a setting is looked up by name: NULL, or what guc_tables.h says.  Before, there is the sorted list of all. */
#include "utils/guc_tables.h"
#if PG_VERSION_NUM >= 160000
#define wemb_guc_find(name) find_option(name, false, true, ERROR)
#else
static inline struct config_generic *
wemb_guc_find(const char *name)
{
	struct config_generic **all = get_guc_variables();
	int			low = 0;
	int			high = GetNumConfigOptions();

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = pg_strcasecmp(all[middle]->name, name);

		if (order == 0)
			return all[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
#endif

/* 16: whether rows of the table are in a logical change stream goes with the record about a page used again. */
#if PG_VERSION_NUM >= 160000
#define wemb_log_reuse(info, horizon) gistXLogPageReuse((info)->index, (info)->heaprel, 0, horizon)
#else
#define wemb_log_reuse(info, horizon) gistXLogPageReuse((info)->index, 0, horizon)
#endif

/* 15: files shared by processes were renamed; 14: they are opened in a mode. */
#if PG_VERSION_NUM >= 150000
#define BufFileCreateFileSetCompat(set, name) BufFileCreateFileSet(&(set)->fs, name)
#define BufFileOpenFileSetCompat(set, name) BufFileOpenFileSet(&(set)->fs, name, O_RDONLY, false)
#define BufFileDeleteFileSetCompat(set, name) BufFileDeleteFileSet(&(set)->fs, name, false)
#define BufFileExportFileSetCompat(file) BufFileExportFileSet(file)
#else
#define BufFileCreateFileSetCompat(set, name) BufFileCreateShared(set, name)
#if PG_VERSION_NUM >= 140000
#define BufFileOpenFileSetCompat(set, name) BufFileOpenShared(set, name, O_RDONLY)
#else
#define BufFileOpenFileSetCompat(set, name) BufFileOpenShared(set, name)
#endif
#define BufFileDeleteFileSetCompat(set, name) BufFileDeleteShared(set, name)
#define BufFileExportFileSetCompat(file) BufFileExportShared(file)
#endif

/* 15: older servers know the reserved prefix call by another name. */
#if PG_VERSION_NUM < 150000
#define MarkGUCPrefixReserved(prefix) EmitWarningsOnPlaceholders(prefix)
#endif

/* 14: aminsert is told whether the update left the indexed columns alone. */
#if PG_VERSION_NUM >= 140000
#define WEMB_AMINSERT_ARGS \
	Relation index, Datum *values, bool *isnull, ItemPointer heap_tid, Relation heap, \
		IndexUniqueCheck check_unique, bool unchanged, struct IndexInfo *info
#else
#define WEMB_AMINSERT_ARGS \
	Relation index, Datum *values, bool *isnull, ItemPointer heap_tid, Relation heap, \
		IndexUniqueCheck check_unique, struct IndexInfo *info
#endif

/*
 * 14: whether a full transaction id is older than every snapshot in the cluster; after
 * wemb_horizon_refresh().  Before, the horizon was a plain transaction id.
 */
#include "access/transam.h"
#include "utils/snapmgr.h"
#if PG_VERSION_NUM >= 140000
#include "storage/procarray.h"
#define wemb_horizon_refresh() ((void) GetOldestNonRemovableTransactionId(NULL))
#define wemb_horizon_passed(id) GlobalVisCheckRemovableFullXid(NULL, id)
#else
#include "storage/procarray.h"
#define wemb_horizon_refresh() ((void) GetOldestXmin(NULL, PROCARRAY_FLAGS_VACUUM))
static inline bool
wemb_horizon_passed(FullTransactionId id)
{
	uint64		next = U64FromFullTransactionId(ReadNextFullTransactionId());

	return U64FromFullTransactionId(id) < next - (uint32) ((uint32) next - GetOldestXmin(NULL, PROCARRAY_FLAGS_VACUUM));
}
#endif

/* 14: a buffer in which a page was seen can be pinned without looking for the page; 16: files' names were renamed. */
#if PG_VERSION_NUM >= 160000
#define wemb_read_recent_buffer(relation, block, buffer) \
	ReadRecentBuffer((relation)->rd_locator, MAIN_FORKNUM, block, buffer)
#elif PG_VERSION_NUM >= 140000
#define wemb_read_recent_buffer(relation, block, buffer) \
	ReadRecentBuffer((relation)->rd_node, MAIN_FORKNUM, block, buffer)
#else
#define wemb_read_recent_buffer(relation, block, buffer) false
#endif

/* 14: a process has its oldest snapshot in its own entry; before, in an array beside. */
#if PG_VERSION_NUM >= 140000
#define wemb_proc_xmin(number) (ProcGlobal->allProcs[number].xmin)
#define wemb_proc_flags(number) (ProcGlobal->allProcs[number].statusFlags)
#else
#define wemb_proc_xmin(number) (ProcGlobal->allPgXact[number].xmin)
#define wemb_proc_flags(number) (ProcGlobal->allPgXact[number].vacuumFlags)
#endif

/* 14: predefined roles have names of their own. */
#if PG_VERSION_NUM < 140000
#define ROLE_PG_READ_ALL_STATS DEFAULT_ROLE_READ_ALL_STATS
#endif

#endif							/* WEMB_COMPAT_H */
