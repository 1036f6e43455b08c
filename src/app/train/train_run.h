/*
 * train_run.h
 *		Training on a corpus that has been read: epochs, progress, log.
 */
#ifndef WEMB_TRAIN_RUN_H
#define WEMB_TRAIN_RUN_H

#include "postgres.h"

#include "app/train/train_options.h"
#include "app/train/train_progress.h"
#include "app/train/train_read.h"

typedef struct EpochLog
{
	double		loss;			/* mean over the pairs looked at; 0 if there was none */
	double		alpha;			/* learning rate at the end of the epoch */
	double		seconds;		/* since the start of training */
	uint64		words;			/* trained on in this epoch */
} EpochLog;

typedef struct TrainRun
{
	TrainShared *shared;
	int32	   *order;			/* the vocabulary's number of each word of the model, most frequent first */
	EpochLog   *log;			/* config.epochs entries */
	double		seconds;
} TrainRun;

/*
 * Choose what is still to be chosen in options, and train.  Everything is
 * allocated in CurrentMemoryContext.  ERROR if no word is left, if the memory
 * cannot be had, or if the loss is no longer finite.
 */
extern void wemb_train_run(TrainOptions *options, const TrainText *text, TrainProgress *progress, TrainRun *run);

#endif							/* WEMB_TRAIN_RUN_H */
