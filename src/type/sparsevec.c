/*
 * sparsevec.c
 *		Text and binary form of sparsevec, and its type modifier.
 *
 * Text	  {1:1.5,3:-2}/5, indices from 1 on, each number the shortest that reads back as the same float
 * Binary int32 dimensions, int32 number of elements, int32 zero, the indices from 0 on, the values; big-endian
 */
#include "type/sparsevec.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "core/text/literal.h"
#include "core/text/sparse_literal.h"
#include "pg/compat.h"
#include "type/dense_error.h"
#include "type/typmod.h"

/* Characters of an index or of the dimensions: at most 1,000,000,000 */
#define MAX_INTEGER_LEN		10

SparseVec *
wemb_sparsevec_alloc(int32 dim, int32 nnz)
{
	Size		size = SPARSEVEC_SIZE(nnz);
	SparseVec  *result = palloc(size);

	SET_VARSIZE(result, size);
	result->dim = dim;
	result->nnz = nnz;
	result->unused = 0;
	return result;
}

void
wemb_sparsevec_check_dim(int32 dim, int32 typmod)
{
	if (dim < 1 || dim > SPARSEVEC_MAX_DIM)
		wemb_dense_report_dim("sparsevec", dim, SPARSEVEC_MAX_DIM);
	if (typmod != -1 && typmod != dim)
		wemb_dense_report_expected(typmod, dim, NULL);
}

static void
report_too_many(struct Node *escontext)
{
	errsave(escontext, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("sparsevec cannot have more than %d non-zero elements", SPARSEVEC_MAX_NNZ)));
}

void
wemb_sparsevec_check_nnz(int32 nnz, int32 dim)
{
	if (nnz < 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("sparsevec cannot have negative number of elements")));
	if (nnz > SPARSEVEC_MAX_NNZ)
		report_too_many(NULL);
	if (nnz > dim)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("sparsevec cannot have more elements than dimensions")));
}

/* The first index at fault; returns whether all are right if escontext takes the error in. */
static bool
check_indices(const SparseVec *value, struct Node *escontext)
{
	SparseIndexFault fault = wemb_sparse_check_indices(value->indices, value->nnz, value->dim);

	if (likely(fault == SPARSE_INDICES_OK))
		return true;
	if (fault == SPARSE_INDEX_BOUNDS)
		errsave(escontext, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("sparsevec index out of bounds")));
	else if (fault == SPARSE_INDEX_ORDER)
		errsave(escontext, (errcode(ERRCODE_DATA_EXCEPTION),
							errmsg("sparsevec indices must be in ascending order")));
	else
		errsave(escontext, (errcode(ERRCODE_DATA_EXCEPTION),
							errmsg("sparsevec indices must not contain duplicates")));
	return false;
}

/* wemb_literal_sparse() failed on text.  Returns if escontext takes the error in. */
static void
report_literal(const char *text, WembStatus status, const SparseLiteral *literal, struct Node *escontext)
{
	VectorLiteral number = {
		.part = LITERAL_NUMBER,
		.bad_offset = literal->bad_offset,
		.bad_len = literal->bad_len,
		.bad_value = literal->bad_value,
	};

	/* what is wrong with a number is the same in every type */
	if (status != WEMB_BAD_SYNTAX)
	{
		wemb_dense_report_literal("sparsevec", SPARSEVEC_MAX_DIM, text, status, &number, escontext);
		return;
	}
	errsave(escontext,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type sparsevec: \"%s\"", text),
			 literal->part == SPARSE_LITERAL_OPENING ? errdetail("Vector contents must start with \"{\".") : 0,
			 literal->part == SPARSE_LITERAL_SLASH ? errdetail("Unexpected end of input.") : 0,
			 literal->part == SPARSE_LITERAL_REST ? errdetail("Junk after closing.") : 0));
}

/* As wemb_sparsevec_check_dim(), but returns whether all is right if escontext takes the error in. */
static bool
check_written_dim(int32 dim, int32 typmod, struct Node *escontext)
{
	if (dim < 1)
		errsave(escontext, (errcode(ERRCODE_DATA_EXCEPTION),
							errmsg("sparsevec must have at least 1 dimension")));
	else if (dim > SPARSEVEC_MAX_DIM)
		errsave(escontext, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
							errmsg("sparsevec cannot have more than %d dimensions", SPARSEVEC_MAX_DIM)));
	else if (typmod != -1 && typmod != dim)
		wemb_dense_report_expected(typmod, dim, escontext);
	else
		return true;
	return false;
}

static int
compare_elements(const void *a, const void *b)
{
	int32		ia = ((const SparseElement *) a)->index;
	int32		ib = ((const SparseElement *) b)->index;

	return (ia > ib) - (ia < ib);
}

PG_FUNCTION_INFO_V1(wemb_sparsevec_in);
Datum
wemb_sparsevec_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	int32		typmod = PG_GETARG_INT32(2);
	size_t		room = wemb_literal_room(text);
	SparseElement *elements;
	SparseLiteral literal;
	WembStatus	status;
	SparseVec  *result;
	float	   *values;

	/* zeros count, too: the limit holds before anything is read */
	if (room > SPARSEVEC_MAX_NNZ)
	{
		report_too_many(fcinfo->context);
		PG_RETURN_NULL();
	}
	elements = palloc(room * sizeof(SparseElement));
	status = wemb_literal_sparse(text, elements, room, &literal);
	if (status != WEMB_OK)
	{
		report_literal(text, status, &literal, fcinfo->context);
		PG_RETURN_NULL();
	}
	if (!check_written_dim(literal.dim, typmod, fcinfo->context))
		PG_RETURN_NULL();
	qsort(elements, literal.n, sizeof(SparseElement), compare_elements);
	result = wemb_sparsevec_alloc(literal.dim, literal.n);
	values = SPARSEVEC_VALUES(result);
	for (int i = 0; i < literal.n; i++)
	{
		result->indices[i] = elements[i].index;
		values[i] = elements[i].value;
	}
	pfree(elements);
	if (!check_indices(result, fcinfo->context))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(result);
}

PG_FUNCTION_INFO_V1(wemb_sparsevec_out);
Datum
wemb_sparsevec_out(PG_FUNCTION_ARGS)
{
	SparseVec  *value = PG_GETARG_SPARSEVEC(0);
	const float *values = SPARSEVEC_VALUES(value);

	/* an element has an index, a colon, a number and a comma; FLOAT_SHORTEST_DECIMAL_LEN counts a NUL byte */
	Size		element_len = MAX_INTEGER_LEN + FLOAT_SHORTEST_DECIMAL_LEN + 1;
	char	   *text = palloc(value->nnz * element_len + MAX_INTEGER_LEN + sizeof("{}/"));
	char	   *p = text;

	*p++ = '{';
	for (int i = 0; i < value->nnz; i++)
	{
		if (i > 0)
			*p++ = ',';
		p += pg_ultoa_n(value->indices[i] + 1, p);
		*p++ = ':';
		p += float_to_shortest_decimal_bufn(values[i], p);
	}
	*p++ = '}';
	*p++ = '/';
	p += pg_ultoa_n(value->dim, p);
	*p = '\0';
	PG_FREE_IF_COPY(value, 0);
	PG_RETURN_CSTRING(text);
}

PG_FUNCTION_INFO_V1(wemb_sparsevec_recv);
Datum
wemb_sparsevec_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int32		typmod = PG_GETARG_INT32(2);
	int32		dim = (int32) pq_getmsgint(buf, sizeof(int32));
	int32		nnz = (int32) pq_getmsgint(buf, sizeof(int32));
	int32		unused = (int32) pq_getmsgint(buf, sizeof(int32));
	SparseVec  *result;
	float	   *values;

	wemb_sparsevec_check_dim(dim, -1);
	wemb_sparsevec_check_nnz(nnz, dim);
	wemb_sparsevec_check_dim(dim, typmod);
	if (unused != 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("expected unused to be 0, not %d", unused)));
	result = wemb_sparsevec_alloc(dim, nnz);
	for (int i = 0; i < nnz; i++)
		result->indices[i] = (int32) pq_getmsgint(buf, sizeof(int32));
	check_indices(result, NULL);
	values = SPARSEVEC_VALUES(result);
	for (int i = 0; i < nnz; i++)
	{
		values[i] = pq_getmsgfloat4(buf);
		if (!isfinite(values[i]))
			wemb_dense_report_element("sparsevec", values[i]);
		if (values[i] == 0)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("binary representation of sparsevec cannot contain zero values")));
	}
	PG_RETURN_POINTER(result);
}

PG_FUNCTION_INFO_V1(wemb_sparsevec_send);
Datum
wemb_sparsevec_send(PG_FUNCTION_ARGS)
{
	SparseVec  *value = PG_GETARG_SPARSEVEC(0);
	const float *values = SPARSEVEC_VALUES(value);
	StringInfoData buf;

	pq_begintypsend(&buf);
	enlargeStringInfo(&buf, VARSIZE(value));
	pq_sendint32(&buf, value->dim);
	pq_sendint32(&buf, value->nnz);
	pq_sendint32(&buf, value->unused);
	for (int i = 0; i < value->nnz; i++)
		pq_sendint32(&buf, value->indices[i]);
	for (int i = 0; i < value->nnz; i++)
		pq_sendfloat4(&buf, values[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

PG_FUNCTION_INFO_V1(wemb_sparsevec_typmod_in);
Datum
wemb_sparsevec_typmod_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(wemb_typmod_dim(PG_GETARG_ARRAYTYPE_P(0), "sparsevec", SPARSEVEC_MAX_DIM));
}
