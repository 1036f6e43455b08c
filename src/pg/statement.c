/*
 * statement.c
 *		Has anything changed since that a STABLE function could notice?
 *
 * Why equal keys see the same rows.  Between two snapshots with the same xmax
 * no transaction has ended that began after the first; those listed as running
 * in the first can only have become fewer, so an equal count means the same
 * list.  The command number separates states of this transaction, its own
 * number separates this transaction from an earlier one that was prepared
 * (and so never "ended") at the same command number; a rolled-back
 * subtransaction that wrote has ended, and so has moved xmax.  Snapshots taken
 * on a standby list all running transactions as subtransactions; the same
 * argument holds for that count.  The times make accidental equality over
 * wrapped-around transaction numbers impossible.
 *
 * Locks are released when the subtransaction that took them is rolled back,
 * so its number belongs to the key.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/snapmgr.h"

#include "core/base/hash.h"
#include "pg/statement.h"

void
wemb_statement_key(StatementKey *key)
{
	Snapshot	snapshot;
	int			security;

	if (!ActiveSnapshotSet())
		elog(ERROR, "wemb function called without an active snapshot");
	snapshot = GetActiveSnapshot();

	memset(key, 0, sizeof(*key));
	key->statement = GetCurrentStatementStartTimestamp();
	key->transaction = GetCurrentTransactionStartTimestamp();
	key->search_path = wemb_hash(namespace_search_path, strlen(namespace_search_path));
	key->xmin = snapshot->xmin;
	key->xmax = snapshot->xmax;
	key->nrunning = snapshot->xcnt;
	key->nsubrunning = snapshot->subxcnt;
	key->command = snapshot->curcid;
	key->own = GetTopTransactionIdIfAny();
	key->subtransaction = GetCurrentSubTransactionId();
	GetUserIdAndSecContext(&key->user, &security);
	key->security = security;
	key->recovery = snapshot->takenDuringRecovery;
}
