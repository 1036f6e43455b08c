/*
 * ivf_vacuum.c
 *		Vacuum: one pass over the lists, without computing distances.
 *
 * Of a dead row the cell loses its tid, and nothing else changes; scans that
 * are under way read on.  A list of which much is dead is written anew into
 * fewer pages, or emptied if all is, and the old ones are used again (ivf_recycle.h).
 *
 * A list is locked (ivf_space.h) while it is cleaned, so that it is not written
 * anew meanwhile: a split moves rows only into a list behind all others, which is cleaned in its turn.
 */
#include "postgres.h"

#include "commands/vacuum.h"
#include "index/ivf/ivf.h"
#include "index/ivf/ivf_curve.h"
#include "index/ivf/ivf_lists.h"
#include "index/ivf/ivf_recycle.h"
#include "index/ivf/ivf_space.h"
#include "index/ivf/ivf_writer.h"
#include "index/vacuum.h"
#include "pg/compat.h"
#include "pg/generic_xlog.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"

#define DEAD_SHARE		4		/* a list is written anew when more than one of so many rows is dead */
#define CURVE_GROWTH	1.5		/* the curve is measured anew when there are so many times as many lists */

typedef struct IvfVacuum
{
	const IndexVacuum *base;
	IvfIndex   *index;
	IvfRecycle *recycle;
	PGAlignedBlock codes;		/* a copy of the page of codes at work */
} IvfVacuum;

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
	bool	   *dead = palloc(n * sizeof(bool));
	int			live = 0;
	Buffer		buffer;
	Page		page;

	wemb_vacuum_delay();
	buffer = wemb_vacuum_read(vacuum->base, block);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	page = wemb_ivf_page_expect(vacuum->index, buffer, IVF_PAGE_CELLS);
	if (find_dead(vacuum, page, n, dead, &live))
	{
		GenericXLogState *xlog = GenericXLogStart(vacuum->index->relation);

		page = wemb_xlog_page(xlog, buffer);
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
			wemb_ivf_recycle_reached(vacuum->recycle, codes->cells[first + part]);
		live += clean_cells(vacuum, codes->cells[first], Min(codes->n - i, layout->cells_per_page));
	}
	return live;
}

/* ---- lists ---- */

/* Rows of a list, as they were when it was cleaned. */
typedef struct ListRows
{
	uint32		all;			/* dead ones too */
	uint32		live;
} ListRows;

static ListRows
clean_list(IvfVacuum *vacuum, const IvfPlace *place)
{
	ListRows	rows = {0};
	const IvfCodesPage *codes = ivf_codes((Page) vacuum->codes.data);
	BlockNumber block;
	uint32		pages = 0;

	LockPage(vacuum->index->relation, IVF_LIST_LOCK(place->number), ShareLock);
	for (block = wemb_ivf_list_read(vacuum->index, place).head; block != InvalidBlockNumber; block = codes->next)
	{
		wemb_index_chain_check(vacuum->index->relation, ++pages, 1, block);
		wemb_ivf_page_copy(vacuum->index, block, IVF_PAGE_CODES, (Page) vacuum->codes.data);
		wemb_ivf_recycle_reached(vacuum->recycle, block);
		rows.all += codes->n;
		rows.live += clean_rows(vacuum);
	}
	UnlockPage(vacuum->index->relation, IVF_LIST_LOCK(place->number), ShareLock);
	vacuum->base->stats->num_index_tuples += rows.live;
	return rows;
}

/* Whether a list should be written anew. */
static bool
is_worn(const IvfVacuum *vacuum, ListRows rows)
{
	const IvfLayout *layout = &vacuum->index->layout;

	return rows.all - rows.live > rows.all / DEAD_SHARE &&
		wemb_ivf_pages_of(layout, rows.live) < wemb_ivf_pages_of(layout, rows.all);
}

/* ---- lists without live rows ---- */

/* How many rows a chain has, dead ones too. */
static uint32
rows_of_chain(const IvfVacuum *vacuum, BlockNumber head)
{
	PGAlignedBlock copy;
	const IvfCodesPage *codes = ivf_codes((Page) copy.data);
	uint32		pages = 0;

	for (BlockNumber block = head; block != InvalidBlockNumber; block = codes->next)
	{
		wemb_index_chain_check(vacuum->index->relation, ++pages, 1, block);
		wemb_ivf_page_copy(vacuum->index, block, IVF_PAGE_CODES, (Page) copy.data);
	}
	return codes->before + codes->n;
}

/*
 * Empty a list in which all rows were dead, without a page more; false if it has got others since.
 * A scan that has read its first page knows rows by the pages of their cells, which stay as they are.
 */
static bool
empty_list(IvfVacuum *vacuum, const IvfPlace *place, ListRows rows)
{
	Relation	relation = vacuum->index->relation;
	const IvfCodesPage *codes = ivf_codes((Page) vacuum->codes.data);
	BlockNumber head;
	bool		same;

	LockPage(relation, IVF_LIST_LOCK(place->number), ExclusiveLock);
	head = wemb_ivf_list_read(vacuum->index, place).head;
	same = rows_of_chain(vacuum, head) == rows.all;
	if (same)
	{
		wemb_ivf_page_copy(vacuum->index, head, IVF_PAGE_CODES, (Page) vacuum->codes.data);
		wemb_ivf_list_empty(vacuum->index, place, head);
	}
	UnlockPage(relation, IVF_LIST_LOCK(place->number), ExclusiveLock);
	if (same)
		wemb_ivf_recycle_rest(vacuum->recycle, codes);
	return same;
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
		wemb_ivf_recycle_reached(vacuum->recycle, blocks[i]);
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
	wemb_ivf_recycle_chain(vacuum->recycle, head);
}

static void
clean_or_renew(IvfVacuum *vacuum, const IvfPlace *place)
{
	ListRows	rows = clean_list(vacuum, place);

	if (!is_worn(vacuum, rows))
		return;
	if (rows.live > 0 || !empty_list(vacuum, place, rows))
		repack_list(vacuum, place);
}

/* ---- the directory ---- */

/* The pages of the centroids of a page. */
static void
mark_directory(IvfVacuum *vacuum, Page page)
{
	const IvfDirectoryPage *directory = ivf_directory(page);

	for (int i = 0; i < vacuum->index->layout.directory_cells; i++)
		wemb_ivf_recycle_reached(vacuum->recycle, directory->cells[i]);
}

/* A copy of a page of the directory as it is now. */
static void
copy_directory(IvfVacuum *vacuum, BlockNumber block, Page copy)
{
	wemb_ivf_page_copy(vacuum->index, block, IVF_PAGE_DIRECTORY, copy);
	wemb_ivf_recycle_reached(vacuum->recycle, block);
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
			clean_or_renew(vacuum, &place);
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
		ivf_meta(wemb_xlog_page(xlog, buffer))->rows = rows;
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
	vacuum->recycle = wemb_ivf_recycle_create(base, vacuum->index);
	clean_lists(vacuum);
	wemb_ivf_recycle_pages(vacuum->recycle);
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
