/*
 * ivf_validate.c
 *		What a list index can measure.
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "utils/rel.h"

#include "index/ivf/ivf.h"
#include "index/validate.h"

/* Codes estimate Euclidean distances and inner products; bits are their own codes. */
static bool
serves(const IndexMetric *metric)
{
	switch (metric->distance)
	{
		case INDEX_L2:
		case INDEX_IP:
		case INDEX_COSINE:
			return metric->element == INDEX_VECTOR || metric->element == INDEX_HALFVEC;
		case INDEX_HAMMING:
			return true;
		default:
			return false;
	}
}

bool
wemb_ivf_validate(Oid opclass)
{
	return wemb_index_validate(opclass, serves);
}

const IndexMetric *
wemb_ivf_metric(Relation index)
{
	const IndexMetric *metric = wemb_index_metric(index);

	if (!serves(metric))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("access method %s has no operator class for %s", get_am_name(index->rd_rel->relam),
						metric->name),
				 errhint("Access method wemb_hnsw has one.")));
	return metric;
}
