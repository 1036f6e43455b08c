/*
 * ivf_index.h
 *		An index, opened: what does not change while it exists.
 */
#ifndef WEMB_IVF_INDEX_H
#define WEMB_IVF_INDEX_H

#include "postgres.h"

#include "core/quant/quant.h"
#include "index/ivf/ivf_page.h"
#include "index/page.h"
#include "index/settings.h"
#include "index/value.h"
#include "storage/buf.h"
#include "utils/rel.h"

#define IVF_CURVE_LISTS	4		/* fewer lists have no curve; where there is none, so many are read at least */

typedef struct IvfIndex
{
	Relation	relation;
	IndexVectors vectors;
	IvfLayout	layout;
} IvfIndex;

/* In CurrentMemoryContext.  ERROR if the metapage is not what it should be.  meta: a copy of it. */
extern IvfIndex *wemb_ivf_open(Relation relation, IvfMeta *meta);

/* For a build: the metapage of a new index without lists, as its options and its column have it. */
extern IvfMeta wemb_ivf_new_meta(Relation relation);

/* The index that meta describes; relation's pages are not looked at. */
extern IvfIndex *wemb_ivf_make(Relation relation, const IvfMeta *meta);

/* Vectors are rotated and encoded in units of unit from now on; 0 stands for 1. */
extern void wemb_ivf_set_unit(const IvfIndex *index, float unit);

/* A copy of the metapage as it is now. */
extern void wemb_ivf_read_meta(Relation relation, IvfMeta *meta);

/* Lists that so many rows are divided into, and the rows of a list above which it is split. */
extern uint32 wemb_ivf_lists_for(double rows);
extern uint32 wemb_ivf_split_size(uint32 lists);

/* Lists that a search scans, by the settings and what was measured. */
extern void wemb_ivf_effort(const IvfMeta *meta, const IvfSettings *settings, ListEffort *effort);

/* The page in a buffer, which is locked; ERROR if it is not of that kind. */
extern Page wemb_ivf_page_expect(const IvfIndex *index, Buffer buffer, uint16 kind);

/* A page of that kind that is in use, share-locked; ERROR if it is something else. */
extern Page wemb_ivf_page_lock(const IvfIndex *index, BlockNumber block, uint16 kind, Buffer *buffer);

/* A copy of such a page as it is now. */
extern void wemb_ivf_page_copy(const IvfIndex *index, BlockNumber block, uint16 kind, Page copy);

/* Cell i of an owner's, read from its pages into cell, which has room for layout.cell_size bytes. */
extern void wemb_ivf_cell_read(const IvfIndex *index, const BlockNumber *cells, int i, IvfCell *cell);

/* What a cell has as a copy; the bytes are the cell's. */
extern IndexCopy wemb_ivf_copy(const IvfIndex *index, const IvfCell *cell);

/* A cell of a row, or of a centroid (tid NULL). */
extern void wemb_ivf_cell_fill(const IvfIndex *index, IvfCell *cell, ItemPointer tid, const IndexCopy *copy);

/* The floats that a cell stands for (dim), and for bits zeros and ones. */
extern void wemb_ivf_cell_floats(const IvfIndex *index, const IvfCell *cell, float *x);

/* A cell of a centroid, from floats: x is zeros and ones for bits, which become the nearest ones. */
extern void wemb_ivf_centroid_fill(const IvfIndex *index, IvfCell *cell, const float *x);

/* How far a vector is from a centroid, where its list is chosen: squared, or bits that differ, in any metric. */
extern float wemb_ivf_centroid_distance(const IvfIndex *index, const IndexValue *value, const IndexCopy *centroid);

#endif							/* WEMB_IVF_INDEX_H */
