/*
 * rotation.h
 *		A random orthogonal map of n numbers in n log n steps.
 *
 * Four rounds of random signs and Walsh-Hadamard transforms.  Where n is no
 * power of two, the transforms are of the powers of two that n is the sum of,
 * the largest first and last in turn, and sums and differences of the two
 * halves follow.  (The rotator of the RaBitQ library transforms only the
 * largest power of two, at the front and at the back in turn; after its four
 * rounds the fourth moment of what was one number is 5 to 6 at 960 and 1536
 * dimensions, where this one has the 3 of a random direction.)  The result is
 * the same bits on every kernel.
 */
#ifndef WEMB_ROTATION_H
#define WEMB_ROTATION_H

#include <stdint.h>

#define ROTATION_ROUNDS 4

/* Bytes of the random signs for n numbers: a bit for each number and round. */
#define ROTATION_SIGN_BYTES(n)	(ROTATION_ROUNDS * (n) / 8)

/* Draw the signs; n is a multiple of 64. */
extern void wemb_rotation_init(uint8_t *signs, int n, uint64_t seed);

/* x := scale times the rotation of x. */
extern void wemb_rotation_apply(const uint8_t *signs, float *x, int n, float scale);

#endif							/* WEMB_ROTATION_H */
