/*
 * train_run.h
 *		Training on a corpus that has been read, epoch by epoch: memory, processes,
 *		epochs.
 */
#ifndef WEMB_TRAIN_RUN_H
#define WEMB_TRAIN_RUN_H

#include "postgres.h"

#include "app/train/train_block.h"
#include "app/train/train_log.h"
#include "app/train/train_method.h"
#include "app/train/train_phrases.h"
#include "app/train/train_start.h"
#include "app/train/train_words.h"

typedef struct TrainRun
{
	RankedWords ranked;
	TrainStart *start;			/* NULL: from random weights */
	bool		going_on;		/* with that model: its texts count as well */
	TrainPhrases phrases;
	TrainBlock	block;			/* of the weights; to be released once the model is stored */
	void	   *weights;		/* in it */
	const TrainMethod *method;	/* NULL: they come from counts, and there is no more to keep than vectors */
	/* The vector of a word to out (dim floats); scaled to length 1 with unit_length, unless it is zero. */
	void		(*word_vector) (const void *weights, int word, bool unit_length, float *out);
	float	   *mean;			/* was subtracted from every vector in the end; NULL if nothing was */
	TrainLog	log;
	int			epochs;			/* gone through: fewer than asked for if the loss had converged */
	int			asked;			/* processes that were to train, this one included ... */
	int			processes;		/* ... and that did */
	double		seconds;
} TrainRun;

/*
 * Train on the words that are ranked in run, from its start, with at most so many helpers.
 * Everything is allocated in CurrentMemoryContext, or lives as long as
 * CurrentResourceOwner.
 *
 * ERROR if the memory cannot be had, or if numbers were not finite even with
 * the smallest of the learning rates tried.
 */
extern void wemb_train_run(TrainOptions *options, TrainSource *source, int helpers, TrainProgress *progress,
						   TrainRun *run);

#endif							/* WEMB_TRAIN_RUN_H */
