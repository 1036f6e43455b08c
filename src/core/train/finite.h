/*
 * finite.h
 *		Whether numbers are neither infinite nor NaN.
 */
#ifndef WEMB_FINITE_H
#define WEMB_FINITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The exponent's bits are all set in an infinity and a NaN, and in nothing else. */
static inline bool
all_finite(const float *x, size_t n)
{
	uint32_t	bad = 0;

	for (size_t i = 0; i < n; i++)
	{
		uint32_t	bits;

		memcpy(&bits, x + i, sizeof(bits));
		bad |= (bits & 0x7F800000) == 0x7F800000;
	}
	return bad == 0;
}

#endif							/* WEMB_FINITE_H */
