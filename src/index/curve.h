/*
 * curve.h
 *		What recall a search of some effort has in an index: a curve measured at
 *		build, and kept in the metapage.
 */
#ifndef WEMB_INDEX_CURVE_H
#define WEMB_INDEX_CURVE_H

#include "postgres.h"

#define INDEX_CURVE		8		/* points */

/* A point: a search of this effort finds this share of the nearest. */
typedef struct IndexCurvePoint
{
	float		effort;
	float		recall;
} IndexCurvePoint;

/*
 * The effort for a recall, interpolated; points ascend, and effort 0 means that
 * there are no more. 0: the curve was not measured.  Infinite: no point has that recall.
 */
extern double wemb_curve_effort(const IndexCurvePoint *curve, double recall);

#endif							/* WEMB_INDEX_CURVE_H */
