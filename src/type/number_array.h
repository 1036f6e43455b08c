/*
 * number_array.h
 *		Arrays of numbers on their way into a vector type.
 */
#ifndef WEMB_NUMBER_ARRAY_H
#define WEMB_NUMBER_ARRAY_H

#include "postgres.h"

#include "utils/array.h"

/* Number of elements.  ERROR if there is more than one dimension, or a NULL. */
extern int	wemb_number_array_dim(ArrayType *array);

/* Refuse a number that a type cannot have; called with n of them. */
typedef void (*NumbersCheck) (const float *values, int n);

/*
 * The elements of integer[], real[], double precision[] or numeric[] as floats,
 * dim of them; ERROR with another element type.  Numbers too large for a float
 * become infinite, to be refused by the caller; but those of numeric[], which
 * has refusals of its own, are given to check (NULL: to none) one by one as
 * they come.
 */
extern void wemb_number_array_floats(ArrayType *array, int dim, NumbersCheck check, float *values);

#endif							/* WEMB_NUMBER_ARRAY_H */
