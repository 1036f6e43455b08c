/*
 * ivf_search.h
 *		A search of an index: core/ann/list_search.h over its pages.
 */
#ifndef WEMB_IVF_SEARCH_H
#define WEMB_IVF_SEARCH_H

#include "postgres.h"

#include "index/ivf/ivf_index.h"

typedef struct IvfSearch IvfSearch;

typedef struct IvfFound
{
	float		lower;			/* as a distance of index/value.h, at least */
	ItemPointerData tid;
	uint32		list;			/* list that it is of: its rank by distance, the nearest is 0 */
} IvfFound;

/* In CurrentMemoryContext, with all lists read; query is set, and stays. */
extern IvfSearch *wemb_ivf_search_create(const IvfIndex *index, IndexValue *query);

/* The metapage that the lists are of. */
extern const IvfMeta *wemb_ivf_search_meta(const IvfSearch *search);

/* Do not take more memory than that: then no more lists are scanned. */
extern void wemb_ivf_search_limit(IvfSearch *search, Size bytes);

extern void wemb_ivf_search_start(IvfSearch *search, const ListEffort *effort);

/* The next row; false: there are no more. */
extern bool wemb_ivf_search_next(IvfSearch *search, IvfFound *found);

/* The operator's number for a bound, not more than what the executor computes. */
extern double wemb_ivf_search_order(const IvfSearch *search, float lower);

#endif							/* WEMB_IVF_SEARCH_H */
