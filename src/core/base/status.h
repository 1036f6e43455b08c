/*
 * status.h
 *		What a function of core/ answers when it can fail.
 *
 * Nothing in core/ prints, raises or exits.  pg/error.c alone turns these into
 * ereport().
 */
#ifndef WEMB_STATUS_H
#define WEMB_STATUS_H

typedef enum WembStatus
{
	WEMB_OK = 0,
	WEMB_FULL,					/* the caller's block has no room left: grow it, then repeat */
	WEMB_BAD_SYNTAX,			/* input does not follow its grammar */
	WEMB_NOT_FINITE,			/* NaN or infinity where a finite number is required */
	WEMB_OUT_OF_RANGE			/* a number does not fit its type, or a count its limit */
} WembStatus;

#endif							/* WEMB_STATUS_H */
