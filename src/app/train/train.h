/*
 * train.h
 *		From texts to a model: what wemb_train(), wemb_train_query() and
 *		wemb_update() have in common.
 */
#ifndef WEMB_TRAIN_H
#define WEMB_TRAIN_H

#include "postgres.h"

#include "fmgr.h"

#include "app/train/train_options.h"
#include "app/train/train_start.h"

typedef struct TrainJob
{
	const char *query;			/* one column of text */
	TrainOptions options;
	TrainStart *start;			/* the model to start from, or NULL */
	bool		going_on;		/* its words and counts are kept as well */
} TrainJob;

/*
 * Read, train, store, report; the words are the result of the set-returning
 * function that was called.
 */
extern void wemb_train_job(FunctionCallInfo fcinfo, TrainJob *job);

#endif							/* WEMB_TRAIN_H */
