/*
 * train_progress.h
 *		What others hear of a training: the client a NOTICE every
 *		wemb.progress_interval seconds, all sessions the view wemb_progress.
 *
 *		progress = wemb_progress_begin(model);
 *		wemb_progress_phase(progress, TRAIN_PHASE_READING, 0);
 *		for each text:
 *			wemb_progress_reading(progress, texts, tokens);
 *		wemb_progress_phase(progress, TRAIN_PHASE_TRAINING, tokens * epochs);
 *		every few milliseconds:
 *			wemb_progress_step(progress, tokens so far, loss);
 *		wemb_progress_end(progress);
 *
 * After an error there is nothing to do: what is published goes with the
 * resource owner, the rest with the memory context.
 */
#ifndef WEMB_TRAIN_PROGRESS_H
#define WEMB_TRAIN_PROGRESS_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "storage/dsm.h"

#define PROGRESS_EXTRA	1024	/* bytes of shared memory that a training has for its own use */
#define PROGRESS_MODEL	(4 * NAMEDATALEN + 8)	/* a qualified and quoted name, and the zero byte */

typedef enum TrainPhase
{
	TRAIN_PHASE_STARTING,
	TRAIN_PHASE_READING,		/* the source; in tokens */
	TRAIN_PHASE_COUNTING,		/* words that occur together; in tokens */
	TRAIN_PHASE_PREPARING,		/* memory, and what it holds at the start */
	TRAIN_PHASE_TRAINING,		/* in tokens, those of all epochs */
	TRAIN_PHASE_STORING,
	TRAIN_PHASE_JUDGING			/* vectors on trial, by texts that were held out */
} TrainPhase;

/* What wemb_progress shows.  Another layout needs another TRAIN_STATUS_KIND. */
#define TRAIN_STATUS_KIND	1
typedef struct TrainStatus
{
	char		model[PROGRESS_MODEL];
	int32		encoding;		/* of model */
	Oid			user;			/* as whom the training runs */
	int32		phase;			/* a TrainPhase */
	int32		epoch;			/* from 1; 0: none has begun */
	int32		workers;
	TimestampTz started;
	TimestampTz phase_started;
	double		done;			/* of total, in the phase's unit */
	double		total;			/* 0: not known */
	double		loss;			/* NAN: none has been measured */
} TrainStatus;

typedef struct TrainProgress TrainProgress;

/*
 * Begin in phase STARTING, with one worker.  model is the name as the user sees
 * it.  Where the little shared memory that this needs cannot be had, the
 * training is not in the view and everything else works.  Not in parallel mode.
 */
extern TrainProgress *wemb_progress_begin(const char *model);

/* Take the training out of the view, under the same resource owner; progress is gone. */
extern void wemb_progress_end(TrainProgress *progress);

/*
 * The segment, which workers may attach to by its handle, and PROGRESS_EXTRA
 * bytes in it, zero at first; NULL if there is none.  A worker finds the bytes
 * with wemb_status_extra() (pg/status.h).
 */
extern dsm_segment *wemb_progress_segment(const TrainProgress *progress);
extern void *wemb_progress_extra(const TrainProgress *progress);

/* A phase begins; total is its amount of work, 0 if that is not known. */
extern void wemb_progress_phase(TrainProgress *progress, TrainPhase phase, double total);

/*
 * So far in this phase.  For the first of the two: in phase READING.  loss is a
 * mean, or NAN if there is none.  May be called for each text or word, and with
 * nothing new: mostly they look at the clock alone.
 */
extern void wemb_progress_reading(TrainProgress *progress, int64 texts, uint64 tokens);
extern void wemb_progress_step(TrainProgress *progress, double done, double loss);

extern void wemb_progress_model(TrainProgress *progress, const char *model);	/* another one than it began with */
extern void wemb_progress_workers(TrainProgress *progress, int workers);	/* processes at work, this one included */
extern void wemb_progress_epoch(TrainProgress *progress, int epoch);	/* from 1 */

/* Seconds since the training began, and since its phase began. */
extern double wemb_progress_seconds(const TrainProgress *progress);
extern double wemb_progress_phase_seconds(const TrainProgress *progress);

/* What a phase is called, and whether its work is counted in tokens. */
extern const char *wemb_train_phase_name(int phase);
extern bool wemb_train_phase_counts_tokens(int phase);

#endif							/* WEMB_TRAIN_PROGRESS_H */
