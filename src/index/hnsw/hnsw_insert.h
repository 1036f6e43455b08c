/*
 * hnsw_insert.h
 *		Insertion of rows one by one.
 */
#ifndef WEMB_HNSW_INSERT_H
#define WEMB_HNSW_INSERT_H

#include "postgres.h"

#include "index/hnsw/hnsw_index.h"
#include "storage/itemptr.h"

typedef struct HnswInserter HnswInserter;

/* In CurrentMemoryContext; for any number of rows. */
extern HnswInserter *wemb_hnsw_inserter_create(Relation relation);
extern void wemb_hnsw_insert_row(HnswInserter *inserter, Datum value, ItemPointer tid);

/* The top layer that a row gets a record in: the same whenever it is asked. */
extern int	wemb_hnsw_draw_level(const HnswIndex *index, ItemPointer tid);

#endif							/* WEMB_HNSW_INSERT_H */
