/*
 * status.h
 *		A small value that one session keeps up to date and every session can
 *		read, without anything reserved when the server starts.
 *
 * The value lies in a small segment of dynamic shared memory.  Its handle is
 * found through the server's lock table: who publishes holds a lock of type
 * "userlock" whose tag is (database, STATUS_CLASS, handle, kind), and which
 * nobody else ever takes.  Lock and segment belong to CurrentResourceOwner:
 * an error or the end of the session takes both away, a crash of the server as
 * well.  In pg_locks they are database, classid, objid and objsubid.
 */
#ifndef WEMB_STATUS_H
#define WEMB_STATUS_H

#include "postgres.h"

#include "storage/dsm.h"

#define STATUS_CLASS	0x77656D62	/* "wemb" */

typedef struct Status Status;

/*
 * Publish a value of size bytes, all zero at first, with extra bytes, zero as
 * well and aligned to a cache line, that belong to the caller alone.  kind says
 * what the bytes of the value mean; each layout has its own.  NULL if it cannot
 * be had: no shared memory, no room in the lock table.  *why then is the
 * reason, palloc'd.  Not in parallel mode.
 */
extern Status *wemb_status_open(uint16 kind, Size size, Size extra, char **why);

/* Take it away, under the same resource owner. */
extern void wemb_status_close(Status *status);

/* Replace the value: a copy of a few bytes that waits for nobody. */
extern void wemb_status_write(Status *status, const void *value);

extern dsm_segment *wemb_status_segment(const Status *status);

/* The extra bytes, also of a segment that another process has attached to by its handle. */
extern void *wemb_status_extra(dsm_segment *segment);

/* What is read: of process pid in database, a copy of the value as it was at one moment. */
typedef void (*StatusCallback) (void *arg, int pid, Oid database, const void *value);

/* Call back for each value of this kind and size, in no order; those of this session are among them. */
extern void wemb_status_read(uint16 kind, Size size, StatusCallback callback, void *arg);

#endif							/* WEMB_STATUS_H */
