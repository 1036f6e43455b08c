/*
 * half.h
 *		Half-precision floats: IEEE 754 binary16, held in 16 bits.
 *
 * The functions give the bits that F16C, AVX-512 and NEON give, NaN included,
 * in plain C without a branch, so that compilers can run loops of them in
 * vector registers.  They count on round-to-nearest and on subnormals being
 * kept, as C programs start out.
 */
#ifndef WEMB_HALF_H
#define WEMB_HALF_H

#include <stdint.h>
#include <string.h>

typedef uint16_t Half;

#define HALF_INFINITY	0x7C00	/* as bits */

#define HALF_MAX		65504.0f

/* The largest float that rounds to HALF_MAX; half a step further it is infinite. */
#define HALF_MAX_ROUNDED	0x1.ffdffep15f

/* As bits of floats: how far a half's mantissa is moved, the smallest normal half, 2^16, infinity */
#define HALF_FLOAT_SHIFT	13
#define HALF_FLOAT_NORMAL	(UINT32_C(113) << 23)
#define HALF_FLOAT_OVERFLOW (UINT32_C(143) << 23)
#define HALF_FLOAT_INFINITE (UINT32_C(255) << 23)

static inline float
half_float_of_bits(uint32_t bits)
{
	float		f;

	memcpy(&f, &bits, sizeof(f));
	return f;
}

static inline uint32_t
half_bits_of_float(float f)
{
	uint32_t	bits;

	memcpy(&bits, &f, sizeof(bits));
	return bits;
}

/* Exact. */
static inline float
half_to_float(Half half)
{
	const uint32_t infinite = UINT32_C(0x7C00) << HALF_FLOAT_SHIFT;
	uint32_t	sign = (uint32_t) (half & 0x8000) << 16;
	uint32_t	moved = (uint32_t) (half & 0x7FFF) << HALF_FLOAT_SHIFT;

	/* The exponents' biases differ by 112; a product mends that for subnormals, too, which have no leading bit. */
	uint32_t	bits = half_bits_of_float(half_float_of_bits(moved) * 0x1p112f);

	/* infinity, and NaN, which becomes quiet */
	bits |= moved >= infinite ? HALF_FLOAT_INFINITE : 0;
	bits |= moved > infinite ? UINT32_C(1) << 22 : 0;
	return half_float_of_bits(sign | bits);
}

/* To the nearest half, halfway to the even one; infinite beyond HALF_MAX_ROUNDED. */
static inline Half
half_from_float(float f)
{
	uint32_t	bits = half_bits_of_float(f);
	uint32_t	sign = bits & UINT32_C(0x80000000);
	uint32_t	size = bits ^ sign;

	/* Just under half of the last place is added, or half if the place is odd.  A carry may go into the exponent. */
	uint32_t	odd = size >> HALF_FLOAT_SHIFT & 1;
	uint32_t	normal = (size - (UINT32_C(112) << 23) + 0xFFF + odd) >> HALF_FLOAT_SHIFT;

	/* Subnormal halves are multiples of 2^-24, as are the floats from 0.5 to 1: an addition rounds. */
	uint32_t	rounded = half_bits_of_float(half_float_of_bits(size) + 0.5f);
	uint32_t	subnormal = rounded - half_bits_of_float(0.5f);

	/* NaN keeps what fits of its payload and becomes quiet. */
	uint32_t	nan = size > HALF_FLOAT_INFINITE ? UINT32_C(0x0200) | (size >> HALF_FLOAT_SHIFT & 0x3FF) : 0;
	uint32_t	half = size >= HALF_FLOAT_OVERFLOW ? UINT32_C(0x7C00) | nan : normal;

	half = size < HALF_FLOAT_NORMAL ? subnormal : half;
	return (Half) (sign >> 16 | half);
}

#endif							/* WEMB_HALF_H */
