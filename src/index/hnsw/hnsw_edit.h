/*
 * hnsw_edit.h
 *		Changes of slots that happen together or not at all.
 *
 * A change is worked out on copies, without locks.  Applying it locks the
 * pages, in ascending order, looks whether the slots are still what they were,
 * and if so writes all of them in one WAL record.
 */
#ifndef WEMB_HNSW_EDIT_H
#define WEMB_HNSW_EDIT_H

#include "postgres.h"

#include "index/hnsw/hnsw_index.h"

#define HNSW_EDIT_SLOTS		16	/* on four pages at the most: generic WAL records have no more */

typedef struct HnswEdit
{
	int			n;
	uint32		number[HNSW_EDIT_SLOTS];
	HnswSlot   *before[HNSW_EDIT_SLOTS];	/* palloc'd, layout.slot_size bytes */
	HnswSlot   *after[HNSW_EDIT_SLOTS];
} HnswEdit;

extern void wemb_hnsw_edit_start(HnswEdit *edit);

/*
 * Add a slot as it is now; returns the copy to be changed, or NULL if there is
 * no such page.  A slot that is in the edit already is given again.
 */
extern HnswSlot *wemb_hnsw_edit_slot(const HnswIndex *index, HnswEdit *edit, uint32 number);

/* Whether there is room for these slots beside those that it has; numbers may have HNSW_NONE. */
extern bool wemb_hnsw_edit_has_room(const HnswIndex *index, const HnswEdit *edit, const uint32 *numbers, int n);

/* The copy to be changed of a slot that is in the edit, or NULL. */
extern HnswSlot *wemb_hnsw_edit_find(const HnswEdit *edit, uint32 number);

/* false: a slot has changed meanwhile, and nothing was written.  The edit is empty afterwards, either way. */
extern bool wemb_hnsw_edit_apply(const HnswIndex *index, HnswEdit *edit);

/* Give an edit up. */
extern void wemb_hnsw_edit_forget(HnswEdit *edit);

/*
 * A slot for a new record: of the free list, or one never used, for which the
 * index grows if it must.  Logged by itself: a crash before it is used loses it until the next vacuum.
 */
extern uint32 wemb_hnsw_slot_alloc(const HnswIndex *index);

/* Put bytes into value pages; returns the first. */
extern BlockNumber wemb_hnsw_values_write(const HnswIndex *index, const uint8 *bytes, int size);

/* Give a copy's pages back. */
extern void wemb_hnsw_values_free(const HnswIndex *index, BlockNumber block);

/* Change the metapage: update says whether it did. */
typedef bool (*HnswMetaUpdate) (HnswMeta *meta, const void *arg);
extern void wemb_hnsw_meta_update(Relation relation, HnswMetaUpdate update, const void *arg);

#endif							/* WEMB_HNSW_EDIT_H */
