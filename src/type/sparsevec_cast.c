/*
 * sparsevec_cast.c
 *		sparsevec to and from vector, halfvec and arrays of numbers.
 *
 * A cast is called with the type modifier as the second argument, -1 if there
 * is none.
 */
#include "postgres.h"

#include <math.h>

#include "type/dense_error.h"
#include "type/halfvec.h"
#include "type/number_array.h"
#include "type/sparsevec.h"
#include "type/vector.h"

/* Numbers on their way into a sparsevec */
typedef struct SparseBuilder
{
	int32		dim;			/* of the result */
	int32		nnz;			/* numbers other than zero so far */
	int32		room;			/* as many of them can be kept */
	int32	   *indices;
	float	   *values;
} SparseBuilder;

static void
builder_start(SparseBuilder *builder, int32 dim)
{
	builder->dim = dim;
	builder->nnz = 0;
	builder->room = Min(dim, SPARSEVEC_MAX_NNZ);
	builder->indices = palloc(builder->room * sizeof(int32));
	builder->values = palloc(builder->room * sizeof(float));
}

/* Numbers are added by rising index.  Those beyond the limit are counted, for the error. */
static inline void
builder_add(SparseBuilder *builder, int32 index, float value)
{
	if (value == 0)
		return;
	if (builder->nnz < builder->room)
	{
		builder->indices[builder->nnz] = index;
		builder->values[builder->nnz] = value;
	}
	builder->nnz++;
}

static SparseVec *
builder_finish(SparseBuilder *builder)
{
	SparseVec  *result;

	wemb_sparsevec_check_nnz(builder->nnz, builder->dim);
	for (int i = 0; i < builder->nnz; i++)
	{
		if (!isfinite(builder->values[i]))
			wemb_dense_report_element("sparsevec", builder->values[i]);
	}
	result = wemb_sparsevec_alloc(builder->dim, builder->nnz);
	memcpy(result->indices, builder->indices, builder->nnz * sizeof(int32));
	memcpy(SPARSEVEC_VALUES(result), builder->values, builder->nnz * sizeof(float));
	pfree(builder->indices);
	pfree(builder->values);
	return result;
}

/* To the same type: all there is to do is to hold the value against the modifier. */
PG_FUNCTION_INFO_V1(wemb_sparsevec_enforce_typmod);
Datum
wemb_sparsevec_enforce_typmod(PG_FUNCTION_ARGS)
{
	SparseVec  *value = PG_GETARG_SPARSEVEC(0);

	wemb_sparsevec_check_dim(value->dim, PG_GETARG_INT32(1));
	PG_RETURN_POINTER(value);
}

PG_FUNCTION_INFO_V1(wemb_sparsevec_from_vector);
Datum
wemb_sparsevec_from_vector(PG_FUNCTION_ARGS)
{
	Vector	   *value = PG_GETARG_VECTOR(0);
	SparseBuilder builder;

	wemb_sparsevec_check_dim(value->dim, PG_GETARG_INT32(1));
	builder_start(&builder, value->dim);
	for (int i = 0; i < value->dim; i++)
		builder_add(&builder, i, value->x[i]);
	PG_RETURN_POINTER(builder_finish(&builder));
}

PG_FUNCTION_INFO_V1(wemb_sparsevec_from_halfvec);
Datum
wemb_sparsevec_from_halfvec(PG_FUNCTION_ARGS)
{
	HalfVec    *value = PG_GETARG_HALFVEC(0);
	SparseBuilder builder;

	wemb_sparsevec_check_dim(value->dim, PG_GETARG_INT32(1));
	builder_start(&builder, value->dim);
	for (int i = 0; i < value->dim; i++)
		builder_add(&builder, i, half_to_float(value->x[i]));
	PG_RETURN_POINTER(builder_finish(&builder));
}

PG_FUNCTION_INFO_V1(wemb_sparsevec_to_vector);
Datum
wemb_sparsevec_to_vector(PG_FUNCTION_ARGS)
{
	SparseView	value = sparsevec_view(PG_GETARG_SPARSEVEC(0));
	Vector	   *result;

	wemb_vector_check_dim(value.dim, PG_GETARG_INT32(1));
	result = wemb_vector_alloc(value.dim);
	memset(result->x, 0, value.dim * sizeof(result->x[0]));
	for (int i = 0; i < value.n; i++)
		result->x[value.indices[i]] = value.values[i];
	PG_RETURN_POINTER(result);
}

PG_FUNCTION_INFO_V1(wemb_sparsevec_to_halfvec);
Datum
wemb_sparsevec_to_halfvec(PG_FUNCTION_ARGS)
{
	SparseView	value = sparsevec_view(PG_GETARG_SPARSEVEC(0));
	HalfVec    *result;

	wemb_halfvec_check_dim(value.dim, PG_GETARG_INT32(1));
	result = wemb_halfvec_alloc(value.dim);
	memset(result->x, 0, value.dim * sizeof(result->x[0]));
	for (int i = 0; i < value.n; i++)
		result->x[value.indices[i]] = wemb_halfvec_element(value.values[i]);
	PG_RETURN_POINTER(result);
}

/* Numbers too large for a float become infinite on the way, and are refused as such. */
PG_FUNCTION_INFO_V1(wemb_sparsevec_from_array);
Datum
wemb_sparsevec_from_array(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	int			dim = wemb_number_array_dim(array);
	SparseBuilder builder;
	float	   *values;

	wemb_sparsevec_check_dim(dim, PG_GETARG_INT32(1));
	values = palloc(sizeof(float) * dim);
	wemb_number_array_floats(array, dim, NULL, values);
	builder_start(&builder, dim);
	for (int i = 0; i < dim; i++)
		builder_add(&builder, i, values[i]);
	pfree(values);
	PG_RETURN_POINTER(builder_finish(&builder));
}
