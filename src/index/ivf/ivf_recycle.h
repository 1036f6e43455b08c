/*
 * ivf_recycle.h
 *		Pages that no list leads to any more, found by vacuum and used again.
 */
#ifndef WEMB_IVF_RECYCLE_H
#define WEMB_IVF_RECYCLE_H

#include "postgres.h"

#include "index/ivf/ivf_index.h"
#include "index/vacuum.h"

typedef struct IvfRecycle IvfRecycle;

/* Of one vacuum, in CurrentMemoryContext: a bit and, of those to be used again, four bytes a page. */
extern IvfRecycle *wemb_ivf_recycle_create(const IndexVacuum *base, const IvfIndex *index);

/* A list, the directory or the metapage leads to a page. */
extern void wemb_ivf_recycle_reached(IvfRecycle *recycle, BlockNumber block);

/*
 * Nothing leads to the pages of a chain any more: they are retired.  When they
 * are many they are freed, if nobody is in the middle of a scan.
 */
extern void wemb_ivf_recycle_chain(IvfRecycle *recycle, BlockNumber head);

/* The same of all pages of a chain but the first one, which was so before its list was emptied. */
extern void wemb_ivf_recycle_rest(IvfRecycle *recycle, const IvfCodesPage *first);

/* After all lists: the pages that were not reached are found, and what no scan can stand on is freed. */
extern void wemb_ivf_recycle_pages(IvfRecycle *recycle);

#endif							/* WEMB_IVF_RECYCLE_H */
