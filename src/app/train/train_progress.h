/*
 * train_progress.h
 *		What the client hears while a model is trained: a NOTICE every
 *		wemb.progress_interval seconds.
 */
#ifndef WEMB_TRAIN_PROGRESS_H
#define WEMB_TRAIN_PROGRESS_H

#include "postgres.h"

#include "datatype/timestamp.h"

typedef struct TrainProgress
{
	TimestampTz started;
	TimestampTz reported;
} TrainProgress;

extern void wemb_progress_start(TrainProgress *progress);

/* Seconds since the start. */
extern double wemb_progress_seconds(const TrainProgress *progress);

/* Each may be called often; it speaks when it is time to. */
extern void wemb_progress_reading(TrainProgress *progress, int64 texts, uint64 tokens);
extern void wemb_progress_training(TrainProgress *progress, uint64 words_done, uint64 words_total, double loss);

#endif							/* WEMB_TRAIN_PROGRESS_H */
