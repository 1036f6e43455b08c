/*
 * ivf_page.h
 *		What the pages of the list index look like.  README.md has the tables and the invariants.
 *
 * Block 0 is the metapage, block 1 the first page of the directory, which has
 * an entry for each list.  A list is a chain of pages of codes; each of these, and each page
 * of the directory, has pages of cells of its own: rows and their vectors there, centroids here.
 */
#ifndef WEMB_IVF_PAGE_H
#define WEMB_IVF_PAGE_H

#include "postgres.h"

#include "core/ann/list_search.h"
#include "index/curve.h"
#include "storage/bufpage.h"
#include "storage/itemptr.h"

#define IVF_META_BLKNO		0
#define IVF_DIRECTORY_BLKNO	1	/* first page of the directory */
#define IVF_MAGIC			0x77656D6C	/* "weml" */
#define IVF_PAGE_MAGIC		0x7769
#define IVF_VERSION			1
#define IVF_DEPTHS			3	/* for which curves are measured: rows given */

/* pages' kinds */
#define IVF_PAGE_META		1
#define IVF_PAGE_DIRECTORY	2
#define IVF_PAGE_CODES		3
#define IVF_PAGE_CELLS		4
#define IVF_PAGE_FREE		5	/* in the free space map, if that knows */

typedef struct IvfSpecial
{
	uint16		magic;			/* 0  IVF_PAGE_MAGIC */
	uint16		kind;			/* 2 */
	uint32		owner;			/* 4  CODES: its list; CELLS: the page that names it; else zero */
	uint64		retired;		/* 8  the next full transaction id when nothing led here any more; 0: in use */
} IvfSpecial;

StaticAssertDecl(sizeof(IvfSpecial) == 16, "IvfSpecial must have no padding");

/* Block 0.  What is constant comes first; what changes, last. */
typedef struct IvfMeta
{
	uint32		magic;			/*  0  IVF_MAGIC */
	uint16		version;		/*  4  IVF_VERSION; other versions are refused */
	uint8		element;		/*  6  IndexElement */
	uint8		distance;		/*  7  IndexDistance */
	uint32		dim;			/*  8 */
	uint16		code_dim;		/* 12  dimensions that a code keeps; 0: no codes */
	uint16		bits;			/* 14  of a dimension */
	uint64		seed;			/* 16  of the rotation */
	uint32		most;			/* 24  lists that there may be; 0: any number */
	uint32		lists;			/* 28 */
	uint32		changes;		/* 32  + 1 whenever lists or the directory's entries changed */
	uint32		curve_lists;	/* 36  lists when the curves were measured; 0: not measured */
	uint64		rows;			/* 40  at the last build or vacuum */
	IndexCurvePoint curve[IVF_DEPTHS][INDEX_CURVE]; /* 48  the effort is lists */
} IvfMeta;

StaticAssertDecl(sizeof(IvfMeta) == 240, "IvfMeta must have no padding");

/* An entry of the directory. */
typedef struct IvfList
{
	BlockNumber head;			/*  0  first page of codes */
	BlockNumber tail;			/*  4  last one, or one before it */
	uint32		version;		/*  8  + 1 whenever the list is written anew */
	float		unit;			/* 12  of codes, a power of two; 0 until there is a vector other than the centroid */
} IvfList;

StaticAssertDecl(sizeof(IvfList) == 16, "IvfList must have no padding");

/*
 * IVF_PAGE_DIRECTORY, from the start of the contents.  Followed by layout.directory_cells block
 * numbers of pages of cells, and the entries.
 */
typedef struct IvfDirectoryPage
{
	BlockNumber next;			/* 0  or InvalidBlockNumber */
	uint32		unused;			/* 4  zero */
	BlockNumber cells[FLEXIBLE_ARRAY_MEMBER];	/* 8 */
} IvfDirectoryPage;

/*
 * IVF_PAGE_CODES, from the start of the contents.  Followed by layout.code_cells block numbers
 * of pages of cells, and the blocks of codes.
 */
typedef struct IvfCodesPage
{
	BlockNumber next;			/* 0  or InvalidBlockNumber */
	uint32		before;			/* 4  rows in pages of the list before this one */
	uint16		n;				/* 8  rows here, dead ones too */
	uint16		unused;			/* 10 zero */
	BlockNumber cells[FLEXIBLE_ARRAY_MEMBER];	/* 12 InvalidBlockNumber: not needed yet */
} IvfCodesPage;

/* A row, or a centroid, with its vector.  Of a dead row, and a centroid, tid is invalid. */
typedef struct IvfCell
{
	float		low;			/*  0  what byte 0 stands for */
	float		step;			/*  4  what one more stands for */
	float		lost;			/*  8  the vector is no farther than this from its copy, in the index's metric */
	ItemPointerData tid;		/* 12 */
	uint16		unused;			/* 18  zero */
	uint8		bytes[FLEXIBLE_ARRAY_MEMBER];	/* 20  a dimension each, low + step * byte; of a bit string the bits */
} IvfCell;

StaticAssertDecl(offsetof(IvfCell, bytes) == 20, "IvfCell's head must have no padding");

/* What follows from an index's parameters. */
typedef struct IvfLayout
{
	int			cell_size;		/* a multiple of 4 */
	int			cells_per_page; /* at least 1 */
	int			pages_per_cell; /* more than 1: parts of a cell; then cells_per_page is 1 */
	int			block_size;		/* bytes of a block of codes; 0: no codes */
	int			blocks_per_page;
	int			code_cells;		/* pages of cells of a page of codes */
	int			lists_per_page;
	int			directory_cells;	/* pages of cells of a page of the directory */
} IvfLayout;

#define IVF_PAGE_ROOM	(BLCKSZ - (int) MAXALIGN(SizeOfPageHeaderData) - (int) MAXALIGN(sizeof(IvfSpecial)))
#define IVF_MAX_CELL_PAGES	3	/* of a cell */

static inline IvfSpecial *
ivf_special(Page page)
{
	return (IvfSpecial *) PageGetSpecialPointer(page);
}

static inline IvfMeta *
ivf_meta(Page page)
{
	return (IvfMeta *) PageGetContents(page);
}

static inline IvfDirectoryPage *
ivf_directory(Page page)
{
	return (IvfDirectoryPage *) PageGetContents(page);
}

/* Entry i of a page of the directory. */
static inline IvfList *
ivf_list(const IvfLayout *layout, Page page, int i)
{
	return (IvfList *) (ivf_directory(page)->cells + layout->directory_cells) + i;
}

static inline IvfCodesPage *
ivf_codes(Page page)
{
	return (IvfCodesPage *) PageGetContents(page);
}

/* Block i of a page of codes. */
static inline char *
ivf_block(const IvfLayout *layout, Page page, int i)
{
	return (char *) (ivf_codes(page)->cells + layout->code_cells) + i * layout->block_size;
}

static inline int
ivf_rows_per_page(const IvfLayout *layout)
{
	return layout->blocks_per_page * LIST_BLOCK;
}

/* Which of its owner's pages of cells cell i is on, or begins on. */
static inline int
ivf_cell_page(const IvfLayout *layout, int i)
{
	return i / layout->cells_per_page * layout->pages_per_cell;
}

/* Cell i of its owner on that page. */
static inline IvfCell *
ivf_cell(const IvfLayout *layout, Page page, int i)
{
	return (IvfCell *) (PageGetContents(page) + i % layout->cells_per_page * layout->cell_size);
}

/* Bytes of a cell's part on its page number part. */
static inline int
ivf_part_size(const IvfLayout *layout, int part)
{
	return Min(layout->cell_size - part * IVF_PAGE_ROOM, IVF_PAGE_ROOM);
}

/*
 * Bytes of the contents that are in use: what lies behind them, up to the
 * special space, is zero, and not in WAL records.
 */
static inline void
ivf_set_used(Page page, int bytes)
{
	((PageHeader) page)->pd_lower = MAXALIGN(SizeOfPageHeaderData) + bytes;
}

/* The same of a page of codes, by its n; and of cells, of which number i of its owner is the last one. */
static inline void
ivf_codes_set_used(const IvfLayout *layout, Page page)
{
	int			blocks = (ivf_codes(page)->n + LIST_BLOCK - 1) / LIST_BLOCK;

	ivf_set_used(page, (int) (ivf_block(layout, page, blocks) - PageGetContents(page)));
}

static inline void
ivf_cells_set_used(const IvfLayout *layout, Page page, int i)
{
	if (layout->pages_per_cell == 1)
		ivf_set_used(page, (i % layout->cells_per_page + 1) * layout->cell_size);
}

/* value: bytes of a vector's copy; code: bytes of 32 codes, or 0. */
extern IvfLayout wemb_ivf_layout(int value, int block_size);

/* Format a page of that kind: all bytes zero, and counted as used but where ivf_set_used() says less. */
extern void wemb_ivf_page_init(Page page, uint16 kind, uint32 owner);

/* The same of a page of codes, with rows before it, and nothing behind. */
extern void wemb_ivf_codes_init(const IvfLayout *layout, Page page, uint32 list, uint32 before);

#endif							/* WEMB_IVF_PAGE_H */
