/*
 * cost.h
 *		What a scan of an index of ours costs, for the planner.
 *
 * Before the first row a search does much of its work; from then on rows come
 * in proportion.  So there is a cost to start, and a cost of the whole stream;
 * what a LIMIT takes of that, and how much of it a filter wastes, the planner
 * works out itself.
 */
#ifndef WEMB_INDEX_COST_H
#define WEMB_INDEX_COST_H

#include "postgres.h"

#include "nodes/pathnodes.h"

/* What one scan does until the first row, and until the last; numbers of visits to pages count a page each time. */
typedef struct IndexWork
{
	Cost		start_cpu;
	double		start_jumps;	/* visits to pages anywhere in the index */
	double		start_reads;	/* visits to the page after the one before */
	Cost		all_cpu;
	double		all_jumps;
	double		all_reads;
} IndexWork;

/* What amcostestimate gives back */
typedef struct IndexPrice
{
	Cost		startup;
	Cost		total;
	Selectivity selectivity;
	double		correlation;
	double		pages;
} IndexPrice;

/* How an access method says what a scan with an ORDER BY does. */
typedef void (*IndexWorkOf) (const IndexOptInfo *info, IndexWork *work);

/* Without an ORDER BY the path is disabled: an index of ours leads to what is near, and to nothing else. */
extern IndexPrice wemb_index_price(PlannerInfo *root, IndexPath *path, double loop_count, IndexWorkOf work_of);

#endif							/* WEMB_INDEX_COST_H */
