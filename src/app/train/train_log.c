/*
 * train_log.c
 *		What happened in each epoch of a training.
 */
#include "pg/compat.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "app/train/train_log.h"

void
wemb_train_log_add(TrainLog *log, TrainEvent event)
{
	if (log->n == log->room)
	{
		log->room = Max(16, log->room * 2);
		log->events = log->events != NULL ? repalloc_huge(log->events, log->room * sizeof(TrainEvent)) :
			MemoryContextAllocHuge(CurrentMemoryContext, log->room * sizeof(TrainEvent));
	}
	log->events[log->n++] = event;
}

char *
wemb_train_log_json(const TrainEvent *event)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfo(&json, "{\"epoch\": %d, \"alpha\": %.8f, \"words\": " UINT64_FORMAT ", \"seconds\": %.6f",
					 event->epoch, event->alpha, event->words, event->seconds);
	if (isfinite(event->loss))
		appendStringInfo(&json, ", \"loss\": %.6f", event->loss);
	if (event->event != NULL)
	{
		appendStringInfoString(&json, ", \"event\": ");
		escape_json(&json, event->event);
	}
	appendStringInfoChar(&json, '}');
	return json.data;
}
