/*
 * block.h
 *		Laying out arrays in one block of memory: each at an offset from its
 *		start, 64-byte aligned.
 */
#ifndef WEMB_BLOCK_H
#define WEMB_BLOCK_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reserve n elements of size bytes at *end, which moves behind them; returns
 * where they begin.  Once the block would be larger than memory can ever be,
 * *end is SIZE_MAX and stays so.
 */
static inline size_t
block_reserve(size_t *end, size_t n, size_t size)
{
	size_t		start = *end;
	size_t		bytes;

	if (start == SIZE_MAX || __builtin_mul_overflow(n, size, &bytes) ||
		__builtin_add_overflow(bytes, start, end) || *end > SIZE_MAX / 4)
		*end = SIZE_MAX;
	else
		*end = (*end + 63) & ~(size_t) 63;
	return start;
}

#endif							/* WEMB_BLOCK_H */
