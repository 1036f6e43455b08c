/*
 * plan.h
 *		Queries of ours that are run again and again.
 */
#ifndef WEMB_PLAN_H
#define WEMB_PLAN_H

#include "postgres.h"

#include "executor/spi.h"

/*
 * Prepare a query whose plan is kept for the session, until SPI_freeplan(), and
 * is planned once for all parameters.  Needs no SPI connection.
 */
extern SPIPlanPtr wemb_plan_keep(const char *query, int nargs, Oid *types);

#endif							/* WEMB_PLAN_H */
