/*
 * train_words.h
 *		The words of the model: those of the vocabulary that are frequent enough,
 *		most frequent first.
 */
#ifndef WEMB_TRAIN_WORDS_H
#define WEMB_TRAIN_WORDS_H

#include "postgres.h"

#include "app/train/train_options.h"
#include "app/train/train_read.h"

typedef struct RankedWords
{
	const Vocab *vocab;
	int			words;			/* of the model */
	uint64		tokens;			/* sum of these words' counts */
	uint64		epoch_tokens;	/* of the corpus that are one of these words */
	double		mean_length;	/* of a word, in characters */
	int32	   *place;			/* in the vocabulary, of each word of the model */
	int32	   *rank;			/* of each number of the corpus: its word in the model, or -1 */
	uint32		numbers;		/* elements of rank */
} RankedWords;

/*
 * Choose and order the words, as options say, in CurrentMemoryContext.  ERROR
 * if there is no text, or no word is left.
 */
extern void wemb_train_rank(TrainOptions *options, const TrainSource *source, RankedWords *ranked);

/* Bytes that the words, ranked, and the texts take. */
extern Size wemb_ranked_memory(const RankedWords *ranked, const TrainText *text);

/* The bytes of a word of the model, and how often it occurs. */
extern const char *wemb_ranked_word(const RankedWords *ranked, int i, size_t *len, uint64 *count);

#endif							/* WEMB_TRAIN_WORDS_H */
