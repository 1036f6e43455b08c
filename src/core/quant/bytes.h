/*
 * bytes.h
 *		Vectors as a byte a dimension on a scale of their own: scalar
 *		quantization.  The kernels compute distances on them (ByteVector).
 */
#ifndef WEMB_QUANT_BYTES_H
#define WEMB_QUANT_BYTES_H

#include <stdbool.h>
#include <stdint.h>

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

#endif							/* WEMB_QUANT_BYTES_H */
