/*
 * hnsw_index.h
 *		An index, opened: what does not change while it exists.
 */
#ifndef WEMB_HNSW_INDEX_H
#define WEMB_HNSW_INDEX_H

#include "postgres.h"

#include "core/ann/graph_insert.h"
#include "core/quant/quant.h"
#include "index/hnsw/hnsw_page.h"
#include "index/page.h"
#include "index/settings.h"
#include "index/value.h"
#include "utils/rel.h"

typedef struct HnswIndex
{
	Relation	relation;
	IndexVectors vectors;
	uint64		seed;
	HnswLayout	layout;
	GraphConfig graph;
} HnswIndex;

/* In CurrentMemoryContext.  ERROR if the metapage is not what it should be.  meta: a copy of it, or NULL. */
extern HnswIndex *wemb_hnsw_open(Relation relation, HnswMeta *meta);

/*
 * For a build: the metapage of a new index, as its options and its column have
 * it; sparse_size: bytes of most copies, or 0.
 */
extern HnswMeta wemb_hnsw_new_meta(Relation relation, int sparse_size);

/* The index that meta describes; relation's pages are not looked at. */
extern HnswIndex *wemb_hnsw_make(Relation relation, const HnswMeta *meta);

/* Codes are in units of unit from now on; 0 stands for 1. */
extern void wemb_hnsw_set_unit(HnswIndex *index, float unit);

/* A copy of the metapage as it is now. */
extern void wemb_hnsw_read_meta(Relation relation, HnswMeta *meta);

/* How many candidates a search keeps: what the user set, or what the curve says that the recall asked for takes. */
extern int	wemb_hnsw_ef(const HnswSettings *settings, const HnswMeta *meta);

#endif							/* WEMB_HNSW_INDEX_H */
