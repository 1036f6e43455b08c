/*
 * bytes.h
 *		Vectors as a byte a dimension on a scale of their own: scalar
 *		quantization.  The kernels compute distances on them (ByteVector).
 */
#ifndef WEMB_QUANT_BYTES_H
#define WEMB_QUANT_BYTES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/kernel/kernel.h"

/* Number i of a vector is low + step * bytes[i]. */
typedef struct ByteScale
{
	float		low;
	float		step;			/* >= 0; 255 times it is finite */
	float		lost;			/* how far the vector is from what its bytes stand for, rounded up */
} ByteScale;

/*
 * Encode x, dim >= 1 finite floats.  The scale goes from the least number to
 * the largest, both cut to +-1.6e38 so that nothing overflows; each number
 * becomes the nearest byte.  lost is a Euclidean distance, or with l1 the sum of
 * absolute differences; infinite if it is beyond floats.  With d that metric in
 * exact numbers, |d(q, x) - d(q, bytes)| <= lost for every q.  The same bits on
 * every machine whose floats are IEEE 754's.
 */
extern void wemb_bytes_encode(const float *x, int dim, bool l1, uint8_t *bytes, ByteScale *scale);

/* Sums over a vector's bytes: with them, a distance to another vector takes no more than products of both's bytes. */
typedef struct ByteMoments
{
	uint32_t	sum;
	uint32_t	squares;
} ByteMoments;

/* At most 2^16 bytes. */
extern ByteMoments wemb_byte_moments(const uint8_t *bytes, int dim);

typedef struct BytePoint
{
	ByteVector	vector;
	ByteMoments moments;
} BytePoint;

/*
 * The inner product and the squared Euclidean distance, rounded once: in double the terms, which are products of
 * exact integers, lose less than a float has digits.  From scale to scale it is low that differs, as in ByteVector.
 */
static inline float
wemb_byte_dot(const BytePoint *a, const BytePoint *b, int dim)
{
	double		products = wemb_kernel->products_u8(a->vector.bytes, b->vector.bytes, dim);
	double		a_low = a->vector.low;
	double		b_low = b->vector.low;
	double		a_step = a->vector.step;
	double		b_step = b->vector.step;

	return (float) (dim * a_low * b_low + a_low * b_step * b->moments.sum + b_low * a_step * a->moments.sum +
					a_step * b_step * products);
}

static inline float
wemb_byte_l2sq(const BytePoint *a, const BytePoint *b, int dim)
{
	double		products = wemb_kernel->products_u8(a->vector.bytes, b->vector.bytes, dim);
	double		low = (double) a->vector.low - b->vector.low;
	double		a_step = a->vector.step;
	double		b_step = b->vector.step;
	double		lows = dim * low + 2 * (a_step * a->moments.sum - b_step * b->moments.sum);
	double		bytes = a_step * a_step * a->moments.squares + b_step * b_step * b->moments.squares -
		2 * a_step * b_step * products;
	double		sum = low * lows + bytes;

	return sum > 0 ? (float) sum : 0;
}

#endif							/* WEMB_QUANT_BYTES_H */
