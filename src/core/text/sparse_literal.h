/*
 * sparse_literal.h
 *		Sparse vectors written as text: {1:1.5,3:-2}/5.
 *
 * The grammar is pgvector's: pairs of an index from 1 on and a number, in any
 * order, separated by commas, between braces; then a slash and the number of
 * dimensions.  White space may stand before and after each of these.  Numbers
 * are those of literal.h, but none may be so small that it becomes zero.
 */
#ifndef WEMB_SPARSE_LITERAL_H
#define WEMB_SPARSE_LITERAL_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"

/* What the offending byte is part of */
typedef enum SparseLiteralPart
{
	SPARSE_LITERAL_OPENING,		/* the opening brace, or what stands in its place */
	SPARSE_LITERAL_LIST,		/* an index, a colon, a separator */
	SPARSE_LITERAL_NUMBER,		/* a number */
	SPARSE_LITERAL_SLASH,		/* the slash, or what stands in its place */
	SPARSE_LITERAL_DIM,			/* the number of dimensions */
	SPARSE_LITERAL_REST			/* what follows it */
} SparseLiteralPart;

typedef struct SparseElement
{
	int32_t		index;			/* from 0 on */
	float		value;
} SparseElement;

typedef struct SparseLiteral
{
	int32_t		dim;			/* as written, so perhaps negative, or less than an index */
	int			n;				/* elements read, up to the fault if there is one */

	/* only when the status is not WEMB_OK */
	SparseLiteralPart part;
	size_t		bad_offset;		/* of the offending byte, or of the number at fault */
	size_t		bad_len;		/* bytes of the number at fault, else 0 */
	float		bad_value;		/* the number at fault, else 0 */
} SparseLiteral;

/*
 * Read a sparse vector; elements has room for that many of them, and
 * wemb_literal_room() of the text is always enough.
 *
 * Zeros are left out.  The elements come in the order of the text, with
 * whatever indices it has: sort and check them (core/base/sparse.h).  Integers
 * too large for 32 bits are read as the largest or smallest that fits.
 *
 * WEMB_BAD_SYNTAX		any part
 * WEMB_FULL			SPARSE_LITERAL_LIST		more than room elements
 * WEMB_OUT_OF_RANGE	SPARSE_LITERAL_NUMBER	too large for a float, or rounded to zero
 * WEMB_NOT_FINITE		SPARSE_LITERAL_NUMBER	NaN or infinity spelled out
 *
 * The first fault from the left is the one reported.
 */
extern WembStatus wemb_literal_sparse(const char *text, SparseElement *elements, size_t room,
									  SparseLiteral *result);

#endif							/* WEMB_SPARSE_LITERAL_H */
