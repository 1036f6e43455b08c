/*
 * kmeans.h
 *		Centroids trained on a sample of vectors: Lloyd's algorithm, in steps that several processes can share.
 *
 * All lies in one block of the caller's memory without pointers.  One process
 * makes it, and fills the rows of the sample; then all of them go
 *
 *		while (wemb_kmeans_shares(kmeans) > 0)
 *		{
 *			for each share that this process claims, of 0 .. wemb_kmeans_shares(kmeans) - 1:
 *				wemb_kmeans_work(kmeans, share);
 *			wait until all have come here;
 *			one process: wemb_kmeans_advance(kmeans);
 *			wait until it has done so;
 *		}
 *
 * Claims and waiting are the caller's; alone, there is nothing to wait for.
 * Each call takes some tenths of a second at most.  The outcome is the same bytes for the
 * same rows, seed and kernel, whatever process does which share.
 *
 * L2: a centroid is the mean of its rows.  Spherical: rows are scaled to
 * length 1, and a centroid is their mean scaled to length 1.  All numbers are finite.
 *
 * Lists that are hardly missed are given up, and large ones are split in
 * their stead.  Where the sample has fewer different rows than
 * centroids are wanted, there are fewer centroids in the end.
 */
#ifndef WEMB_KMEANS_H
#define WEMB_KMEANS_H

#include "core/ann/centroids.h"

typedef struct KmeansConfig
{
	int			k;				/* centroids wanted, 1 .. CENTROIDS_MAX */
	int			dim;			/* 1 .. CENTROIDS_MAX_DIM */
	bool		spherical;
	int			rows;			/* of the sample, at least 1 */
	uint64_t	seed;
} KmeansConfig;

typedef struct Kmeans Kmeans;

/* How many rows of a sample are worth having for so many centroids; fewer do, at a loss. */
extern int	wemb_kmeans_sample(int k);

/* Bytes of the block, aligned to 64; SIZE_MAX if memory can never be as large. */
extern size_t wemb_kmeans_size(const KmeansConfig *config);

extern Kmeans *wemb_kmeans_init(void *block, const KmeansConfig *config);

/* Where row i of the sample goes, dim floats, before wemb_kmeans_start(). */
extern float *wemb_kmeans_row(Kmeans *kmeans, int i);

/* All rows are there.  n: how many, at most config->rows, at least 1. */
extern void wemb_kmeans_start(Kmeans *kmeans, int n);

/* Shares of the current stage; 0: centroids are done. */
extern int	wemb_kmeans_shares(const Kmeans *kmeans);
extern void wemb_kmeans_work(Kmeans *kmeans, int share);

/* All shares of the stage are done. */
extern void wemb_kmeans_advance(Kmeans *kmeans);

/* 0 .. 1: how much of the work is done, at least. */
extern float wemb_kmeans_progress(const Kmeans *kmeans);

/* When done: the centroids, within the block, whose count is at most k; the caller may move them. */
extern Centroids *wemb_kmeans_centroids(Kmeans *kmeans);

/* When done: the mean over the sample of squared distances to the nearest centroid (spherical: of 2 - 2 * cosine). */
extern double wemb_kmeans_spread(const Kmeans *kmeans);

#endif							/* WEMB_KMEANS_H */
