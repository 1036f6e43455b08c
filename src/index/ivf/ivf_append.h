/*
 * ivf_append.h
 *		One more row at the end of a list.
 */
#ifndef WEMB_IVF_APPEND_H
#define WEMB_IVF_APPEND_H

#include "postgres.h"

#include "index/ivf/ivf_lists.h"

/*
 * Append a row, with its code by place->list.unit.  The caller has the list's
 * lock, shared, and has read place since.  Returns how many rows, dead ones too, the list has then.
 */
extern uint32 wemb_ivf_append(const IvfIndex *index, const IvfPlace *place, const IvfCell *cell, const uint8 *code,
							  const QuantFactors *factors);

/* Give a list without a unit one; place->list is as it is then. */
extern void wemb_ivf_settle_unit(const IvfIndex *index, IvfPlace *place, float unit);

#endif							/* WEMB_IVF_APPEND_H */
