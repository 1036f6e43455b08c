/*
 * halfvec.c
 *		The type halfvec: its element is a half-precision float.
 *
 * Everything is in the templates that it shares with the other dense types,
 * but the casts to and from vector.
 */
#include "postgres.h"

#include "core/kernel/kernel.h"
#include "type/halfvec.h"
#include "type/vector.h"

#define DENSE_TYPE			HalfVec
#define DENSE_SIZE(dim)		HALFVEC_SIZE(dim)
#define DENSE_SQL_NAME		"halfvec"
#define DENSE_FN(op)		wemb_halfvec_##op
#define DENSE_MAX_DIM		HALFVEC_MAX_DIM
#define DENSE_ELEM			Half
#define DENSE_TO_FLOAT(e)	half_to_float(e)
#define DENSE_FROM_FLOAT(f) half_from_float(f)
#define DENSE_LIMIT			HALF_MAX_ROUNDED
#define DENSE_KERNEL(loop)	wemb_kernel->loop##_f16
#define DENSE_SEND(buf, e)	pq_sendint16(buf, e)
#define DENSE_RECEIVE(buf)	((Half) pq_getmsgint(buf, sizeof(Half)))

#include "type/dense_check_impl.h"
#include "type/dense_io_impl.h"
#include "type/dense_ops_impl.h"
#include "type/dense_part_impl.h"
#include "type/dense_cmp_impl.h"
#include "type/dense_cast_impl.h"
#include "type/dense_average_impl.h"

Half
wemb_halfvec_element(float value)
{
	check_range(&value, 1);
	return half_from_float(value);
}

PG_FUNCTION_INFO_V1(wemb_halfvec_from_vector);
Datum
wemb_halfvec_from_vector(PG_FUNCTION_ARGS)
{
	Vector	   *value = PG_GETARG_VECTOR(0);
	HalfVec    *result;

	wemb_halfvec_check_dim(value->dim, PG_GETARG_INT32(1));
	check_range(value->x, value->dim);
	result = wemb_halfvec_alloc(value->dim);
	wemb_kernel->f16_from_f32(value->x, result->x, value->dim);
	PG_RETURN_POINTER(result);
}

PG_FUNCTION_INFO_V1(wemb_halfvec_to_vector);
Datum
wemb_halfvec_to_vector(PG_FUNCTION_ARGS)
{
	HalfVec    *value = PG_GETARG_HALFVEC(0);
	Vector	   *result;

	wemb_vector_check_dim(value->dim, PG_GETARG_INT32(1));
	result = wemb_vector_alloc(value->dim);
	wemb_kernel->f32_from_f16(value->x, result->x, value->dim);
	PG_RETURN_POINTER(result);
}
