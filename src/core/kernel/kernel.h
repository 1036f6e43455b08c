/*
 * kernel.h
 *		The inner loops over floats and bits, one table of functions for each
 *		instruction set.
 *
 * Every loop is written once, in distance_impl.h, update_impl.h, bits_impl.h,
 * sgns_impl.h or rows_impl.h, over the words of an isa_<name>.h; kernel_<name>.c binds the two.  kernel.c
 * picks the best table that the processor and the operating system can run.
 *
 * Promises of every table: any alignment, n >= 0, no access past n elements.
 * Distances accumulate in float; the result is within n * 2^-23 of the exact
 * one, relative to the sum of the magnitudes added.  NaN and infinity in give
 * NaN or infinity out.  Two tables may differ in the last bits, since they
 * add in different orders; one table always gives the same bits.
 */
#ifndef WEMB_KERNEL_H
#define WEMB_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/kernel/half.h"

/* Rows of the training matrices are padded with zeros to a multiple of this many floats (one AVX-512 register). */
#define KERNEL_ROW_FLOATS	16

/* a cosine loop's answer: what a cosine, and a check for zero vectors, need */
typedef struct CosineSums
{
	float		ab;				/* sum of a[i] * b[i] */
	float		aa;				/* sum of a[i]^2 */
	float		bb;				/* sum of b[i]^2 */
} CosineSums;

/* common_bits' answer: sizes of the intersection and the union of two sets */
typedef struct BitCounts
{
	uint64_t	both;			/* bits set in a and in b */
	uint64_t	either;			/* bits set in a or in b */
} BitCounts;

#define SGNS_MAX_OUTPUTS	64	/* of a step: centres and negatives, or nodes of a tree */
#define SGNS_MAX_INPUTS		64	/* of a step: words of a window */
#define SGNS_TILE			6	/* outputs that are worked on at once */
#define SGNS_LANES			8	/* room for their numbers */
#define SGNS_MAX_TILES		((SGNS_MAX_OUTPUTS + SGNS_TILE - 1) / SGNS_TILE)

/*
 * One step of negative sampling or hierarchical softmax: every input against
 * every output.  Rows are zeros from dim to the next multiple of
 * KERNEL_ROW_FLOATS, and stay so.  All output rows differ, but the two targets may be the same.
 */
typedef struct SgnsStep
{
	int			dim;			/* floats a row */
	float		alpha;			/* learning rate */
	int			ninputs;		/* 0 .. SGNS_MAX_INPUTS */
	float	   *inputs[SGNS_MAX_INPUTS];	/* rows, updated in place; the same one may come twice */

	/*
	 * labels_step: outputs with labels, 1 for a true one, 0 for another.
	 * targets_step: the first output is target[0] for the first nleft inputs and
	 * target[1] for the others, and it alone is a true one.
	 */
	int			noutputs;		/* 0 .. SGNS_MAX_OUTPUTS; targets_step: the first one counted, label all 0 */
	float	   *outputs[SGNS_MAX_OUTPUTS];	/* rows, updated in place; targets_step: from the second on */
	float		label[SGNS_MAX_OUTPUTS];
	float	   *target[2];
	int			nleft;			/* 0 .. ninputs */

	float		gradient[SGNS_MAX_INPUTS][SGNS_LANES] __attribute__((aligned(64)));	/* scratch */
	/* result: the model's probability that a pair is a true one, before the update; read with sgns_probability() */
	float		probability[SGNS_MAX_TILES][SGNS_MAX_INPUTS][SGNS_LANES];
} SgnsStep;

static inline float
sgns_probability(const SgnsStep *step, int output, int input)
{
	return step->probability[output / SGNS_TILE][input][output % SGNS_TILE];
}

/* Some rows of a matrix, by number, padded as above; the same one may come twice. */
typedef struct RowList
{
	float	   *matrix;
	int			stride;			/* from a row to the next, a multiple of KERNEL_ROW_FLOATS */
	int			dim;			/* floats a row */
	int			n;
	const int32_t *index;
} RowList;

typedef struct WembKernel
{
	const char *name;			/* "portable", "avx2", "avx512", "neon" */
	float		(*dot_f32) (const float *a, const float *b, int n);
	float		(*l2sq_f32) (const float *a, const float *b, int n);	/* sum of (a[i] - b[i])^2 */
	float		(*l1_f32) (const float *a, const float *b, int n);	/* sum of |a[i] - b[i]| */
	CosineSums	(*cosine_f32) (const float *a, const float *b, int n);
	float		(*dot_f16) (const Half *a, const Half *b, int n);	/* the same over halves, added as floats */
	float		(*l2sq_f16) (const Half *a, const Half *b, int n);
	float		(*l1_f16) (const Half *a, const Half *b, int n);
	CosineSums	(*cosine_f16) (const Half *a, const Half *b, int n);
	void		(*f32_from_f16) (const Half *x, float *y, int n);	/* exact */
	void		(*f16_from_f32) (const float *x, Half *y, int n);	/* the bits of half_from_float() */
	uint64_t	(*differing_bits) (const uint8_t *a, const uint8_t *b, int n);	/* of n bytes; exact */
	BitCounts	(*common_bits) (const uint8_t *a, const uint8_t *b, int n); /* of n bytes; exact */
	void		(*axpy_f32) (float alpha, const float *x, float *y, int n); /* y[i] += alpha * x[i] */
	void		(*scale_f32) (float alpha, float *x, int n);	/* x[i] *= alpha */
	void		(*targets_step) (SgnsStep *step);
	void		(*labels_step) (SgnsStep *step);
	void		(*sum_rows) (const RowList *list, float *out);	/* out += each row */
	void		(*add_to_rows) (const RowList *list, const float *x);	/* each row += x */
} WembKernel;

/* The table in use; the best one that can run, unless wemb_kernel_use() chose another. */
extern const WembKernel *wemb_kernel;

/* The table of that name, or NULL if there is none or this machine cannot run it. */
extern const WembKernel *wemb_kernel_by_name(const char *name);

/* The i-th table that this machine can run, slowest first; NULL past the last. */
extern const WembKernel *wemb_kernel_at(int i);

/* Choose the best table.  Called once, before anything else of this layer. */
extern void wemb_kernel_init(void);

/* Use this table from now on: for tests and benchmarks. */
extern void wemb_kernel_use(const WembKernel *kernel);

#endif							/* WEMB_KERNEL_H */
