/*
 * train_text.h
 *		Texts taken in: tokens become words of a vocabulary, and numbers of a
 *		corpus.
 *
 * The vocabulary grows as memory allows.  When it does not allow any more,
 * words that have been rare so far are dropped, as word2vec does, and rarer
 * ones than a bar that rises each time; the text says how high it has come.
 */
#ifndef WEMB_TRAIN_TEXT_H
#define WEMB_TRAIN_TEXT_H

#include "postgres.h"

#include "app/tokenize/tokens.h"
#include "app/train/corpus.h"
#include "core/model/vocab.h"

typedef struct TrainText
{
	MemoryContext context;		/* of all that is here */
	MemoryContext vocab_context;	/* holds the vocabulary's block alone */
	Vocab	   *vocab;
	Corpus	   *corpus;
	int64		texts;			/* with at least one token */
	uint64		skipped;		/* tokens that are too long to be words */
	uint64		pruned;			/* words were dropped that had occurred this often or less; 0 = none */
} TrainText;

/*
 * Bytes of numbers that a corpus may keep in memory, where several corpora share
 * them: maintenance_work_mem, but no more than a quarter of what there is for all.
 */
extern Size wemb_train_corpus_memory(int corpora);

/* Nothing yet, in CurrentMemoryContext.  ERROR if there is no memory at all. */
extern void wemb_train_text_init(TrainText *text, Corpus *corpus);

/* Count so many occurrences of word; returns its number. */
extern int32 wemb_train_text_word(TrainText *text, const char *word, size_t len, uint64 count);

/* Bytes that the vocabulary and the corpus take. */
extern Size wemb_train_text_memory(const TrainText *text);

/* Take in one text. */
extern void wemb_train_text_take(TrainText *text, Tokens *tokens, const char *bytes, size_t len);

#endif							/* WEMB_TRAIN_TEXT_H */
