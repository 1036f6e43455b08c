/*
 * hnsw_links.h
 *		A record's links with their codes, in a copy of its slot.
 */
#ifndef WEMB_HNSW_LINKS_H
#define WEMB_HNSW_LINKS_H

#include "postgres.h"

#include "index/hnsw/hnsw_store.h"

/*
 * Give slot, a copy of the record number, these links, with flags, the parent
 * or HNSW_NONE first.  Codes of links that it has already are kept, others are made.
 * store remembers copies.
 */
extern void wemb_hnsw_set_links(HnswStore *store, uint32 number, HnswSlot *slot, const uint32 *links, int n);

#endif							/* WEMB_HNSW_LINKS_H */
