/*
 * train_progress.c
 *		What others hear of a training.
 */
#include "pg/compat.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "app/train/train_progress.h"
#include "pg/guc.h"
#include "pg/status.h"

#define PUBLISH_INTERVAL	1000	/* microseconds; texts and words may come faster than they can be told of */

struct TrainProgress
{
	Status	   *shared;			/* NULL: nobody else sees it */
	TimestampTz published;		/* when others could see something new */
	TimestampTz reported;		/* when the client heard something, or the phase began */
	TrainStatus status;
};

static const struct
{
	const char *name;
	bool		counts_tokens;
} phases[] = {
	[TRAIN_PHASE_STARTING] = {"starting", false},
	[TRAIN_PHASE_READING] = {"reading", true},
	[TRAIN_PHASE_COUNTING] = {"counting", true},
	[TRAIN_PHASE_PREPARING] = {"preparing", false},
	[TRAIN_PHASE_TRAINING] = {"training", true},
	[TRAIN_PHASE_STORING] = {"storing", false},
	[TRAIN_PHASE_JUDGING] = {"judging", false},
};

/* Another version of the library may have written a number that this one does not know. */
static bool
is_known(int phase)
{
	return phase >= 0 && phase < lengthof(phases);
}

const char *
wemb_train_phase_name(int phase)
{
	return is_known(phase) ? phases[phase].name : "unknown";
}

bool
wemb_train_phase_counts_tokens(int phase)
{
	return is_known(phase) && phases[phase].counts_tokens;
}

static void
publish(TrainProgress *progress)
{
	if (progress->shared != NULL)
		wemb_status_write(progress->shared, &progress->status);
}

static void
set_model(TrainStatus *status, const char *model)
{
	int			len = pg_mbcliplen(model, (int) strlen(model), PROGRESS_MODEL - 1);

	memcpy(status->model, model, len);
	status->model[len] = '\0';
}

TrainProgress *
wemb_progress_begin(const char *model)
{
	TrainProgress *progress = palloc0(sizeof(TrainProgress));
	TrainStatus *status = &progress->status;
	char	   *why;

	set_model(status, model);
	status->encoding = GetDatabaseEncoding();
	status->user = GetUserId();
	status->workers = 1;
	status->loss = NAN;
	status->started = status->phase_started = progress->reported = GetCurrentTimestamp();

	progress->shared = wemb_status_open(TRAIN_STATUS_KIND, sizeof(TrainStatus), PROGRESS_EXTRA, &why);
	if (progress->shared == NULL)
		ereport(DEBUG1,
				(errmsg_internal("a training is not in wemb_progress: %s", why)));
	publish(progress);
	return progress;
}

void
wemb_progress_end(TrainProgress *progress)
{
	if (progress->shared != NULL)
		wemb_status_close(progress->shared);
	pfree(progress);
}

dsm_segment *
wemb_progress_segment(const TrainProgress *progress)
{
	return progress->shared == NULL ? NULL : wemb_status_segment(progress->shared);
}

void *
wemb_progress_extra(const TrainProgress *progress)
{
	return progress->shared == NULL ? NULL : wemb_status_extra(wemb_status_segment(progress->shared));
}

static double
seconds_since(TimestampTz time)
{
	return (double) Max(GetCurrentTimestamp() - time, 0) / USECS_PER_SEC;
}

double
wemb_progress_seconds(const TrainProgress *progress)
{
	return seconds_since(progress->status.started);
}

double
wemb_progress_phase_seconds(const TrainProgress *progress)
{
	return seconds_since(progress->status.phase_started);
}

void
wemb_progress_phase(TrainProgress *progress, TrainPhase phase, double total)
{
	TrainStatus *status = &progress->status;

	status->phase = phase;
	status->phase_started = progress->reported = GetCurrentTimestamp();
	status->done = 0;
	status->total = total;
	publish(progress);
}

void
wemb_progress_model(TrainProgress *progress, const char *model)
{
	set_model(&progress->status, model);
	publish(progress);
}

void
wemb_progress_workers(TrainProgress *progress, int workers)
{
	progress->status.workers = workers;
	publish(progress);
}

void
wemb_progress_epoch(TrainProgress *progress, int epoch)
{
	progress->status.epoch = epoch;
	publish(progress);
}

/* Let others see the status, unless they just could; returns whether the client is to hear something. */
static bool
tick(TrainProgress *progress)
{
	TimestampTz now = GetCurrentTimestamp();

	if (now >= progress->published && now < progress->published + PUBLISH_INTERVAL)
		return false;
	progress->published = now;
	publish(progress);
	if (wemb_progress_interval == 0 || now - progress->reported < wemb_progress_interval * USECS_PER_SEC)
		return false;
	progress->reported = now;
	return true;
}

void
wemb_progress_reading(TrainProgress *progress, int64 texts, uint64 tokens)
{
	progress->status.done = (double) tokens;
	if (tick(progress))
		ereport(NOTICE,
				(errmsg("reading: " INT64_FORMAT " texts, " UINT64_FORMAT " tokens, %.0f words/s",
						texts, tokens, tokens / wemb_progress_phase_seconds(progress))));
}

/* "training: 45%, 388247 words/s, loss 2.4792, 24 s left", without what is not known. */
static void
speak(const TrainStatus *status, double seconds)
{
	StringInfoData line;

	initStringInfo(&line);
	appendStringInfo(&line, "%s: ", wemb_train_phase_name(status->phase));
	if (status->total > 0)
		appendStringInfo(&line, "%.0f%%, ", 100.0 * status->done / status->total);
	if (wemb_train_phase_counts_tokens(status->phase))
		appendStringInfo(&line, "%.0f words/s, ", status->done / seconds);
	if (status->phase == TRAIN_PHASE_TRAINING && !isnan(status->loss))
		appendStringInfo(&line, "loss %.4f, ", status->loss);
	if (status->total > 0)
		appendStringInfo(&line, "%.0f s left, ", seconds * Max(status->total - status->done, 0) / status->done);
	line.len -= 2;				/* the last comma */
	ereport(NOTICE,
			(errmsg_internal("%.*s", line.len, line.data)));
	pfree(line.data);
}

void
wemb_progress_step(TrainProgress *progress, double done, double loss)
{
	TrainStatus *status = &progress->status;

	status->done = done;
	if (!isnan(loss))
		status->loss = loss;
	if (tick(progress) && done > 0 && (status->total > 0 || wemb_train_phase_counts_tokens(status->phase)))
		speak(status, wemb_progress_phase_seconds(progress));
}
