/*
 * sparsevec.h
 *		The type sparsevec: only the elements other than zero, with their indices.
 *
 * The layout is pgvector's to the byte, on disk and in memory, and must stay
 * so: values of either extension can be read by the other.  Indices ascend
 * from 0 (in text, from 1), values are finite and not zero; whoever makes a
 * sparsevec sees to that.
 */
#ifndef WEMB_SPARSEVEC_H
#define WEMB_SPARSEVEC_H

#include "postgres.h"

#include "core/base/sparse.h"
#include "fmgr.h"

#define SPARSEVEC_MAX_DIM	1000000000
#define SPARSEVEC_MAX_NNZ	16000

typedef struct SparseVec
{
	int32		vl_len_;		/*  0  varlena header: use SET_VARSIZE() */
	int32		dim;			/*  4  1 .. SPARSEVEC_MAX_DIM */
	int32		nnz;			/*  8  elements, 0 .. SPARSEVEC_MAX_NNZ */
	int32		unused;			/* 12  zero */
	int32		indices[FLEXIBLE_ARRAY_MEMBER]; /* 16  nnz of them, then as many floats */
} SparseVec;

StaticAssertDecl(sizeof(SparseVec) == 16, "SparseVec's header must be as pgvector's");

/* Bytes of a value, its header included */
#define SPARSEVEC_SIZE(nnz)		(offsetof(SparseVec, indices) + (sizeof(int32) + sizeof(float)) * (Size) (nnz))

/* The values, in the order of the indices */
#define SPARSEVEC_VALUES(s)		((float *) ((s)->indices + (s)->nnz))

/* Detoasted; the datum itself, not a copy, if it is neither compressed, out of line nor packed. */
#define DatumGetSparseVec(d)	((SparseVec *) PG_DETOAST_DATUM(d))
#define PG_GETARG_SPARSEVEC(n)	DatumGetSparseVec(PG_GETARG_DATUM(n))

static inline SparseView
sparsevec_view(const SparseVec *value)
{
	return (SparseView) {value->dim, value->nnz, value->indices, SPARSEVEC_VALUES((SparseVec *) value)};
}

/* A sparsevec in the current memory context.  The caller sets all indices and values. */
extern SparseVec *wemb_sparsevec_alloc(int32 dim, int32 nnz);

/* Raise an error unless a sparsevec can have dim dimensions and typmod, -1 if there is none, asks for as many. */
extern void wemb_sparsevec_check_dim(int32 dim, int32 typmod);

/* Raise an error unless a sparsevec of dim dimensions can have nnz elements. */
extern void wemb_sparsevec_check_nnz(int32 nnz, int32 dim);

#endif							/* WEMB_SPARSEVEC_H */
