/*
 * bytes.c
 *		Vectors as a byte a dimension.
 */
#include "core/quant/bytes.h"

#include <float.h>
#include <math.h>

#define LARGEST_NUMBER	1.6e38f /* twice it is a float */
#define LARGEST_BYTE	255

/* Rounding of one operation in double, twice. */
#define ROUNDING		(2 * DBL_EPSILON)

/* A sum of 16,000 doubles above zero, and its root, are wrong by far less than this share. */
#define SUM_ROUNDING	1e-11

static float
cut(float number)
{
	return number > LARGEST_NUMBER ? LARGEST_NUMBER : number < -LARGEST_NUMBER ? -LARGEST_NUMBER : number;
}

static float
float_above(double value)
{
	float		rounded;

	if (value > FLT_MAX)
		return INFINITY;
	rounded = (float) value;
	return rounded < value ? nextafterf(rounded, INFINITY) : rounded;
}

void
wemb_bytes_encode(const float *x, int dim, bool l1, uint8_t *bytes, ByteScale *scale)
{
	float		low = x[0],
				high = x[0];
	double		bytes_per_one,
				lost = 0;

	for (int i = 1; i < dim; i++)
	{
		low = x[i] < low ? x[i] : low;
		high = x[i] > high ? x[i] : high;
	}
	scale->low = cut(low);
	scale->step = (float) (((double) cut(high) - scale->low) / LARGEST_BYTE);
	bytes_per_one = scale->step > 0 ? 1 / (double) scale->step : 0;
	for (int i = 0; i < dim; i++)
	{
		double		above = (double) x[i] - scale->low;
		double		byte = above * bytes_per_one + 0.5;
		double		wrong;

		bytes[i] = byte >= LARGEST_BYTE ? LARGEST_BYTE : byte >= 1 ? (uint8_t) byte : 0;
		/* the product is exact; the two differences are within rounding of what they are of */
		wrong = fabs(above - (double) scale->step * bytes[i]) + fabs(above) * ROUNDING;
		lost += l1 ? wrong : wrong * wrong;
	}
	scale->lost = float_above((l1 ? lost : sqrt(lost)) * (1 + SUM_ROUNDING));
}

ByteMoments
wemb_byte_moments(const uint8_t *bytes, int dim)
{
	ByteMoments moments = {.squares = wemb_kernel->products_u8(bytes, bytes, dim)};

	for (int i = 0; i < dim; i++)
		moments.sum += bytes[i];
	return moments;
}
