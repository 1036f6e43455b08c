/*
 * trainer.h
 *		Skip-gram with negative sampling (Mikolov, Sutskever, Chen, Corrado and
 *		Dean, "Distributed representations of words and phrases and their
 *		compositionality", NIPS 2013), with or without subwords.
 *
 * Shapes: in (rows, stride), out (words, stride); rows = words + buckets; a row
 * holds dim floats and zeros up to stride.  A word's vector is the mean of its
 * rows: its own and, with subwords, two for each of its n-grams.
 *
 * As in word2vec, each word of the window is an input that predicts the centre
 * word.  All words on one side of the centre share their negatives, so that a
 * step is a product of small matrices (kernel/sgns_impl.h).
 *
 * TrainShared is one block without pointers into itself but offsets: it can
 * lie in private or in shared memory, and any number of processes may train on
 * it at once, each with a TrainWorker of its own.  They write the rows of both
 * matrices without locks (Recht, Re, Wright and Niu, "Hogwild!", NIPS 2011):
 * two that meet on a row may lose one of the two small steps, which does no
 * harm to stochastic gradient descent.  words_done alone is atomic.  With one
 * worker, the same seed, corpus and kernel give the same bits.
 */
#ifndef WEMB_TRAINER_H
#define WEMB_TRAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/rng.h"
#include "core/kernel/kernel.h"

#define TRAIN_MAX_SENTENCE	8192	/* tokens that one wemb_train_begin() takes at most */
#define TRAIN_MAX_NEGATIVE	(SGNS_MAX_OUTPUTS - 1)

typedef struct TrainConfig
{
	int			dim;			/* 1 .. 16000 */
	int			window;			/* words to each side at most, 1 .. 1000 */
	int			negative;		/* negatives for each side of a centre word, 1 .. TRAIN_MAX_NEGATIVE */
	int			epochs;			/* >= 1 */
	double		sample;			/* subsampling threshold, 0 = keep every token */
	double		alpha;			/* learning rate at the start ... */
	double		min_alpha;		/* ... and at the end; falls in proportion to the tokens seen */
	int			min_n;			/* lengths of n-grams in code points; */
	int			max_n;			/* max_n 0 = no subwords */
	int			buckets;		/* rows of the subword table; 0 without subwords */
	uint64_t	seed;
	int			words;			/* size of the vocabulary, >= 1 */
	uint64_t	tokens;			/* tokens of vocabulary words in one epoch */
	uint64_t	subword_entries;	/* sum over the words of their n-grams' rows */
} TrainConfig;

typedef struct TrainShared TrainShared;

/*
 * Negatives, all different.  A set is drawn for each gap between two words, and
 * serves the words after the one and those before the other.  So each side of
 * a window has its own, which one set for the whole window did not reach in
 * quality, yet only one set is drawn and fetched for each word.
 */
typedef struct Negatives
{
	int			n;
	int32_t		word[TRAIN_MAX_NEGATIVE];
} Negatives;

/* One process's part: what it draws, its place in the sentence, its loss. */
typedef struct TrainWorker
{
	TrainShared *shared;
	Rng			rng;
	SgnsStep	step;
	float	   *window_rows;	/* with subwords: the vectors of the words around the centre */
	int			step_centres;	/* how many centres one wemb_train_step() takes */

	/* the sentence */
	int			ntokens;		/* before subsampling */
	int			nkept;			/* after it */
	int32_t		kept[TRAIN_MAX_SENTENCE];
	int			next;			/* the centre that comes next */
	int			entered;		/* with subwords: words that have come into the window */
	Negatives	gap[3];			/* that after the word at position c is gap[c % 3] */
	uint64_t	centres;		/* centre words seen */

	/* Loss of every loss_every-th centre; the caller reads and resets both. */
	int			loss_every;
	double		loss;			/* sum over pairs of -log p(true) - sum of log(1 - p(negative)) */
	uint64_t	pairs;			/* pairs of a centre and a word of its window */
} TrainWorker;

/* What words look like to the trainer: text and count of word 0 .. words-1, most frequent first. */
typedef struct TrainWords
{
	void	   *arg;
	const char *(*word) (void *arg, int i, size_t *len, uint64_t *count);
} TrainWords;

/* Bytes of the shared block, or SIZE_MAX if that is more than memory can ever hold. */
extern size_t wemb_train_shared_size(const TrainConfig *config);

/*
 * Format block (64-byte aligned, of that size).  scratch has
 * wemb_train_scratch_size() bytes and is free afterwards.  Then give every row
 * its start with wemb_train_init_rows().
 */
extern size_t wemb_train_scratch_size(const TrainConfig *config);
extern TrainShared *wemb_train_shared_init(void *block, const TrainConfig *config,
										   const TrainWords *words, void *scratch);

/*
 * Start the rows from first on, n at most, from random vectors: in uniform in
 * (-0.5, 0.5) / dim, out zero; with subwords, list the rows of the words'
 * n-grams.  Returns the first row that is left, 0 when all are done.  To be
 * called in order, from 0 on; in steps, so that the caller can look for
 * interrupts between.
 */
extern int	wemb_train_init_rows(TrainShared *shared, const TrainWords *words, int first, int n);

/* Bytes of a worker's block, and formatting it (64-byte aligned); number tells workers apart. */
extern size_t wemb_train_worker_size(const TrainConfig *config);
extern TrainWorker *wemb_train_worker_init(void *block, TrainShared *shared, int number);

/*
 * Train on one stretch of text: n <= TRAIN_MAX_SENTENCE word numbers, which are
 * copied.  begin, then step until it returns false; a step takes a few
 * milliseconds for usual windows and dimensions, so that the caller can look
 * for interrupts between.
 */
extern void wemb_train_begin(TrainWorker *worker, const int32_t *words, int n);
extern bool wemb_train_step(TrainWorker *worker);

/* Tokens trained on so far by all workers, over all epochs. */
extern uint64_t wemb_train_words_done(const TrainShared *shared);

/* The learning rate now. */
extern double wemb_train_alpha(const TrainShared *shared);

/* The vector of a word to out (dim); with unit_length scaled to length 1, unless it is zero. */
extern void wemb_train_word_vector(const TrainShared *shared, int word, bool unit_length, float *out);

/* A row of the subword table (dim). */
extern const float *wemb_train_subword_row(const TrainShared *shared, int bucket);

#endif							/* WEMB_TRAINER_H */
