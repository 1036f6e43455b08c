/*
 * hnsw_links.h
 *		A record's links with their codes, in a copy of its slot; links back to it; out of the tree.
 */
#ifndef WEMB_HNSW_LINKS_H
#define WEMB_HNSW_LINKS_H

#include "postgres.h"

#include "core/ann/graph_repair.h"
#include "index/hnsw/hnsw_edit.h"
#include "index/hnsw/hnsw_store.h"

/*
 * Give slot, a copy of the record number, these links, with flags, the parent
 * or HNSW_NONE first.  Codes of links that it has already are kept, others are made.
 * store remembers copies.
 */
extern void wemb_hnsw_set_links(HnswStore *store, uint32 number, HnswSlot *slot, const uint32 *links, int n);

/*
 * Put the newcomer among the links of the record back->node in the edit; false if the record
 * is not there any more, or did not take it.
 */
extern bool wemb_hnsw_link_back(HnswStore *store, HnswEdit *edit, const GraphBackLink *back, int layer);

/* The same, written by itself.  false: it did not take it. */
extern bool wemb_hnsw_write_back_link(HnswStore *store, const GraphBackLink *back, int layer);

/*
 * Bring what the step makes of a record's links into the edit; one that is out of the tree then is retired.
 * max: links of a record of its layer.  false: there is no record of such links.
 */
extern bool wemb_hnsw_unlink(HnswStore *store, HnswEdit *edit, const GraphUnlink *step, uint32 number, int max);

#endif							/* WEMB_HNSW_LINKS_H */
