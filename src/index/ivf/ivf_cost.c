/*
 * ivf_cost.c
 *		amcostestimate: what a scan of lists costs.
 *
 * Before the first row a search compares the query with the centroids of all
 * lists and reads the nearest lists from end to end.  The whole stream reads all.
 */
#include "postgres.h"

#include "access/genam.h"
#include "optimizer/optimizer.h"

#include "index/cost.h"
#include "index/ivf/ivf.h"

/* Estimates that cost what an operator costs: a block of codes is estimated at once */
#define ESTIMATES_AN_OPERATOR	8

/* Operators that cost what a row given costs: its page of cells is visited, and it is put in order twice */
#define OPERATORS_A_ROW	100

static void
find_facts(const IndexOptInfo *info, IvfFacts *facts)
{
	Relation	index;

	if (info->hypothetical)
	{
		wemb_ivf_facts_of_rows(info->tuples, facts);
		return;
	}
	index = index_open(info->indexoid, NoLock); /* the planner has a lock */
	wemb_ivf_facts(index, facts);
	index_close(index, NoLock);
}

static void
work_of(const IndexOptInfo *info, IndexWork *work)
{
	IvfFacts	facts;
	double		share;
	double		rows = Max(info->tuples, 1);
	Cost		estimates = rows * cpu_operator_cost / ESTIMATES_AN_OPERATOR;
	Cost		centroids;

	find_facts(info, &facts);
	share = facts.probes / facts.lists;
	centroids = facts.lists * cpu_operator_cost;
	*work = (IndexWork) {
		.start_cpu = centroids + share * estimates,
		.start_jumps = facts.probes,
		.start_reads = share * info->pages,
		.all_cpu = centroids + estimates + rows * OPERATORS_A_ROW * cpu_operator_cost,
		.all_jumps = facts.lists,
		.all_reads = info->pages
	};
}

void
wemb_ivf_cost(PlannerInfo *root, IndexPath *path, double loop_count, Cost *startup_cost, Cost *total_cost,
			  Selectivity *selectivity, double *correlation, double *pages)
{
	IndexPrice	price = wemb_index_price(root, path, loop_count, work_of);

	*startup_cost = price.startup;
	*total_cost = price.total;
	*selectivity = price.selectivity;
	*correlation = price.correlation;
	*pages = price.pages;
}
