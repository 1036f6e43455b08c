/*
 * statement.h
 *		Has anything changed since that a STABLE function could notice?
 *
 * What a function has read from tables may be used again as long as the same
 * rows are visible to it and the same names mean the same tables.  fn_extra
 * does not tell: PL/pgSQL keeps an expression, and so fn_extra, from statement
 * to statement.  A StatementKey does.
 */
#ifndef WEMB_STATEMENT_H
#define WEMB_STATEMENT_H

#include "postgres.h"

#include "access/transam.h"
#include "datatype/timestamp.h"

/* Two keys are compared with memcmp(): padding is zero. */
typedef struct StatementKey
{
	TimestampTz statement;		/* the client's statement */
	TimestampTz transaction;
	uint64		search_path;	/* hash of the setting */
	TransactionId xmin;			/* the active snapshot */
	TransactionId xmax;
	uint32		nrunning;
	int32		nsubrunning;
	CommandId	command;
	TransactionId own;			/* this transaction */
	SubTransactionId subtransaction;
	Oid			user;
	int32		security;		/* security-definer and restricted contexts */
	bool		recovery;		/* the snapshot was taken on a standby */
} StatementKey;

/*
 * Fill key for this moment.  Equal keys, taken in one session, mean that the
 * active snapshots see the same rows, that names resolve alike (but for tables
 * that other sessions made or renamed meanwhile), that the user is the same,
 * and that locks taken at the first moment are still held.  Requires an active
 * snapshot.
 */
extern void wemb_statement_key(StatementKey *key);

#endif							/* WEMB_STATEMENT_H */
