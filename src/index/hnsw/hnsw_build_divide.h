/*
 * hnsw_build_divide.h
 *		Rows divided into parts that memory has room for, near ones into the same.
 *
 * Each row is in the part of the nearest of some centroids, and a guest in that of the second nearest.
 */
#ifndef WEMB_HNSW_BUILD_DIVIDE_H
#define WEMB_HNSW_BUILD_DIVIDE_H

#include "postgres.h"

#include "index/hnsw/hnsw_build_rows.h"

typedef struct RowParts
{
	int			n;
	uint32	   *own;			/* file of each part's rows, */
	uint32	   *guests;			/* and of its guests */
} RowParts;

/*
 * Divide so many rows of files, which are deleted, into about n parts, and number them from 0 on.  memory:
 * bytes that may be used for a time.
 */
extern RowParts wemb_hnsw_divide(const BuildLoad *load, const RowSpan *span, uint32 rows, int n, Size memory);

#endif							/* WEMB_HNSW_BUILD_DIVIDE_H */
