/*
 * alias.h
 *		Drawing from a fixed discrete distribution in constant time: Walker's
 *		alias method, tables built as by Vose ("A linear algorithm for
 *		generating random numbers with a given distribution", 1991).
 *
 * Eight bytes an entry, where word2vec's table needs hundreds of megabytes to
 * give rare words their due.
 */
#ifndef WEMB_ALIAS_H
#define WEMB_ALIAS_H

#include <stdint.h>

#include "core/base/rng.h"

typedef struct AliasEntry
{
	uint32_t	threshold;		/* keep this entry if 32 random bits are at most this ... */
	int32_t		alias;			/* ... else take that one */
} AliasEntry;

/*
 * Build the table for n >= 1 entries with these weights (finite, not negative,
 * not all zero).  scratch holds n entries; weight is destroyed.
 */
extern void wemb_alias_init(AliasEntry *table, double *weight, int n, int32_t *scratch);

/* The entry that 64 random bits choose among n ... */
static inline uint32_t
alias_entry(uint64_t bits, int n)
{
	return (uint32_t) (((bits >> 32) * (uint64_t) n) >> 32);
}

/* ... and what they draw: a caller that asks for the entry early does not wait for it. */
static inline int32_t
alias_pick(const AliasEntry *table, int n, uint64_t bits)
{
	uint32_t	i = alias_entry(bits, n);
	/* A mask, since a branch would be mispredicted as often as not. */
	int32_t		keep = -(int32_t) ((uint32_t) bits <= table[i].threshold);

	return table[i].alias ^ ((table[i].alias ^ (int32_t) i) & keep);
}

static inline int32_t
alias_draw(const AliasEntry *table, int n, Rng *rng)
{
	return alias_pick(table, n, rng_next(rng));
}

#endif							/* WEMB_ALIAS_H */
