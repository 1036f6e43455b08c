/*
 * train_method.h
 *		What is trained by going through the text, epoch by epoch: what the
 *		engine (train_run.c, train_team.c) needs to know of it.
 *
 * weights are the core's shared block, a worker is the core's block of one
 * process; both are 64-byte aligned, and of no type here.
 */
#ifndef WEMB_TRAIN_METHOD_H
#define WEMB_TRAIN_METHOD_H

#include "postgres.h"

#include "app/model/model_store.h"
#include "app/train/train_options.h"

/* What was trained since it was asked for last. */
typedef struct TrainedLoss
{
	double		sum;			/* over pairs */
	uint64		pairs;
} TrainedLoss;

typedef struct TrainMethod
{
	/* ---- the block: sizes are SIZE_MAX if there is no such number ---- */
	Size		(*weights_size) (const TrainOptions *options);
	Size		(*scratch_size) (const TrainOptions *options);
	char	   *(*describe) (const TrainOptions *options);	/* what takes the most memory; palloc'd */
	void		(*init) (void *weights, const TrainOptions *options, const TrainWords *words, void *scratch);

	/*
	 * Give rows from first on, n at most, their start.  Returns the first that is left, 0 when all have it; to be
	 * called in order, from 0 on.
	 */
	int			(*init_rows) (void *weights, const TrainWords *words, int first, int n);

	/* ---- training, by every process ---- */
	bool		mixes_chunks;	/* goes through the text's chunks in another order each epoch, not as they come */
	Size		(*worker_size) (const TrainOptions *options);
	void	   *(*worker_init) (void *block, void *weights);
	void		(*stream) (void *worker, uint64 number);	/* of random numbers, for what comes next */
	void		(*begin) (void *worker, const int32 *words, int n); /* a stretch of text, at most TRAIN_MAX_SENTENCE */
	bool		(*step) (void *worker);	/* some milliseconds of it; false: it is done */
	void		(*end) (void *worker);	/* no text comes next: train what waited for more */
	TrainedLoss (*loss) (void *worker);

	/* ---- what the leader sees and does ---- */
	uint64		(*tokens_done) (const void *weights);
	double		(*alpha) (const void *weights);
	void		(*resume) (void *weights, uint64 tokens_done, double factor);	/* go on there, with so much of alpha */
	void	   *(*bytes) (void *weights, size_t *size);	/* all that is learned, to be copied away and back */
	int			(*rows) (const TrainOptions *options);
	bool		(*finite) (const void *weights, int first, int n);	/* of its rows */

	/* ---- what a model keeps ---- */
	void		(*word_vector) (const void *weights, int word, bool unit_length, float *out);
	void		(*set_word_vector) (void *weights, int word, const float *vector);	/* start from another model's */
	float	   *(*output_row) (void *weights, int word);	/* of dim floats; NULL: none is worth keeping */
	float	   *(*subword_row) (void *weights, int bucket); /* the function is NULL where there can be none */

	/*
	 * A network that words go through: what goes into it for a word (dim floats), and all of its own weights.  The
	 * functions are NULL where there is no network.  Networks of one name have weights that mean the same.
	 */
	float	   *(*input_row) (void *weights, int word);
	float	   *(*network) (void *weights, int *n);
	const char *(*network_name) (const TrainOptions *options);
	/* Add by (dim floats) to n rows from first on, and so to every vector that rows make; NULL: not to be done. */
	void		(*shift) (void *weights, int first, int n, const float *by);
} TrainMethod;

extern const TrainMethod wemb_method_skipgram;	/* and CBOW */
extern const TrainMethod wemb_method_rnn;

/* The method of an algorithm that needs no counts. */
extern const TrainMethod *wemb_train_method(TrainAlgorithm algorithm);

#endif							/* WEMB_TRAIN_METHOD_H */
