/*
 * glove.h
 *		GloVe (Pennington, Socher and Manning, "GloVe: Global vectors for word
 *		representation", EMNLP 2014): vectors whose products are logarithms of
 *		co-occurrence counts.
 *
 * Shapes: w, w~ (words, stride), each row a vector of dim floats, a bias, and
 * two sums of squared gradients.  For an entry x of row i and column j:
 *
 *		error = w(i) . w~(j) + b(i) + b~(j) - ln x
 *		loss  = f(x) * error^2 / 2, f(x) = min(1, (x / x_max)^power)
 *
 * and AdaGrad steps (Duchi, Hazan and Singer 2011), with one step size for a
 * vector where the authors' program has one for each of its elements: that
 * scores the same and needs half the memory.  A word's vector is w + w~.
 *
 * The block has offsets, no pointers: any number of processes may train on it
 * at once in shared memory, without locks, as trainer.h explains.  With one
 * process, the same entries in the same order give the same bits.
 */
#ifndef WEMB_GLOVE_H
#define WEMB_GLOVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/rng.h"

typedef struct GloveConfig
{
	int			dim;			/* 1 .. 16000 */
	int			words;			/* >= 1 */
	double		alpha;			/* learning rate, > 0; 0.05 is usual */
	double		x_max;			/* > 0: counts from there on weigh alike */
	double		power;			/* of the weighting, > 0; 0.75 is usual */
	uint64_t	seed;
} GloveConfig;

typedef struct GloveShared GloveShared;

typedef struct GloveEntry
{
	int32_t		row;
	int32_t		column;
	float		x;				/* > 0 */
} GloveEntry;

/* Bytes of the block, or SIZE_MAX if that is more than memory can ever hold. */
extern size_t wemb_glove_shared_size(const GloveConfig *config);

/* Format a block (64-byte aligned) of that size. */
extern GloveShared *wemb_glove_shared_init(void *block, const GloveConfig *config);

/*
 * Start the words from first on, n at most: vectors uniform in
 * (-0.5, 0.5) / dim, biases from the words' sums of counts (words elements), of
 * which total is the sum.  Returns the first word that is left, 0 when all are done.
 */
extern int	wemb_glove_init_rows(GloveShared *s, const double *sums, double total, int first, int n);

/* Start a word, whose row is initialized, from a vector (dim) instead. */
extern void wemb_glove_set_vector(GloveShared *s, int word, const float *vector);

/*
 * All that training changes, as one stretch of bytes: to be copied away, and
 * back when it has gone wrong.  Then go on with another learning rate.
 */
extern void *wemb_glove_weights(GloveShared *s, size_t *size);
extern void wemb_glove_set_alpha(GloveShared *s, double alpha);

/* Put entries into random order. */
extern void wemb_glove_shuffle(GloveEntry *entries, int n, Rng *rng);

/*
 * Train on n entries in the order given; to be called with some thousands, so
 * that it takes milliseconds.  Returns the sum of their losses before the
 * steps: not finite if a weight no longer is, or an entry.
 */
extern double wemb_glove_train(GloveShared *s, const GloveEntry *entries, int n);

/* The vector of a word to out (dim); with unit_length scaled to length 1, unless it is zero. */
extern void wemb_glove_word_vector(const GloveShared *s, int word, bool unit_length, float *out);

#endif							/* WEMB_GLOVE_H */
