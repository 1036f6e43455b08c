/*
 * quant.h
 *		Vectors as codes of 1 to 8 bits a dimension, and distances estimated from
 *		them with a bound: RaBitQ.
 *
 * Gao and Long, "RaBitQ: quantizing high-dimensional vectors with a theoretical
 * error bound for approximate nearest neighbor search", SIGMOD 2024; with more
 * bits: Gao, Gou, Xu, Yang, Long and Wong, "Practical and asymptotically
 * optimal quantization of high-dimensional vectors in Euclidean space for
 * approximate nearest neighbor search", SIGMOD 2025.  README.md has the
 * formulas and the layouts.
 *
 * Build:  wemb_quant_init(); for each vector wemb_quant_rotate(), then
 *		   wemb_quant_encode() against a rotated centroid, then
 *		   wemb_quant_array_put() or wemb_quant_block_put().
 * Search: wemb_quant_rotate() the query, wemb_quant_query_init(), and
 *		   wemb_quant_table_init() if there are blocks; for each centroid a
 *		   QuantOrigin; wemb_quant_array_estimate() or wemb_quant_block_estimate().
 *
 * Codes, factors and estimates are the same bits on every kernel and machine
 * whose floats are IEEE 754's.
 */
#ifndef WEMB_QUANT_H
#define WEMB_QUANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/kernel/kernel.h"

#define QUANT_MAX_DIM		16000
#define QUANT_MAX_BITS		8
#define QUANT_PAD			64	/* codes have a multiple of this many dimensions */
#define QUANT_BLOCK_CODES	32	/* of a block */
#define QUANT_ARRAY_CODES	64	/* that one call estimates from an array, at most */
#define QUANT_EPSILON		1.9f	/* of the bound, as the paper has it: some 3 in 100 distances are below it */

/* What an estimate is of.  Cosine distance is 1 + QUANT_IP's over vectors of length 1, or half of QUANT_L2's. */
typedef enum QuantMetric
{
	QUANT_L2,					/* the squared Euclidean distance */
	QUANT_IP					/* the inner product, negative */
} QuantMetric;

typedef struct QuantConfig
{
	int			dim;			/* 1 .. QUANT_MAX_DIM */
	int			bits;			/* a dimension, 1 .. QUANT_MAX_BITS */
	QuantMetric metric;
	uint64_t	seed;			/* of the rotation */
	float		unit;			/* from wemb_quant_unit(); 1 is right for lengths near 1 */
	bool		bounds;			/* keep what bounds need: two bytes more for each code */
} QuantConfig;

/* A configuration made ready, in a block without pointers. */
typedef struct Quant
{
	int			dim;
	int			padded;			/* dim, rounded up to a multiple of QUANT_PAD */
	int			bits;
	QuantMetric metric;
	float		unit;
	bool		bounds;
	int			code_bytes;		/* of one vector's code: bits * padded / 8 */
	uint8_t		signs[];		/* of the rotation, see rotation.h */
} Quant;

/* What is kept of a vector beside its code, error only with bounds. */
typedef struct QuantFactors
{
	Half		add;			/* the estimate where the query's share is zero, in unit^2 */
	Half		rescale;		/* what the inner product of code and query is multiplied by, in units; <= 0 */
	Half		error;			/* of the estimate, for a query one unit from the centroid, in units; rounded up */
} QuantFactors;

/* A query, quantized to a byte a dimension, in a block without pointers. */
typedef struct QuantQuery
{
	int			padded;
	int			bits;			/* of the codes */
	bool		bounds;			/* codes have what bounds need */
	float		unit;
	float		epsilon;		/* settable between two estimates: how sure the bound is */
	float		step;			/* what one means in bytes, in units */
	uint32_t	total;			/* sum of bytes */
	uint8_t		bytes[];		/* magnitudes (padded; each four add up to at most 255), then signs (padded / 8) */
} QuantQuery;

/* The query seen from the centroid that codes are relative to, in the vectors' own measure. */
typedef struct QuantOrigin
{
	float		add;			/* QUANT_L2: |query - centroid|^2; QUANT_IP: - <query, centroid> */
	float		distance;		/* |query - centroid| */
} QuantOrigin;

/* Estimates of a call, in the vectors' own measure.  What is beyond the codes asked for is undefined. */
typedef struct QuantEstimates
{
	float		distance[QUANT_ARRAY_CODES];	/* unbiased over seeds */
	float		lower[QUANT_ARRAY_CODES];	/* the true distance is hardly ever below; -infinity if nothing is known;
									 * not set without bounds */
} QuantEstimates;

/* The unit for vectors whose residuals are mostly about this long: a power of two.  1/200 to 200 times it is well. */
extern float wemb_quant_unit(float length);

extern size_t wemb_quant_size(const QuantConfig *config);
extern Quant *wemb_quant_init(void *block, const QuantConfig *config);

/*
 * Rotate x (dim floats) into rotated (quant->padded floats), in units: an
 * orthogonal map of x followed by zeros, divided by the unit.
 */
extern void wemb_quant_rotate(const Quant *quant, const float *x, float *rotated);

/*
 * Encode a rotated vector relative to a rotated centroid; zeros are a centroid
 * like any other.  code gets quant->code_bytes bytes: a plane of padded / 8
 * bytes for each bit, the highest first, in which dimension i is bit i % 8 of
 * byte i / 8.  So the first plane is the code of 1 bit.  The vector's
 * bound is -infinity if a factor is out of the range of halves.
 */
extern void wemb_quant_encode(const Quant *quant, const float *rotated, const float *centroid, uint8_t *code,
							  QuantFactors *factors);

/* Make a rotated query ready. */
extern size_t wemb_quant_query_size(const Quant *quant);
extern QuantQuery *wemb_quant_query_init(void *block, const Quant *quant, const float *rotated, float epsilon);

/*
 * An array: capacity codes one after the other, then capacity times each
 * factor.  Any alignment to 2 bytes.  Without bounds the error that is got is infinite.
 */
extern size_t wemb_quant_array_size(const Quant *quant, int capacity);
extern void wemb_quant_array_put(const Quant *quant, void *array, int capacity, int i, const uint8_t *code,
								 const QuantFactors *factors);
extern void wemb_quant_array_get(const Quant *quant, const void *array, int capacity, int i, uint8_t *code,
								 QuantFactors *factors);

/* Some codes of an array of that capacity. */
typedef struct QuantSpan
{
	const void *array;
	int			capacity;
	int			first;
	int			n;				/* at most QUANT_ARRAY_CODES */
} QuantSpan;

/* Their estimates. */
extern void wemb_quant_array_estimate(const QuantQuery *query, const QuantOrigin *origin, QuantSpan span,
									  QuantEstimates *estimates);

/*
 * A block: QUANT_BLOCK_CODES codes, interleaved for look-ups, then as many of
 * each factor.  Any alignment to 2 bytes.  It may have fewer codes: what the
 * estimates of the others are does not matter, as long as their bytes are
 * initialized.  From some 16 codes at 100 dimensions on, a block is faster than an array.
 */
extern size_t wemb_quant_block_size(const Quant *quant);
extern void wemb_quant_block_put(const Quant *quant, void *block, int i, const uint8_t *code,
								 const QuantFactors *factors);
extern void wemb_quant_block_get(const Quant *quant, const void *block, int i, uint8_t *code, QuantFactors *factors);

/* The query's sums for each four dimensions, which blocks need: 4 * padded bytes. */
extern size_t wemb_quant_table_size(const Quant *quant);
extern void wemb_quant_table_init(uint8_t *table, const QuantQuery *query);

/* Estimates of all codes of a block: the same numbers as of an array. */
extern void wemb_quant_block_estimate(const QuantQuery *query, const uint8_t *table, const QuantOrigin *origin,
									  const void *block, QuantEstimates *estimates);

#endif							/* WEMB_QUANT_H */
