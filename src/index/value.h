/*
 * value.h
 *		Vectors as queries and as copies in the index, and how far they are apart.
 *
 * A distance here is any number that is smaller for nearer vectors: squared
 * for L2 and cosine (whose vectors have length 1), the negative inner product,
 * L1, Hamming or Jaccard.
 */
#ifndef WEMB_INDEX_VALUE_H
#define WEMB_INDEX_VALUE_H

#include "postgres.h"

#include "core/kernel/kernel.h"
#include "core/quant/quant.h"
#include "index/metric.h"

/* How copies of vectors are compared. */
typedef enum ValueForm
{
	VALUE_BYTES,				/* vector, halfvec: a byte a dimension */
	VALUE_BITS,					/* bit */
	VALUE_SPARSE				/* sparsevec */
} ValueForm;

/* The vectors of an index. */
typedef struct IndexVectors
{
	Relation	relation;
	const IndexMetric *metric;
	ValueForm	form;
	int			dim;
	Quant	   *rotation;		/* of whole vectors; NULL: no codes */
	Quant	   *codes;			/* of the first of these dimensions; the same object if that is all */
	float		shrink;			/* what those are multiplied by: sqrt(padded / dimensions of a code) */
} IndexVectors;

/* A copy of a vector; bytes are someone else's, aligned to 4. */
typedef struct IndexCopy
{
	float		low;
	float		step;
	float		lost;
	int			size;			/* of bytes */
	const uint8 *bytes;
} IndexCopy;

/* A vector that is searched for, or inserted: in memory of its own. */
typedef struct HnswValue
{
	IndexCopy	raw;			/* VALUE_BITS, VALUE_SPARSE: the vector itself, in the form of a copy */
	float	   *x;				/* VALUE_BYTES */
	double		length;			/* of x */
	float	   *rotated;		/* codes.padded floats, if there are codes */
	QuantQuery *query;			/* the same as a query, if there are codes */
} IndexValue;

/* The form of the values that a metric is of. */
extern ValueForm wemb_value_form(const IndexMetric *metric);

/* Room for a value, in CurrentMemoryContext. */
extern IndexValue *wemb_value_create(const IndexVectors *vectors);

/*
 * Set it.  ERROR if datum has other dimensions, or too many elements.
 * false: a vector that has no distance in this metric (of length 0, under cosine).
 */
extern bool wemb_value_set(const IndexVectors *vectors, IndexValue *value, Datum datum);

/* Once set: make it ready as a query of codes. */
extern void wemb_value_prepare(const IndexVectors *vectors, IndexValue *value);

/* Set it to what a copy stands for. */
extern void wemb_value_of_copy(const IndexVectors *vectors, IndexValue *value, const IndexCopy *copy);

/* The most bytes of a copy. */
extern int	wemb_value_max_copy(const IndexVectors *vectors);

/* value's copy; its bytes go to out, which has room for the most. */
extern IndexCopy wemb_value_copy(const IndexVectors *vectors, const IndexValue *value, uint8 *out);

/* Whether a row of value may stand in a record of copy, whose lost is at least as much. */
extern bool wemb_copy_same(const IndexCopy *a, const IndexCopy *b);

/* Distances. */
extern float wemb_value_distance(const IndexVectors *vectors, const IndexValue *value, const IndexCopy *copy);
extern float wemb_copy_distance(const IndexVectors *vectors, const IndexCopy *a, const IndexCopy *b);

/* What value is at least away from the vector of copy, as a distance: distance is the one to copy. */
extern float wemb_value_lower(const IndexVectors *vectors, const IndexValue *value, float distance, float lost);

/*
 * The same as the operator's number: not more than what any way of adding
 * floats makes of it, since the executor compares the two.
 */
extern double wemb_value_order(const IndexVectors *vectors, const IndexValue *value, float lower);

/* A copy, as codes need it: rotated gets vectors->codes->padded floats; scratch has room for two whole vectors. */
extern void wemb_copy_rotate(const IndexVectors *vectors, const IndexCopy *copy, float *scratch, float *rotated);

/* Floats that scratch has. */
extern int	wemb_copy_scratch_size(const IndexVectors *vectors);

#endif							/* WEMB_INDEX_VALUE_H */
