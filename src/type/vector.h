/*
 * vector.h
 *		The type vector: one float an element.
 *
 * The layout is pgvector's to the byte, on disk and in memory, and must stay
 * so: values of either extension can be read by the other.  Every element is
 * finite; whoever makes a vector sees to that.
 */
#ifndef WEMB_VECTOR_H
#define WEMB_VECTOR_H

#include "postgres.h"

#include "fmgr.h"

#define VECTOR_MAX_DIM	16000

typedef struct Vector
{
	int32		vl_len_;		/* 0  varlena header: use SET_VARSIZE() */
	int16		dim;			/* 4  1 .. VECTOR_MAX_DIM */
	int16		unused;			/* 6  zero */
	float		x[FLEXIBLE_ARRAY_MEMBER];	/* 8 */
} Vector;

StaticAssertDecl(sizeof(Vector) == 8, "Vector's header must be as pgvector's");

/* Bytes of a value, its header included */
#define VECTOR_SIZE(dim)		(offsetof(Vector, x) + sizeof(float) * (Size) (dim))

/* Detoasted; the datum itself, not a copy, if it is neither compressed, out of line nor packed. */
#define DatumGetVector(d)		((Vector *) PG_DETOAST_DATUM(d))
#define PG_GETARG_VECTOR(n)		DatumGetVector(PG_GETARG_DATUM(n))

/* A vector in the current memory context.  The caller fills all of x, which is not set, with finite numbers. */
extern Vector *wemb_vector_alloc(int dim);

/* Raise an error unless a vector can have dim elements and typmod, -1 if there is none, asks for as many. */
extern void wemb_vector_check_dim(int dim, int32 typmod);

#endif							/* WEMB_VECTOR_H */
