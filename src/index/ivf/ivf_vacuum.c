/*
 * ivf_vacuum.c
 *		Vacuum: one pass over the lists, without computing distances.
 *
 * Of a dead row the cell loses its tid, and nothing else changes; scans that
 * are under way read on.  A list of which much is dead is written anew into
 * fewer pages.  Pages that nothing leads to any more are retired first, and
 * used again when no scan can stand on them (index/vacuum.h): if that is at once, by the
 * lists that are written anew next.
 *
 * A list is locked (ivf_space.h) while it is cleaned, so that it is not written
 * anew meanwhile: a split moves rows only into a list behind all others, which is cleaned in its turn.
 */
#include "postgres.h"

#include "access/generic_xlog.h"
#include "access/transam.h"
#include "commands/vacuum.h"
#include "index/ivf/ivf.h"
#include "index/ivf/ivf_curve.h"
#include "index/ivf/ivf_lists.h"
#include "index/ivf/ivf_space.h"
#include "index/ivf/ivf_writer.h"
#include "index/vacuum.h"
#include "miscadmin.h"
#include "pg/compat.h"
#include "storage/bufmgr.h"
#include "storage/indexfsm.h"
#include "utils/memutils.h"

#define DEAD_SHARE		4		/* a list is written anew when more than one of so many rows is dead */
#define FREE_SHARE		64		/* retired pages are freed when one of so many is, before all lists have been cleaned */
#define CURVE_GROWTH	1.5		/* the curve is measured anew when there are so many times as many lists */

/* A growing list of pages. */
typedef struct BlockList
{
	BlockNumber *blocks;
	Size		n;
	Size		room;
} BlockList;

typedef struct IvfVacuum
{
	const IndexVacuum *base;
	IvfIndex   *index;
	uint8	   *reached;		/* a bit a block: a list leads there */
	BlockNumber nblocks;		/* that those are of */
	BlockList	retired;		/* pages that nothing leads to, but a scan may stand on */
	BlockList	old;			/* no scan does */
	uint64		stamp;			/* the latest of old */
	PGAlignedBlock codes;		/* a copy of the page of codes at work */
} IvfVacuum;

static void
mark_reached(IvfVacuum *vacuum, BlockNumber block)
{
	if (block < vacuum->nblocks)
		vacuum->reached[block / 8] |= 1 << block % 8;
}

static bool
is_reached(const IvfVacuum *vacuum, BlockNumber block)
{
	return block >= vacuum->nblocks || (vacuum->reached[block / 8] & 1 << block % 8) != 0;
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

static Buffer
read_buffer(const IvfVacuum *vacuum, BlockNumber block)
{
	wemb_vacuum_delay();
	return ReadBufferExtended(vacuum->index->relation, MAIN_FORKNUM, block, RBM_NORMAL, vacuum->base->info->strategy);
}

/* ---- rows ---- */

/* Of n cells on a page: which of them are of dead rows; n_live, n_dead are counted up. */
static bool
find_dead(const IvfVacuum *vacuum, Page page, int n, bool *dead, int *n_live)
{
	bool		any = false;

	for (int i = 0; i < n; i++)
	{
		ItemPointerData *tid = &ivf_cell(&vacuum->index->layout, page, i)->tid;

		dead[i] = ItemPointerIsValid(tid) && wemb_vacuum_is_dead(vacuum->base, tid);
		*n_live += ItemPointerIsValid(tid) && !dead[i];
		any = any || dead[i];
	}
	return any;
}

/* Clean a page of n cells; returns how many rows are left there. */
static int
clean_cells(IvfVacuum *vacuum, BlockNumber block, int n)
{
	Buffer		buffer = read_buffer(vacuum, block);
	Page		page = BufferGetPage(buffer);
	bool	   *dead = palloc(n * sizeof(bool));
	int			live = 0;

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	if (PageIsNew(page) || ivf_special(page)->kind != IVF_PAGE_CELLS)
		wemb_ivf_corrupt(vacuum->index->relation, block, "another kind of page");
	if (find_dead(vacuum, page, n, dead, &live))
	{
		GenericXLogState *xlog = GenericXLogStart(vacuum->index->relation);

		page = GenericXLogRegisterBuffer(xlog, buffer, 0);
		for (int i = 0; i < n; i++)
			if (dead[i])
			{
				ItemPointerSetInvalid(&ivf_cell(&vacuum->index->layout, page, i)->tid);
				vacuum->base->stats->tuples_removed++;
			}
		GenericXLogFinish(xlog);
	}
	UnlockReleaseBuffer(buffer);
	pfree(dead);
	return live;
}

/* Clean the rows of vacuum->codes; returns how many are left. */
static int
clean_rows(IvfVacuum *vacuum)
{
	const IvfLayout *layout = &vacuum->index->layout;
	const IvfCodesPage *codes = ivf_codes((Page) vacuum->codes.data);
	int			live = 0;

	for (int i = 0; i < codes->n; i += layout->cells_per_page)
	{
		int			first = ivf_cell_page(layout, i);

		for (int part = 0; part < layout->pages_per_cell; part++)
			mark_reached(vacuum, codes->cells[first + part]);
		live += clean_cells(vacuum, codes->cells[first], Min(codes->n - i, layout->cells_per_page));
	}
	return live;
}

/* ---- lists ---- */

/* Copy a page of codes into vacuum->codes; returns the next one. */
static BlockNumber
copy_codes(IvfVacuum *vacuum, BlockNumber block)
{
	Buffer		buffer;
	Page		page = wemb_ivf_page_lock(vacuum->index, block, IVF_PAGE_CODES, &buffer);

	memcpy(vacuum->codes.data, page, BLCKSZ);
	UnlockReleaseBuffer(buffer);
	mark_reached(vacuum, block);
	return ivf_codes((Page) vacuum->codes.data)->next;
}

/* Clean a list; whether it should be written anew. */
static bool
clean_list(IvfVacuum *vacuum, const IvfPlace *place)
{
	const IvfLayout *layout = &vacuum->index->layout;
	uint32		rows = 0;
	uint32		live = 0;
	BlockNumber block;

	LockPage(vacuum->index->relation, IVF_LIST_LOCK(place->number), ShareLock);
	block = wemb_ivf_list_read(vacuum->index, place).head;
	while (block != InvalidBlockNumber)
	{
		block = copy_codes(vacuum, block);
		rows += ivf_codes((Page) vacuum->codes.data)->n;
		live += clean_rows(vacuum);
	}
	UnlockPage(vacuum->index->relation, IVF_LIST_LOCK(place->number), ShareLock);
	vacuum->base->stats->num_index_tuples += live;
	return (rows - live) > rows / DEAD_SHARE && wemb_ivf_pages_of(layout, live) < wemb_ivf_pages_of(layout, rows);
}

/* ---- pages that are used again ---- */

static void
give_free(IvfVacuum *vacuum, BlockNumber block)
{
	RecordFreeIndexPage(vacuum->index->relation, block);
	vacuum->base->stats->pages_free++;
}

static void
free_page(IvfVacuum *vacuum, BlockNumber block)
{
	Buffer		buffer = read_buffer(vacuum, block);
	GenericXLogState *xlog;

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	xlog = GenericXLogStart(vacuum->index->relation);
	wemb_ivf_page_init(GenericXLogRegisterBuffer(xlog, buffer, GENERIC_XLOG_FULL_IMAGE), IVF_PAGE_FREE, 0);
	GenericXLogFinish(xlog);
	UnlockReleaseBuffer(buffer);
	give_free(vacuum, block);
}

/* The pages of a list; only scans on standbys, of snapshots as old as the stamp, may stand on them. */
static void
free_pages(IvfVacuum *vacuum, BlockList *list, uint64 stamp)
{
	if (list->n > 0)
		wemb_vacuum_log_reuse(vacuum->base, stamp);
	for (Size i = 0; i < list->n; i++)
		free_page(vacuum, list->blocks[i]);
	list->n = 0;
}

/* Retired pages, if nobody is in the middle of a scan; returns whether that is so. */
static bool
free_retired(IvfVacuum *vacuum)
{
	uint64		stamp = U64FromFullTransactionId(ReadNextFullTransactionId());

	if (!wemb_vacuum_nobody_looks())
		return false;
	free_pages(vacuum, &vacuum->retired, stamp);
	return true;
}

/* ---- lists written anew ---- */

/* The centroid's cell; the list keeps it while it is locked. */
static IvfCell *
read_centroid(IvfVacuum *vacuum, const IvfPlace *place)
{
	IvfCell    *cell = palloc(vacuum->index->layout.cell_size);
	BlockNumber *cells = palloc(vacuum->index->layout.directory_cells * sizeof(BlockNumber));
	Buffer		buffer;
	Page		page = wemb_ivf_page_lock(vacuum->index, place->directory, IVF_PAGE_DIRECTORY, &buffer);

	memcpy(cells, ivf_directory(page)->cells, vacuum->index->layout.directory_cells * sizeof(BlockNumber));
	UnlockReleaseBuffer(buffer);
	wemb_ivf_cell_read(vacuum->index, cells, place->number % vacuum->index->layout.lists_per_page, cell);
	return cell;
}

/* The pages of a chain become retired. */
static void
retire_chain(IvfVacuum *vacuum, BlockNumber head)
{
	const IvfCodesPage *codes = ivf_codes((Page) vacuum->codes.data);
	BlockNumber block = head;

	wemb_ivf_chain_retire(vacuum->index, head);
	while (block != InvalidBlockNumber)
	{
		list_block(&vacuum->retired, block);
		block = copy_codes(vacuum, block);
		for (int i = 0; i < vacuum->index->layout.code_cells; i++)
			if (codes->cells[i] != InvalidBlockNumber)
				list_block(&vacuum->retired, codes->cells[i]);
	}
}

/* With the lock: the live rows go to new pages.  Returns the first of the old ones. */
static BlockNumber
write_anew(IvfVacuum *vacuum, const IvfPlace *place)
{
	const IvfIndex *index = vacuum->index;
	IvfList		list = wemb_ivf_list_read(index, place);
	BlockNumber old = list.head;
	IndexCopy	centroid = wemb_ivf_copy(index, read_centroid(vacuum, place));
	uint32		rows;
	char	   *cells = wemb_ivf_chain_read(index, old, &rows);
	BlockNumber *blocks = wemb_ivf_blocks_take(index, place->number, rows);
	IvfWriter  *writer = wemb_ivf_writer_create(index, wemb_ivf_page_write);
	IvfMeta		meta;

	wemb_ivf_writer_begin(writer, place->number, &centroid, list.unit, rows, blocks);
	for (uint32 i = 0; i < rows; i++)
		wemb_ivf_writer_add(writer, (IvfCell *) (cells + (Size) i * index->layout.cell_size));
	list.head = blocks[0];
	list.tail = wemb_ivf_writer_end(writer);
	list.version++;
	wemb_ivf_read_meta(index->relation, &meta);
	wemb_ivf_list_publish(index, place, &list, NULL, meta.lists);
	for (uint32 i = 0; i < wemb_ivf_pages_of(&index->layout, rows); i++)
		mark_reached(vacuum, blocks[i]);
	return old;
}

/* No list is split meanwhile, so that their number stays. */
static void
repack_list(IvfVacuum *vacuum, const IvfPlace *place)
{
	Relation	relation = vacuum->index->relation;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "wemb ivf list", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	BlockNumber head;

	LockPage(relation, IVF_SPLIT_LOCK, ExclusiveLock);
	LockPage(relation, IVF_LIST_LOCK(place->number), ExclusiveLock);
	head = write_anew(vacuum, place);
	UnlockPage(relation, IVF_LIST_LOCK(place->number), ExclusiveLock);
	UnlockPage(relation, IVF_SPLIT_LOCK, ExclusiveLock);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	retire_chain(vacuum, head);
	if (vacuum->retired.n > vacuum->nblocks / FREE_SHARE && free_retired(vacuum))
		IndexFreeSpaceMapVacuum(relation);
}

/* ---- the directory ---- */

/* The pages of the centroids of a page. */
static void
mark_directory(IvfVacuum *vacuum, Page page)
{
	const IvfDirectoryPage *directory = ivf_directory(page);

	for (int i = 0; i < vacuum->index->layout.directory_cells; i++)
		mark_reached(vacuum, directory->cells[i]);
}

/* A copy of a page of the directory as it is now. */
static void
copy_directory(IvfVacuum *vacuum, BlockNumber block, Page copy)
{
	Buffer		buffer;
	Page		page = wemb_ivf_page_lock(vacuum->index, block, IVF_PAGE_DIRECTORY, &buffer);

	memcpy(copy, page, BLCKSZ);
	UnlockReleaseBuffer(buffer);
	mark_reached(vacuum, block);
	mark_directory(vacuum, copy);
}

/* All lists, with those that come meanwhile. */
static void
clean_lists(IvfVacuum *vacuum)
{
	const IvfLayout *layout = &vacuum->index->layout;
	IvfPlace	place = {.directory = IVF_DIRECTORY_BLKNO};
	uint32		first = 0;		/* list of that page of the directory */
	PGAlignedBlock copy;
	IvfMeta		meta;

	for (;;)
	{
		wemb_ivf_read_meta(vacuum->index->relation, &meta);
		copy_directory(vacuum, place.directory, (Page) copy.data);
		while (place.number < Min(meta.lists, first + layout->lists_per_page))
		{
			if (clean_list(vacuum, &place))
				repack_list(vacuum, &place);
			place.number++;
		}
		wemb_ivf_read_meta(vacuum->index->relation, &meta);
		if (place.number == meta.lists)
			return;
		if (place.number == first + layout->lists_per_page)
		{
			copy_directory(vacuum, place.directory, (Page) copy.data);
			place.directory = ivf_directory((Page) copy.data)->next;
			first = place.number;
		}
	}
}

/* ---- pages that nothing leads to ---- */

/* Whether a list leads to a page; the list is locked. */
static bool
leads_to(IvfVacuum *vacuum, const IvfPlace *place, BlockNumber target)
{
	const IvfCodesPage *codes = ivf_codes((Page) vacuum->codes.data);
	BlockNumber block = wemb_ivf_list_read(vacuum->index, place).head;

	while (block != InvalidBlockNumber)
	{
		BlockNumber here = block;

		block = copy_codes(vacuum, block);
		if (here == target)
			return true;
		for (int i = 0; i < vacuum->index->layout.code_cells; i++)
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
list_of_page(IvfVacuum *vacuum, uint16 kind, uint32 owner, uint32 *list)
{
	Buffer		buffer;
	Page		page;
	bool		found;

	*list = owner;
	if (kind == IVF_PAGE_CODES)
		return true;
	if (owner >= RelationGetNumberOfBlocks(vacuum->index->relation))
		return false;
	buffer = read_buffer(vacuum, owner);
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
find_place(IvfVacuum *vacuum, uint32 list, IvfPlace *place)
{
	PGAlignedBlock copy;
	IvfMeta		meta;

	wemb_ivf_read_meta(vacuum->index->relation, &meta);
	if (list >= meta.lists)
		return false;
	*place = (IvfPlace) {.number = list, .directory = IVF_DIRECTORY_BLKNO};
	for (uint32 n = list / vacuum->index->layout.lists_per_page; n > 0; n--)
	{
		copy_directory(vacuum, place->directory, (Page) copy.data);
		place->directory = ivf_directory((Page) copy.data)->next;
	}
	return true;
}

/*
 * A page that no list led to when it was looked at: a crash between its taking and its use has left it, or it
 * was taken since.  Whoever takes pages for a list locks the list, and so does this.
 */
static void
look_again(IvfVacuum *vacuum, BlockNumber block, uint16 kind, uint32 owner)
{
	IvfPlace	place;
	uint32		list;

	if (!list_of_page(vacuum, kind, owner, &list) || !find_place(vacuum, list, &place))
		return;
	LockPage(vacuum->index->relation, IVF_LIST_LOCK(list), ExclusiveLock);
	if (!leads_to(vacuum, &place, block))
	{
		wemb_ivf_page_retire(vacuum->index, block, U64FromFullTransactionId(ReadNextFullTransactionId()));
		list_block(&vacuum->retired, block);
	}
	UnlockPage(vacuum->index->relation, IVF_LIST_LOCK(list), ExclusiveLock);
}

static void
recycle_page(IvfVacuum *vacuum, BlockNumber block)
{
	Buffer		buffer = read_buffer(vacuum, block);
	Page		page = BufferGetPage(buffer);
	IvfSpecial	special = {0};

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	if (!PageIsNew(page))
		special = *ivf_special(page);
	UnlockReleaseBuffer(buffer);
	if (special.kind == IVF_PAGE_FREE)
		give_free(vacuum, block);
	else if (special.retired != 0 && wemb_horizon_passed(FullTransactionIdFromU64(special.retired)))
	{
		list_block(&vacuum->old, block);
		vacuum->stamp = Max(vacuum->stamp, special.retired);
	}
	else if (special.retired != 0)
		list_block(&vacuum->retired, block);
	else if (!is_reached(vacuum, block) && (special.kind == IVF_PAGE_CODES || special.kind == IVF_PAGE_CELLS))
		look_again(vacuum, block, special.kind, special.owner);
}

/* All pages but the metapage. */
static void
recycle_pages(IvfVacuum *vacuum)
{
	vacuum->retired.n = 0;		/* the pass comes to them */
	vacuum->base->stats->pages_free = 0;
	wemb_horizon_refresh();
	for (BlockNumber block = IVF_DIRECTORY_BLKNO; block < vacuum->nblocks; block++)
		recycle_page(vacuum, block);
	(void) free_retired(vacuum);
	free_pages(vacuum, &vacuum->old, vacuum->stamp);
}

/* ---- the verbs ---- */

static void
set_rows(const IvfVacuum *vacuum, uint64 rows)
{
	Buffer		buffer = ReadBuffer(vacuum->index->relation, IVF_META_BLKNO);
	Page		page = BufferGetPage(buffer);
	GenericXLogState *xlog;

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	if (ivf_meta(page)->rows != rows)
	{
		xlog = GenericXLogStart(vacuum->index->relation);
		ivf_meta(GenericXLogRegisterBuffer(xlog, buffer, 0))->rows = rows;
		GenericXLogFinish(xlog);
	}
	UnlockReleaseBuffer(buffer);
}

static void
run(const IndexVacuum *base)
{
	IvfVacuum  *vacuum = palloc0(sizeof(IvfVacuum));
	Relation	relation = base->info->index;
	IvfMeta		meta;

	vacuum->base = base;
	vacuum->index = wemb_ivf_open(relation, &meta);
	vacuum->nblocks = RelationGetNumberOfBlocks(relation);
	vacuum->reached = MemoryContextAllocExtended(CurrentMemoryContext, vacuum->nblocks / 8 + 1,
												 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	mark_reached(vacuum, IVF_META_BLKNO);
	clean_lists(vacuum);
	recycle_pages(vacuum);
	set_rows(vacuum, (uint64) base->stats->num_index_tuples);
}

IndexBulkDeleteResult *
wemb_ivf_bulk_delete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats, IndexBulkDeleteCallback callback,
					 void *callback_state)
{
	return wemb_index_bulk_delete(&(IndexVacuum) {info, stats, callback, callback_state}, run);
}

IndexBulkDeleteResult *
wemb_ivf_vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats)
{
	IvfMeta		meta;

	stats = wemb_index_vacuum_cleanup(info, stats, run);
	if (info->analyze_only)
		return stats;
	wemb_ivf_read_meta(info->index, &meta);
	if (meta.lists > CURVE_GROWTH * meta.curve_lists)
		wemb_ivf_curve_measure(info->index);
	return stats;
}
