/*
 * cost.c
 *		What a scan of an index of ours costs, for the planner.
 */
#include "postgres.h"

#include <math.h>

#include "optimizer/cost.h"
#include "utils/float.h"
#include "utils/selfuncs.h"
#include "utils/spccache.h"

#include "index/cost.h"
#include "pg/compat.h"

/* Costs of a page of the index's tablespace */
typedef struct PageCosts
{
	double		random;
	double		sequential;
} PageCosts;

/* Pages that a scan reads from disk for so many visits, if it is run again and again and some are cached. */
static double
pages_of_visits(PlannerInfo *root, const IndexOptInfo *info, double visits, double loop_count)
{
	return index_pages_fetched(visits * loop_count, info->pages, info->pages, root) / loop_count;
}

/* Of many pages that are this share of all: the closer together they are, the less.  As the planner for bitmaps. */
static double
cost_of_page(PageCosts costs, double share)
{
	return costs.random - (costs.random - costs.sequential) * sqrt(Min(share, 1));
}

IndexPrice
wemb_index_price(PlannerInfo *root, IndexPath *path, double loop_count, IndexWorkOf work_of)
{
	const IndexOptInfo *info = path->indexinfo;
	GenericCosts generic = {0};
	IndexPrice	price = {.pages = info->pages};
	IndexWork	work;
	PageCosts	costs;
	double		jumps,
				reads;

	if (path->indexorderbys == NIL)
	{
		price.startup = price.total = get_float8_infinity();
		wemb_path_disable(&path->path);
		return price;
	}

	/* Only of a partial index less than 1; its costs are for trees. */
	genericcostestimate(root, path, loop_count, &generic);
	price.selectivity = generic.indexSelectivity;

	work_of(info, &work);
	get_tablespace_page_costs(info->reltablespace, &costs.random, &costs.sequential);
	jumps = pages_of_visits(root, info, work.start_jumps, loop_count);
	reads = pages_of_visits(root, info, work.start_reads, loop_count);

	/*
	 * The planner does not count the pages of values that the table keeps out of line, though a plan without the
	 * index reads all of them.  Lest the index lose to such a plan, its start costs at most what the planner takes
	 * the table to cost.
	 */
	price.startup = work.start_cpu +
		Min(jumps * cost_of_page(costs, jumps / Max(info->pages, 1)) + reads * costs.sequential,
			Max(info->rel->pages, 1) * costs.sequential);

	jumps = pages_of_visits(root, info, work.all_jumps, loop_count);
	reads = pages_of_visits(root, info, work.all_reads, loop_count);
	price.total = Max(work.all_cpu + jumps * costs.random + reads * costs.sequential, price.startup);
	return price;
}
