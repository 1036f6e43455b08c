/*
 * train_log.h
 *		What happened in each epoch of a training.
 */
#ifndef WEMB_TRAIN_LOG_H
#define WEMB_TRAIN_LOG_H

#include "postgres.h"

typedef struct TrainEvent
{
	int			epoch;			/* from 1 */
	double		loss;			/* mean over the pairs looked at; NAN if there is none */
	double		alpha;			/* learning rate at the end of the epoch */
	double		seconds;		/* since the start of training */
	uint64		words;			/* trained on in this epoch */
	const char *event;			/* what else happened, or NULL */
} TrainEvent;

typedef struct TrainLog
{
	int			n;
	int			room;
	TrainEvent *events;			/* in the order of time */
} TrainLog;

/* Add to a log, which is all zeros at first and lives in the context current then. */
extern void wemb_train_log_add(TrainLog *log, TrainEvent event);

/* An entry as a JSON object, for the model's part "log"; palloc'd. */
extern char *wemb_train_log_json(const TrainEvent *event);

#endif							/* WEMB_TRAIN_LOG_H */
