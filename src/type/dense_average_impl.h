/*
 * dense_average_impl.h
 *		Template: avg() over a dense type.
 *
 * Parameters: see dense_check_impl.h.
 *
 * The state is described in average.h, which also has the combine function:
 * that is the same for all types.  sum() needs no code: it is repeated
 * addition.
 */
#include "utils/datum.h"

#include "type/average.h"

/*
 * Add value to the state.
 *
 * As the transition function of an aggregate it writes into the state that it
 * was given, which only the aggregate can see; a copy for each row would cost
 * several times as much as the addition.  Called by hand it makes a copy.
 */
PG_FUNCTION_INFO_V1(DENSE_FN(accum)); /* wemb_vector_accum, wemb_halfvec_accum */
Datum
DENSE_FN(accum)(PG_FUNCTION_ARGS)
{
	ArrayType  *state = PG_GETARG_ARRAYTYPE_P(0);
	DENSE_TYPE *value = PG_GETARG_DENSE(1);
	float8	   *sums;

	wemb_average_check(state, DENSE_SQL_NAME "_accum");
	if (AVERAGE_DIM(state) == 0)
	{
		float8		count = AVERAGE_COUNT(state);

		state = wemb_average_alloc(value->dim);
		AVERAGE_COUNT(state) = count;
		/* a sum of one number is that number, -0 too */
		for (int i = 0; i < value->dim; i++)
			AVERAGE_SUMS(state)[i] = -0.0;
	}
	else
	{
		check_expected_dim(AVERAGE_DIM(state), value->dim);
		if (!AggCheckCallContext(fcinfo, NULL))
			state = (ArrayType *) DatumGetPointer(
				datumCopy(PointerGetDatum(state), false, -1));
	}
	AVERAGE_COUNT(state) += 1;
	sums = AVERAGE_SUMS(state);
	for (int i = 0; i < value->dim; i++)
		sums[i] += DENSE_TO_FLOAT(value->x[i]);
	wemb_average_check_overflow(state);
	PG_RETURN_ARRAYTYPE_P(state);
}

/* NULL over no rows. */
PG_FUNCTION_INFO_V1(DENSE_FN(avg)); /* wemb_vector_avg, wemb_halfvec_avg */
Datum
DENSE_FN(avg)(PG_FUNCTION_ARGS)
{
	ArrayType  *state = PG_GETARG_ARRAYTYPE_P(0);
	float8		count;
	float8	   *sums;
	DENSE_TYPE *result;

	wemb_average_check(state, DENSE_SQL_NAME "_avg");
	count = AVERAGE_COUNT(state);
	if (count == 0)
		PG_RETURN_NULL();
	check_dim(AVERAGE_DIM(state));
	sums = AVERAGE_SUMS(state);
	result = DENSE_FN(alloc)(AVERAGE_DIM(state));
	for (int i = 0; i < result->dim; i++)
	{
		float		mean = (float) (sums[i] / count);

		check_range(&mean, 1);
		result->x[i] = DENSE_FROM_FLOAT(mean);
		check_elements(result->x + i, 1);
	}
	PG_RETURN_POINTER(result);
}
