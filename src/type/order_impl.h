/*
 * order_impl.h
 *		Template: the SQL functions behind =, <, btree and GROUP BY.
 *
 * ORDER_FN(op)		C name of the type's function op
 * compare_args()	defined before: takes the FunctionCallInfo; less than, equal to or greater than 0
 */

PG_FUNCTION_INFO_V1(ORDER_FN(lt)); /* wemb_vector_lt, wemb_halfvec_lt, wemb_sparsevec_lt */
Datum
ORDER_FN(lt)(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) < 0);
}

PG_FUNCTION_INFO_V1(ORDER_FN(le)); /* wemb_vector_le, wemb_halfvec_le, wemb_sparsevec_le */
Datum
ORDER_FN(le)(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) <= 0);
}

PG_FUNCTION_INFO_V1(ORDER_FN(eq)); /* wemb_vector_eq, wemb_halfvec_eq, wemb_sparsevec_eq */
Datum
ORDER_FN(eq)(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) == 0);
}

PG_FUNCTION_INFO_V1(ORDER_FN(ne)); /* wemb_vector_ne, wemb_halfvec_ne, wemb_sparsevec_ne */
Datum
ORDER_FN(ne)(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) != 0);
}

PG_FUNCTION_INFO_V1(ORDER_FN(ge)); /* wemb_vector_ge, wemb_halfvec_ge, wemb_sparsevec_ge */
Datum
ORDER_FN(ge)(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) >= 0);
}

PG_FUNCTION_INFO_V1(ORDER_FN(gt)); /* wemb_vector_gt, wemb_halfvec_gt, wemb_sparsevec_gt */
Datum
ORDER_FN(gt)(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) > 0);
}

PG_FUNCTION_INFO_V1(ORDER_FN(cmp)); /* wemb_vector_cmp, wemb_halfvec_cmp, wemb_sparsevec_cmp */
Datum
ORDER_FN(cmp)(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_args(fcinfo));
}
