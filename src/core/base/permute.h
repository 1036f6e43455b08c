/*
 * permute.h
 *		A random order of any number of things that takes no memory: a Feistel
 *		network over the numbers, walked until it comes back below n (Black and
 *		Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002, section 4).
 */
#ifndef WEMB_PERMUTE_H
#define WEMB_PERMUTE_H

#include <stdint.h>

#include "core/base/rng.h"

#define PERMUTE_ROUNDS	8		/* with four, of few things some come to their own place too often */

/*
 * What comes at place i of n, 0 <= i < n <= 2^60: each of 0 .. n-1 comes once.
 * Another key, another order.  The walk takes less than four steps on average.
 */
static inline uint64_t
permute(uint64_t i, uint64_t n, uint64_t key)
{
	int			bits = 1;		/* of each half */
	uint64_t	mask;

	while (UINT64_C(1) << (2 * bits) < n)
		bits++;
	mask = (UINT64_C(1) << bits) - 1;
	do
	{
		uint64_t	left = i >> bits;
		uint64_t	right = i & mask;

		for (uint64_t round = 0; round < PERMUTE_ROUNDS; round++)
		{
			Rng			rng = rng_for(key + round, right);
			uint64_t	next = left ^ (rng_next(&rng) & mask);

			left = right;
			right = next;
		}
		i = left << bits | right;
	} while (i >= n);
	return i;
}

#endif							/* WEMB_PERMUTE_H */
