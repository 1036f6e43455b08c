/*
 * train_choose.h
 *		What is chosen from the data where the user said nothing.
 */
#ifndef WEMB_TRAIN_CHOOSE_H
#define WEMB_TRAIN_CHOOSE_H

#include "postgres.h"

#include "app/train/train_options.h"

/* What choices depend on. */
typedef struct TextFacts
{
	uint64		tokens;			/* sum of the words' counts */
	uint64		epoch_tokens;	/* of the corpus that are one of the words */
	uint32		words;
	double		mean_length;	/* of a word, in characters */
} TextFacts;

/*
 * Choose what depends on the amount of text: first min_count, then the rest
 * once the vocabulary is known.  Both add what they chose to options->chosen.
 */
extern void wemb_train_choose_min_count(TrainOptions *options, uint64 tokens);
extern void wemb_train_choose(TrainOptions *options, const TextFacts *facts);

#endif							/* WEMB_TRAIN_CHOOSE_H */
