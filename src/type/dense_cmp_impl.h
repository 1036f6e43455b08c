/*
 * dense_cmp_impl.h
 *		Template: the order of a dense type's values, for =, <, GROUP BY and btree.
 *
 * Parameters: see dense_check_impl.h.
 *
 * Element by element from the first, and a value that another one starts with
 * comes before it, as with words in a dictionary.  -0 equals 0.  Elements are
 * finite, so the order is total.
 */

static int
compare_values(const DENSE_TYPE *a, const DENSE_TYPE *b)
{
	int			dim = Min(a->dim, b->dim);

	for (int i = 0; i < dim; i++)
	{
		float		ea = DENSE_TO_FLOAT(a->x[i]);
		float		eb = DENSE_TO_FLOAT(b->x[i]);

		if (ea != eb)
			return ea < eb ? -1 : 1;
	}
	return (a->dim > b->dim) - (a->dim < b->dim);
}

/* A sort calls this without resetting memory in between: what was detoasted must be freed. */
static int
compare_args(FunctionCallInfo fcinfo)
{
	DENSE_TYPE *a = PG_GETARG_DENSE(0);
	DENSE_TYPE *b = PG_GETARG_DENSE(1);
	int			order = compare_values(a, b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

#define ORDER_FN(op)	DENSE_FN(op)
#include "type/order_impl.h"
