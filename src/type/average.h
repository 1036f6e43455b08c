/*
 * average.h
 *		The running state of avg() over dense types.
 *
 * A double precision[] as pgvector's, so that the same SQL declares it: how
 * many values were added, then the sum of each element.  {0} is the state
 * before any value, when the number of elements is not yet known.
 */
#ifndef WEMB_AVERAGE_H
#define WEMB_AVERAGE_H

#include "postgres.h"

#include "utils/array.h"

/* Views of a checked state */
#define AVERAGE_COUNT(state)	(((float8 *) ARR_DATA_PTR(state))[0])
#define AVERAGE_SUMS(state)		(((float8 *) ARR_DATA_PTR(state)) + 1)
#define AVERAGE_DIM(state)		(ARR_DIMS(state)[0] - 1)

/* Raise an error, naming the SQL function, if the array cannot be a state. */
extern void wemb_average_check(ArrayType *state, const char *function);

/* A state of dim sums, everything zero, in the current memory context. */
extern ArrayType *wemb_average_alloc(int dim);

/* Raise an error if a sum is infinite. */
extern void wemb_average_check_overflow(ArrayType *state);

#endif							/* WEMB_AVERAGE_H */
