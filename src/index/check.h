/*
 * check.h
 *		What wemb_index_check() and wemb_index_stats() ask of indexes of every access method.
 */
#ifndef WEMB_INDEX_CHECK_H
#define WEMB_INDEX_CHECK_H

#include "postgres.h"

#include "fmgr.h"
#include "storage/itemptr.h"
#include "utils/relcache.h"

#define INDEX_MAX_PROBLEMS	1000	/* that are shown */

/* A check under way: its result is what it reports. */
typedef struct IndexCheck
{
	FunctionCallInfo fcinfo;	/* of wemb_index_check() */
	Relation	heap;
	Relation	index;
	int			problems;
} IndexCheck;

/* The rows that an index has, and how a check of them reports. */
typedef struct IndexRows
{
	ItemPointerData *tids;		/* in any order */
	Size		ntids;
	const char *twice;			/* rule that no row is there twice */
	const char *missing;		/* rule that every row is there */
	bool		(*wanted) (void *state, Datum value);	/* whether a row of that value, not NULL, has to be there */
	void		(*there) (void *state, ItemPointer tid);	/* called next if it is there; or NULL */
	void	   *state;
} IndexRows;

/* Report that the rule of that name does not hold.  Beyond INDEX_MAX_PROBLEMS they are only counted. */
extern void wemb_index_problem(IndexCheck *check, const char *rule, const char *format,...) pg_attribute_printf(3, 4);

/* Report rows that are there twice, and rows of the table that are not there.  Sorts tids. */
extern void wemb_index_check_rows(IndexCheck *check, IndexRows *rows);

typedef struct IndexGraphStats
{
	int64		records;
	int64		retired;		/* records that no search reaches any more */
	int			levels;
	double		links;			/* of a record on the lowest layer */
} IndexGraphStats;

typedef struct IndexListStats
{
	int			lists;
	int64		longest;		/* rows of the list that has most */
} IndexListStats;

typedef struct IndexStats
{
	int64		rows;
	int64		gone;			/* records of a graph or rows of lists that are still in the way of searches */
	int64		free;			/* slots of a graph or pages of lists to be used again */
	IndexGraphStats *graph;		/* of a graph, or NULL */
	IndexListStats *lists;		/* of lists, or NULL */
} IndexStats;

#endif							/* WEMB_INDEX_CHECK_H */
