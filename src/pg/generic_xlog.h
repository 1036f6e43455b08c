/*
 * generic_xlog.h
 *		Pages in generic WAL records.
 */
#ifndef WEMB_GENERIC_XLOG_H
#define WEMB_GENERIC_XLOG_H

#include "postgres.h"

#include "access/generic_xlog.h"
#include "access/xloginsert.h"

/*
 * A page to be changed, locked exclusively.  One that goes into WAL whole, being the first time since a checkpoint,
 * is not compared with what it was, byte by byte: that takes longer than all else.
 */
static inline Page
wemb_xlog_page(GenericXLogState *xlog, Buffer buffer)
{
	return GenericXLogRegisterBuffer(xlog, buffer,
									 XLogCheckBufferNeedsBackup(buffer) ? GENERIC_XLOG_FULL_IMAGE : 0);
}

#endif							/* WEMB_GENERIC_XLOG_H */
