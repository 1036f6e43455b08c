/*
 * phrases.h
 *		Words that stand together more often than chance, joined into one:
 *		"new york" becomes new_york.
 *
 * Mikolov et al., "Distributed representations of words and phrases and their
 * compositionality", NIPS 2013, section 4.  A pair's score is
 *
 *		(count(a b) - min_count) * tokens / (count(a) * count(b))
 *
 * how many times as often as by chance it occurs, less a discount for pairs
 * that are too rare to tell.  The factor "tokens" is word2phrase's; it makes one
 * threshold fit texts of any size.  A pair that scores more than the threshold is
 * a phrase.  Doing all of this again with the result finds longer ones.
 *
 *		pairs = wemb_phrases_init(block, max_pairs);
 *		for each stretch: wemb_phrases_count(pairs, &rule, words, n);
 *		for each slot: if (wemb_phrases_select(pairs, &rule, slot, &pair))
 *			wemb_phrases_put(joined, pair.first, pair.second, number of the new word);
 *		for each stretch: n = wemb_phrases_join(&joiner, words, n, out);
 *
 * A stretch is a part of the texts as numbers of words, with PHRASES_END_OF_TEXT
 * after each text; it may begin and end anywhere.
 *
 * One type of table serves counting (pair to count) and joining (pair to
 * number).  It is one block of the caller's, without pointers.
 */
#ifndef WEMB_PHRASES_H
#define WEMB_PHRASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PHRASES_END_OF_TEXT	(-1)
#define PHRASES_THRESHOLD	100.0	/* word2phrase's default */
#define PHRASES_MAX_PAIRS	(UINT32_MAX / 2)

typedef struct PhrasePair
{
	int32_t		first;			/* -1: a free slot */
	int32_t		second;
	uint32_t	value;			/* its count, at most UINT32_MAX, or the number of the joined word */
} PhrasePair;

typedef struct Phrases
{
	uint64_t	npairs;
	uint64_t	max_pairs;
	uint64_t	nslots;
	uint64_t	lost;			/* a count is too low by this at most: room was made so often */
	int32_t		previous;		/* the word that the last stretch ended with */

	/* making room: see wemb_phrases_reduce() */
	uint32_t	limit;			/* pairs that occurred at most so often are dropped */
	uint64_t	sweep;			/* the slot to look at next */
} Phrases;

/* What is a phrase. */
typedef struct PhraseRule
{
	const uint64_t *count;		/* of each word, by its number */
	uint64_t	tokens;			/* of all texts */
	uint64_t	min_count;		/* both the discount and the least count; >= 1 */
	double		threshold;		/* > 0 */
} PhraseRule;

/* Joining, from stretch to stretch.  Set the first two, held = PHRASES_END_OF_TEXT, and njoined = 0. */
typedef struct PhraseJoiner
{
	const Phrases *joined;
	uint64_t   *count;			/* of each word, by its number; follows what is joined */
	int32_t		held;			/* the last word, which may still become the first half of a phrase */
	uint64_t	njoined;		/* how often two words became one */
} PhraseJoiner;

/* Bytes of a block for so many pairs; and the most pairs for so many bytes, 1 to PHRASES_MAX_PAIRS. */
extern size_t wemb_phrases_size(uint64_t max_pairs);
extern uint64_t wemb_phrases_room(size_t size);

/* Format an empty table in a block of that size, aligned as malloc() does.  1 <= max_pairs <= PHRASES_MAX_PAIRS. */
extern Phrases *wemb_phrases_init(void *block, uint64_t max_pairs);

/*
 * Count the pairs of a stretch, apart from those that can be no phrase however
 * often they occur.  Returns how many words it got through: fewer than n when
 * the table is full.  Then call wemb_phrases_reduce() until it returns false,
 * and this again with the rest.
 */
extern int	wemb_phrases_count(Phrases *pairs, const PhraseRule *rule, const int32_t *words, int n);

/*
 * Make room by dropping rare pairs, first those that occurred once, then also
 * more frequent ones, until half of the table is free.  One call takes a
 * few hundred microseconds; returns true while there is more to do.
 */
extern bool wemb_phrases_reduce(Phrases *pairs);

/* Does this slot (0 .. nslots - 1) hold a pair that is a phrase? */
extern bool wemb_phrases_select(const Phrases *pairs, const PhraseRule *rule, uint64_t slot, PhrasePair *pair);

/* Enter a pair with the number of the joined word.  The pair must be a new one, and there must be room. */
extern void wemb_phrases_put(Phrases *joined, int32_t first, int32_t second, int32_t number);

/* The number of the joined word, or -1. */
extern int32_t wemb_phrases_find(const Phrases *joined, int32_t first, int32_t second);

/*
 * Write a stretch to out (room for n + 1, apart from words) with its phrases joined, from left
 * to right: a word that ends one phrase begins no other.  Returns how many
 * numbers there are.  The last word of a stretch comes out with the next one, so
 * the last stretch must end with PHRASES_END_OF_TEXT.  Counts one occurrence
 * of the joined word in place of one of each half.
 */
extern int	wemb_phrases_join(PhraseJoiner *joiner, const int32_t *words, int n, int32_t *out);

#endif							/* WEMB_PHRASES_H */
