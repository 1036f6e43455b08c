/*
 * dense_ops_impl.h
 *		Template: distances, norm and arithmetic of a dense type.
 *
 * Parameters: see dense_check_impl.h.
 *
 * Distances come from the kernel, which adds in float.  An overflow there is
 * an infinite or NaN distance, not an error: ORDER BY puts such rows last.
 * Arithmetic, whose results are values of the type, raises errors instead.
 *
 * Results may differ in the last bits between processors, as those of exp()
 * do between C libraries; on one machine they never change.  That is what
 * IMMUTABLE promises for the server's own floating-point functions, too.
 */
#include "utils/float.h"

#include "core/kernel/kernel.h"
#include "type/dense_pair_impl.h"

PG_FUNCTION_INFO_V1(DENSE_FN(l2_distance)); /* wemb_vector_l2_distance, wemb_halfvec_l2_distance */
Datum
DENSE_FN(l2_distance)(PG_FUNCTION_ARGS)
{
	DensePair	pair = get_pair(fcinfo);

	PG_RETURN_FLOAT8(sqrt((double) DENSE_KERNEL(l2sq)(pair.a->x, pair.b->x, pair.dim)));
}

/*
 * For indexes: ranks as l2_distance() does, without the root.
 */
/* wemb_vector_l2_squared_distance, wemb_halfvec_l2_squared_distance */
PG_FUNCTION_INFO_V1(DENSE_FN(l2_squared_distance));
Datum
DENSE_FN(l2_squared_distance)(PG_FUNCTION_ARGS)
{
	DensePair	pair = get_pair(fcinfo);

	PG_RETURN_FLOAT8((double) DENSE_KERNEL(l2sq)(pair.a->x, pair.b->x, pair.dim));
}

PG_FUNCTION_INFO_V1(DENSE_FN(inner_product)); /* wemb_vector_inner_product, wemb_halfvec_inner_product */
Datum
DENSE_FN(inner_product)(PG_FUNCTION_ARGS)
{
	DensePair	pair = get_pair(fcinfo);

	PG_RETURN_FLOAT8((double) DENSE_KERNEL(dot)(pair.a->x, pair.b->x, pair.dim));
}

/*
 * An index returns the smallest first, but the largest inner product is the nearest.
 */
/* wemb_vector_negative_inner_product, wemb_halfvec_negative_inner_product */
PG_FUNCTION_INFO_V1(DENSE_FN(negative_inner_product));
Datum
DENSE_FN(negative_inner_product)(PG_FUNCTION_ARGS)
{
	DensePair	pair = get_pair(fcinfo);

	PG_RETURN_FLOAT8((double) -DENSE_KERNEL(dot)(pair.a->x, pair.b->x, pair.dim));
}

/* Rounding must not make a distance negative, or an angle NaN; NaN stays NaN. */
static inline double
limit_cosine(double cosine)
{
	return cosine > 1.0 ? 1.0 : cosine < -1.0 ? -1.0 : cosine;
}

/* NaN if either is zero or too long to be squared: then there is no angle. */
PG_FUNCTION_INFO_V1(DENSE_FN(cosine_distance)); /* wemb_vector_cosine_distance, wemb_halfvec_cosine_distance */
Datum
DENSE_FN(cosine_distance)(PG_FUNCTION_ARGS)
{
	DensePair	pair = get_pair(fcinfo);
	CosineSums	sums;
	double		cosine;

	sums = DENSE_KERNEL(cosine)(pair.a->x, pair.b->x, pair.dim);
	cosine = (double) sums.ab / sqrt((double) sums.aa * (double) sums.bb);
	PG_RETURN_FLOAT8(1.0 - limit_cosine(cosine));
}

PG_FUNCTION_INFO_V1(DENSE_FN(l1_distance)); /* wemb_vector_l1_distance, wemb_halfvec_l1_distance */
Datum
DENSE_FN(l1_distance)(PG_FUNCTION_ARGS)
{
	DensePair	pair = get_pair(fcinfo);

	PG_RETURN_FLOAT8((double) DENSE_KERNEL(l1)(pair.a->x, pair.b->x, pair.dim));
}

/*
 * The angle between vectors of length 1, as a part of half a turn: unlike the
 * cosine distance it satisfies the triangle inequality, which k-means needs.
 */
/* wemb_vector_spherical_distance, wemb_halfvec_spherical_distance */
PG_FUNCTION_INFO_V1(DENSE_FN(spherical_distance));
Datum
DENSE_FN(spherical_distance)(PG_FUNCTION_ARGS)
{
	DensePair	pair = get_pair(fcinfo);

	PG_RETURN_FLOAT8(acos(limit_cosine((double) DENSE_KERNEL(dot)(pair.a->x, pair.b->x, pair.dim))) / M_PI);
}

PG_FUNCTION_INFO_V1(DENSE_FN(dims)); /* wemb_vector_dims, wemb_halfvec_dims */
Datum
DENSE_FN(dims)(PG_FUNCTION_ARGS)
{
	DENSE_TYPE *value = PG_GETARG_DENSE(0);

	PG_RETURN_INT32(value->dim);
}

/*
 * Euclidean length, in double: the square of any float fits, so this never
 * overflows.  Four sums, since one would make every addition wait for the last.
 */
static double
euclidean_norm(const DENSE_ELEM *x, int dim)
{
	double		sums[4] = {0, 0, 0, 0};
	int			i = 0;

	for (; i + 4 <= dim; i += 4)
	{
		for (int lane = 0; lane < 4; lane++)
		{
			double		e = DENSE_TO_FLOAT(x[i + lane]);

			sums[lane] += e * e;
		}
	}
	for (; i < dim; i++)
	{
		double		e = DENSE_TO_FLOAT(x[i]);

		sums[0] += e * e;
	}
	return sqrt((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

PG_FUNCTION_INFO_V1(DENSE_FN(norm)); /* wemb_vector_norm, wemb_halfvec_norm */
Datum
DENSE_FN(norm)(PG_FUNCTION_ARGS)
{
	DENSE_TYPE *value = PG_GETARG_DENSE(0);

	PG_RETURN_FLOAT8(euclidean_norm(value->x, value->dim));
}

/* Results of arithmetic must be values of the type. */
static inline void
check_overflow(const DENSE_TYPE *value)
{
	if (unlikely(!all_finite(value->x, value->dim)))
		float_overflow_error();
}

/* A vector of zeros has no direction: the result is zeros, too. */
PG_FUNCTION_INFO_V1(DENSE_FN(l2_normalize)); /* wemb_vector_l2_normalize, wemb_halfvec_l2_normalize */
Datum
DENSE_FN(l2_normalize)(PG_FUNCTION_ARGS)
{
	DENSE_TYPE *value = PG_GETARG_DENSE(0);
	double		norm = euclidean_norm(value->x, value->dim);
	DENSE_TYPE *result = DENSE_FN(alloc)(value->dim);

	for (int i = 0; i < result->dim; i++)
		result->x[i] = DENSE_FROM_FLOAT(
			norm > 0 ? (float) (DENSE_TO_FLOAT(value->x[i]) / norm) : 0);
	check_overflow(result);
	PG_RETURN_POINTER(result);
}

/* The three loops of arithmetic: r shares no memory with a and b, so they can run in registers. */
static inline void
add_elements(DENSE_ELEM *restrict r, const DENSE_ELEM *a, const DENSE_ELEM *b, int dim)
{
	for (int i = 0; i < dim; i++)
		r[i] = DENSE_FROM_FLOAT(DENSE_TO_FLOAT(a[i]) + DENSE_TO_FLOAT(b[i]));
}

static inline void
subtract_elements(DENSE_ELEM *restrict r, const DENSE_ELEM *a, const DENSE_ELEM *b, int dim)
{
	for (int i = 0; i < dim; i++)
		r[i] = DENSE_FROM_FLOAT(DENSE_TO_FLOAT(a[i]) - DENSE_TO_FLOAT(b[i]));
}

static inline void
multiply_elements(DENSE_ELEM *restrict r, const DENSE_ELEM *a, const DENSE_ELEM *b, int dim)
{
	for (int i = 0; i < dim; i++)
		r[i] = DENSE_FROM_FLOAT(DENSE_TO_FLOAT(a[i]) * DENSE_TO_FLOAT(b[i]));
}

static inline bool
underflows(float product, float a, float b)
{
	return (product == 0) & (a != 0) & (b != 0);
}

/* Products can also be too small: zero although no factor is.  The first fault is reported. */
static inline void
check_product(const DENSE_TYPE *result, const DENSE_TYPE *a, const DENSE_TYPE *b)
{
	int			nunderflows = 0;

	for (int i = 0; i < result->dim; i++)
		nunderflows += underflows(DENSE_TO_FLOAT(result->x[i]), DENSE_TO_FLOAT(a->x[i]),
								  DENSE_TO_FLOAT(b->x[i]));
	if (likely(nunderflows == 0))
	{
		check_overflow(result);
		return;
	}
	for (int i = 0; i < result->dim; i++)
	{
		if (!isfinite(DENSE_TO_FLOAT(result->x[i])))
			float_overflow_error();
		if (underflows(DENSE_TO_FLOAT(result->x[i]), DENSE_TO_FLOAT(a->x[i]),
					   DENSE_TO_FLOAT(b->x[i])))
			float_underflow_error();
	}
}

PG_FUNCTION_INFO_V1(DENSE_FN(add)); /* wemb_vector_add, wemb_halfvec_add */
Datum
DENSE_FN(add)(PG_FUNCTION_ARGS)
{
	DENSE_TYPE *a = PG_GETARG_DENSE(0);
	DENSE_TYPE *b = PG_GETARG_DENSE(1);
	DENSE_TYPE *result;

	check_same_dim(a, b);
	result = DENSE_FN(alloc)(a->dim);
	add_elements(result->x, a->x, b->x, a->dim);
	check_overflow(result);
	PG_RETURN_POINTER(result);
}

PG_FUNCTION_INFO_V1(DENSE_FN(sub)); /* wemb_vector_sub, wemb_halfvec_sub */
Datum
DENSE_FN(sub)(PG_FUNCTION_ARGS)
{
	DENSE_TYPE *a = PG_GETARG_DENSE(0);
	DENSE_TYPE *b = PG_GETARG_DENSE(1);
	DENSE_TYPE *result;

	check_same_dim(a, b);
	result = DENSE_FN(alloc)(a->dim);
	subtract_elements(result->x, a->x, b->x, a->dim);
	check_overflow(result);
	PG_RETURN_POINTER(result);
}

PG_FUNCTION_INFO_V1(DENSE_FN(mul)); /* wemb_vector_mul, wemb_halfvec_mul */
Datum
DENSE_FN(mul)(PG_FUNCTION_ARGS)
{
	DENSE_TYPE *a = PG_GETARG_DENSE(0);
	DENSE_TYPE *b = PG_GETARG_DENSE(1);
	DENSE_TYPE *result;

	check_same_dim(a, b);
	result = DENSE_FN(alloc)(a->dim);
	multiply_elements(result->x, a->x, b->x, a->dim);
	check_product(result, a, b);
	PG_RETURN_POINTER(result);
}
