/*
 * hnsw_curve.h
 *		What recall a search of some effort has in this index.
 */
#ifndef WEMB_HNSW_CURVE_H
#define WEMB_HNSW_CURVE_H

#include "postgres.h"

#include "utils/relcache.h"

/* Measure it and write it to the metapage, at the end of a build of not too few rows. */
extern void wemb_hnsw_curve_measure(Relation relation);

#endif							/* WEMB_HNSW_CURVE_H */
