/*
 * index_functions.h
 *		What SQL functions about indexes have in common.
 */
#ifndef WEMB_INDEX_FUNCTIONS_H
#define WEMB_INDEX_FUNCTIONS_H

#include "postgres.h"

/* The table of an index.  ERROR if oid is not an index. */
extern Oid	wemb_index_table(Oid oid);

#endif							/* WEMB_INDEX_FUNCTIONS_H */
