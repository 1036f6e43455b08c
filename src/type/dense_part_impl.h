/*
 * dense_part_impl.h
 *		Template: a dense type's values joined, cut, and turned into bits.
 *
 * Parameters: see dense_check_impl.h.
 */
#include "utils/varbit.h"

PG_FUNCTION_INFO_V1(DENSE_FN(concat)); /* wemb_vector_concat, wemb_halfvec_concat */
Datum
DENSE_FN(concat)(PG_FUNCTION_ARGS)
{
	DENSE_TYPE *a = PG_GETARG_DENSE(0);
	DENSE_TYPE *b = PG_GETARG_DENSE(1);
	int			dim = a->dim + b->dim;
	DENSE_TYPE *result;

	check_dim(dim);
	result = DENSE_FN(alloc)(dim);
	memcpy(result->x, a->x, sizeof(DENSE_ELEM) * a->dim);
	memcpy(result->x + a->dim, b->x, sizeof(DENSE_ELEM) * b->dim);
	PG_RETURN_POINTER(result);
}

/*
 * count elements from the start-th on, counted from 1 as in substring(): what
 * would lie before the first element or behind the last one is left out.
 * Nothing left is an error, since a value has at least one element.
 */
PG_FUNCTION_INFO_V1(DENSE_FN(subvector)); /* wemb_vector_subvector, wemb_halfvec_subvector */
Datum
DENSE_FN(subvector)(PG_FUNCTION_ARGS)
{
	DENSE_TYPE *value = PG_GETARG_DENSE(0);
	int64		start = PG_GETARG_INT32(1);
	int64		count = PG_GETARG_INT32(2);
	int64		first = Max(start, 1);
	int64		end = Min(start + count, value->dim + 1);
	int			dim = count < 1 ? 0 : (int) Max(end - first, 0);
	DENSE_TYPE *result;

	check_dim(dim);
	result = DENSE_FN(alloc)(dim);
	memcpy(result->x, value->x + first - 1, sizeof(DENSE_ELEM) * dim);
	PG_RETURN_POINTER(result);
}

/* A bit an element, in order: 1 if it is greater than zero. */
PG_FUNCTION_INFO_V1(DENSE_FN(binary_quantize)); /* wemb_vector_binary_quantize, wemb_halfvec_binary_quantize */
Datum
DENSE_FN(binary_quantize)(PG_FUNCTION_ARGS)
{
	DENSE_TYPE *value = PG_GETARG_DENSE(0);
	Size		size = VARBITTOTALLEN(value->dim);
	VarBit	   *result = palloc0(size);
	bits8	   *bits = VARBITS(result);

	SET_VARSIZE(result, size);
	VARBITLEN(result) = value->dim;
	for (int first = 0; first < value->dim; first += BITS_PER_BYTE)
	{
		int			n = Min(value->dim - first, BITS_PER_BYTE);
		bits8		byte = 0;

		for (int i = 0; i < n; i++)
			byte |= (DENSE_TO_FLOAT(value->x[first + i]) > 0) << (BITS_PER_BYTE - 1 - i);
		*bits++ = byte;
	}
	PG_RETURN_VARBIT_P(result);
}
