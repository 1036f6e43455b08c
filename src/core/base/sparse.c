/*
 * sparse.c
 *		Distances, norm and order of sparse vectors.
 *
 * A plain merge of two lists of indices mispredicts about half of its branches
 * or makes each step wait for the one before.  So an index of the shorter list
 * is held against eight of the longer one at once, and what lies between two
 * indices that both have is summed up without a look at the indices.
 */
#include "core/base/sparse.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

SparseIndexFault
wemb_sparse_check_indices(const int32_t *indices, int32_t n, int32_t dim)
{
	for (int32_t i = 0; i < n; i++)
	{
		if (indices[i] < 0 || indices[i] >= dim)
			return SPARSE_INDEX_BOUNDS;
		if (i > 0 && indices[i] < indices[i - 1])
			return SPARSE_INDEX_ORDER;
		if (i > 0 && indices[i] == indices[i - 1])
			return SPARSE_INDEX_DUPLICATE;
	}
	return SPARSE_INDICES_OK;
}

/* Four numbers, in whatever the processor has for them */
typedef float Lanes __attribute__((vector_size(16)));
typedef int32_t IntLanes __attribute__((vector_size(16)));
typedef int64_t LongLanes __attribute__((vector_size(16)));

#define BLOCK	8				/* indices that are looked at together: twice four */

static inline bool
block_has(const int32_t *block, int32_t index)
{
	IntLanes	low,
				high;
	LongLanes	found;

	memcpy(&low, block, sizeof(low));
	memcpy(&high, block + 4, sizeof(high));
	found = (LongLanes) ((low == index) | (high == index));
	return (found[0] | found[1]) != 0;
}

/*
 * Go on to the next index that both have, from element *i of a and *j of b on;
 * false if there is none.  Faster if a is the shorter one.
 */
static inline bool
next_common(const SparseView *a, const SparseView *b, int32_t *i, int32_t *j)
{
	while (*i < a->n && *j + BLOCK <= b->n)
	{
		int32_t		index = a->indices[*i];

		if (b->indices[*j + BLOCK - 1] < index)
			*j += BLOCK;
		else if (!block_has(b->indices + *j, index))
			(*i)++;
		else
		{
			while (b->indices[*j] != index)
				(*j)++;
			return true;
		}
	}
	while (*i < a->n && *j < b->n)
	{
		int32_t		ai = a->indices[*i];
		int32_t		bj = b->indices[*j];

		if (ai == bj)
			return true;
		*i += ai < bj;
		*j += bj < ai;
	}
	return false;
}

float
wemb_sparse_dot(const SparseView *a, const SparseView *b)
{
	const SparseView *less = a->n <= b->n ? a : b;
	const SparseView *more = a->n <= b->n ? b : a;
	int32_t		i = 0,
				j = 0;
	float		sum = 0;

	for (; next_common(less, more, &i, &j); i++, j++)
		sum += less->values[i] * more->values[j];
	return sum;
}

static inline Lanes
sizes(Lanes x, bool squared)
{
	return squared ? x * x : (Lanes) ((IntLanes) x & INT32_MAX);
}

/* sum, with the squares or magnitudes of n values added to it, whichever lane */
static inline Lanes
add_sizes(Lanes sum, const float *values, int32_t n, bool squared)
{
	Lanes		x;

	for (; n >= 4; n -= 4, values += 4)
	{
		memcpy(&x, values, sizeof(x));
		sum += sizes(x, squared);
	}
	if (n > 0)
	{
		x = (Lanes) {values[0], n > 1 ? values[1] : 0, n > 2 ? values[2] : 0, 0};
		sum += sizes(x, squared);
	}
	return sum;
}

/* Sum of the squares or magnitudes of all differences.  What a alone has is added up apart from what b alone has. */
static inline float
sum_differences(const SparseView *a, const SparseView *b, bool squared)
{
	Lanes		only_a = {0},
				only_b = {0},
				total;
	float		common = 0;
	int32_t		i = 0,
				j = 0,
				next_i = 0,
				next_j = 0;

	for (; next_common(a, b, &i, &j); next_i = ++i, next_j = ++j)
	{
		float		difference = a->values[i] - b->values[j];

		common += squared ? difference * difference : fabsf(difference);
		only_a = add_sizes(only_a, a->values + next_i, i - next_i, squared);
		only_b = add_sizes(only_b, b->values + next_j, j - next_j, squared);
	}
	only_a = add_sizes(only_a, a->values + next_i, a->n - next_i, squared);
	only_b = add_sizes(only_b, b->values + next_j, b->n - next_j, squared);
	total = only_a + only_b;
	return (total[0] + total[1]) + (total[2] + total[3]) + common;
}

float
wemb_sparse_l2sq(const SparseView *a, const SparseView *b)
{
	return a->n <= b->n ? sum_differences(a, b, true) : sum_differences(b, a, true);
}

float
wemb_sparse_l1(const SparseView *a, const SparseView *b)
{
	return a->n <= b->n ? sum_differences(a, b, false) : sum_differences(b, a, false);
}

double
wemb_sparse_norm(const SparseView *a)
{
	double		sum = 0;

	for (int32_t i = 0; i < a->n; i++)
		sum += (double) a->values[i] * a->values[i];
	return sqrt(sum);
}

int
wemb_sparse_compare(const SparseView *a, const SparseView *b)
{
	int32_t		n = a->n < b->n ? a->n : b->n;
	int32_t		i = 0;

	while (i < n && a->indices[i] == b->indices[i] && a->values[i] == b->values[i])
		i++;

	/* The next element of each lies at its index, or nowhere; the other vector may end before. */
	int32_t		ai = i < a->n ? a->indices[i] : a->dim;
	int32_t		bi = i < b->n ? b->indices[i] : b->dim;

	if (ai < bi && i < a->n)
		return a->values[i] < 0 ? -1 : 1;
	if (bi < ai && i < b->n)
		return b->values[i] < 0 ? 1 : -1;
	if (ai == bi && i < n)
		return a->values[i] < b->values[i] ? -1 : 1;
	return (a->dim > b->dim) - (a->dim < b->dim);
}
