/*
 * srf.h
 *		Set-returning functions that compute all their rows in one call.
 */
#ifndef WEMB_SRF_H
#define WEMB_SRF_H

#include "postgres.h"

#include "fmgr.h"

/*
 * Begin the result of a function declared RETURNS TABLE or SETOF: raises an
 * error if the caller cannot take a set.  The function then returns
 * (Datum) 0 after its last row; rows beyond work_mem go to a file.
 */
extern void wemb_srf_begin(FunctionCallInfo fcinfo);

/* Append a row; values and nulls have one entry for each column. */
extern void wemb_srf_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls);

#endif							/* WEMB_SRF_H */
