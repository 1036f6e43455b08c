/*
 * kernel.h
 *		The inner loops over floats, one table of functions for each
 *		instruction set.
 *
 * Every loop is written once, in distance_impl.h and sgns_impl.h, over the
 * dozen words of an isa_<name>.h; kernel_<name>.c binds the two.  kernel.c
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

/* Rows of the training matrices are padded with zeros to a multiple of this many floats (one AVX-512 register). */
#define KERNEL_ROW_FLOATS	16

/* cosine_f32's answer: what a cosine, and a check for zero vectors, need */
typedef struct CosineSums
{
	float		ab;				/* sum of a[i] * b[i] */
	float		aa;				/* sum of a[i]^2 */
	float		bb;				/* sum of b[i]^2 */
} CosineSums;

/* Outputs (a centre and its negatives, or nodes of a tree) and inputs (words of its window) of a step at most. */
#define SGNS_MAX_OUTPUTS	64
#define SGNS_MAX_INPUTS		64
#define SGNS_TILE			6	/* outputs that are worked on at once */

/*
 * One step of negative sampling or hierarchical softmax: every input against
 * every output.  Rows are stride floats long and zero beyond the vectors' dimension.
 */
typedef struct SgnsStep
{
	int			stride;			/* floats a row, a multiple of KERNEL_ROW_FLOATS */
	int			ninputs;		/* 0 .. SGNS_MAX_INPUTS */
	int			noutputs;		/* 0 .. SGNS_MAX_OUTPUTS */
	float		alpha;			/* learning rate */
	float	   *inputs[SGNS_MAX_INPUTS];	/* rows, updated in place; the same one may come twice */
	float	   *outputs[SGNS_MAX_OUTPUTS];	/* rows, updated in place, all different */
	float		label[SGNS_MAX_OUTPUTS];	/* 1 if the pairs with this output are true ones, 0 if not */
	float	   *spare;			/* a row of zeros, in the place of outputs that a tile lacks */

	/* result: the model's probability that a pair is a true one, before the update; [output][input] */
	float		probability[SGNS_MAX_OUTPUTS][SGNS_MAX_INPUTS];
	/* scratch; zeroed once by the caller */
	float		gradient[SGNS_TILE][SGNS_MAX_INPUTS];
} SgnsStep;

typedef struct WembKernel
{
	const char *name;			/* "portable", "avx2", "avx512", "neon" */
	float		(*dot_f32) (const float *a, const float *b, int n);
	float		(*l2sq_f32) (const float *a, const float *b, int n);	/* sum of (a[i] - b[i])^2 */
	float		(*l1_f32) (const float *a, const float *b, int n);	/* sum of |a[i] - b[i]| */
	CosineSums	(*cosine_f32) (const float *a, const float *b, int n);
	void		(*axpy_f32) (float alpha, const float *x, float *y, int n); /* y[i] += alpha * x[i] */
	void		(*scale_f32) (float alpha, float *x, int n);	/* x[i] *= alpha */
	void		(*sgns_step) (SgnsStep *step);
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
