/*
 * hnsw_cost.c
 *		amcostestimate: what a scan of a graph costs.
 *
 * Before the first row a search visits some records of each upper layer, and
 * on the lowest those that its effort asks for.  From then on about one record
 * is visited for each row.
 */
#include "postgres.h"

#include <math.h>

#include "access/genam.h"
#include "optimizer/optimizer.h"

#include "index/cost.h"
#include "index/hnsw/hnsw.h"
#include "index/settings.h"

/* Records of the lowest layer that are visited, for one that the search keeps as a candidate */
#define VISITS_A_CANDIDATE	1.5

static int
links_of(const IndexOptInfo *info)
{
	Relation	index;
	int			m;

	if (info->hypothetical)
		return HNSW_DEFAULT_M;
	index = index_open(info->indexoid, NoLock); /* the planner has a lock */
	m = wemb_hnsw_m(index);
	index_close(index, NoLock);
	return m;
}

/* Records visited before the first row. */
static double
visits_to_start(double rows, int m)
{
	HnswSettings settings;
	double		layers = log(rows) / log(m);

	wemb_hnsw_settings(&settings);
	return Min(settings.ef_search * VISITS_A_CANDIDATE + layers * m, rows);
}

static void
work_of(const IndexOptInfo *info, IndexWork *work)
{
	int			m = links_of(info);
	double		rows = Max(info->tuples, 1);
	double		visits = visits_to_start(rows, m);
	Cost		cpu_cost = cpu_index_tuple_cost + 2 * m * cpu_operator_cost;	/* of a visit: an estimate a link */

	*work = (IndexWork) {
		.start_cpu = visits * cpu_cost,
		.start_jumps = visits,
		.all_cpu = rows * cpu_cost,
		.all_jumps = rows
	};
}

void
wemb_hnsw_cost(PlannerInfo *root, IndexPath *path, double loop_count, Cost *startup_cost, Cost *total_cost,
			   Selectivity *selectivity, double *correlation, double *pages)
{
	IndexPrice	price = wemb_index_price(root, path, loop_count, work_of);

	*startup_cost = price.startup;
	*total_cost = price.total;
	*selectivity = price.selectivity;
	*correlation = price.correlation;
	*pages = price.pages;
}
