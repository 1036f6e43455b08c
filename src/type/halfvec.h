/*
 * halfvec.h
 *		The type halfvec: one half-precision float an element.
 *
 * The layout is pgvector's to the byte, on disk and in memory, and must stay
 * so: values of either extension can be read by the other.  Every element is
 * finite; whoever makes a halfvec sees to that.
 */
#ifndef WEMB_HALFVEC_H
#define WEMB_HALFVEC_H

#include "postgres.h"

#include "core/kernel/half.h"
#include "fmgr.h"

#define HALFVEC_MAX_DIM 16000

typedef struct HalfVec
{
	int32		vl_len_;		/* 0  varlena header: use SET_VARSIZE() */
	int16		dim;			/* 4  1 .. HALFVEC_MAX_DIM */
	int16		unused;			/* 6  zero */
	Half		x[FLEXIBLE_ARRAY_MEMBER];	/* 8 */
} HalfVec;

StaticAssertDecl(sizeof(HalfVec) == 8, "HalfVec's header must be as pgvector's");

/* Bytes of a value, its header included */
#define HALFVEC_SIZE(dim)		(offsetof(HalfVec, x) + sizeof(Half) * (Size) (dim))

/* Detoasted; the datum itself, not a copy, if it is neither compressed, out of line nor packed. */
#define DatumGetHalfVec(d)		((HalfVec *) PG_DETOAST_DATUM(d))
#define PG_GETARG_HALFVEC(n)	DatumGetHalfVec(PG_GETARG_DATUM(n))

/* A halfvec in the current memory context.  The caller fills all of x, which is not set, with finite numbers. */
extern HalfVec *wemb_halfvec_alloc(int dim);

/* Raise an error unless a halfvec can have dim elements and typmod, -1 if there is none, asks for as many. */
extern void wemb_halfvec_check_dim(int dim, int32 typmod);

/* The nearest half.  A finite float that rounds to infinity is an error; NaN and infinity the caller must refuse. */
extern Half wemb_halfvec_element(float value);

#endif							/* WEMB_HALFVEC_H */
