/*
 * train_start.h
 *		Starting from the weights of a model that exists, or going on with it.
 *
 * Of the words that both have, a training takes over the vectors, in the
 * length that they had before they were scaled to 1; with negative sampling
 * the output weights too; and the subword table if both have n-grams of the
 * same lengths in as many buckets.  All other weights have a random start.
 * Inner nodes of a Huffman tree mean nothing in another tree.
 *
 * A recurrent network takes over the network if the model has one with the same
 * cell, and then what goes into it for each word.  Output weights are taken over
 * only where both predict alike: both by a network of that cell, or both without.
 */
#ifndef WEMB_TRAIN_START_H
#define WEMB_TRAIN_START_H

#include "postgres.h"

#include "app/model/model_options.h"
#include "app/train/train_words.h"

typedef struct TrainStart TrainStart;

/*
 * Look up the model called name (NULL: the setting wemb.model), as it is for the
 * active snapshot.  ERROR if there is none, it is damaged, or the user may not
 * read it.
 */
extern TrainStart *wemb_start_open(const char *name);
extern const ModelTables *wemb_start_tables(const TrainStart *start);
extern const ModelOptions *wemb_start_options(const TrainStart *start);

/* ERROR if the model has other dimensions than the training. */
extern void wemb_start_check_dim(const TrainStart *start, int dim);

/* Going on: the model's words have occurred as often as it says, besides what text has read. */
extern void wemb_start_count(TrainStart *start, TrainText *text);

/* Hand over the model's words that may be phrases, having a "_" in them; no more than once. */
typedef void (*TakePhrase) (void *arg, const char *word, size_t len);
extern void wemb_start_phrases(const TrainStart *start, TakePhrase take, void *arg);

/* How many of the occurrences of ranked words are the model's. */
extern uint64 wemb_start_tokens(const TrainStart *start, const RankedWords *ranked);

/*
 * Take over the weights, which have their random start.  What was subtracted from the model's vectors is added again,
 * and returned (dim floats, palloc'd); NULL if nothing was.
 */
extern float *wemb_start_weights(const TrainStart *start, const TrainOptions *train, const RankedWords *ranked,
								 void *weights);

#endif							/* WEMB_TRAIN_START_H */
