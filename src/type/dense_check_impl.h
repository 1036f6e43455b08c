/*
 * dense_check_impl.h
 *		Template: what must hold of every value of a dense type.
 *
 * The dense types (vector and halfvec) are one text, instantiated once for
 * each element type.  A type's .c file defines the parameters, then includes
 * dense_check_impl.h first and the other dense_*_impl.h in any order:
 *
 * DENSE_TYPE				C type of the values: vl_len_, dim, unused, x[]
 * DENSE_SIZE(dim)			bytes of a value
 * DENSE_SQL_NAME			its name in SQL, a string literal
 * DENSE_FN(op)				C name of the type's function op
 * DENSE_MAX_DIM			most elements
 * DENSE_ELEM				C type of an element
 * DENSE_TO_FLOAT(e)		element -> float, exact
 * DENSE_FROM_FLOAT(f)		float -> element, rounded to nearest, infinite if too large
 * DENSE_LIMIT				largest float that DENSE_FROM_FLOAT leaves finite
 * DENSE_KERNEL(loop)		the kernel's loop over arrays of such elements
 * DENSE_SEND(buf, e)		append an element to a message
 * DENSE_RECEIVE(buf)		take an element from a message
 *
 * One type a .c file, so the parameters need not be undefined at the end.
 *
 * The checks are inline and cheap; what they raise is in dense_error.c.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"

#include "pg/compat.h"
#include "type/dense_error.h"

#define PG_GETARG_DENSE(n)	detoast_value(PG_GETARG_DATUM(n))

/* Most values are neither compressed, out of line nor packed: those are seen here, without a call. */
static inline DENSE_TYPE *
detoast_value(Datum datum)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(datum);

	if (unlikely(VARATT_IS_EXTENDED(value)))
		value = pg_detoast_datum(value);
	return (DENSE_TYPE *) value;
}

static inline void
check_dim(int dim)
{
	if (unlikely(dim < 1 || dim > DENSE_MAX_DIM))
		wemb_dense_report_dim(DENSE_SQL_NAME, dim, DENSE_MAX_DIM);
}

static inline void
check_same_dim(const DENSE_TYPE *a, const DENSE_TYPE *b)
{
	if (unlikely(a->dim != b->dim))
		wemb_dense_report_mismatch(DENSE_SQL_NAME, a->dim, b->dim);
}

/* expected is -1 if any length will do, as in a type modifier */
static inline void
check_expected_dim(int32 expected, int dim)
{
	if (unlikely(expected != -1 && expected != dim))
		wemb_dense_report_expected(expected, dim, NULL);
}

/* The loop has no exit, so that it can run in vector registers; a fault is looked for afterwards. */
static inline bool
all_finite(const DENSE_ELEM *x, int dim)
{
	int			nbad = 0;

	for (int i = 0; i < dim; i++)
		nbad += !isfinite(DENSE_TO_FLOAT(x[i]));
	return nbad == 0;
}

/* Refuse the first element that is NaN or infinite. */
static inline void
check_elements(const DENSE_ELEM *x, int dim)
{
	if (likely(all_finite(x, dim)))
		return;
	for (int i = 0; i < dim; i++)
	{
		if (!isfinite(DENSE_TO_FLOAT(x[i])))
			wemb_dense_report_element(DENSE_SQL_NAME, DENSE_TO_FLOAT(x[i]));
	}
}

/* Refuse the first float that is finite, but as an element would not be. */
static inline void
check_range(const float *values, int dim)
{
	int			nbad = 0;

	for (int i = 0; i < dim; i++)
		nbad += (fabsf(values[i]) > DENSE_LIMIT) & !isinf(values[i]);
	if (likely(nbad == 0))
		return;
	for (int i = 0; i < dim; i++)
	{
		if (fabsf(values[i]) > DENSE_LIMIT && !isinf(values[i]))
			wemb_dense_report_range(DENSE_SQL_NAME, values[i]);
	}
}

void
DENSE_FN(check_dim)(int dim, int32 typmod) /* wemb_vector_check_dim, wemb_halfvec_check_dim */
{
	check_dim(dim);
	check_expected_dim(typmod, dim);
}

/* A value in the current memory context, its elements not yet set. */
DENSE_TYPE *
DENSE_FN(alloc)(int dim) /* wemb_vector_alloc, wemb_halfvec_alloc */
{
	Size		size = DENSE_SIZE(dim);
	DENSE_TYPE *result = palloc(size);

	SET_VARSIZE(result, size);
	result->dim = dim;
	result->unused = 0;
	return result;
}
