/*
 * vector.c
 *		The type vector: its element is a float.
 *
 * Everything is in the templates that it shares with the other dense types.
 */
#include "postgres.h"

#include <float.h>

#include "core/kernel/kernel.h"
#include "type/vector.h"

#define DENSE_TYPE			Vector
#define DENSE_SIZE(dim)		VECTOR_SIZE(dim)
#define DENSE_SQL_NAME		"vector"
#define DENSE_FN(op)		wemb_vector_##op
#define DENSE_MAX_DIM		VECTOR_MAX_DIM
#define DENSE_ELEM			float
#define DENSE_TO_FLOAT(e)	(e)
#define DENSE_FROM_FLOAT(f) (f)
#define DENSE_LIMIT			FLT_MAX
#define DENSE_KERNEL(loop)	wemb_kernel->loop##_f32
#define DENSE_SEND(buf, e)	pq_sendfloat4(buf, e)
#define DENSE_RECEIVE(buf)	pq_getmsgfloat4(buf)

#include "type/dense_check_impl.h"
#include "type/dense_io_impl.h"
#include "type/dense_ops_impl.h"
#include "type/dense_part_impl.h"
#include "type/dense_cmp_impl.h"
#include "type/dense_cast_impl.h"
#include "type/dense_average_impl.h"
