/*
 * ivf_split.h
 *		A list that has grown too long becomes two.
 */
#ifndef WEMB_IVF_SPLIT_H
#define WEMB_IVF_SPLIT_H

#include "postgres.h"

#include "index/ivf/ivf_lists.h"

/* Split a list that has so many rows if it should be.  The caller has no lock. */
extern void wemb_ivf_split_if_due(const IvfIndex *index, const IvfPlace *place, uint32 rows);

#endif							/* WEMB_IVF_SPLIT_H */
