/*
 * rnn.h
 *		Word vectors from a recurrent network: F(v) = RNN(W v + b).
 *
 * W (words, dim) has a row for each word; with the bias b it embeds the word's
 * number.  A cell reads the words of a piece of text one after the other,
 *
 *		h(t) = cell(W v(t) + b, h(t - 1)), h before the first word = 0
 *
 * and h(t) is the prediction of the vectors of the words that come next, the
 * rows of C (words, dim): config.window words behind v(t).  Half of the pieces,
 * by chance, are read from their end to their start, so that what comes next is
 * at times what stood before.
 *
 * Cells (x = W v + b; * and sigmoid element by element):
 *
 *		Elman (Elman, "Finding structure in time", 1990)
 *			h' = tanh(A x + R h + a)
 *		GRU (Cho and others, "Learning phrase representations using RNN
 *		encoder-decoder", EMNLP 2014)
 *			z = sigmoid(Az x + Rz h + az), r = sigmoid(Ar x + Rr h + ar)
 *			n = tanh(An x + an + r * (Rn h)), h' = (1 - z) * n + z * h
 *		LSTM (Hochreiter and Schmidhuber, "Long short-term memory", 1997, with
 *		the forget gate of Gers, Schmidhuber and Cummins, 2000)
 *			i, f, o = sigmoid(A. x + R. h + a.), g = tanh(Ag x + Rg h + ag)
 *			c' = f * c + i * g, h' = o * tanh(c')
 *
 * The loss is a mean squared error.  For a prediction h, a word that does come
 * next, and negatives drawn at random,
 *
 *		p(w) = sigmoid(h . C(w) - log(negative))
 *		loss = (1 - p(next))^2 + negative * mean over negatives of p(w)^2
 *
 * p(w) is the model's probability that w comes next rather than was drawn, where
 * of 1 + negative words one comes next.  The squared distance of h to
 * the vector of the next word would be least, namely zero, with all vectors equal.
 * This loss is not: equal vectors give each word the same p, and so at least
 * negative / (1 + negative), where vectors of zeros start; whatever the words read tell
 * about the next one lowers it.  As squared error is a proper scoring rule, it is least
 * where p is the true probability: where h . C(w) is the logarithm of
 * P(w | words read) / Q(w), Q being what negatives are drawn from.  Without the
 * constant log(negative) in it, all vectors would have to share a large part that makes
 * up for it, which costs their cosines, and a step too large makes every p
 * nearly 1, where the squares are flat.
 *
 * Many pieces are read side by side, a minibatch, and share their negatives, so
 * that the work is products of matrices (core/kernel/matrix_impl.h).
 * Back-propagation goes through all steps of a piece, config.steps at most, and
 * no further.
 *
 * A word's vector is F's: the state of the cell when it has read the word alone.
 * On 16 million tokens (10,000 words, 50 dimensions, 3 epochs of Adam with alpha
 * 0.002, an Elman network) it scored .64 in WordSim-353, rows of W .51, of C .50.  Short pieces, which have
 * more first words, do best: that was with 4 steps; with 8 it was .51.
 *
 * RnnShared is one block without pointers into itself but offsets, for any
 * number of processes with an RnnWorker each, as in trainer.h.  A worker copies
 * the network for each batch, computes the batch's gradient on the copy, and takes
 * one step of the optimizer on the shared weights and moments, without locks: of
 * two steps that meet on a weight one may be lost, and a gradient may be
 * as many batches old as there are other workers.  With one worker, the same seed, corpus
 * and kernel give the same bits.
 */
#ifndef WEMB_RNN_H
#define WEMB_RNN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/train/trainer.h"

#define RNN_MAX_DIM			1024
#define RNN_MAX_WINDOW		16
#define RNN_MAX_STEPS		64
#define RNN_MAX_BATCH		256
#define RNN_MAX_TEXT		TRAIN_MAX_SENTENCE	/* tokens that one wemb_rnn_begin() takes at most */

typedef enum RnnCell
{
	RNN_ELMAN = 0,
	RNN_GRU,
	RNN_LSTM
} RnnCell;

/*
 * How gradients become steps: sgd, alpha * g; AdaGrad, alpha * g / sqrt(sum of
 * g^2) (Duchi, Hazan and Singer 2011); Adam (Kingma and Ba 2015), where a row
 * of W or C takes part in steps for batches with its word alone.
 */
typedef enum RnnOptimizer
{
	RNN_ADAM = 0,
	RNN_ADAGRAD,
	RNN_SGD
} RnnOptimizer;

typedef struct RnnConfig
{
	RnnCell		cell;
	RnnOptimizer optimizer;
	int			dim;			/* 1 .. RNN_MAX_DIM */
	int			window;			/* words that a prediction is of, 1 .. RNN_MAX_WINDOW */
	int			steps;			/* words of a piece, 1 .. RNN_MAX_STEPS */
	int			batch;			/* pieces read side by side, 1 .. RNN_MAX_BATCH */
	int			negative;		/* weight of the negatives, that of a word that comes next being 1; >= 1 */
	int			epochs;			/* >= 1 */
	double		sample;			/* subsampling threshold, 0 = keep every token */
	double		alpha;			/* learning rate at the start ... */
	double		min_alpha;		/* ... and at the end; falls in proportion to the tokens seen */
	double		clip;			/* > 0; longer gradients are cut to this: the cell's as one, each row's of W and C */
	uint64_t	seed;
	int			words;			/* size of the vocabulary, >= 1; each counts >= 1 */
	uint64_t	tokens;			/* sum of the words' counts */
	uint64_t	epoch_tokens;	/* tokens of vocabulary words in one epoch; less than that when a model is updated */
} RnnConfig;

typedef struct RnnShared RnnShared;
typedef struct RnnWorker RnnWorker;

/* What the caller reads and resets, of the batches trained since. */
typedef struct RnnLoss
{
	double		loss;			/* sum over pairs */
	uint64_t	pairs;			/* of a prediction and a word that comes next */
	uint64_t	read;			/* tokens left by subsampling */
} RnnLoss;

/* The learning rate that suits an optimizer, and the least one it falls to. */
extern double wemb_rnn_default_alpha(RnnOptimizer optimizer);
extern double wemb_rnn_default_min_alpha(RnnOptimizer optimizer);

/* Bytes of the shared block, or SIZE_MAX if that is more than memory can ever hold. */
extern size_t wemb_rnn_shared_size(const RnnConfig *config);

/*
 * Format block (64-byte aligned, of that size).  scratch has
 * wemb_rnn_scratch_size() bytes and is free afterwards.  Then give every row
 * its start with wemb_rnn_init_rows().
 */
extern size_t wemb_rnn_scratch_size(const RnnConfig *config);
extern RnnShared *wemb_rnn_shared_init(void *block, const RnnConfig *config, const TrainWords *words,
									   void *scratch);

/*
 * Start the words' rows from first on, n at most, and with row 0 the cell, from
 * random numbers.  Returns the first row that is left, 0 when all are done.
 */
extern int	wemb_rnn_init_rows(RnnShared *shared, int first, int n);

/* Start a word, whose row is initialized, from another model's vector (dim) instead. */
extern void wemb_rnn_set_word_vector(RnnShared *shared, int word, const float *vector);

/*
 * Go on from an earlier place: words_done tokens are trained on already, and the
 * learning rate is alpha_factor times what it would be.  Not while a worker
 * trains.
 */
extern void wemb_rnn_resume(RnnShared *shared, uint64_t words_done, double alpha_factor);

/*
 * Bytes of a worker's block, and formatting it (64-byte aligned); its random
 * numbers are those of stream number.  A worker belongs to one process.
 */
extern size_t wemb_rnn_worker_size(const RnnConfig *config);
extern RnnWorker *wemb_rnn_worker_init(void *block, RnnShared *shared, int number);

/* Draw from a stream of its own from now on, as wemb_train_worker_stream(); only where nothing is left to train. */
extern void wemb_rnn_worker_stream(RnnWorker *worker, uint64_t stream);

/*
 * Train on one stretch of text: n <= RNN_MAX_TEXT word numbers, which are
 * copied.  begin, then step until it returns false; each step that returns true has
 * trained one batch.  Pieces that do not fill a batch wait for those of the next
 * text: at the end of a chunk wemb_rnn_finish() trains what is left, so that
 * nothing goes from one chunk to another.
 */
extern void wemb_rnn_begin(RnnWorker *worker, const int32_t *words, int n);
extern bool wemb_rnn_step(RnnWorker *worker);
extern void wemb_rnn_finish(RnnWorker *worker);

/* Loss of what was trained since the last call. */
extern RnnLoss wemb_rnn_take_loss(RnnWorker *worker);

/* What the shared block was formatted with. */
extern const RnnConfig *wemb_rnn_config(const RnnShared *shared);

/* Tokens taken so far by all workers, over all epochs; the learning rate now. */
extern uint64_t wemb_rnn_words_done(const RnnShared *shared);
extern double wemb_rnn_alpha(const RnnShared *shared);

/* Multiply-adds that training takes for each token read: those of the matrices' own sizes, no padding. */
extern double wemb_rnn_token_products(const RnnConfig *config);

/* The vector of a word to out (dim); with unit_length scaled to length 1, unless it is zero. */
extern void wemb_rnn_word_vector(const RnnShared *shared, int word, bool unit_length, float *out);

/*
 * What a model is made of beside the words' vectors: the rows of W and of C (dim
 * floats each), and the cell with b, network_floats in all.  To be stored, and to start from again.
 */
extern float *wemb_rnn_input_row(RnnShared *shared, int word);
extern float *wemb_rnn_output_row(RnnShared *shared, int word);
extern int	wemb_rnn_network_floats(const RnnConfig *config);
extern float *wemb_rnn_network(RnnShared *shared);

/* All that training changes, the optimizer's moments too, as one stretch of bytes: to be copied away, and back. */
extern void *wemb_rnn_weights(RnnShared *shared, size_t *size);

/* Whether the rows of words from first on, n at most, and with row 0 the network, hold finite numbers only. */
extern bool wemb_rnn_finite(const RnnShared *shared, int first, int n);

#endif							/* WEMB_RNN_H */
