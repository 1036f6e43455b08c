/*
 * ivf_recycle.c
 *		Pages that no list leads to any more, found by vacuum and used again.
 *
 * They are retired first, and used again when no scan can stand on them
 * (index/vacuum.h): if that is at once, by the lists that are written anew next.
 */
#include "postgres.h"

#include "access/generic_xlog.h"
#include "access/transam.h"
#include "commands/vacuum.h"
#include "index/ivf/ivf_lists.h"
#include "index/ivf/ivf_recycle.h"
#include "index/ivf/ivf_space.h"
#include "pg/compat.h"
#include "storage/bufmgr.h"
#include "storage/indexfsm.h"

#define FREE_SHARE		64		/* retired pages are freed when one of so many is, before all lists have been cleaned */

/* A growing list of pages. */
typedef struct BlockList
{
	BlockNumber *blocks;
	Size		n;
	Size		room;
} BlockList;

struct IvfRecycle
{
	const IndexVacuum *base;
	const IvfIndex *index;
	uint8	   *reached;		/* a bit a block: a list leads there */
	BlockNumber nblocks;		/* that those are of */
	BlockList	retired;		/* pages that nothing leads to, but a scan may stand on */
	BlockList	old;			/* no scan does */
	uint64		stamp;			/* the latest of old */
};

IvfRecycle *
wemb_ivf_recycle_create(const IndexVacuum *base, const IvfIndex *index)
{
	IvfRecycle *recycle = palloc0(sizeof(IvfRecycle));

	recycle->base = base;
	recycle->index = index;
	recycle->nblocks = RelationGetNumberOfBlocks(index->relation);
	recycle->reached = MemoryContextAllocExtended(CurrentMemoryContext, recycle->nblocks / 8 + 1,
												  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	wemb_ivf_recycle_reached(recycle, IVF_META_BLKNO);
	return recycle;
}

void
wemb_ivf_recycle_reached(IvfRecycle *recycle, BlockNumber block)
{
	if (block < recycle->nblocks)
		recycle->reached[block / 8] |= 1 << block % 8;
}

static bool
is_reached(const IvfRecycle *recycle, BlockNumber block)
{
	return block >= recycle->nblocks || (recycle->reached[block / 8] & 1 << block % 8) != 0;
}

static void
list_block(BlockList *list, BlockNumber block)
{
	if (list->n == list->room)
	{
		list->room = list->room * 2 + 64;
		list->blocks = list->blocks == NULL ? palloc(list->room * sizeof(BlockNumber)) :
			repalloc_huge(list->blocks, list->room * sizeof(BlockNumber));
	}
	list->blocks[list->n++] = block;
}

/* ---- pages that are used again ---- */

static void
give_free(IvfRecycle *recycle, BlockNumber block)
{
	RecordFreeIndexPage(recycle->index->relation, block);
	recycle->base->stats->pages_free++;
}

static void
free_page(IvfRecycle *recycle, BlockNumber block)
{
	Buffer		buffer = wemb_vacuum_read(recycle->base, block);
	GenericXLogState *xlog;

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	xlog = GenericXLogStart(recycle->index->relation);
	wemb_ivf_page_init(GenericXLogRegisterBuffer(xlog, buffer, GENERIC_XLOG_FULL_IMAGE), IVF_PAGE_FREE, 0);
	GenericXLogFinish(xlog);
	UnlockReleaseBuffer(buffer);
	give_free(recycle, block);
}

/* The pages of a list; only scans on standbys, of snapshots as old as the stamp, may stand on them. */
static void
free_pages(IvfRecycle *recycle, BlockList *list, uint64 stamp)
{
	if (list->n > 0)
		wemb_vacuum_log_reuse(recycle->base, stamp);
	for (Size i = 0; i < list->n; i++)
		free_page(recycle, list->blocks[i]);
	list->n = 0;
}

/* Retired pages, if nobody is in the middle of a scan; returns whether that is so. */
static bool
free_retired(IvfRecycle *recycle)
{
	uint64		stamp = U64FromFullTransactionId(ReadNextFullTransactionId());

	if (!wemb_vacuum_nobody_looks())
		return false;
	free_pages(recycle, &recycle->retired, stamp);
	return true;
}

/* In the middle of the vacuum, so that lists yet to come take them. */
static void
free_many(IvfRecycle *recycle)
{
	if (recycle->retired.n > recycle->nblocks / FREE_SHARE && free_retired(recycle))
		IndexFreeSpaceMapVacuum(recycle->index->relation);
}

void
wemb_ivf_recycle_chain(IvfRecycle *recycle, BlockNumber head)
{
	PGAlignedBlock copy;
	const IvfCodesPage *codes = ivf_codes((Page) copy.data);

	wemb_ivf_chain_retire(recycle->index, head);
	for (BlockNumber block = head; block != InvalidBlockNumber; block = codes->next)
	{
		wemb_ivf_page_copy(recycle->index, block, IVF_PAGE_CODES, (Page) copy.data);
		list_block(&recycle->retired, block);
		for (int i = 0; i < recycle->index->layout.code_cells; i++)
			if (codes->cells[i] != InvalidBlockNumber)
				list_block(&recycle->retired, codes->cells[i]);
	}
	free_many(recycle);
}

void
wemb_ivf_recycle_rest(IvfRecycle *recycle, const IvfCodesPage *first)
{
	uint64		stamp = U64FromFullTransactionId(ReadNextFullTransactionId());

	for (int i = 0; i < recycle->index->layout.code_cells; i++)
		if (first->cells[i] != InvalidBlockNumber)
		{
			wemb_ivf_page_retire(recycle->index, first->cells[i], IVF_PAGE_CELLS, stamp);
			list_block(&recycle->retired, first->cells[i]);
		}
	wemb_ivf_recycle_chain(recycle, first->next);
}

/* ---- pages that nothing leads to ---- */

/* Whether a list leads to a page; the list is locked. */
static bool
leads_to(const IvfRecycle *recycle, const IvfPlace *place, BlockNumber target)
{
	PGAlignedBlock copy;
	const IvfCodesPage *codes = ivf_codes((Page) copy.data);
	BlockNumber block = wemb_ivf_list_read(recycle->index, place).head;

	for (; block != InvalidBlockNumber; block = codes->next)
	{
		if (block == target)
			return true;
		wemb_ivf_page_copy(recycle->index, block, IVF_PAGE_CODES, (Page) copy.data);
		for (int i = 0; i < recycle->index->layout.code_cells; i++)
			if (codes->cells[i] == target)
				return true;
	}
	return false;
}

/*
 * The list that a page of codes or cells is of; false if that cannot be said.
 * owner: of the page.
 */
static bool
list_of_page(const IvfRecycle *recycle, uint16 kind, uint32 owner, uint32 *list)
{
	Buffer		buffer;
	Page		page;
	bool		found;

	*list = owner;
	if (kind == IVF_PAGE_CODES)
		return true;
	if (owner >= RelationGetNumberOfBlocks(recycle->index->relation))
		return false;
	buffer = wemb_vacuum_read(recycle->base, owner);
	page = BufferGetPage(buffer);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	found = !PageIsNew(page) && ivf_special(page)->kind == IVF_PAGE_CODES;
	if (found)
		*list = ivf_special(page)->owner;
	UnlockReleaseBuffer(buffer);
	return found;
}

/* The page of the directory that has a list's entry; false if there is no such list. */
static bool
find_place(const IvfRecycle *recycle, uint32 list, IvfPlace *place)
{
	IvfMeta		meta;
	uint32		first;

	wemb_ivf_read_meta(recycle->index->relation, &meta);
	if (list >= meta.lists)
		return false;
	*place = (IvfPlace) {.number = list, .directory = wemb_ivf_directory_find(recycle->index, list, &first)};
	return true;
}

/*
 * A page that no list led to when it was looked at: a crash between its taking and its use has left it, or it
 * was taken since.  Whoever takes pages for a list locks the list, and so does this.
 */
static void
look_again(IvfRecycle *recycle, BlockNumber block, uint16 kind, uint32 owner)
{
	IvfPlace	place;
	uint32		list;

	if (!list_of_page(recycle, kind, owner, &list) || !find_place(recycle, list, &place))
		return;
	LockPage(recycle->index->relation, IVF_LIST_LOCK(list), ExclusiveLock);
	if (!leads_to(recycle, &place, block))
	{
		wemb_ivf_page_retire(recycle->index, block, kind, U64FromFullTransactionId(ReadNextFullTransactionId()));
		list_block(&recycle->retired, block);
	}
	UnlockPage(recycle->index->relation, IVF_LIST_LOCK(list), ExclusiveLock);
}

static void
recycle_page(IvfRecycle *recycle, BlockNumber block)
{
	Buffer		buffer;
	Page		page;
	IvfSpecial	special = {0};

	wemb_vacuum_delay();
	buffer = wemb_vacuum_read(recycle->base, block);
	page = BufferGetPage(buffer);

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	if (!PageIsNew(page))
		special = *ivf_special(page);
	UnlockReleaseBuffer(buffer);
	if (special.kind == IVF_PAGE_FREE)
		give_free(recycle, block);
	else if (special.retired != 0 && wemb_horizon_passed(FullTransactionIdFromU64(special.retired)))
	{
		list_block(&recycle->old, block);
		recycle->stamp = Max(recycle->stamp, special.retired);
	}
	else if (special.retired != 0)
		list_block(&recycle->retired, block);
	else if (!is_reached(recycle, block) && (special.kind == IVF_PAGE_CODES || special.kind == IVF_PAGE_CELLS))
		look_again(recycle, block, special.kind, special.owner);
}

void
wemb_ivf_recycle_pages(IvfRecycle *recycle)
{
	recycle->retired.n = 0;		/* this pass comes to them, as to all pages but the metapage */
	recycle->base->stats->pages_free = 0;
	wemb_horizon_refresh();
	for (BlockNumber block = IVF_DIRECTORY_BLKNO; block < recycle->nblocks; block++)
		recycle_page(recycle, block);
	(void) free_retired(recycle);
	free_pages(recycle, &recycle->old, recycle->stamp);
}
