/*
 * epoch_claims.c
 *		How the processes that train one model share out the work.
 */
#include "pg/compat.h"

#include "app/train/epoch_claims.h"

Size
wemb_claims_size(int epochs)
{
	return offsetof(EpochClaims, sums) + epochs * sizeof(EpochSums);
}

void
wemb_claims_init(EpochClaims *claims, int64 chunks, int epochs)
{
	claims->chunks = chunks;
	claims->epochs = epochs;
	pg_atomic_init_u64(&claims->next, 0);
	pg_atomic_init_u32(&claims->stop, 0);
	memset(claims->sums, 0, epochs * sizeof(EpochSums));
	for (int i = 0; i < epochs; i++)
		SpinLockInit(&claims->sums[i].mutex);
}

bool
wemb_claims_take(EpochClaims *claims, EpochClaim *claim)
{
	claim->number = pg_atomic_fetch_add_u64(&claims->next, 1);
	if (wemb_claims_stopped(claims) || claim->number >= (uint64) claims->chunks * claims->epochs)
		return false;
	claim->epoch = (int) (claim->number / claims->chunks);
	claim->chunk = (int64) (claim->number % claims->chunks);
	return true;
}

void
wemb_claims_done(EpochClaims *claims, const EpochClaim *claim, double loss, uint64 pairs)
{
	EpochSums  *sums = &claims->sums[claim->epoch];

	SpinLockAcquire(&sums->mutex);
	sums->loss += loss;
	sums->pairs += pairs;
	sums->chunks++;
	SpinLockRelease(&sums->mutex);
}

EpochSums
wemb_claims_sums(EpochClaims *claims, int epoch)
{
	EpochSums  *sums = &claims->sums[epoch];
	EpochSums	copy;

	SpinLockAcquire(&sums->mutex);
	copy = *sums;
	SpinLockRelease(&sums->mutex);
	return copy;
}

void
wemb_claims_stop(EpochClaims *claims)
{
	pg_atomic_write_u32(&claims->stop, 1);
}

void
wemb_claims_go_back(EpochClaims *claims, int epoch)
{
	for (int i = epoch; i < claims->epochs; i++)
	{
		claims->sums[i].loss = 0;
		claims->sums[i].pairs = 0;
		claims->sums[i].chunks = 0;
	}
	pg_atomic_write_u64(&claims->next, (uint64) epoch * claims->chunks);
	pg_atomic_write_u32(&claims->stop, 0);
}
