/*
 * hnsw_cost.c
 *		amcostestimate: what a scan of a graph costs.
 *
 * Before the first row a search visits some records of each upper layer, and
 * on the lowest those that its effort asks for.  From then on about one record
 * is visited for each row.  So there is a cost to start, and a cost of the
 * whole stream in proportion to all rows; what a LIMIT takes of that, and how
 * much of it a filter wastes, the planner works out itself.
 */
#include "postgres.h"

#include <math.h>

#include "access/genam.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "utils/float.h"
#include "utils/selfuncs.h"
#include "utils/spccache.h"

#include "index/hnsw/hnsw.h"
#include "index/settings.h"
#include "pg/compat.h"

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
	double		layers = log(Max(rows, 1)) / log(m);

	wemb_hnsw_settings(&settings);
	return Min(settings.ef_search * VISITS_A_CANDIDATE + layers * m, Max(rows, 1));
}

/* Of many pages that are this share of all: the closer together they are, the less.  As the planner for bitmaps. */
static double
cost_of_page(double random_cost, double sequential_cost, double share)
{
	return random_cost - (random_cost - sequential_cost) * sqrt(Min(share, 1));
}

void
wemb_hnsw_cost(PlannerInfo *root, IndexPath *path, double loop_count, Cost *startup_cost, Cost *total_cost,
			   Selectivity *selectivity, double *correlation, double *pages)
{
	const IndexOptInfo *info = path->indexinfo;
	GenericCosts costs = {0};
	int			m;
	double		rows = info->tuples,
				visits,
				cpu_cost,
				random_cost,
				sequential_cost,
				pages_to_start,
				pages_in_all;

	*correlation = 0;
	*pages = info->pages;
	if (path->indexorderbys == NIL)
	{
		/* The graph leads to what is near, and to nothing else. */
		*startup_cost = *total_cost = get_float8_infinity();
		*selectivity = 0;
		wemb_path_disable(&path->path);
		return;
	}

	/* Only of a partial index less than 1; its costs are for trees. */
	genericcostestimate(root, path, loop_count, &costs);
	*selectivity = costs.indexSelectivity;

	m = links_of(info);
	visits = visits_to_start(rows, m);
	cpu_cost = cpu_index_tuple_cost + 2 * m * cpu_operator_cost;	/* of a visit: an estimate a link */
	get_tablespace_page_costs(info->reltablespace, &random_cost, &sequential_cost);
	pages_to_start = index_pages_fetched(visits * loop_count, info->pages, info->pages, root) / loop_count;
	pages_in_all = index_pages_fetched(Max(rows, 1) * loop_count, info->pages, info->pages, root) / loop_count;

	/*
	 * The planner does not count the pages of values that the table keeps out of line, though a plan without the
	 * index reads all of them.  Lest the index lose to such a plan, its start costs at most what the planner takes
	 * the table to cost.
	 */
	*startup_cost = visits * cpu_cost +
		Min(pages_to_start * cost_of_page(random_cost, sequential_cost, pages_to_start / Max(info->pages, 1)),
			Max(info->rel->pages, 1) * sequential_cost);
	*total_cost = Max(rows * cpu_cost + pages_in_all * random_cost, *startup_cost);
}
