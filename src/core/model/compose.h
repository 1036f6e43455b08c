/*
 * compose.h
 *		Vectors of words to the vector of a text: a weighted mean.
 *
 * A word with probability p counts with weight a / (a + p): frequent words,
 * which say little, count less ("smooth inverse frequency": Arora, Liang and
 * Ma, "A simple but tough-to-beat baseline for sentence embeddings", ICLR 2017).
 *
 *		composer = wemb_compose_init(block, dim);
 *		for each word: wemb_compose_add(composer, vec, weight);
 *		switch (wemb_compose_finish(composer, unit_length, result)) ...
 *
 * Words are summed up in blocks, in float, and blocks in double, so that the
 * mean of millions of words is as good as that of ten.  The result depends on
 * the words and their order only, to the bit on one kernel.
 */
#ifndef WEMB_COMPOSE_H
#define WEMB_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMPOSE_SIF_A	1e-3	/* the paper's a */

typedef struct Composer Composer;

typedef enum ComposeResult
{
	COMPOSE_OK,
	COMPOSE_NOTHING,			/* nothing was added, or it sums up to zero: there is no vector */
	COMPOSE_OVERFLOW			/* an element does not fit a float */
} ComposeResult;

/* The weight of a word that occurs freq times among tokens; 1 if either is 0. */
static inline double
compose_weight(int64_t freq, int64_t tokens)
{
	if (freq <= 0 || tokens <= 0)
		return 1.0;
	return COMPOSE_SIF_A / (COMPOSE_SIF_A + (double) freq / (double) tokens);
}

/* Bytes of a block for vectors of dim floats. */
extern size_t wemb_compose_size(int dim);

/* An empty sum in a block of that size, aligned as malloc() does.  Also empties one that was used. */
extern Composer *wemb_compose_init(void *block, int dim);

/* Add a vector; weight > 0. */
extern void wemb_compose_add(Composer *composer, const float *vec, double weight);

/*
 * Write the mean to result, unless the answer is COMPOSE_NOTHING or
 * COMPOSE_OVERFLOW; with unit_length scaled to length 1.  The mean of a single
 * vector is that vector to the bit, and so is the scaled one if its length is 1
 * to within rounding.
 */
extern ComposeResult wemb_compose_finish(Composer *composer, bool unit_length, float *result);

#endif							/* WEMB_COMPOSE_H */
