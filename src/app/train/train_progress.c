/*
 * train_progress.c
 *		What the client hears while a model is trained.
 */
#include "pg/compat.h"

#include "utils/timestamp.h"

#include "app/train/train_progress.h"
#include "pg/guc.h"

void
wemb_progress_start(TrainProgress *progress)
{
	progress->started = progress->reported = GetCurrentTimestamp();
}

double
wemb_progress_seconds(const TrainProgress *progress)
{
	return (double) (GetCurrentTimestamp() - progress->started) / USECS_PER_SEC;
}

static bool
time_to_speak(TrainProgress *progress)
{
	TimestampTz now;

	if (wemb_progress_interval == 0)
		return false;
	now = GetCurrentTimestamp();
	if (now - progress->reported < wemb_progress_interval * USECS_PER_SEC)
		return false;
	progress->reported = now;
	return true;
}

void
wemb_progress_reading(TrainProgress *progress, int64 texts, uint64 tokens)
{
	if (time_to_speak(progress))
		ereport(NOTICE,
				(errmsg("reading: " INT64_FORMAT " texts, " UINT64_FORMAT " tokens, %.0f words/s",
						texts, tokens, tokens / wemb_progress_seconds(progress))));
}

void
wemb_progress_training(TrainProgress *progress, uint64 words_done, uint64 words_total, double loss)
{
	double		seconds;

	if (words_done == 0 || !time_to_speak(progress))
		return;
	seconds = wemb_progress_seconds(progress);
	ereport(NOTICE,
			(errmsg("training: %.0f%%, %.0f words/s, loss %.4f, %.0f s left",
					100.0 * words_done / words_total, words_done / seconds, loss,
					seconds * (words_total - words_done) / words_done)));
}
