/*
 * trainer.h
 *		Skip-gram and CBOW, with negative sampling or hierarchical softmax
 *		(Mikolov, Chen, Corrado and Dean, "Efficient estimation of word
 *		representations in vector space", 2013; Mikolov, Sutskever, Chen, Corrado
 *		and Dean, "Distributed representations of words and phrases and their
 *		compositionality", NIPS 2013), each with or without subwords.
 *
 * Shapes: in (words + buckets, stride), out (words, stride), with hierarchical
 * softmax (words - 1, stride); a row holds dim floats and zeros up to stride.  A
 * word's vector is the mean of its rows of in: its own and, with subwords, two
 * for each of its n-grams.
 *
 * Skip-gram: as in word2vec, each word of the window is an input that predicts
 * the centre word.  CBOW: the mean of all rows of all words of the window is the
 * one input; its gradient goes to each of these rows undivided, as in word2vec
 * and fastText.
 *
 * Negative sampling tells the centre from words drawn at random, which inputs
 * share, so that a step is a product of small matrices (kernel/sgns_impl.h).
 * Hierarchical softmax decides at each inner node of a Huffman tree which branch
 * leads to the centre: p(branch 0) = sigmoid(input . node).
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
#define TRAIN_NEGATIVE_SETS 4	/* sets of negatives that a worker has ready; a power of two */
#define TRAIN_POOL			64	/* words that negatives are taken from; a power of two, more than TRAIN_MAX_NEGATIVE */

/* What is learned from a window. */
typedef enum TrainArchitecture
{
	TRAIN_SKIPGRAM = 0,
	TRAIN_CBOW
} TrainArchitecture;

/* What stands for the softmax over all words. */
typedef enum TrainLoss
{
	TRAIN_NEGATIVE_SAMPLING = 0,
	TRAIN_HIERARCHICAL_SOFTMAX
} TrainLoss;

typedef struct TrainConfig
{
	TrainArchitecture architecture;
	TrainLoss	loss;
	int			dim;			/* 1 .. 16000 */
	int			window;			/* words to each side at most, 1 .. 1000 */
	int			negative;		/* negatives for each input, 1 .. TRAIN_MAX_NEGATIVE; not looked at with h. softmax */
	int			epochs;			/* >= 1 */
	double		sample;			/* subsampling threshold, 0 = keep every token */
	double		alpha;			/* learning rate at the start ... */
	double		min_alpha;		/* ... and at the end; falls in proportion to the tokens seen */
	int			min_n;			/* lengths of n-grams in code points; */
	int			max_n;			/* max_n 0 = no subwords */
	int			buckets;		/* rows of the subword table; 0 without subwords */
	uint64_t	seed;
	int			words;			/* size of the vocabulary, >= 1; each counts >= 1 */
	uint64_t	tokens;			/* sum of the words' counts */
	uint64_t	epoch_tokens;	/* tokens of vocabulary words in one epoch; less than that when a model is updated */
	uint64_t	subword_entries;	/* sum over the words of their n-grams' rows */
} TrainConfig;

typedef struct TrainShared TrainShared;

/* Negatives, all different. */
typedef struct Negatives
{
	int			n;
	int32_t		word[TRAIN_MAX_NEGATIVE];
} Negatives;

typedef struct TrainWorker TrainWorker;

/* What makes up an objective, chosen by wemb_train_worker_init(): objective.h. */
typedef struct TrainObjective
{
	void		(*enter) (TrainWorker *w, int position);	/* a word comes into reach of the window */
	void		(*leave) (TrainWorker *w, int position);	/* ... and leaves it for good */
	void		(*prepare) (TrainWorker *w, int position);	/* ask for the outputs of the centre there */
	void		(*train) (TrainWorker *w, int position);	/* train the centre there */
	int			(*gather) (TrainWorker *w, int first, int last, float *sum);	/* CBOW: add up words of the window */
	void		(*scatter) (TrainWorker *w, int first, int last, const float *x);	/* CBOW: move them */
} TrainObjective;

/* One process's part: what it draws, its place in the sentence, its loss. */
struct TrainWorker
{
	TrainShared *shared;
	TrainObjective objective;
	Rng			rng;
	SgnsStep	step;
	float	   *mean;			/* with CBOW: the input and a copy of it */
	float	   *window_rows;	/* with subwords: the vectors of the words around the centre */
	int			step_centres;	/* how many centres one wemb_train_step() takes */

	/* the sentence */
	int			ntokens;		/* before subsampling */
	int			nkept;			/* after it */
	int32_t		kept[TRAIN_MAX_SENTENCE];
	float	   *input[TRAIN_MAX_SENTENCE];	/* of words in reach: the row that stands for the word */
	int			next;			/* the centre that comes next */
	int			entered;		/* words that have come into reach */
	int			reach;			/* of the window of the centre that comes next */
	Negatives	negatives[TRAIN_NEGATIVE_SETS]; /* of the centre at position c: c % TRAIN_NEGATIVE_SETS */
	int32_t		pool[TRAIN_POOL];	/* words drawn as negatives */
	int			pool_oldest;	/* which of them is the next to go */
	int			pool_uses;		/* since the last one went */
	int			pool_share;		/* uses until one goes */
	uint64_t	pool_bits;		/* the random bits that the next new one is drawn by */
	uint64_t	centres;		/* centre words seen */

	/* Loss of every loss_every-th centre, on negatives of its own; the caller reads and resets loss and pairs. */
	Rng			loss_rng;		/* what these are drawn from, so that measuring changes no training */
	int			loss_every;
	bool		loss_now;		/* this centre's is measured */
	double		loss;			/* sum over inputs of -log p of each decision as it should be */
	uint64_t	pairs;			/* inputs: pairs of a centre and a word of its window; with CBOW, centres */
};

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

/*
 * Go on from an earlier place: words_done tokens are trained on already, and the
 * learning rate is alpha_factor times what it would be.  Not while a worker
 * trains.
 */
extern void wemb_train_resume(TrainShared *shared, uint64_t words_done, double alpha_factor);

/*
 * Bytes of a worker's block, and formatting it (64-byte aligned); its random
 * numbers are those of stream number.  A worker belongs to one process.
 */
extern size_t wemb_train_worker_size(const TrainConfig *config);
extern TrainWorker *wemb_train_worker_init(void *block, TrainShared *shared, int number);

/*
 * Draw from a stream of its own from now on, which depends on the seed and its
 * number alone: so what is drawn for a part of the corpus does not depend on
 * the worker that takes it.  Only between two sentences.
 */
extern void wemb_train_worker_stream(TrainWorker *worker, uint64_t stream);

/*
 * Train on one stretch of text: n <= TRAIN_MAX_SENTENCE word numbers, which are
 * copied.  begin, then step until it returns false; a step takes a few
 * milliseconds for usual windows and dimensions, so that the caller can look
 * for interrupts between.
 */
extern void wemb_train_begin(TrainWorker *worker, const int32_t *words, int n);
extern bool wemb_train_step(TrainWorker *worker);

/* What the shared block was formatted with. */
extern const TrainConfig *wemb_train_config(const TrainShared *shared);

/* Tokens trained on so far by all workers, over all epochs. */
extern uint64_t wemb_train_words_done(const TrainShared *shared);

/* The learning rate now. */
extern double wemb_train_alpha(const TrainShared *shared);

/* The vector of a word to out (dim); with unit_length scaled to length 1, unless it is zero. */
extern void wemb_train_word_vector(const TrainShared *shared, int word, bool unit_length, float *out);

/*
 * Start a word from a vector (dim): change its own row so that this is the mean
 * of its rows.  Its subword rows must have their start by then.
 */
extern void wemb_train_set_word_vector(TrainShared *shared, int word, const float *vector);

/* A row of the subword table (dim). */
extern const float *wemb_train_subword_row(const TrainShared *shared, int bucket);

/*
 * The rows of both matrices (dim floats each, zeros behind them): to store
 * them, or to start from those of another model.  Input rows are words + buckets,
 * in this order; output rows one a word, or one an inner node.
 */
/* Add by (dim floats) to each of n input rows from first on: so it is added to every vector that rows make. */
extern void wemb_train_shift_rows(TrainShared *shared, int first, int n, const float *by);

extern int	wemb_train_input_rows(const TrainConfig *config);
extern int	wemb_train_output_rows(const TrainConfig *config);
extern float *wemb_train_input_row(TrainShared *shared, int row);
extern float *wemb_train_output_row(TrainShared *shared, int row);

/* All that is learned, as one stretch of bytes: to be copied away, and back. */
extern void *wemb_train_weights(TrainShared *shared, size_t *size);

/*
 * Whether the rows of both matrices from first on, n at most, hold finite
 * numbers only.  The last row is the last input row.
 */
extern bool wemb_train_finite(const TrainShared *shared, int first, int n);

#endif							/* WEMB_TRAINER_H */
