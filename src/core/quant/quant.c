/*
 * quant.c
 *		The quantizer of an index: its rotation, and codes and factors of vectors.
 */
#include "core/quant/quant.h"

#include <math.h>
#include <string.h>

#include "core/quant/rotation.h"

#define HALF_LARGEST	65504.0

/* Scales that are tried for codes of more than a bit, times the one that is best for a normal distribution. */
#define SCALES			12		/* a multiple of four, which are tried together */
#define SCALE_FIRST		0.70
#define SCALE_STEP		0.06

float
wemb_quant_unit(float length)
{
	int			exponent;

	if (!(length > 0) || !isfinite(length))
		return 1;
	frexpf(length, &exponent);
	/* a square and a reciprocal of it must be finite */
	return ldexpf(1, exponent < -60 ? -60 : exponent > 60 ? 60 : exponent);
}

static int
padded_dim(int dim)
{
	return (dim + QUANT_PAD - 1) / QUANT_PAD * QUANT_PAD;
}

size_t
wemb_quant_size(const QuantConfig *config)
{
	return sizeof(Quant) + ROTATION_SIGN_BYTES((size_t) padded_dim(config->dim));
}

Quant *
wemb_quant_init(void *block, const QuantConfig *config)
{
	Quant	   *quant = block;

	quant->dim = config->dim;
	quant->padded = padded_dim(config->dim);
	quant->bits = config->bits;
	quant->metric = config->metric;
	quant->unit = config->unit;
	quant->bounds = config->bounds;
	quant->code_bytes = config->bits * (quant->padded / 8);
	wemb_rotation_init(quant->signs, quant->padded, config->seed);
	return quant;
}

void
wemb_quant_rotate(const Quant *quant, const float *x, float *rotated)
{
	memcpy(rotated, x, sizeof(float) * (size_t) quant->dim);
	memset(rotated + quant->dim, 0, sizeof(float) * (size_t) (quant->padded - quant->dim));
	wemb_rotation_apply(quant->signs, rotated, quant->padded, 1 / quant->unit);
}

/* What factors are made of: products of the residual r, its code's numbers less their mean c, and the centroid. */
typedef struct Products
{
	double		rr;
	double		rc;
	double		cc;
	double		centroid_c;
	double		centroid_r;
} Products;

/* value as a half, or infinity if it cannot be one. */
static Half
half_or_infinity(double value)
{
	return fabs(value) <= HALF_LARGEST ? half_from_float((float) value) : HALF_INFINITY;
}

/* The least half that is not below value >= 0. */
static Half
half_above(double value)
{
	Half		half = half_or_infinity(value);

	return half != HALF_INFINITY && half_to_float(half) < value ? (Half) (half + 1) : half;
}

static QuantFactors
factors_of(const Quant *quant, const Products *p)
{
	/* what is estimated of <r, query - centroid>: <c, query - centroid> times this */
	double		ratio = p->rc > 0 ? p->rr / p->rc : 0;
	double		sine = p->rc > 0 ? p->rr * p->cc / (p->rc * p->rc) - 1 : 0;	/* tan^2 of the angle between r and c */
	double		weight = quant->metric == QUANT_L2 ? 2 : 1;
	double		add = weight * ratio * p->centroid_c + (quant->metric == QUANT_L2 ? p->rr : -p->centroid_r);
	double		error = weight * sqrt(p->rr * (sine > 0 ? sine : 0) / (quant->padded - 1));
	QuantFactors factors = {half_or_infinity(add), half_or_infinity(-weight * ratio), half_above(error)};

	if (factors.add == HALF_INFINITY || factors.rescale == HALF_INFINITY || factors.error == HALF_INFINITY)
		factors = (QuantFactors) {0, 0, HALF_INFINITY};
	return factors;
}

/* How far codes go on one side: the numbers of a code less their mean are +-(magnitude + 1/2). */
static int
magnitude(double size, double scale, int largest)
{
	double		m = size * scale;

	return (int) (m < largest ? m : largest);
}

typedef float Lanes __attribute__((vector_size(16)));
typedef int32_t LaneNumbers __attribute__((vector_size(16)));

/* For each of the scales <r, c> and <c, c>, where r is in steps that are best for a normal distribution. */
typedef struct ScaleSums
{
	Lanes		scales[SCALES / 4];
	Lanes		rc[SCALES / 4];
	Lanes		cc[SCALES / 4];
} ScaleSums;

static inline Lanes
four_of(float x)
{
	return (Lanes) {x, x, x, x};
}

/* Two bits: c is 1/2, and 3/2 from the scale's first step on. */
static void
sum_two_bits(ScaleSums *sums, const float *x, const float *centroid, int n, double normal)
{
	Lanes		large[SCALES / 4] = {0};	/* sum of those from the first step on */
	LaneNumbers count[SCALES / 4] = {0};	/* of them, negative */
	float		all = 0;

	for (int i = 0; i < n; i++)
	{
		float		size = (float) (fabsf(x[i] - centroid[i]) * normal);

		all += size;
		for (int k = 0; k < SCALES / 4; k++)
		{
			LaneNumbers above = size * sums->scales[k] >= 1;

			large[k] += (Lanes) ((LaneNumbers) four_of(size) & above);
			count[k] += above;
		}
	}
	for (int k = 0; k < SCALES / 4; k++)
	{
		sums->rc[k] = all / 2 + large[k];
		sums->cc[k] = (float) n / 4 - 2 * __builtin_convertvector(count[k], Lanes);
	}
}

static void
sum_more_bits(ScaleSums *sums, const float *x, const float *centroid, int n, double normal, float largest)
{
	Lanes		limit = four_of(largest);

	for (int i = 0; i < n; i++)
	{
		float		size = (float) (fabsf(x[i] - centroid[i]) * normal);

		for (int k = 0; k < SCALES / 4; k++)
		{
			Lanes		m = size * sums->scales[k];
			LaneNumbers less = m < limit;
			Lanes		c;

			m = (Lanes) (((LaneNumbers) m & less) | ((LaneNumbers) limit & ~less));
			c = __builtin_convertvector(__builtin_convertvector(m, LaneNumbers), Lanes) + 0.5f;
			sums->rc[k] += size * c;
			sums->cc[k] += c * c;
		}
	}
}

/*
 * The scale at which the grid of 2^bits numbers points nearest to r's
 * direction.  The step that is best for a normal distribution is within a few
 * percent of it for nearly all rotated vectors (J. Max, "Quantizing for minimum
 * distortion", 1960), so the scales around it are tried.
 */
static double
best_scale(const Quant *quant, const float *x, const float *centroid, double rr)
{
	static const double step[QUANT_MAX_BITS + 1] = {0, 1.596, 0.9957, 0.5860, 0.3352, 0.1881, 0.1041, 0.0569, 0.0308};
	double		normal = sqrt(quant->padded / rr) / step[quant->bits];
	double		best_cosine = 0;
	int			best = 0;
	ScaleSums	sums = {0};

	for (int s = 0; s < SCALES; s++)
		sums.scales[s / 4][s % 4] = (float) (SCALE_FIRST + SCALE_STEP * s);
	if (quant->bits == 2)
		sum_two_bits(&sums, x, centroid, quant->padded, normal);
	else
		sum_more_bits(&sums, x, centroid, quant->padded, normal, (float) ((1 << (quant->bits - 1)) - 1));
	for (int s = 0; s < SCALES; s++)
	{
		double		rc = sums.rc[s / 4][s % 4];
		double		cosine = rc * rc / sums.cc[s / 4][s % 4];

		if (cosine > best_cosine)
		{
			best = s;
			best_cosine = cosine;
		}
	}
	return normal * (SCALE_FIRST + SCALE_STEP * best);
}

/*
 * Numbers of eight dimensions, a byte each, the first one lowest; what they add to the products is added dimension by
 * dimension.
 */
static uint64_t
encode_eight(const float *x, const float *centroid, double scale, int top, Products *p)
{
	uint64_t	numbers = 0;

	for (int i = 0; i < 8; i++)
	{
		double		r = x[i] - centroid[i];
		int			m = magnitude(fabs(r), scale, top - 1);
		int			number = top + (m ^ -(r <= 0)); /* without branches: nobody can foresee signs */
		double		c = number - (top - 0.5);

		numbers |= (uint64_t) number << 8 * i;
		p->rc += r * c;
		p->cc += c * c;
		p->centroid_c += centroid[i] * c;
		p->centroid_r += centroid[i] * r;
	}
	return numbers;
}

/* The lowest bits of eight bytes as one. */
static uint8_t
lowest_bits(uint64_t bytes)
{
	return (uint8_t) ((bytes & UINT64_C(0x0101010101010101)) * UINT64_C(0x0102040810204080) >> 56);
}

/* Planes of a code of several bits; the first is there. */
static Products
encode_planes(const Quant *quant, const float *x, const float *centroid, uint8_t *code)
{
	int			plane_bytes = quant->padded / 8;
	Products	p = {0};
	double		scale;

	for (int i = 0; i < quant->padded; i++)
		p.rr += (double) (x[i] - centroid[i]) * (x[i] - centroid[i]);
	/* a residual of zero, or none that is finite */
	if (!(p.rr > 0) || !isfinite(p.rr))
	{
		memset(code, 0, (size_t) quant->code_bytes);
		return p;
	}
	scale = best_scale(quant, x, centroid, p.rr);
	for (int i = 0; i < plane_bytes; i++)
	{
		uint64_t	numbers = encode_eight(x + 8 * i, centroid + 8 * i, scale, 1 << (quant->bits - 1), &p);

		for (int bit = 1; bit < quant->bits; bit++)
			code[bit * plane_bytes + i] = lowest_bits(numbers >> (quant->bits - 1 - bit));
	}
	return p;
}

void
wemb_quant_encode(const Quant *quant, const float *rotated, const float *centroid, uint8_t *code, QuantFactors *factors)
{
	CodeSums	sums = wemb_kernel->code_of_residual(rotated, centroid, quant->padded, code);
	Products	p = {.rr = sums.residual_squared,.rc = sums.residual_code / 2,.cc = quant->padded / 4.0,
	.centroid_c = sums.centroid_code / 2,.centroid_r = sums.residual_centroid};

	if (quant->bits > 1)
		p = encode_planes(quant, rotated, centroid, code);
	*factors = factors_of(quant, &p);
}
