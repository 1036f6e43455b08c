/*
 * ivf_curve.h
 *		How many lists have what share of the nearest rows: measured with rows of the index as queries.
 *
 *		wemb_ivf_curve_init();
 *		each process: wemb_ivf_curve_ask();
 *		when all have done so: wemb_ivf_curve_set();
 */
#ifndef WEMB_IVF_CURVE_H
#define WEMB_IVF_CURVE_H

#include "index/ivf/ivf_index.h"
#include "port/atomics.h"

/* What queries have found. */
typedef struct IvfCurve
{
	uint32		lists;
	pg_atomic_uint32 asked;		/* queries that have been begun */
	pg_atomic_uint32 hits[FLEXIBLE_ARRAY_MEMBER];	/* of each depth, lists numbers */
} IvfCurve;

extern Size wemb_ivf_curve_size(uint32 lists);
extern void wemb_ivf_curve_init(IvfCurve *curve, uint32 lists);

/* Ask those queries that nobody has begun. */
extern void wemb_ivf_curve_ask(IvfCurve *curve, Relation relation);

/* Write what they found to the metapage. */
extern void wemb_ivf_curve_set(IvfCurve *curve, Relation relation);

/* All that by this process alone. */
extern void wemb_ivf_curve_measure(Relation relation);

#endif							/* WEMB_IVF_CURVE_H */
