/*
 * count_run.h
 *		Training from counts of which words occur together, GloVe or PPMI-SVD, on
 *		a corpus that has been read: memory, processes, stages.
 */
#ifndef WEMB_COUNT_RUN_H
#define WEMB_COUNT_RUN_H

#include "postgres.h"

#include "app/train/train_run.h"

/* As wemb_train_run(), for algorithms of which wemb_train_options_count_pairs() is true. */
extern void wemb_count_run(TrainOptions *options, TrainSource *source, int helpers, TrainProgress *progress,
						   TrainRun *run);

#endif							/* WEMB_COUNT_RUN_H */
