/*
 * phrase_lookup.h
 *		Which neighbouring words of a text are one word of a model.
 *
 * Most pairs are not, and there is no end to them.  So a session remembers
 * answers in a table of fixed size, a 64th of what wemb.cache_size was at its
 * first use, in which newer answers push out older ones.  Once it has asked for
 * about as much as reading all phrases of the model costs, it reads them all, if
 * they fit into an eighth of wemb.cache_size; then it never has to ask again.  All
 * of this belongs to a model's version, as words in memory do
 * (app/model/model_read.h), and outlives no text under row security.
 */
#ifndef WEMB_PHRASE_LOOKUP_H
#define WEMB_PHRASE_LOOKUP_H

#include "postgres.h"

#include "app/model/model_read.h"

/* A word: a part of a row of words with "_" between neighbours. */
typedef struct PhraseWord
{
	int			start;			/* in the bytes of the row */
	int			len;
	int			pass;			/* the first that looks at it: 0 for a token */
} PhraseWord;

typedef struct PhraseLookup PhraseLookup;

/* The bytes of word i and its neighbour together. */
static inline PhraseWord
phrase_of(const PhraseWord *words, int i)
{
	return (PhraseWord) {words[i].start, words[i + 1].start + words[i + 1].len - words[i].start, 0};
}

/* For one text of an open model; in CurrentMemoryContext. */
extern PhraseLookup *wemb_phrase_lookup_start(Model *model);
extern void wemb_phrase_lookup_end(PhraseLookup *lookup);

/*
 * Set is_phrase[i] for 0 <= i < n - 1: is the phrase of words i and i + 1 a word
 * of the model?  Two words that the pass before has left beside each other are no
 * phrase.  May run queries as the current user.
 */
extern void wemb_phrase_lookup(PhraseLookup *lookup, const char *bytes, const PhraseWord *words, int n,
							   int pass, bool *is_phrase);

#endif							/* WEMB_PHRASE_LOOKUP_H */
