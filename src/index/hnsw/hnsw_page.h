/*
 * hnsw_page.h
 *		What the pages of the graph index look like.  README.md has the tables and the invariants.
 *
 * Block 0 is the metapage.  Other pages hold slots of one size, whose numbers
 * are arithmetic: slot n is on block 1 + n / slots_per_page.  Copies of
 * vectors that are too long for a slot lie in pages of their own between those;
 * the numbers of these blocks are not used.
 */
#ifndef WEMB_HNSW_PAGE_H
#define WEMB_HNSW_PAGE_H

#include "postgres.h"

#include "index/curve.h"
#include "storage/bufpage.h"
#include "storage/itemptr.h"

#define HNSW_META_BLKNO		0
#define HNSW_MAGIC			0x77656D67	/* "wemg" */
#define HNSW_PAGE_MAGIC		0x7767
#define HNSW_VERSION		2
#define HNSW_NONE			UINT32_C(0x7FFFFFFF)	/* no slot; GRAPH_NONE of core/ann/graph.h */

/* pages' kinds */
#define HNSW_PAGE_META		1
#define HNSW_PAGE_SLOTS		2
#define HNSW_PAGE_VALUES	3	/* part of a copy */
#define HNSW_PAGE_FREE		4	/* was HNSW_PAGE_VALUES; in the free space map, if that knows */

/* slots' kinds */
#define HNSW_SLOT_UNUSED	0	/* never used, or lost in a crash */
#define HNSW_SLOT_RECORD	1
#define HNSW_SLOT_TIDS		2	/* more heap tids of a record */
#define HNSW_SLOT_RETIRED	3	/* out of the graph, but a search may be on its way here */
#define HNSW_SLOT_GONE		4	/* a record whose rows are gone, still in the graph */
#define HNSW_SLOT_FREE		5	/* in the free list */

typedef struct HnswSpecial
{
	uint16		magic;			/* 0  HNSW_PAGE_MAGIC */
	uint16		kind;			/* 2 */
	uint32		unused;			/* 4  zero */
} HnswSpecial;

StaticAssertDecl(sizeof(HnswSpecial) == 8, "HnswSpecial must have no padding");

/* Block 0.  What is constant comes first; what inserts and vacuums change, last. */
typedef struct HnswMeta
{
	uint32		magic;			/*  0  HNSW_MAGIC */
	uint16		version;		/*  4  HNSW_VERSION; other versions are refused */
	uint16		m;				/*  6  links of a record above layer 0 */
	uint32		dim;			/*  8 */
	uint16		ef_construction;	/* 12 */
	uint8		element;		/* 14  IndexElement */
	uint8		distance;		/* 15  IndexDistance */
	uint16		slot_size;		/* 16 */
	uint16		links;			/* 18  links of a record of layer 0: what the room in a slot is for */
	uint16		value_size;		/* 20  bytes of a copy that a slot has room for */
	uint16		code_dim;		/* 22  dimensions that a code keeps; 0: no codes */
	uint64		seed;			/* 24  of the rotation and of the levels */
	IndexCurvePoint curve[INDEX_CURVE]; /* 32  the effort is ef */
	float		unit;			/* 96  of codes, a power of two; 0 until a vector other than zero has come */
	uint32		entry;			/* 100  a record of the top layer, or HNSW_NONE */
	int32		top;			/* 104  entry's layer, or -1 */
	uint32		next;			/* 108  slot to give out next */
	uint32		free;			/* 112  first of the free list, or HNSW_NONE */
	uint32		unused;			/* 116  zero */
	uint64		rows;			/* 120  at the last build or vacuum */
} HnswMeta;

StaticAssertDecl(sizeof(HnswMeta) == 128, "HnswMeta must have no padding");

#define HNSW_META_CONSTANTS offsetof(HnswMeta, curve)	/* first bytes, which say how pages are to be read */

/*
 * The head of a slot.  A record goes on with, at hnsw_numbers() and so on:
 *
 *	value_size		the copy of the vector, or nothing if it has pages of its own
 *	4 * links		numbers of neighbours, the parent first, with GRAPH_CHILD as in core/ann/graph.h
 *	the rest		their codes relative to this copy: an array of core/quant
 *
 * The copy of a vector or halfvec is a byte a dimension, low + step * byte;
 * of a bit string the bits; of a sparsevec the indices, then the values.
 */
typedef struct HnswSlot
{
	uint8		kind;			/* 0 */
	uint8		layer;			/* 1 */
	uint8		nlinks;			/* 2 */
	uint8		version;		/* 3  + 1 at each reuse */
	ItemPointerData tid;		/* 4  heap row; of a record of layer 0 with a row.  HNSW_SLOT_RETIRED: hnsw_stamp() */
	uint16		copy_size;		/* 10  bytes of the copy; HNSW_SLOT_TIDS: how many there are */
	uint32		below;			/* 12  the record of the same vector in the layer below; in the free list: the next */
	uint32		more;			/* 16  slot with more heap tids, or HNSW_NONE */
	BlockNumber values;			/* 20  first page of the copy, or InvalidBlockNumber if it is in the slot */
	float		low;			/* 24 */
	float		step;			/* 28 */
	float		lost;			/* 32  the vector is no farther than this from its copy, in the index's metric */
	char		data[FLEXIBLE_ARRAY_MEMBER];	/* 36 */
} HnswSlot;

StaticAssertDecl(offsetof(HnswSlot, data) == 36, "HnswSlot's head must have no padding");

/* HNSW_PAGE_VALUES: from the start of the page's contents */
typedef struct HnswValuePage
{
	BlockNumber next;			/* 0  or InvalidBlockNumber */
	uint32		size;			/* 4  bytes here */
	char		data[FLEXIBLE_ARRAY_MEMBER];	/* 8 */
} HnswValuePage;

/* What follows from an index's parameters. */
typedef struct HnswLayout
{
	int			value_size;		/* bytes of a copy that fit a slot; 0: every copy has pages of its own */
	int			links;			/* of layer 0 */
	int			code_dim;		/* a multiple of 64, or 0: no codes */
	int			slot_size;		/* a multiple of 4 */
	int			slots_per_page;
} HnswLayout;

#define HNSW_PAGE_ROOM		(BLCKSZ - (int) MAXALIGN(SizeOfPageHeaderData) - (int) MAXALIGN(sizeof(HnswSpecial)))
#define HNSW_VALUE_ROOM		((HNSW_PAGE_ROOM) - (int) offsetof(HnswValuePage, data))
#define HNSW_TIDS(slot_size)	(((slot_size) - (int) offsetof(HnswSlot, data)) / (int) sizeof(ItemPointerData))

static inline BlockNumber
hnsw_block(const HnswLayout *layout, uint32 number)
{
	return 1 + number / layout->slots_per_page;
}

static inline uint32
hnsw_first_number(const HnswLayout *layout, BlockNumber block)
{
	return (block - 1) * (uint32) layout->slots_per_page;
}

/* Where in its page a slot begins. */
static inline int
hnsw_offset(const HnswLayout *layout, uint32 number)
{
	return (int) MAXALIGN(SizeOfPageHeaderData) + (int) (number % layout->slots_per_page) * layout->slot_size;
}

static inline HnswSlot *
hnsw_slot(const HnswLayout *layout, Page page, uint32 number)
{
	return (HnswSlot *) ((char *) page + hnsw_offset(layout, number));
}

/* Where it must be, whatever the page's header says. */
static inline HnswSpecial *
hnsw_special(Page page)
{
	return (HnswSpecial *) ((char *) page + BLCKSZ - MAXALIGN(sizeof(HnswSpecial)));
}

static inline uint32 *
hnsw_numbers(const HnswLayout *layout, HnswSlot *slot)
{
	return (uint32 *) (slot->data + layout->value_size);
}

static inline void *
hnsw_codes(const HnswLayout *layout, HnswSlot *slot)
{
	return slot->data + layout->value_size + sizeof(uint32) * layout->links;
}

static inline ItemPointerData *
hnsw_tids(HnswSlot *slot)
{
	return (ItemPointerData *) slot->data;
}

static inline HnswMeta *
hnsw_meta(Page page)
{
	return (HnswMeta *) PageGetContents(page);
}

static inline bool
hnsw_is_record(const HnswSlot *slot)
{
	return slot->kind == HNSW_SLOT_RECORD || slot->kind == HNSW_SLOT_GONE;
}

/*
 * When nothing led to a slot of kind HNSW_SLOT_RETIRED any more: the next full transaction id then, of which 48 bits
 * are kept; 0: something may still lead there.
 */
static inline uint64
hnsw_stamp(const HnswSlot *slot)
{
	return ((uint64) slot->tid.ip_posid << 32) | ItemPointerGetBlockNumberNoCheck(&slot->tid);
}

static inline void
hnsw_set_stamp(HnswSlot *slot, uint64 stamp)
{
	BlockIdSet(&slot->tid.ip_blkid, (uint32) stamp);
	slot->tid.ip_posid = (uint16) (stamp >> 32);
}

/* Take a slot out of use; all else in it stays for those who are on their way there. */
static inline void
hnsw_retire(HnswSlot *slot)
{
	slot->kind = HNSW_SLOT_RETIRED;
	hnsw_set_stamp(slot, 0);
}

/* value: bytes of a vector's copy; coded: whether its neighbours have codes of dim dimensions. */
extern HnswLayout wemb_hnsw_layout(int value, int dim, bool coded, int m);

/* Format a page of that kind: all bytes zero, and all counted as used. */
extern void wemb_hnsw_page_init(Page page, uint16 kind);

#endif							/* WEMB_HNSW_PAGE_H */
