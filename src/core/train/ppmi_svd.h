/*
 * ppmi_svd.h
 *		Word vectors from a truncated singular value decomposition of the matrix
 *		of positive pointwise mutual information (Levy, Goldberg and Dagan,
 *		"Improving distributional similarity with lessons learned from word
 *		embeddings", TACL 2015).
 *
 * From the counts n(i,j) of cooccur.h, their sums n(i) over rows, and
 * N = sum over j of n(j)^smoothing:
 *
 *		M(i,j) = max(0, ln(n(i,j) * N / (n(i) * n(j)^smoothing)))
 *
 * and with M ~ U S V^T, the vector of word i is row i of U S^eigen_power.
 *
 * U and S come from a randomized subspace iteration (Halko, Martinsson and
 * Tropp, "Finding structure with randomness", SIAM Review 2011, algorithms 4.4
 * and 5.1): M is streamed from the file of counts, never held.  The counts are
 * symmetric, so a row of M and a row of M^T come from the same records.
 *
 *	init, init_rows; put the sums to wemb_svd_sums(); begin
 *	wemb_svd_passes() times:
 *		wemb_svd_multiply() for every page of the file, by any processes, each
 *		row by one of them alone; when all have finished,
 *		wemb_svd_end_pass_step() by one process, until it returns false
 *	wemb_svd_word_vector()
 *
 * The block has offsets, no pointers: it can lie in shared memory.  No two
 * processes write the same row, so that the result is the same bits for
 * any number of them (on one kernel).  Where the matrix has a lower rank than
 * there are dimensions, as with few words, the rest of each vector is zero.
 */
#ifndef WEMB_PPMI_SVD_H
#define WEMB_PPMI_SVD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct SvdConfig
{
	int			dim;			/* 1 .. 16000 */
	int			words;			/* >= 1 */
	double		smoothing;		/* 0 .. 1; 0.75 is usual */
	double		eigen_power;	/* 0 .. 1; 0.5 and 0 are good, 1 is not */
	int			power_iterations;	/* >= 0, each is two passes over the counts */
	uint64_t	seed;
} SvdConfig;

typedef struct SvdShared SvdShared;

/* Bytes of the block, or SIZE_MAX if that is more than memory can ever hold. */
extern size_t wemb_svd_shared_size(const SvdConfig *config);

/* Format a block (64-byte aligned) of that size. */
extern SvdShared *wemb_svd_shared_init(void *block, const SvdConfig *config);

/* Start the rows from first on, n at most; returns the first row that is left, 0 when all are done. */
extern int	wemb_svd_init_rows(SvdShared *s, int first, int n);

/* Where the sums of the rows of counts belong: words elements, 0 at first. */
extern double *wemb_svd_sums(SvdShared *s);

/* The sums are there: prepare the first pass. */
extern void wemb_svd_begin(SvdShared *s);

/* Passes over the counts that are needed. */
extern int	wemb_svd_passes(const SvdConfig *config);

/* Multiply what is on a page of counts (COOCCUR_PAGE bytes). */
extern void wemb_svd_multiply(SvdShared *s, const void *page);

/* A step of some milliseconds of what follows a pass; false when that is done. */
extern bool wemb_svd_end_pass_step(SvdShared *s);

/* The singular value i, 0 <= i < dim, falling; 0 beyond the rank. */
extern double wemb_svd_singular_value(const SvdShared *s, int i);

/* The vector of a word to out (dim); with unit_length scaled to length 1, unless it is zero. */
extern void wemb_svd_word_vector(const SvdShared *s, int word, bool unit_length, float *out);

#endif							/* WEMB_PPMI_SVD_H */
