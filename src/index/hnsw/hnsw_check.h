/*
 * hnsw_check.h
 *		What the parts of wemb_index_check() know of a graph index.
 */
#ifndef WEMB_HNSW_CHECK_H
#define WEMB_HNSW_CHECK_H

#include "postgres.h"

#include "index/check.h"
#include "index/hnsw/hnsw_store.h"

typedef struct CheckSlot
{
	uint8		kind;
	uint8		layer;
	bool		sound;			/* a record whose parts can be read */
	bool		met;			/* TIDS: of a record already seen; FREE: in the list */
	int			nlinks;
	uint32		below;
	uint32		more;
	uint32		root;			/* where its parents end, or HNSW_NONE: not known */
	bool		walked;			/* its parents were followed before: without a root, they have no end */
	uint32	   *links;
	ItemPointerData *tids;
	int			ntids;
} CheckSlot;

/* A row, and the record that has it. */
typedef struct CheckRow
{
	ItemPointerData tid;
	uint32		record;
} CheckRow;

typedef struct Check
{
	IndexCheck *found;			/* NULL when nothing is checked, but counted */
	HnswIndex  *index;
	HnswStore  *store;
	HnswMeta	meta;
	BlockNumber nblocks;
	CheckSlot  *slots;
	uint32		nslots;
	uint8	   *live_root;		/* a byte a slot: root of some record that is not gone */
	uint8	   *value_page;		/* a byte a block: a copy lies there */
	IndexValue  *value;
	uint8	   *bytes;			/* of value's copy */
	CheckRow   *rows;			/* of records that a search reaches, sorted */
	Size		nrows;
} Check;

/* A row of the result: the invariant's number in README.md, and what is wrong. */
#define hnsw_check_report(check, ...) \
	do \
	{ \
		if ((check)->found != NULL) \
			wemb_index_problem((check)->found, __VA_ARGS__); \
	} while (0)

/* The slot of that number if it is a record that can be read, or NULL. */
extern CheckSlot *wemb_hnsw_check_record(const Check *check, uint32 number);

/* The record without parent above this one; HNSW_NONE if there is none. */
extern uint32 wemb_hnsw_check_root(Check *check, uint32 number);

/* hnsw_check_rows.c: rows of the index against those of the table. */
extern void wemb_hnsw_check_rows(Check *check);

#endif							/* WEMB_HNSW_CHECK_H */
