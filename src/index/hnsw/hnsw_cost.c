/*
 * hnsw_cost.c
 *		amcostestimate: what a scan of a graph costs.
 */
#include "postgres.h"

#include "access/genam.h"
#include "optimizer/cost.h"
#include "utils/float.h"
#include "utils/selfuncs.h"
#include "utils/spccache.h"

#include "index/hnsw/hnsw.h"
#include "pg/compat.h"

void
wemb_hnsw_cost(PlannerInfo *root, IndexPath *path, double loop_count, Cost *startup_cost, Cost *total_cost,
			   Selectivity *selectivity, double *correlation, double *pages)
{
	GenericCosts costs = {0};

	*correlation = 0;
	if (path->indexorderbys == NIL)
	{
		/* The graph leads to what is near, and to nothing else. */
		*startup_cost = *total_cost = get_float8_infinity();
		*selectivity = 0;
		*pages = 0;
		wemb_path_disable(&path->path);
		return;
	}
	genericcostestimate(root, path, loop_count, &costs);
	*startup_cost = costs.indexStartupCost;
	*total_cost = costs.indexTotalCost;
	*selectivity = costs.indexSelectivity;
	*pages = costs.numIndexPages;
}
