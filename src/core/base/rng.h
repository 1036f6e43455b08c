/*
 * rng.h
 *		Random numbers with explicit state: SplitMix64 (Steele, Lea and Flood,
 *		"Fast splittable pseudorandom number generators", OOPSLA 2014).
 *
 * Eight bytes of state, one multiplication chain a draw, every seed good.  The
 * same seed gives the same numbers on every machine.
 */
#ifndef WEMB_RNG_H
#define WEMB_RNG_H

#include <stdint.h>

typedef struct Rng
{
	uint64_t	state;
} Rng;

/* Uniform over all 64-bit numbers. */
static inline uint64_t
rng_next(Rng *rng)
{
	uint64_t	z = (rng->state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* Uniform in [0, bound); bound >= 1.  Lemire's multiplication, bias below bound / 2^32. */
static inline uint32_t
rng_below(Rng *rng, uint32_t bound)
{
	return (uint32_t) (((rng_next(rng) >> 32) * bound) >> 32);
}

/* Uniform in [0, 1), 24 bits. */
static inline float
rng_float(Rng *rng)
{
	return (float) (rng_next(rng) >> 40) * (1.0f / 16777216.0f);
}

/* A generator for one part of a job: same seed and part, same numbers; different parts, independent ones. */
static inline Rng
rng_for(uint64_t seed, uint64_t part)
{
	Rng			rng = {seed ^ (part * UINT64_C(0xD1342543DE82EF95))};

	rng.state = rng_next(&rng);
	return rng;
}

#endif							/* WEMB_RNG_H */
