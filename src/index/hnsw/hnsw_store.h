/*
 * hnsw_store.h
 *		The graph in the pages of an index, as core/ann walks it.
 *
 * Every call holds at most one page at a time, share-locked, and lets go
 * before it returns; so a walk never takes part in a deadlock.  A record may change
 * between two calls: callers get what was there at some moment of the walk.
 */
#ifndef WEMB_HNSW_STORE_H
#define WEMB_HNSW_STORE_H

#include "postgres.h"

#include "core/ann/graph_search.h"
#include "index/hnsw/hnsw_index.h"
#include "storage/bufmgr.h"

struct CopyCache_hash;
struct HnswEdit;

typedef struct SlotSet
{
	uint8	   *bits;			/* one a slot */
	uint32		n;				/* slots; others are not in the set */
} SlotSet;

typedef struct HnswStore
{
	GraphStore	graph;			/* first, so that one can be taken for the other */
	HnswIndex  *index;
	const IndexValue *query;		/* or NULL, and then query_copy */
	const IndexCopy *query_copy; /* not with codes */
	bool		lower;			/* distances to the query are what the vectors are away at least, not their copies */
	uint32		hidden;			/* a record that searches do not see, or HNSW_NONE */
	GraphSearch *search;		/* in a block of the session's, which goes back when the store's memory is reset */
	GraphSearchConfig search_config;
	Size		search_room;	/* bytes of that block */
	MemoryContextCallback on_reset;
	const SlotSet *gone;		/* those that are gone, and no others; NULL: look there */
	const struct HnswEdit *pending;	/* links of records in it are what it makes of them; or NULL */
	struct CopyCache_hash *copies;	/* of records met, or NULL: do not remember them */
	MemoryContext copies_context;
	uint8	   *copy_bytes;		/* room for a copy that is not in its slot */
	QuantEstimates estimates;
} HnswStore;

static inline bool
hnsw_set_has(const SlotSet *set, uint32 number)
{
	return number < set->n && (set->bits[number / 8] & (1 << number % 8)) != 0;
}

static inline void
hnsw_set_add(SlotSet *set, uint32 number)
{
	if (number < set->n)
		set->bits[number / 8] |= 1 << number % 8;
}

/* remember: keep copies of all records met, for select and repair, until wemb_hnsw_store_forget(). */
extern HnswStore *wemb_hnsw_store_create(HnswIndex *index, int ef, bool remember);
extern void wemb_hnsw_store_forget(HnswStore *store);

/*
 * The same, if they take more than half of maintenance_work_mem: those of a vacuum stay right, as no slot is given
 * out before its end.
 */
extern void wemb_hnsw_store_bound(HnswStore *store);

/* Twice the room for the search, which says GRAPH_FULL. */
extern void wemb_hnsw_store_grow(HnswStore *store);

/* From the entry on layer top to a record of layer 0 near the query, or HNSW_NONE. */
extern uint32 wemb_hnsw_store_descend(HnswStore *store, uint32 entry, int top);

/* Bytes of the search's block. */
extern Size wemb_hnsw_store_size(const HnswStore *store);

/*
 * Pin and share-lock the page of a slot.  ERROR unless it is a page of slots.  NULL, and nothing is locked,
 * if the index has no such page.
 */
extern HnswSlot *wemb_hnsw_slot_lock(const HnswIndex *index, uint32 number, Buffer *buffer);

/* Copy a slot into out, of layout.slot_size bytes.  false: there is no such slot. */
extern bool wemb_hnsw_slot_read(const HnswIndex *index, uint32 number, HnswSlot *out);

/* The copy of a record, of whose slot this is a copy: if it lies elsewhere, its bytes go to room. */
extern IndexCopy wemb_hnsw_slot_copy(const HnswIndex *index, const HnswSlot *slot, uint8 *room);

/* A record's copy, remembered or read now; false if there is no such record. */
extern bool wemb_hnsw_store_copy(HnswStore *store, uint32 number, IndexCopy *copy);

/* Remember the copy of a record that is not written yet. */
extern void wemb_hnsw_store_remember(HnswStore *store, uint32 number, const IndexCopy *copy);

/* Whether the counts in a record are within what the layout has, so that all of it can be read. */
extern bool wemb_hnsw_slot_is_sound(const HnswIndex *index, const HnswSlot *slot);

/* ERROR unless the counts in a record are within what the layout has. */
extern void wemb_hnsw_slot_check(const HnswIndex *index, const HnswSlot *slot, uint32 number);

#endif							/* WEMB_HNSW_STORE_H */
