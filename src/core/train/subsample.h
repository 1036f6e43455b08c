/*
 * subsample.h
 *		Dropping occurrences of frequent words by chance.
 */
#ifndef WEMB_SUBSAMPLE_H
#define WEMB_SUBSAMPLE_H

#include <math.h>
#include <stdint.h>

#include "core/base/rng.h"

/*
 * Probability of keeping a token: sqrt(t/f) + t/f, where f is the word's share
 * of all tokens (word2vec's code; the paper's equation 5 lacks the second
 * term), as a threshold for 32 random bits.
 */
static inline uint32_t
keep_threshold(double sample, uint64_t count, uint64_t tokens)
{
	double		ratio = sample * (double) tokens / (double) count;
	double		keep = sqrt(ratio) + ratio;

	return sample <= 0 || keep >= 1.0 ? UINT32_MAX : (uint32_t) (keep * 4294967295.0);
}

/* Those of n words that their thresholds let through, to kept (n); returns how many. */
static inline int
subsample(const uint32_t *keep, Rng *rng, const int32_t *words, int n, int32_t *kept)
{
	int			nkept = 0;

	for (int i = 0; i < n; i++)
	{
		kept[nkept] = words[i];
		nkept += (uint32_t) (rng_next(rng) >> 32) <= keep[words[i]];
	}
	return nkept;
}

#endif							/* WEMB_SUBSAMPLE_H */
