/*
 * sparse.h
 *		Vectors of which only the numbers other than zero are kept.
 *
 * Distances accumulate in float, as pgvector's do: too large a sum is infinite.
 * Both vectors are of the same dimensions, and the order of the two does not
 * matter, to the bit.
 */
#ifndef WEMB_SPARSE_H
#define WEMB_SPARSE_H

#include <stdint.h>

typedef struct SparseView
{
	int32_t		dim;
	int32_t		n;				/* elements */
	const int32_t *indices;		/* ascending, from 0 to dim - 1 */
	const float *values;		/* finite, not zero */
} SparseView;

/* What can be wrong with an index */
typedef enum SparseIndexFault
{
	SPARSE_INDICES_OK = 0,
	SPARSE_INDEX_BOUNDS,		/* negative, or not less than dim */
	SPARSE_INDEX_ORDER,			/* less than the one before */
	SPARSE_INDEX_DUPLICATE		/* the same as the one before */
} SparseIndexFault;

/* The first fault of n indices; only to be given to a view if there is none. */
extern SparseIndexFault wemb_sparse_check_indices(const int32_t *indices, int32_t n, int32_t dim);

extern float wemb_sparse_dot(const SparseView *a, const SparseView *b);
extern float wemb_sparse_l2sq(const SparseView *a, const SparseView *b);	/* sum of (a[i] - b[i])^2 */
extern float wemb_sparse_l1(const SparseView *a, const SparseView *b);	/* sum of |a[i] - b[i]| */

/* Euclidean norm, added in double: the square of any float fits, so this never overflows. */
extern double wemb_sparse_norm(const SparseView *a);

/*
 * -1, 0 or 1 as a is less than, equal to or greater than b: the first index at
 * which they differ decides, zeros included.  One that is the beginning of the
 * other is less; here alone the dimensions may differ.
 */
extern int	wemb_sparse_compare(const SparseView *a, const SparseView *b);

#endif							/* WEMB_SPARSE_H */
