/*
 * held_out.h
 *		How good word vectors are, by texts that they were not trained on.
 *
 * An excerpt is some words of such a text in a row, cut in two halves.  Two
 * questions are put to it, which need nobody's labels:
 *
 *	retrieval	Of all excerpts' second halves, how near is its own to its first
 *				half?  1 / its rank, by the cosine of the halves' vectors, which
 *				are made as those of texts are (compose.h).
 *	neighbours	Is a word nearer to one that stands beside it than to one from
 *				another excerpt?  The share of pairs of which it is so.
 *
 * Where two answers are equally near, each of them has half of it: vectors that
 * are all alike find an excerpt's half by chance, and guess right half of the
 * time.  What is drawn at random depends on the seed and the excerpt only, so
 * that vectors of other dimensions are asked the same.
 */
#ifndef WEMB_HELD_OUT_H
#define WEMB_HELD_OUT_H

#include <stddef.h>
#include <stdint.h>

#define HELD_OUT_LEAST		4	/* words of an excerpt at least */
#define HELD_OUT_WINDOW		5	/* words that stand beside another, to each side */
#define HELD_OUT_PAIRS		8	/* that one excerpt's neighbours are judged by */

/* Excerpt i is the words from start[i] to start[i + 1], without that one; HELD_OUT_LEAST at least. */
typedef struct Excerpts
{
	int			n;				/* 2 at least */
	const int  *start;			/* n + 1 of them */
	const int32_t *words;
} Excerpts;

/* The vectors on trial. */
typedef struct TriedVectors
{
	void	   *arg;
	int			dim;
	void		(*vector) (void *arg, int word, float *out);	/* of length 1, or zero */
	double		(*weight) (void *arg, int word);	/* compose_weight(): from 0 to 1, without 0 */
} TriedVectors;

/* Bytes to work in for the two that follow. */
extern size_t wemb_held_out_scratch(int dim);

/* The vectors of both halves of an excerpt (dim floats each), of length 1, or zero where there is none. */
extern void wemb_held_out_halves(const Excerpts *excerpts, int i, const TriedVectors *tried, void *scratch,
								 float *first, float *second);

/* How well an excerpt's neighbours are told from strangers, from 0 to 1. */
extern double wemb_held_out_neighbours(const Excerpts *excerpts, int i, const TriedVectors *tried, void *scratch,
									   uint64_t seed);

/* 1 / rank of an excerpt's second half among those of n, for its first half; second has n rows of dim. */
extern double wemb_held_out_retrieval(const float *first, const float *second, int n, int dim, int i);

/*
 * By how much the mean of a is more than that of b, where a[i] and b[i] are of the
 * same excerpt; *error becomes the standard error of that.  n >= 2.
 */
extern double wemb_held_out_lead(const double *a, const double *b, int n, double *error);

#endif							/* WEMB_HELD_OUT_H */
