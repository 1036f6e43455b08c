/*
 * centroids.h
 *		A set of centroids, and which of them is nearest to a row.
 *
 * They lie in panels of KERNEL_PANEL, dimension by dimension, so that a kernel
 * compares many rows with many centroids at a time.  A set is one block of the
 * caller's memory without pointers: it may be shared by processes, or copied.
 *
 * L2: distance is the squared Euclidean one.  Spherical: it is the negative
 * inner product with the row as it is, of any length; centroids have length 1,
 * or are zero.  All numbers are finite.
 */
#ifndef WEMB_CENTROIDS_H
#define WEMB_CENTROIDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CENTROIDS_MAX			32768
#define CENTROIDS_MAX_DIM		16000
#define CENTROIDS_MAX_NEAREST	16	/* that wemb_centroids_assign() finds for a row */

typedef struct CentroidsConfig
{
	int			n;				/* 1 .. CENTROIDS_MAX */
	int			dim;			/* 1 .. CENTROIDS_MAX_DIM */
	bool		spherical;

	/*
	 * L2: a point (dim) amid the centroids, which they are kept relative to; copied.  Distances are then wrong by
	 * some 2^-20 of the product of a row's length and its distance from there, instead of the square of its
	 * length.  NULL: zero is near enough.
	 */
	const float *origin;
} CentroidsConfig;

typedef struct Centroids Centroids;

/* Rows in one stretch, each stride floats after the one before. */
typedef struct CentroidRows
{
	const float *first;
	size_t		stride;			/* at least dim */
	int			n;
} CentroidRows;

typedef struct CentroidHit
{
	int32_t		centroid;
	float		distance;
} CentroidHit;

/* Bytes of a set, aligned to 64; SIZE_MAX if memory can never be as large. */
extern size_t wemb_centroids_size(const CentroidsConfig *config);

/* All centroids are zero (with origin: are the origin) until put. */
extern Centroids *wemb_centroids_init(void *block, const CentroidsConfig *config);

extern int	wemb_centroids_count(const Centroids *set);
extern int	wemb_centroids_dim(const Centroids *set);

/*
 * Set centroid i to x; with spherical, scaled to length 1.  Two processes may
 * put different ones at the same time, but nobody may compare meanwhile.
 */
extern void wemb_centroids_put(Centroids *set, int i, const float *x);

/* Move the origin, and with it all centroids, by so much (dim).  Not of spherical sets. */
extern void wemb_centroids_move(Centroids *set, const float *by);

/* Forget the centroids from n on; n >= 1. */
extern void wemb_centroids_keep(Centroids *set, int n);

/* Centroid i, to out (dim). */
extern void wemb_centroids_get(const Centroids *set, int i, float *out);

/*
 * The nearest centroids of each row, to hits[row * nearest] on, nearest first;
 * of equal ones that of the lower number.  1 <= nearest <= CENTROIDS_MAX_NEAREST and not more than there are centroids.
 * Costs rows->n * n * dim multiply-adds at the kernel's full speed from some 24 rows on: give it
 * as many as an interrupt can wait for.
 */
extern void wemb_centroids_assign(const Centroids *set, const CentroidRows *rows, int nearest, CentroidHit *hits);

/* Distances of one row to all centroids, to distances, which has room for their count rounded up to KERNEL_PANEL. */
extern void wemb_centroids_distances(const Centroids *set, const float *row, float *distances);

#endif							/* WEMB_CENTROIDS_H */
