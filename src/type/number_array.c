/*
 * number_array.c
 *		Arrays of numbers on their way into a vector type.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/fmgrprotos.h"

#include "pg/compat.h"
#include "type/number_array.h"

int
wemb_number_array_dim(ArrayType *array)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("array must be 1-D")));
	if (ARR_HASNULL(array) && array_contains_nulls(array))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("array must not contain nulls")));
	return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

/* numeric has no fixed length, so its arrays must be taken apart. */
static void
convert_numerics(ArrayType *array, NumbersCheck check, float *values)
{
	Datum	   *elements;
	int			nelements;

	deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, &elements, NULL, &nelements);
	for (int i = 0; i < nelements; i++)
	{
		values[i] = DatumGetFloat4(DirectFunctionCall1(numeric_float4, elements[i]));
		if (check != NULL)
			check(values + i, 1);
	}
	pfree(elements);
}

/* There is no NULL, so plain C arrays lie in the array's data. */
void
wemb_number_array_floats(ArrayType *array, int dim, NumbersCheck check, float *values)
{
	const int32 *ints = (const int32 *) ARR_DATA_PTR(array);
	const float4 *floats = (const float4 *) ARR_DATA_PTR(array);
	const float8 *doubles = (const float8 *) ARR_DATA_PTR(array);

	switch (ARR_ELEMTYPE(array))
	{
		case INT4OID:
			for (int i = 0; i < dim; i++)
				values[i] = (float) ints[i];
			break;
		case FLOAT4OID:
			memcpy(values, floats, sizeof(float) * dim);
			break;
		case FLOAT8OID:
			for (int i = 0; i < dim; i++)
				values[i] = (float) doubles[i];
			break;
		case NUMERICOID:
			convert_numerics(array, check, values);
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION), errmsg("unsupported array type")));
	}
}
