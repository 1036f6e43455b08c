/*
 * ivf_lists.h
 *		The directory: all lists of an index, and their centroids.
 */
#ifndef WEMB_IVF_LISTS_H
#define WEMB_IVF_LISTS_H

#include "postgres.h"

#include "index/ivf/ivf_index.h"

/* A list as it was when it was read. */
typedef struct IvfPlace
{
	uint32		number;
	BlockNumber directory;		/* the page that has its entry */
	IvfList		list;
} IvfPlace;

/* Under a lock on the centroid's page, unless a cell takes several: compute, and keep what is needed. */
typedef void (*IvfListVisit) (void *state, const IvfPlace *place, const IvfCell *centroid);

/*
 * Visit all lists by number, as they were at one moment, which meta is of. Where lists
 * change meanwhile this begins anew: number 0 comes again.
 */
extern void wemb_ivf_lists_visit(const IvfIndex *index, IvfMeta *meta, IvfListVisit visit, void *state);

/* The entry as it is now. */
extern IvfList wemb_ivf_list_read(const IvfIndex *index, const IvfPlace *place);

/* The list that a vector belongs into.  With the centroid's copy in centroid, whose bytes go to bytes. */
extern IvfPlace wemb_ivf_list_choose(const IvfIndex *index, const IndexValue *value, IndexCopy *centroid,
									 uint8 *bytes);

/* Rotated as codes need it, by the unit of now; rotated gets index->vectors.codes->padded floats. */
extern void wemb_ivf_rotate(const IvfIndex *index, const IndexCopy *copy, float *rotated);

#endif							/* WEMB_IVF_LISTS_H */
