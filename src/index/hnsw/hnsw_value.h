/*
 * hnsw_value.h
 *		Vectors as queries and as copies in the index, and how far they are apart.
 *
 * A distance here is any number that is smaller for nearer vectors: squared
 * for L2 and cosine (whose vectors have length 1), the negative inner product,
 * L1, Hamming or Jaccard.
 */
#ifndef WEMB_HNSW_VALUE_H
#define WEMB_HNSW_VALUE_H

#include "postgres.h"

#include "core/kernel/kernel.h"
#include "index/hnsw/hnsw_index.h"

/* A copy of a vector; bytes are someone else's, aligned to 4. */
typedef struct HnswCopy
{
	float		low;
	float		step;
	float		lost;
	int			size;			/* of bytes */
	const uint8 *bytes;
} HnswCopy;

/* A vector that is searched for, or inserted: in memory of its own. */
typedef struct HnswValue
{
	HnswCopy	raw;			/* HNSW_BITS, HNSW_SPARSE: the vector itself, in the form of a copy */
	float	   *x;				/* HNSW_BYTES */
	double		length;			/* of x */
	float	   *rotated;		/* codes.padded floats, if there are codes */
	QuantQuery *query;			/* the same as a query, if there are codes */
} HnswValue;

/* Room for a value, in CurrentMemoryContext. */
extern HnswValue *wemb_hnsw_value_create(const HnswIndex *index);

/*
 * Set it.  ERROR if datum has other dimensions, or too many elements.
 * false: a vector that has no distance in this metric (of length 0, under cosine).
 */
extern bool wemb_hnsw_value_set(const HnswIndex *index, HnswValue *value, Datum datum);

/* Once set: make it ready as a query of codes. */
extern void wemb_hnsw_value_prepare(const HnswIndex *index, HnswValue *value);

/* Set it to what a copy stands for. */
extern void wemb_hnsw_value_of_copy(const HnswIndex *index, HnswValue *value, const HnswCopy *copy);

/* The most bytes of a copy. */
extern int	wemb_hnsw_max_copy(const HnswIndex *index);

/* value's copy; its bytes go to out, which has room for the most. */
extern HnswCopy wemb_hnsw_copy_of_value(const HnswIndex *index, const HnswValue *value, uint8 *out);

/* Whether a row of value may stand in a record of copy, whose lost is at least as much. */
extern bool wemb_hnsw_same_copy(const HnswCopy *a, const HnswCopy *b);

/* Distances. */
extern float wemb_hnsw_distance(const HnswIndex *index, const HnswValue *value, const HnswCopy *copy);
extern float wemb_hnsw_copy_distance(const HnswIndex *index, const HnswCopy *a, const HnswCopy *b);

/* What value is at least away from the vector of copy, as a distance: distance is the one to copy. */
extern float wemb_hnsw_lower(const HnswIndex *index, const HnswValue *value, float distance, float lost);

/*
 * The same as the operator's number: not more than what any way of adding
 * floats makes of it, since the executor compares the two.
 */
extern double wemb_hnsw_order_value(const HnswIndex *index, const HnswValue *value, float lower);

/* A copy, as codes need it: rotated gets index->codes->padded floats; scratch has room for two whole vectors. */
extern void wemb_hnsw_copy_rotate(const HnswIndex *index, const HnswCopy *copy, float *scratch, float *rotated);

/* Floats that scratch has. */
extern int	wemb_hnsw_scratch_size(const HnswIndex *index);

#endif							/* WEMB_HNSW_VALUE_H */
