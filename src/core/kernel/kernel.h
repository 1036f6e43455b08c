/*
 * kernel.h
 *		The inner loops over floats and bits, one table of functions for each
 *		instruction set.
 *
 * Every loop is written once, in a <what>_impl.h, over the words of an
 * isa_<name>.h; kernel_<name>.c binds the two.  kernel.c picks the best table
 * that the processor and the operating system can run.
 *
 * Promises of every table: any alignment, n >= 0, no access past n elements.
 * Distances accumulate in float; the result is within n * 2^-23 of the exact
 * one, relative to the sum of the magnitudes added.  NaN and infinity in give
 * NaN or infinity out.  Two tables may differ in the last bits, since they
 * add in different orders; one table always gives the same bits.  Rotations
 * and codes (rotate_impl.h, code_impl.h) are the same bits from all tables.
 */
#ifndef WEMB_KERNEL_H
#define WEMB_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/kernel/half.h"

/* Rows of the training matrices are padded with zeros to a multiple of this many floats (one AVX-512 register). */
#define KERNEL_ROW_FLOATS	16

/*
 * A vector of bytes on a scale: number i is low + step * bytes[i].  A distance
 * is within (n + 3) * 2^-23 of the exact one, relative to magnitudes where a
 * number counts as |low| + step * bytes[i].  In differences low is first taken
 * from the other side's number or low end, so vectors far from zero lose nothing.
 */
typedef struct ByteVector
{
	const uint8_t *bytes;
	float		low;
	float		step;			/* 255 times it is finite */
} ByteVector;

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

/*
 * c = a b, or c += a b: a has rows x depth numbers, b and c are stored by rows.
 * Number k of row i of a lies at i * a_row + k * a_step, so that a may be stored by
 * rows or by columns.  Rows of b and c have room for columns rounded up to
 * KERNEL_ROW_FLOATS; what lies there in b comes to c like the rest.  Products are
 * added one after the other in the order of the depth.
 */
typedef struct MatrixProduct
{
	int			rows;
	int			columns;
	int			depth;
	const float *a;
	size_t		a_row;
	size_t		a_step;
	const float *b;
	size_t		b_stride;		/* floats from a row to the next */
	float	   *c;
	size_t		c_stride;
	bool		add;			/* to what c holds */
} MatrixProduct;

/* The gates of the cells of recurrent networks, and of all of them the most. */
enum
{
	GRU_UPDATE = 0,
	GRU_RESET,
	GRU_NEW,
	LSTM_IN = 0,
	LSTM_FORGET,
	LSTM_OUT,
	LSTM_NEW,
	CELL_GATES
};

/*
 * One step of a cell for n numbers, KERNEL_ROW_FLOATS of them at a time: each array has
 * n.  Forward, a gate is a sum, and becomes what the cell makes of it; backward,
 * it becomes the derivative of the loss by that sum.  core/train/rnn.h has the cells.
 */
typedef struct CellRows
{
	int			n;
	float	   *gate[CELL_GATES];
	float	   *state;			/* h */
	const float *before;		/* h of the step before */
	float	   *inner;			/* GRU: Rn h, backward its derivative; LSTM: c */
	const float *inner_before;	/* LSTM: c of the step before */
	float	   *squashed;		/* LSTM: tanh(c) */
	float	   *d_state;		/* backward: derivatives by h, complete */
	float	   *d_before;		/* GRU: by h of the step before, added to, but for what goes through sums */
	float	   *d_inner;		/* LSTM: by c, from the step after */
	float	   *d_inner_before; /* LSTM: by c of the step before */
} CellRows;

#define KERNEL_PANEL	32		/* columns that stand side by side */

/* A step of Adam or AdaGrad, for numbers in groups of KERNEL_ROW_FLOATS. */
typedef struct AdamStep
{
	float		rate;			/* Adam: corrected for the moments' start at zero */
	float		keep_mean;		/* Adam: of the moments, each step */
	float		keep_square;
	float		epsilon;
	float	   *weight;
	float	   *mean;			/* Adam: of gradients */
	float	   *square;			/* of their squares: the mean; AdaGrad: the sum */
} AdamStep;

#define CODE_LANES			16	/* floats that are added side by side */
#define CODE_HALF_ROUNDING	(1.0f / 2048)	/* rounding a number to a half changes it by less than this share */

/* Sums over the residual r = x - centroid, its code c (+1 where r is positive, else -1) and the centroid. */
typedef struct CodeSums
{
	double		residual_squared;	/* <r, r> */
	double		residual_code;	/* <r, c> */
	double		centroid_code;	/* <centroid, c> */
	double		residual_centroid;	/* <r, centroid> */
} CodeSums;

/* A query against codes: a byte and a sign for each dimension. */
typedef struct CodeQuery
{
	int			dim;			/* a multiple of 64 */
	int			bits;			/* planes of a code, the highest first */
	int32_t		total;			/* sum of magnitudes times (2^bits - 1) */
	const uint8_t *magnitudes;	/* dim bytes; dimensions 4i .. 4i + 3 add up to at most 255 */
	const uint8_t *signs;		/* dim bits, set for a negative one; as codes, dimension i is bit i % 8 of byte i / 8 */
} CodeQuery;

/* What is kept of n vectors beside their codes; see core/quant/quant.h. */
typedef struct CodeFactors
{
	int			n;
	const Half *add;			/* aligned to nothing */
	const Half *rescale;
	const Half *error;			/* code_bounds() alone reads it */
} CodeFactors;

/* How sums become estimates: (add + rescale * sum * step) * scale + origin; the rest is the bound's. */
typedef struct CodeTerms
{
	float		step;
	float		scale;
	float		origin;
	float		reach;			/* what error is multiplied by */
	float		blur;			/* what |rescale| is multiplied by, for the rounding of the query */
} CodeTerms;

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
	float		(*dot_f32_u8) (const float *x, const ByteVector *b, int n);
	float		(*l2sq_f32_u8) (const float *x, const ByteVector *b, int n);
	float		(*l1_f32_u8) (const float *x, const ByteVector *b, int n);
	float		(*dot_u8) (const ByteVector *a, const ByteVector *b, int n);
	float		(*l2sq_u8) (const ByteVector *a, const ByteVector *b, int n);
	float		(*l1_u8) (const ByteVector *a, const ByteVector *b, int n);
	uint32_t	(*products_u8) (const uint8_t *a, const uint8_t *b, int n);	/* sum of a[i] * b[i]; exact to n = 2^16 */
	void		(*f32_from_f16) (const Half *x, float *y, int n);	/* exact */
	void		(*f16_from_f32) (const float *x, Half *y, int n);	/* the bits of half_from_float() */
	uint64_t	(*differing_bits) (const uint8_t *a, const uint8_t *b, int n);	/* of n bytes; exact */
	BitCounts	(*common_bits) (const uint8_t *a, const uint8_t *b, int n); /* of n bytes; exact */
	void		(*axpy_f32) (float alpha, const float *x, float *y, int n); /* y[i] += alpha * x[i] */
	void		(*scale_f32) (float alpha, float *x, int n);	/* x[i] *= alpha */
	void		(*targets_step) (SgnsStep *step);
	void		(*labels_step) (SgnsStep *step);
	void		(*matrix_product) (const MatrixProduct *product);
	void		(*elman_forward) (const CellRows *rows);
	void		(*elman_backward) (const CellRows *rows);
	void		(*gru_forward) (const CellRows *rows);
	void		(*gru_backward) (const CellRows *rows);
	void		(*lstm_forward) (const CellRows *rows);
	void		(*lstm_backward) (const CellRows *rows);
	/* p = sigmoid(x): the sum of p^2; x becomes its derivative times weight.  n in groups of KERNEL_ROW_FLOATS. */
	float		(*squared_error) (float *x, int n, float weight);
	void		(*adam_step) (const AdamStep *step, const float *gradient, int n);
	void		(*adagrad_step) (const AdamStep *step, const float *gradient, int n);
	void		(*sum_rows) (const RowList *list, float *out);	/* out += each row */
	void		(*add_to_rows) (const RowList *list, const float *x);	/* each row += x */

	/* the greatest of each KERNEL_PANEL sums; n times */
	void		(*panel_maxima) (const float *sums, int n, float *maxima);
	/* the least of KERNEL_PANEL numbers, none of them NaN, and the first place that has it */
	float		(*panel_least) (const float *panel);
	int			(*panel_find) (const float *panel, float least);

	/* n is a multiple of 64, for hadamard a power of two */
	void		(*flip_signs) (float *x, const uint8_t *signs, int n);	/* x[i] = -x[i] where the sign's bit is set */
	void		(*sums_and_differences) (float *x, float *y, int n);	/* x[i], y[i] = x[i] + y[i], x[i] - y[i] */
	void		(*hadamard) (float *x, int n);	/* the Walsh-Hadamard transform, not scaled */
	CodeSums	(*code_of_residual) (const float *x, const float *centroid, int n, uint8_t *code);

	/*
	 * sums[i] = 2 * sum over dimensions of (code i's number) * (the query's number) - total, with what the query's
	 * negative numbers add up to left out: twice the inner product with the code's number less its mean.
	 */
	void		(*array_sums) (const CodeQuery *query, const uint8_t *codes, int ncodes, int32_t *sums);
	/* the same of 32 codes, in the layout of core/quant/README.md */
	void		(*block_sums) (const CodeQuery *query, const uint8_t *table, const uint8_t *codes, int32_t *sums);

	/* room for n rounded up to 16 in sums (above too) and distance; reach and blur are not read */
	void		(*code_estimates) (const CodeTerms *terms, const CodeFactors *factors, const int32_t *sums,
								   float *distance);
	/* the same, and distance less the bound in lower, which has as much room */
	void		(*code_bounds) (const CodeTerms *terms, const CodeFactors *factors, const int32_t *sums,
								float *distance, float *lower);
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
