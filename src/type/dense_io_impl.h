/*
 * dense_io_impl.h
 *		Template: text and binary form of a dense type, and its type modifier.
 *
 * Parameters: see dense_check_impl.h.
 *
 * Text	  [1,2.5,-3], each number the shortest that reads back as the same float
 * Binary int16 number of elements, int16 zero, the elements; big-endian
 */
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"

#include "pg/compat.h"
#include "type/typmod.h"

PG_FUNCTION_INFO_V1(DENSE_FN(in)); /* wemb_vector_in, wemb_halfvec_in */
Datum
DENSE_FN(in)(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	int32		typmod = PG_GETARG_INT32(2);
	size_t		room = Min(wemb_literal_room(text), DENSE_MAX_DIM);
	float	   *values = palloc(room * sizeof(float));
	VectorLiteral literal;
	WembStatus	status = wemb_literal_vector(text, DENSE_LIMIT, values, room, &literal);
	DENSE_TYPE *result;

	if (status != WEMB_OK)
	{
		wemb_dense_report_literal(DENSE_SQL_NAME, DENSE_MAX_DIM, text, status, &literal,
								  fcinfo->context);
		PG_RETURN_NULL();
	}
	if (typmod != -1 && typmod != literal.dim)
	{
		wemb_dense_report_expected(typmod, literal.dim, fcinfo->context);
		PG_RETURN_NULL();
	}
	result = DENSE_FN(alloc)(literal.dim);
	for (int i = 0; i < literal.dim; i++)
		result->x[i] = DENSE_FROM_FLOAT(values[i]);
	pfree(values);
	PG_RETURN_POINTER(result);
}

PG_FUNCTION_INFO_V1(DENSE_FN(out)); /* wemb_vector_out, wemb_halfvec_out */
Datum
DENSE_FN(out)(PG_FUNCTION_ARGS)
{
	DENSE_TYPE *value = PG_GETARG_DENSE(0);

	/* FLOAT_SHORTEST_DECIMAL_LEN counts a NUL byte: here that place is the separator's */
	char	   *text = palloc(1 + (Size) value->dim * FLOAT_SHORTEST_DECIMAL_LEN + 1);
	char	   *p = text;

	*p++ = '[';
	for (int i = 0; i < value->dim; i++)
	{
		if (i > 0)
			*p++ = ',';
		p += float_to_shortest_decimal_bufn(DENSE_TO_FLOAT(value->x[i]), p);
	}
	*p++ = ']';
	*p = '\0';
	PG_FREE_IF_COPY(value, 0);
	PG_RETURN_CSTRING(text);
}

PG_FUNCTION_INFO_V1(DENSE_FN(recv)); /* wemb_vector_recv, wemb_halfvec_recv */
Datum
DENSE_FN(recv)(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int32		typmod = PG_GETARG_INT32(2);
	int			dim = (int16) pq_getmsgint(buf, sizeof(int16));
	int			unused = (int16) pq_getmsgint(buf, sizeof(int16));
	DENSE_TYPE *result;

	check_dim(dim);
	check_expected_dim(typmod, dim);
	if (unused != 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("expected unused to be 0, not %d", unused)));
	result = DENSE_FN(alloc)(dim);
	for (int i = 0; i < dim; i++)
		result->x[i] = DENSE_RECEIVE(buf);
	check_elements(result->x, dim);
	PG_RETURN_POINTER(result);
}

PG_FUNCTION_INFO_V1(DENSE_FN(send)); /* wemb_vector_send, wemb_halfvec_send */
Datum
DENSE_FN(send)(PG_FUNCTION_ARGS)
{
	DENSE_TYPE *value = PG_GETARG_DENSE(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	enlargeStringInfo(&buf, VARSIZE(value));
	pq_sendint16(&buf, value->dim);
	pq_sendint16(&buf, value->unused);
	for (int i = 0; i < value->dim; i++)
		DENSE_SEND(&buf, value->x[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

PG_FUNCTION_INFO_V1(DENSE_FN(typmod_in)); /* wemb_vector_typmod_in, wemb_halfvec_typmod_in */
Datum
DENSE_FN(typmod_in)(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(wemb_typmod_dim(PG_GETARG_ARRAYTYPE_P(0), DENSE_SQL_NAME, DENSE_MAX_DIM));
}
