/*
 * dense_error.c
 *		What can be wrong with a value of a dense type, said as pgvector says it.
 *
 * Out of line and in one place, so that the templates stay small and all dense
 * types speak alike.
 */
#include "postgres.h"

#include <math.h>

#include "common/shortest_dec.h"

#include "pg/compat.h"
#include "type/dense_error.h"

static const char *
element_problem(float value)
{
	return isnan(value) ? "NaN" : "infinite value";
}

void
wemb_dense_report_dim(const char *type, int dim, int max_dim)
{
	if (dim < 1)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("%s must have at least 1 dimension", type)));
	ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					errmsg("%s cannot have more than %d dimensions", type, max_dim)));
}

void
wemb_dense_report_mismatch(const char *type, int dim_a, int dim_b)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("different %s dimensions %d and %d", type, dim_a, dim_b)));
}

void
wemb_dense_report_element(const char *type, float value)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("%s not allowed in %s", element_problem(value), type)));
}

void
wemb_dense_report_range(const char *type, float value)
{
	char		number[FLOAT_SHORTEST_DECIMAL_LEN];

	float_to_shortest_decimal_buf(value, number);
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					errmsg("\"%s\" is out of range for type %s", number, type)));
}

void
wemb_dense_report_expected(int expected, int dim, struct Node *escontext)
{
	errsave(escontext, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("expected %d dimensions, not %d", expected, dim)));
}

/* The text does not follow the grammar; the detail says where, if that helps. */
static void
report_syntax(const char *type, const char *text, LiteralPart part, struct Node *escontext)
{
	errsave(escontext,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s: \"%s\"", type, text),
			 part == LITERAL_OPENING ? errdetail("Vector contents must start with \"[\".") : 0,
			 part == LITERAL_REST ? errdetail("Junk after closing right brace.") : 0));
}

void
wemb_dense_report_literal(const char *type, int max_dim, const char *text, WembStatus status,
						  const VectorLiteral *literal, struct Node *escontext)
{
	const char *number = pnstrdup(text + literal->bad_offset, literal->bad_len);

	if (status == WEMB_FULL)
		errsave(escontext, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
							errmsg("%s cannot have more than %d dimensions", type, max_dim)));
	else if (status == WEMB_NOT_FINITE)
		errsave(escontext,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s not allowed in %s", element_problem(literal->bad_value), type)));
	else if (status == WEMB_OUT_OF_RANGE && literal->part == LITERAL_LIST)
		errsave(escontext, (errcode(ERRCODE_DATA_EXCEPTION),
							errmsg("%s must have at least 1 dimension", type)));
	else if (status == WEMB_OUT_OF_RANGE)
		errsave(escontext, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
							errmsg("\"%s\" is out of range for type %s", number, type)));
	else
		report_syntax(type, text, literal->part, escontext);
}
