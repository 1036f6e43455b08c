/*
 * literal.h
 *		Numbers and vectors written as text: 1.5e-3 and [1,2,3].
 *
 * The grammar of a vector is pgvector's: numbers as strtof() knows them,
 * separated by commas, between square brackets, with white space allowed
 * before and after each of these.  Texts end with a NUL byte.
 *
 * strtof() obeys LC_NUMERIC, so the caller must have left that at "C", as a
 * PostgreSQL server always does.
 */
#ifndef WEMB_LITERAL_H
#define WEMB_LITERAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"

static inline bool
literal_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The first byte from p on that is not white space, which is the same six bytes in every locale. */
static inline const char *
literal_skip_space(const char *p)
{
	while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
		p++;
	return p;
}

/* What the offending byte of a vector is part of */
typedef enum LiteralPart
{
	LITERAL_OPENING,			/* the opening bracket, or what stands in its place */
	LITERAL_LIST,				/* the list as a whole: its length, a separator */
	LITERAL_NUMBER,				/* a number */
	LITERAL_REST				/* what follows the closing bracket */
} LiteralPart;

typedef struct VectorLiteral
{
	int			dim;			/* numbers read, up to the fault if there is one */

	/* only when the status is not WEMB_OK */
	LiteralPart part;
	size_t		bad_offset;		/* of the offending byte, or of the number at fault */
	size_t		bad_len;		/* bytes of the number at fault, else 0 */
	float		bad_value;		/* the number at fault, else 0 */
} VectorLiteral;

/*
 * Read the number that text starts with; *len is how many bytes it takes.
 *
 * The value is the float nearest to the decimal, never one rounded by way of a
 * double.  Too small a number is zero or subnormal, as in strtof().
 *
 * WEMB_BAD_SYNTAX: no number (*len is 0).  WEMB_OUT_OF_RANGE: too large for a
 * float (*value is infinite).  "NaN" and "infinity" are numbers: WEMB_OK.
 */
extern WembStatus wemb_literal_number(const char *text, float *value, size_t *len);

/* No vector literal with this text has more numbers than this: for sizing. */
extern size_t wemb_literal_room(const char *text);

/*
 * Read a vector into x, which has room for that many floats.
 *
 * limit is the largest magnitude that the element type can hold: FLT_MAX for
 * float.  The statuses, and the part at fault:
 *
 * WEMB_BAD_SYNTAX		any
 * WEMB_FULL			LITERAL_LIST	more than room numbers
 * WEMB_OUT_OF_RANGE	LITERAL_LIST	no numbers at all
 * WEMB_OUT_OF_RANGE	LITERAL_NUMBER	magnitude above limit
 * WEMB_NOT_FINITE		LITERAL_NUMBER	NaN or infinity spelled out
 *
 * The first fault from the left is the one reported.
 */
extern WembStatus wemb_literal_vector(const char *text, float limit, float *x, size_t room,
									  VectorLiteral *result);

#endif							/* WEMB_LITERAL_H */
