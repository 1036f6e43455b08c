/*
 * epoch_keeper.h
 *		The leader's eye on a training: whenever an epoch is complete, it logs the
 *		loss, and decides whether to go on.
 *
 * If a number is no longer finite, all stop, and the keeper goes back to
 * weights that it saved earlier, with half the learning rate.
 */
#ifndef WEMB_EPOCH_KEEPER_H
#define WEMB_EPOCH_KEEPER_H

#include "postgres.h"

#include "storage/buffile.h"

#include "app/train/epoch_claims.h"
#include "app/train/train_log.h"
#include "app/train/train_progress.h"

/* What is being trained. */
typedef struct TrainedWeights
{
	void	   *arg;
	char	   *(*bytes) (void *arg, size_t *size);	/* all of them, to be copied away and back */
	bool		(*finite) (void *arg);	/* have they only finite numbers? */
	void		(*init) (void *arg);	/* give them their start */
	double		(*alpha) (void *arg);	/* the learning rate now */
	/* go on after so many epochs, with so much of the learning rate */
	void		(*resume) (void *arg, int epoch, double factor);
} TrainedWeights;

typedef enum Verdict
{
	GOING_ON,
	CONVERGED,
	DIVERGED
} Verdict;

/* Weights to go back to. */
typedef struct Checkpoint
{
	BufFile    *file;			/* NULL: their start */
	bool		bad;			/* a training that went on from them diverged again */
	int			epoch;			/* complete when they were saved, though a later one had begun */
	double		seconds;		/* when they had been saved */
	double		cost;			/* seconds that it took */
} Checkpoint;

typedef struct EpochKeeper
{
	/* the caller's */
	EpochClaims *claims;
	TrainedWeights weights;
	double		tolerance;		/* see TrainOptions */
	uint64		words;			/* trained on in an epoch, for the log */
	TrainProgress *progress;
	MemoryContext context;		/* of the log */

	/* the keeper's, zero at first */
	TrainLog	log;
	Verdict		verdict;
	int			epoch;			/* epochs complete and looked at */
	bool		has_last;
	double		last_loss;		/* of the epoch before, if has_last */
	int			restarts;
	Checkpoint	saved;
} EpochKeeper;

/* Look at the epochs that are complete by now; stops all once there is a verdict. */
extern void wemb_keeper_look(EpochKeeper *keeper);

/* After DIVERGED, when nobody is at work any more: go back.  ERROR if that was tried too often. */
extern void wemb_keeper_go_back(EpochKeeper *keeper);

/* Give back the temporary file. */
extern void wemb_keeper_end(EpochKeeper *keeper);

#endif							/* WEMB_EPOCH_KEEPER_H */
