/*
 * curve.c
 *		What recall a search of some effort has in an index.
 */
#include "postgres.h"

#include <math.h>

#include "index/curve.h"

double
wemb_curve_effort(const IndexCurvePoint *curve, double recall)
{
	if (!(curve[0].effort > 0))
		return 0;
	for (int i = 0; i < INDEX_CURVE && curve[i].effort > 0; i++)
	{
		double		share;

		if (curve[i].recall < recall)
			continue;
		if (i == 0 || curve[i].recall <= curve[i - 1].recall)
			return curve[i].effort;
		share = (recall - curve[i - 1].recall) / (curve[i].recall - curve[i - 1].recall);
		return curve[i - 1].effort + share * (curve[i].effort - curve[i - 1].effort);
	}
	return INFINITY;
}
