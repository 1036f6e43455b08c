/*
 * phrase_lookup.h
 *		Which neighbouring words of a text are one word of a model.
 *
 * Most pairs are not, and there is no end to them.  So the answers of a session
 * are remembered in a table of fixed size, a 64th of what wemb.cache_size was
 * at its first use, in which newer answers push out older ones; eight bytes
 * each.  They belong to a model's version, as words in memory do
 * (app/model/model_read.h), and outlive no text under row security.
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
} PhraseWord;

typedef struct PhraseLookup PhraseLookup;

/* What word i and its neighbour are together. */
static inline PhraseWord
phrase_of(const PhraseWord *words, int i)
{
	return (PhraseWord) {words[i].start, words[i + 1].start + words[i + 1].len - words[i].start};
}

/* For one text of an open model; in CurrentMemoryContext. */
extern PhraseLookup *wemb_phrase_lookup_start(Model *model);
extern void wemb_phrase_lookup_end(PhraseLookup *lookup);

/*
 * Set is_phrase[i] for 0 <= i < n - 1: is the phrase of words i and i + 1 a word
 * of the model?  Runs at most one query, by primary key, as the current user.
 */
extern void wemb_phrase_lookup(PhraseLookup *lookup, const char *bytes, const PhraseWord *words, int n,
							   bool *is_phrase);

#endif							/* WEMB_PHRASE_LOOKUP_H */
