/*
 * dense_error.h
 *		What can be wrong with a value of a dense type, said as pgvector says it.
 *
 * type is the SQL name of the type.  Clients match on these texts.
 */
#ifndef WEMB_DENSE_ERROR_H
#define WEMB_DENSE_ERROR_H

#include "postgres.h"

#include "core/text/literal.h"

struct Node;

/* dim is not within 1 .. max_dim */
extern _Noreturn void wemb_dense_report_dim(const char *type, int dim, int max_dim);

/* an operation on two values of different lengths */
extern _Noreturn void wemb_dense_report_mismatch(const char *type, int dim_a, int dim_b);

/* value is NaN or infinite */
extern _Noreturn void wemb_dense_report_element(const char *type, float value);

/* value is finite, but too large for an element */
extern _Noreturn void wemb_dense_report_range(const char *type, float value);

/*
 * dim is not what a column, a cast or a running aggregate calls for.  Returns
 * if escontext takes the error in, as ereturn() would.
 */
extern void wemb_dense_report_expected(int expected, int dim, struct Node *escontext);

/* wemb_literal_vector() failed on text.  Returns if escontext takes the error in. */
extern void wemb_dense_report_literal(const char *type, int max_dim, const char *text,
									  WembStatus status, const VectorLiteral *literal,
									  struct Node *escontext);

#endif							/* WEMB_DENSE_ERROR_H */
