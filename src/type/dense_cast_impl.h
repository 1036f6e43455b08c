/*
 * dense_cast_impl.h
 *		Template: a dense type to and from arrays of numbers.
 *
 * Parameters: see dense_check_impl.h.
 *
 * Casts that take a type modifier are called with it as the second argument,
 * -1 if there is none.
 */
#include "catalog/pg_type.h"
#include "utils/array.h"

#include "type/number_array.h"

/* To the same type: all there is to do is to hold the value against the modifier. */
PG_FUNCTION_INFO_V1(DENSE_FN(enforce_typmod)); /* wemb_vector_enforce_typmod, wemb_halfvec_enforce_typmod */
Datum
DENSE_FN(enforce_typmod)(PG_FUNCTION_ARGS)
{
	DENSE_TYPE *value = PG_GETARG_DENSE(0);
	int32		typmod = PG_GETARG_INT32(1);

	check_expected_dim(typmod, value->dim);
	PG_RETURN_POINTER(value);
}

/* Numbers too large for a float become infinite on the way, and are refused as such. */
PG_FUNCTION_INFO_V1(DENSE_FN(from_array)); /* wemb_vector_from_array, wemb_halfvec_from_array */
Datum
DENSE_FN(from_array)(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	int32		typmod = PG_GETARG_INT32(1);
	int			dim = wemb_number_array_dim(array);
	float	   *values;
	DENSE_TYPE *result;

	check_dim(dim);
	check_expected_dim(typmod, dim);
	values = palloc(sizeof(float) * dim);
	wemb_number_array_floats(array, dim, check_range, values);
	check_range(values, dim);
	result = DENSE_FN(alloc)(dim);
	for (int i = 0; i < dim; i++)
		result->x[i] = DENSE_FROM_FLOAT(values[i]);
	check_elements(result->x, dim);
	pfree(values);
	PG_RETURN_POINTER(result);
}

/* A one-dimensional array with room for dim elements of a fixed-length type, not yet set. */
static ArrayType *
alloc_array(Oid element_type, int element_size, int dim)
{
	Size		size = ARR_OVERHEAD_NONULLS(1) + (Size) element_size * dim;
	ArrayType  *result = palloc0(size);

	SET_VARSIZE(result, size);
	result->ndim = 1;
	result->dataoffset = 0;
	result->elemtype = element_type;
	ARR_DIMS(result)[0] = dim;
	ARR_LBOUND(result)[0] = 1;
	return result;
}

PG_FUNCTION_INFO_V1(DENSE_FN(to_float4)); /* wemb_vector_to_float4, wemb_halfvec_to_float4 */
Datum
DENSE_FN(to_float4)(PG_FUNCTION_ARGS)
{
	DENSE_TYPE *value = PG_GETARG_DENSE(0);
	ArrayType  *result = alloc_array(FLOAT4OID, sizeof(float4), value->dim);
	float4	   *elements = (float4 *) ARR_DATA_PTR(result);

	for (int i = 0; i < value->dim; i++)
		elements[i] = DENSE_TO_FLOAT(value->x[i]);
	PG_RETURN_ARRAYTYPE_P(result);
}

PG_FUNCTION_INFO_V1(DENSE_FN(to_float8)); /* wemb_vector_to_float8, wemb_halfvec_to_float8 */
Datum
DENSE_FN(to_float8)(PG_FUNCTION_ARGS)
{
	DENSE_TYPE *value = PG_GETARG_DENSE(0);
	ArrayType  *result = alloc_array(FLOAT8OID, sizeof(float8), value->dim);
	float8	   *elements = (float8 *) ARR_DATA_PTR(result);

	for (int i = 0; i < value->dim; i++)
		elements[i] = DENSE_TO_FLOAT(value->x[i]);
	PG_RETURN_ARRAYTYPE_P(result);
}

/* Rounds to the nearest integer, halves to even, as real to integer does. */
PG_FUNCTION_INFO_V1(DENSE_FN(to_int4)); /* wemb_vector_to_int4, wemb_halfvec_to_int4 */
Datum
DENSE_FN(to_int4)(PG_FUNCTION_ARGS)
{
	DENSE_TYPE *value = PG_GETARG_DENSE(0);
	ArrayType  *result = alloc_array(INT4OID, sizeof(int32), value->dim);
	int32	   *elements = (int32 *) ARR_DATA_PTR(result);

	for (int i = 0; i < value->dim; i++)
	{
		float		rounded = rintf(DENSE_TO_FLOAT(value->x[i]));

		if (!FLOAT4_FITS_IN_INT32(rounded))
			ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
							errmsg("integer out of range")));
		elements[i] = (int32) rounded;
	}
	PG_RETURN_ARRAYTYPE_P(result);
}
