/*
 * gram.h
 *		A tall matrix X (rows, k) with few columns, worked on through its Gram
 *		matrix X^T X (k, k): making its columns orthonormal, and finding the
 *		directions in which it is longest.
 *
 * Rows of X are stride floats apart, zero from k to stride.  Sums of products
 * are in float over GRAM_ROWS rows and in double beyond: an element is within
 * about 1e-6 of the exact one, relative to the sum of the magnitudes.  All is
 * done in steps, of k^2 operations or of a few rows, and always in the same
 * order.
 */
#ifndef WEMB_GRAM_H
#define WEMB_GRAM_H

#include <stdbool.h>

#define GRAM_ROWS		64		/* rows that wemb_gram_add() takes at most */

/*
 * gram += X^T X, for n <= GRAM_ROWS rows.  Only gram[i * k + j] with j <= i is
 * kept.  scratch has k * GRAM_ROWS floats.
 */
extern void wemb_gram_add(double *gram, const float *rows, int n, int k, int stride, float *scratch);

/*
 * Find C, lower triangular, such that X C^T has orthonormal columns: C is the
 * inverse of gram's Cholesky factor.
 *
 * begin, then the steps j = 0 .. k-1, in this order.  Row j of c (k doubles) is
 * done after step j.  A column of X that is, up to rounding, a combination
 * of those before it gets a row of zeros: X C^T has a column of zeros there.
 * gram is destroyed, diagonal (k) is scratch.
 */
extern void wemb_gram_inverse_begin(double *gram, double *c, double *diagonal, int k);
extern void wemb_gram_inverse_step(double *gram, double *c, const double *diagonal, int k, int j);

/*
 * Eigenvectors of gram by one-sided Jacobi rotations (Hestenes, "Inversion of
 * matrices by biorthogonalization and related results", 1958).
 *
 * begin, then sweeps: the steps j = 0 .. k-1, which say whether they have
 * changed anything; after a sweep of k steps without change, or
 * GRAM_MAX_SWEEPS, the rows of gram are its eigenvectors, in no order, each
 * as long as its eigenvalue.  Rows shorter than 1e-11 of the longest one are
 * rounding.
 */
#define GRAM_MAX_SWEEPS 30

extern void wemb_gram_eigen_begin(double *gram, int k);
extern bool wemb_gram_eigen_step(double *gram, int k, int j);

/*
 * Replace each of n rows x by C x, C being (nout, stride) with zeros beyond k;
 * what is beyond nout becomes zero.  spare is a row.
 */
extern void wemb_gram_transform(float *rows, int n, int stride, const float *c, int nout, float *spare);

#endif							/* WEMB_GRAM_H */
