/*
 * epoch_claims.h
 *		How the processes that train one model share out the work, and what they
 *		found: a block for shared memory.
 *
 * The work is a line of claims: chunk 0 in the first epoch, chunk 1, ... to the
 * last chunk in the last epoch.  Each process takes the next claim until none
 * is left, so that none waits for another between epochs.
 */
#ifndef WEMB_EPOCH_CLAIMS_H
#define WEMB_EPOCH_CLAIMS_H

#include "postgres.h"

#include "port/atomics.h"
#include "storage/spin.h"

/* What an epoch has come to. */
typedef struct EpochSums
{
	slock_t		mutex;			/* for what follows */
	double		loss;			/* sum over pairs */
	uint64		pairs;
	int64		chunks;			/* done */
} EpochSums;

typedef struct EpochClaims
{
	int64		chunks;			/* in an epoch */
	int			epochs;
	pg_atomic_uint64 next;
	pg_atomic_uint32 stop;
	EpochSums	sums[FLEXIBLE_ARRAY_MEMBER];	/* of each epoch */
} EpochClaims;

/* One claim: its number, which tells random streams apart, and what it is of. */
typedef struct EpochClaim
{
	uint64		number;
	int			epoch;			/* from 0 */
	int64		chunk;
} EpochClaim;

extern Size wemb_claims_size(int epochs);
extern void wemb_claims_init(EpochClaims *claims, int64 chunks, int epochs);

/* Take the next claim; false if none is left. */
extern bool wemb_claims_take(EpochClaims *claims, EpochClaim *claim);

/* The claim's work is done. */
extern void wemb_claims_done(EpochClaims *claims, const EpochClaim *claim, double loss, uint64 pairs);

/* What an epoch has come to by now. */
extern EpochSums wemb_claims_sums(EpochClaims *claims, int epoch);

/* Let everybody stop: takers look at wemb_claims_stopped() every few milliseconds. */
extern void wemb_claims_stop(EpochClaims *claims);

static inline bool
wemb_claims_stopped(EpochClaims *claims)
{
	return pg_atomic_read_u32(&claims->stop) != 0;
}

/* Go back to the start of an epoch.  Nobody may be at work. */
extern void wemb_claims_go_back(EpochClaims *claims, int epoch);

#endif							/* WEMB_EPOCH_CLAIMS_H */
