/*
 * average.c
 *		The running state of avg() over dense types.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/datum.h"
#include "utils/float.h"

#include "pg/compat.h"
#include "type/average.h"
#include "type/dense_error.h"
#include "type/vector.h"

void
wemb_average_check(ArrayType *state, const char *function)
{
	/* users can call the functions of an aggregate with any array */
	if (ARR_NDIM(state) != 1 || ARR_DIMS(state)[0] < 1 || ARR_HASNULL(state) ||
		ARR_ELEMTYPE(state) != FLOAT8OID)
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
						errmsg_internal("%s: expected state array", function)));
}

ArrayType *
wemb_average_alloc(int dim)
{
	int			nelements = dim + 1;
	Size		size = ARR_OVERHEAD_NONULLS(1) + sizeof(float8) * nelements;
	ArrayType  *state = palloc0(size);

	SET_VARSIZE(state, size);
	state->ndim = 1;
	state->elemtype = FLOAT8OID;
	ARR_DIMS(state)[0] = nelements;
	ARR_LBOUND(state)[0] = 1;
	return state;
}

void
wemb_average_check_overflow(ArrayType *state)
{
	const float8 *sums = AVERAGE_SUMS(state);
	int			dim = AVERAGE_DIM(state);
	int			ninfinite = 0;

	for (int i = 0; i < dim; i++)
		ninfinite += isinf(sums[i]) != 0;
	if (unlikely(ninfinite > 0))
		float_overflow_error();
}

/*
 * Add up two states.  One without a length has none to disagree with, and
 * nothing to add.  Either argument may be returned as it is: both belong to
 * the aggregate.
 */
PG_FUNCTION_INFO_V1(wemb_average_combine);
Datum
wemb_average_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *a = PG_GETARG_ARRAYTYPE_P(0);
	ArrayType  *b = PG_GETARG_ARRAYTYPE_P(1);
	float8		count;
	ArrayType  *result;

	wemb_average_check(a, "vector_combine");
	wemb_average_check(b, "vector_combine");
	count = AVERAGE_COUNT(a) + AVERAGE_COUNT(b);
	if (AVERAGE_DIM(a) > 0 || AVERAGE_DIM(b) > 0)
		wemb_vector_check_dim(AVERAGE_DIM(a) > 0 ? AVERAGE_DIM(a) : AVERAGE_DIM(b), -1);
	if (AVERAGE_DIM(a) == 0 || AVERAGE_DIM(b) == 0)
	{
		result = AVERAGE_DIM(a) > 0 ? a : b;
		if (AVERAGE_COUNT(result) == count)
			PG_RETURN_ARRAYTYPE_P(result);
		result = (ArrayType *) DatumGetPointer(datumCopy(PointerGetDatum(result), false, -1));
		AVERAGE_COUNT(result) = count;
		PG_RETURN_ARRAYTYPE_P(result);
	}
	if (AVERAGE_DIM(a) != AVERAGE_DIM(b))
		wemb_dense_report_expected(AVERAGE_DIM(a), AVERAGE_DIM(b), NULL);
	result = wemb_average_alloc(AVERAGE_DIM(a));
	AVERAGE_COUNT(result) = count;
	for (int i = 0; i < AVERAGE_DIM(result); i++)
		AVERAGE_SUMS(result)[i] = AVERAGE_SUMS(a)[i] + AVERAGE_SUMS(b)[i];
	wemb_average_check_overflow(result);
	PG_RETURN_ARRAYTYPE_P(result);
}
