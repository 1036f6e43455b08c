/*
 * bytes.h
 *		Words of bytes whose number is no multiple of a word's.
 */
#ifndef WEMB_BYTES_H
#define WEMB_BYTES_H

#include <stdint.h>
#include <string.h>

/* n bytes, 0 < n < 8, as a word: which byte goes where is up to the processor, the others are zero. */
static inline uint64_t
bytes_up_to_7(const uint8_t *p, int n)
{
	uint32_t	first,
				last;

	if (n < 4)
		return p[0] | (uint64_t) p[n / 2] << (n / 2 * 8) | (uint64_t) p[n - 1] << ((n - 1) * 8);

	/* two loads that overlap; where they do, both have the same bytes */
	memcpy(&first, p, sizeof(first));
	memcpy(&last, p + n - 4, sizeof(last));
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return (uint64_t) first << 32 | (uint64_t) last << ((8 - n) * 8);
#else
	return first | (uint64_t) last << ((n - 4) * 8);
#endif
}

/* n bytes, 0 <= n < 16, as two words */
static inline void
bytes_up_to_15(const uint8_t *p, int n, uint64_t *first, uint64_t *second)
{
	*second = 0;
	if (n < 8)
		*first = n > 0 ? bytes_up_to_7(p, n) : 0;
	else
	{
		memcpy(first, p, sizeof(*first));
		if (n > 8)
			*second = bytes_up_to_7(p + 8, n - 8);
	}
}

#endif							/* WEMB_BYTES_H */
