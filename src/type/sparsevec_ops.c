/*
 * sparsevec_ops.c
 *		Distances, norm and order of sparsevec.
 *
 * As with the dense types, an overflow of a distance is an infinite or NaN
 * distance, not an error: ORDER BY puts such rows last.
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"

#include "core/kernel/kernel.h"
#include "pg/compat.h"
#include "type/dense_error.h"
#include "type/sparsevec.h"

/* The two arguments of a distance, which must be of the same dimensions */
typedef struct SparsePair
{
	SparseView	a;
	SparseView	b;
} SparsePair;

static inline SparsePair
get_pair(FunctionCallInfo fcinfo)
{
	SparsePair	pair = {
		.a = sparsevec_view(PG_GETARG_SPARSEVEC(0)),
		.b = sparsevec_view(PG_GETARG_SPARSEVEC(1)),
	};

	if (unlikely(pair.a.dim != pair.b.dim))
		wemb_dense_report_mismatch("sparsevec", pair.a.dim, pair.b.dim);
	return pair;
}

PG_FUNCTION_INFO_V1(wemb_sparsevec_l2_distance);
Datum
wemb_sparsevec_l2_distance(PG_FUNCTION_ARGS)
{
	SparsePair	pair = get_pair(fcinfo);

	PG_RETURN_FLOAT8(sqrt((double) wemb_sparse_l2sq(&pair.a, &pair.b)));
}

/* For indexes: ranks as l2_distance() does, without the root. */
PG_FUNCTION_INFO_V1(wemb_sparsevec_l2_squared_distance);
Datum
wemb_sparsevec_l2_squared_distance(PG_FUNCTION_ARGS)
{
	SparsePair	pair = get_pair(fcinfo);

	PG_RETURN_FLOAT8((double) wemb_sparse_l2sq(&pair.a, &pair.b));
}

PG_FUNCTION_INFO_V1(wemb_sparsevec_inner_product);
Datum
wemb_sparsevec_inner_product(PG_FUNCTION_ARGS)
{
	SparsePair	pair = get_pair(fcinfo);

	PG_RETURN_FLOAT8((double) wemb_sparse_dot(&pair.a, &pair.b));
}

/* An index returns the smallest first, but the largest inner product is the nearest. */
PG_FUNCTION_INFO_V1(wemb_sparsevec_negative_inner_product);
Datum
wemb_sparsevec_negative_inner_product(PG_FUNCTION_ARGS)
{
	SparsePair	pair = get_pair(fcinfo);

	PG_RETURN_FLOAT8((double) -wemb_sparse_dot(&pair.a, &pair.b));
}

/* NaN if either is zero or too long to be squared: then there is no angle. */
PG_FUNCTION_INFO_V1(wemb_sparsevec_cosine_distance);
Datum
wemb_sparsevec_cosine_distance(PG_FUNCTION_ARGS)
{
	SparsePair	pair = get_pair(fcinfo);
	double		aa = wemb_kernel->dot_f32(pair.a.values, pair.a.values, pair.a.n);
	double		bb = wemb_kernel->dot_f32(pair.b.values, pair.b.values, pair.b.n);
	double		cosine = (double) wemb_sparse_dot(&pair.a, &pair.b) / sqrt(aa * bb);

	/* rounding must not make a distance negative; NaN stays NaN */
	if (cosine > 1.0)
		cosine = 1.0;
	else if (cosine < -1.0)
		cosine = -1.0;
	PG_RETURN_FLOAT8(1.0 - cosine);
}

PG_FUNCTION_INFO_V1(wemb_sparsevec_l1_distance);
Datum
wemb_sparsevec_l1_distance(PG_FUNCTION_ARGS)
{
	SparsePair	pair = get_pair(fcinfo);

	PG_RETURN_FLOAT8((double) wemb_sparse_l1(&pair.a, &pair.b));
}

PG_FUNCTION_INFO_V1(wemb_sparsevec_norm);
Datum
wemb_sparsevec_norm(PG_FUNCTION_ARGS)
{
	SparseView	value = sparsevec_view(PG_GETARG_SPARSEVEC(0));

	PG_RETURN_FLOAT8(wemb_sparse_norm(&value));
}

/* A vector without elements has no direction and stays as it is.  Elements that become zero are left out. */
PG_FUNCTION_INFO_V1(wemb_sparsevec_l2_normalize);
Datum
wemb_sparsevec_l2_normalize(PG_FUNCTION_ARGS)
{
	SparseView	value = sparsevec_view(PG_GETARG_SPARSEVEC(0));
	double		norm = wemb_sparse_norm(&value);
	float	   *scaled = palloc(value.n * sizeof(float));
	int			nnz = 0;
	SparseVec  *result;
	float	   *values;

	for (int i = 0; i < value.n; i++)
	{
		scaled[i] = (float) (value.values[i] / norm);
		if (unlikely(isinf(scaled[i])))
			float_overflow_error();
		nnz += scaled[i] != 0;
	}
	result = wemb_sparsevec_alloc(value.dim, nnz);
	values = SPARSEVEC_VALUES(result);
	for (int i = 0, k = 0; i < value.n; i++)
	{
		if (scaled[i] == 0)
			continue;
		result->indices[k] = value.indices[i];
		values[k++] = scaled[i];
	}
	pfree(scaled);
	PG_RETURN_POINTER(result);
}

/* A sort calls this without resetting memory in between: what was detoasted must be freed. */
static int
compare_args(FunctionCallInfo fcinfo)
{
	SparseVec  *a = PG_GETARG_SPARSEVEC(0);
	SparseVec  *b = PG_GETARG_SPARSEVEC(1);
	SparseView	view_a = sparsevec_view(a);
	SparseView	view_b = sparsevec_view(b);
	int			order = wemb_sparse_compare(&view_a, &view_b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

#define ORDER_FN(op)	wemb_sparsevec_##op
#include "type/order_impl.h"
