/*
 * routine.h
 *		What the handlers of our access methods have in common.
 */
#ifndef WEMB_INDEX_ROUTINE_H
#define WEMB_INDEX_ROUTINE_H

#include "postgres.h"

#include "access/amapi.h"

/*
 * What an index of ours can do: order by a distance of its one column, be
 * built and vacuumed in parallel.  Callbacks are left to the caller.
 */
extern IndexAmRoutine *wemb_index_routine(void);

#endif							/* WEMB_INDEX_ROUTINE_H */
