/*
 * epoch_keeper.c
 *		The leader's eye on a training.
 */
#include "pg/compat.h"

#include <math.h>

#include "miscadmin.h"

#include "app/train/epoch_keeper.h"
#include "pg/shared_files.h"

#define MAX_RESTARTS	8
#define COPY_BYTES		(1024 * 1024)	/* between two looks for interrupts */
#define SAVE_SHARE		0.02	/* of the time may go into saving weights */
#define SAVE_SPEED		5e8		/* bytes a second, until the first time has shown more */

static double
seconds_so_far(const EpochKeeper *keeper)
{
	return wemb_progress_phase_seconds(keeper->progress);
}

/* Save the weights, unless that would take too much of the time. */
static void
save(EpochKeeper *keeper)
{
	Checkpoint *saved = &keeper->saved;
	double		began = seconds_so_far(keeper);
	size_t		size;
	char	   *weights = keeper->weights.bytes(keeper->weights.arg, &size);

	if (saved->file == NULL)
		saved->cost = size / SAVE_SPEED;
	if (saved->cost > (began - saved->seconds) * SAVE_SHARE)
		return;
	if (saved->file == NULL)
		saved->file = BufFileCreateTemp(false);
	else
		wemb_file_seek(saved->file, 0);
	for (size_t at = 0; at < size; at += COPY_BYTES)
	{
		CHECK_FOR_INTERRUPTS();
		BufFileWrite(saved->file, weights + at, Min(size - at, COPY_BYTES));
	}
	saved->bad = false;
	saved->epoch = keeper->epoch;
	saved->seconds = seconds_so_far(keeper);
	saved->cost = saved->seconds - began;
}

static void
look_at_epoch(EpochKeeper *keeper)
{
	EpochSums	sums = wemb_claims_sums(keeper->claims, keeper->epoch);
	TrainEvent	event = {
		.epoch = ++keeper->epoch,
		.loss = sums.pairs > 0 ? sums.loss / sums.pairs : NAN,
		.alpha = keeper->weights.alpha(keeper->weights.arg),
		.seconds = seconds_so_far(keeper),
		.words = keeper->words,
	};

	wemb_progress_epoch(keeper->progress, Min(keeper->epoch + 1, keeper->claims->epochs));
	if ((sums.pairs > 0 && !isfinite(event.loss)) || !keeper->weights.finite(keeper->weights.arg))
	{
		keeper->verdict = DIVERGED;
		return;
	}
	wemb_train_log_add(&keeper->log, event);
	if (keeper->tolerance >= 0 && keeper->has_last &&
		keeper->last_loss - event.loss <= keeper->tolerance * keeper->last_loss)
		keeper->verdict = CONVERGED;
	keeper->last_loss = event.loss;
	keeper->has_last = true;
	if (keeper->verdict == GOING_ON && keeper->epoch < keeper->claims->epochs)
		save(keeper);
}

void
wemb_keeper_look(EpochKeeper *keeper)
{
	EpochClaims *claims = keeper->claims;
	MemoryContext caller = MemoryContextSwitchTo(keeper->context);

	while (keeper->verdict == GOING_ON && keeper->epoch < claims->epochs &&
		   wemb_claims_sums(claims, keeper->epoch).chunks == claims->chunks)
		look_at_epoch(keeper);
	if (keeper->verdict != GOING_ON)
		wemb_claims_stop(claims);
	MemoryContextSwitchTo(caller);
}

/* Back to the weights that were saved last, the first time; then to their start. */
static void
restore(EpochKeeper *keeper)
{
	Checkpoint *saved = &keeper->saved;

	if (saved->file != NULL && !saved->bad)
	{
		size_t		size;
		char	   *weights = keeper->weights.bytes(keeper->weights.arg, &size);

		wemb_file_seek(saved->file, 0);
		for (size_t at = 0; at < size; at += COPY_BYTES)
		{
			CHECK_FOR_INTERRUPTS();
			wemb_file_read(saved->file, weights + at, Min(size - at, COPY_BYTES));
		}
		saved->bad = true;		/* until better ones are saved: they may be finite, and beyond help */
		/* others went on while they were saved */
		if (keeper->weights.finite(keeper->weights.arg))
			return;
	}
	saved->epoch = 0;
	keeper->weights.init(keeper->weights.arg);
}

void
wemb_keeper_go_back(EpochKeeper *keeper)
{
	int			bad = keeper->epoch;
	double		factor;

	if (++keeper->restarts > MAX_RESTARTS)
		ereport(ERROR,
				(errcode(ERRCODE_FLOATING_POINT_EXCEPTION),
				 errmsg("training has diverged in epoch %d", bad),
				 errdetail("Vectors have numbers that are not finite, even after %d restarts, each with half the learning rate.",
						   MAX_RESTARTS),
				 errhint("Lower alpha.")));
	restore(keeper);
	keeper->epoch = keeper->saved.epoch;
	keeper->has_last = false;
	keeper->verdict = GOING_ON;
	factor = pow(0.5, keeper->restarts);
	keeper->weights.resume(keeper->weights.arg, keeper->epoch, factor);
	wemb_claims_go_back(keeper->claims, keeper->epoch);
	wemb_progress_epoch(keeper->progress, keeper->epoch + 1);

	wemb_train_log_add(&keeper->log, (TrainEvent) {
		.epoch = bad,
		.loss = NAN,
		.alpha = keeper->weights.alpha(keeper->weights.arg),
		.seconds = seconds_so_far(keeper),
		.event = psprintf("not finite: back to the end of epoch %d with %g of the learning rate", keeper->epoch, factor),
	});
	ereport(WARNING,
			(errmsg("training has diverged in epoch %d and goes back to the end of epoch %d", bad, keeper->epoch),
			 errdetail("Vectors have numbers that are not finite. The learning rate is %g of what it was.", factor)));
}

void
wemb_keeper_end(EpochKeeper *keeper)
{
	if (keeper->saved.file != NULL)
		BufFileClose(keeper->saved.file);
	keeper->saved.file = NULL;
}
