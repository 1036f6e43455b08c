/*
 * lanes.h
 *		Eight bytes of text in one integer, a lane each: which are letters, which
 *		are white space.  HAVE_LANES is 0 where the first byte is not the lowest.
 */
#ifndef WEMB_LANES_H
#define WEMB_LANES_H

#include <stdint.h>
#include <string.h>

#define LANES(byte)			(UINT64_C(0x0101010101010101) * (byte))
#define LANES_HIGH			LANES(0x80)

/* High bit of each lane of x, all below 0x80, that is at least lo and at most hi. */
#define LANES_BETWEEN(x, lo, hi) (((x) + LANES(0x80 - (lo))) & ~((x) + LANES(0x7F - (hi))))

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

/* The lanes of eight that hold an ASCII letter or digit; *lower gets the lower case of such lanes. */
static inline uint64_t
word_lanes(uint64_t eight, uint64_t *lower)
{
	uint64_t	low7 = eight & ~LANES_HIGH;
	uint64_t	upper = LANES_BETWEEN(low7, 'A', 'Z') & LANES_HIGH;
	uint64_t	folded = low7 | upper >> 2;

	*lower = eight | upper >> 2;
	return (LANES_BETWEEN(folded, 'a', 'z') | LANES_BETWEEN(low7, '0', '9')) & ~eight & LANES_HIGH;
}

/* The lanes of eight that hold ASCII whitespace. */
static inline uint64_t
space_lanes(uint64_t eight)
{
	uint64_t	low7 = eight & ~LANES_HIGH;

	return (LANES_BETWEEN(low7, '\t', '\r') | LANES_BETWEEN(low7, ' ', ' ')) & ~eight & LANES_HIGH;
}

static inline uint64_t
load_eight(const char *bytes)
{
	uint64_t	eight;

	memcpy(&eight, bytes, sizeof(eight));
	return eight;
}

/* How many lanes come before the first one that is set. */
static inline int
lanes_before(uint64_t set)
{
	return set == 0 ? 8 : __builtin_ctzll(set) / 8;
}

#define HAVE_LANES 1
#else
#define HAVE_LANES 0
#endif

#endif							/* WEMB_LANES_H */
