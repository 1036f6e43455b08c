/*
 * ivf_check.c
 *		What wemb_index_check() and wemb_index_stats() say of a list index.
 *
 * The rules are the invariants of README.md, by their numbers.  While it is
 * checked the caller keeps writers and vacuum out; while it is counted, nobody.
 */
#include "postgres.h"

#include "index/ivf/ivf.h"
#include "index/ivf/ivf_lists.h"
#include "index/ivf/ivf_writer.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"

typedef struct Check
{
	IndexCheck *found;
	IvfIndex   *index;
	IvfMeta		meta;
	BlockNumber nblocks;
	uint8	   *met;			/* a byte a block: something leads there */
	IvfCell    *cell;
	IndexValue *value;
	float	   *centroid;		/* of the list at work, rotated; NULL: there are no codes */
	float	   *rotated;
	uint8	   *code;
	uint8	   *made;
	IndexRows	rows;
	Size		room;			/* of rows.tids */
} Check;

/* ---- pages ---- */

/* A copy of a page that something leads to; false, and reported, if it is not of that kind and owner, or met before. */
static bool
read_page(Check *check, BlockNumber block, uint16 kind, uint32 owner, Page copy)
{
	Buffer		buffer;

	if (block >= check->nblocks)
	{
		wemb_index_problem(check->found, "L4", "something leads to block %u, which is not there", block);
		return false;
	}
	buffer = ReadBuffer(check->index->relation, block);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	memcpy(copy, BufferGetPage(buffer), BLCKSZ);
	UnlockReleaseBuffer(buffer);
	if (check->met[block])
	{
		wemb_index_problem(check->found, "L4", "two ways lead to block %u", block);
		return false;
	}
	check->met[block] = true;
	if (PageIsNew(copy) || ivf_special(copy)->magic != IVF_PAGE_MAGIC || ivf_special(copy)->kind != kind ||
		ivf_special(copy)->retired != 0)
		wemb_index_problem(check->found, "L4", "block %u is no page of kind %u in use", block, kind);
	else if (ivf_special(copy)->owner != owner)
		wemb_index_problem(check->found, "L3", "block %u belongs to %u, not %u", block, ivf_special(copy)->owner, owner);
	else
		return true;
	return false;
}

/* Whether the pages of an owner's n cells are what they should be. */
static bool
check_cells(Check *check, BlockNumber owner, const BlockNumber *cells, int n)
{
	const IvfLayout *layout = &check->index->layout;
	int			pages = n == 0 ? 0 : ivf_cell_page(layout, n - 1) + layout->pages_per_cell;
	PGAlignedBlock copy;
	bool		good = true;

	for (int i = 0; i < pages; i++)
		good = read_page(check, cells[i], IVF_PAGE_CELLS, owner, (Page) copy.data) && good;
	return good;
}

/* ---- rows ---- */

static void
take_tid(Check *check, ItemPointer tid)
{
	if (check->rows.ntids == check->room)
	{
		check->room *= 2;
		check->rows.tids = repalloc_huge(check->rows.tids, check->room * sizeof(ItemPointerData));
	}
	check->rows.tids[check->rows.ntids++] = *tid;
}

/*
 * A code that is of the vector and the centroid has all bits the same, unless
 * another machine rounds otherwise: few.
 */
static void
check_code(Check *check, BlockNumber block, Page page, int i)
{
	const Quant *quant = check->index->vectors.codes;
	IndexCopy	copy = wemb_ivf_copy(check->index, check->cell);
	QuantFactors factors;

	wemb_ivf_rotate(check->index, &copy, check->rotated);
	wemb_quant_encode(quant, check->rotated, check->centroid, check->made, &factors);
	wemb_ivf_code_get(check->index, page, i, ivf_codes(page)->n, check->code, &factors);
	if (wemb_kernel->differing_bits(check->code, check->made, quant->padded / 8) > quant->padded / 4)
		wemb_index_problem(check->found, "L5", "row %d of block %u has a wrong code", i, block);
}

static void
check_rows(Check *check, BlockNumber block, Page page)
{
	const IvfCodesPage *codes = ivf_codes(page);

	for (int i = 0; i < codes->n; i++)
	{
		wemb_ivf_cell_read(check->index, codes->cells, i, check->cell);
		if (!ItemPointerIsValid(&check->cell->tid))
			continue;
		take_tid(check, &check->cell->tid);
		if (check->centroid != NULL)
			check_code(check, block, page, i);
	}
}

/* ---- lists ---- */

static void
check_list(Check *check, const IvfList *list, uint32 number)
{
	PGAlignedBlock copy;
	Page		page = (Page) copy.data;
	const IvfCodesPage *codes = ivf_codes(page);
	uint32		before = 0;
	bool		has_tail = false;

	for (BlockNumber block = list->head; block != InvalidBlockNumber; block = codes->next)
	{
		CHECK_FOR_INTERRUPTS();
		if (!read_page(check, block, IVF_PAGE_CODES, number, page))
			return;
		if (codes->n > ivf_rows_per_page(&check->index->layout))
		{
			wemb_index_problem(check->found, "L2", "block %u has %u rows", block, codes->n);
			return;
		}
		if (codes->before != before)
			wemb_index_problem(check->found, "L2", "block %u says that %u rows are before it, not %u", block,
							   codes->before, before);
		before += codes->n;
		has_tail = has_tail || block == list->tail;
		if (check_cells(check, block, codes->cells, codes->n))
			check_rows(check, block, page);
	}
	if (!has_tail)
		wemb_index_problem(check->found, "L2", "block %u is not in list %u, whose end it should be near", list->tail,
						   number);
}

/* Entry i of a page of the directory. */
static void
check_entry(Check *check, Page page, int i, uint32 number)
{
	const IvfList *list = ivf_list(&check->index->layout, page, i);

	wemb_ivf_cell_read(check->index, ivf_directory(page)->cells, i, check->cell);
	if (check->centroid != NULL)
	{
		IndexCopy	copy = wemb_ivf_copy(check->index, check->cell);

		wemb_ivf_set_unit(check->index, list->unit);
		wemb_ivf_rotate(check->index, &copy, check->centroid);
	}
	check_list(check, list, number);
}

static void
check_directory(Check *check)
{
	const IvfLayout *layout = &check->index->layout;
	PGAlignedBlock copy;
	Page		page = (Page) copy.data;
	BlockNumber block = IVF_DIRECTORY_BLKNO;
	uint32		number = 0;

	while (number < check->meta.lists)
	{
		int			n = Min(check->meta.lists - number, layout->lists_per_page);

		if (block == InvalidBlockNumber)
		{
			wemb_index_problem(check->found, "L1", "there are %u lists, not %u", number, check->meta.lists);
			return;
		}
		if (!read_page(check, block, IVF_PAGE_DIRECTORY, 0, page) ||
			!check_cells(check, block, ivf_directory(page)->cells, n))
			return;
		for (int i = 0; i < n; i++, number++)
			check_entry(check, page, i, number);
		block = ivf_directory(page)->next;
	}
}

static bool
is_wanted(void *state, Datum value)
{
	Check	   *check = state;

	return wemb_value_set(&check->index->vectors, check->value, value);
}

void
wemb_ivf_check(IndexCheck *found)
{
	Check		check = {.found = found, .rows = {.twice = "L6", .missing = "L7", .wanted = is_wanted}, .room = 1024};
	const Quant *codes;

	check.index = wemb_ivf_open(found->index, &check.meta);
	check.nblocks = RelationGetNumberOfBlocks(found->index);
	check.met = MemoryContextAllocExtended(CurrentMemoryContext, check.nblocks, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	check.met[IVF_META_BLKNO] = true;
	check.cell = palloc(check.index->layout.cell_size);
	check.value = wemb_value_create(&check.index->vectors);
	codes = check.index->vectors.codes;
	if (codes != NULL)
	{
		check.centroid = palloc(codes->padded * sizeof(float));
		check.rotated = palloc(codes->padded * sizeof(float));
		check.code = palloc(codes->code_bytes);
		check.made = palloc(codes->code_bytes);
	}
	check.rows.tids = palloc(check.room * sizeof(ItemPointerData));
	check.rows.state = &check;
	check_directory(&check);
	wemb_index_check_rows(found, &check.rows);
}

/* ---- statistics ---- */

/* Rows of a page of codes that are not dead.  Its pages of cells may be another's by now. */
static int
count_rows(const IvfIndex *index, BlockNumber block, Page page)
{
	const IvfLayout *layout = &index->layout;
	const IvfCodesPage *codes = ivf_codes(page);
	int			live = 0;
	int			i = 0;

	while (i < codes->n)
	{
		int			end = Min(i + layout->cells_per_page, codes->n);
		Buffer		buffer = wemb_index_read(index->relation, codes->cells[ivf_cell_page(layout, i)]);
		Page		cells = BufferGetPage(buffer);

		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		if (!PageIsNew(cells) && ivf_special(cells)->kind == IVF_PAGE_CELLS && ivf_special(cells)->owner == block)
			for (; i < end; i++)
				live += ItemPointerIsValid(&ivf_cell(layout, cells, i)->tid);
		UnlockReleaseBuffer(buffer);
		i = end;
	}
	return live;
}

void
wemb_ivf_stats(Relation relation, IndexStats *stats)
{
	IvfMeta		meta;
	IvfIndex   *index = wemb_ivf_open(relation, &meta);
	BlockNumber nblocks = RelationGetNumberOfBlocks(relation);
	int64	   *of_list = palloc0(IVF_MAX_LISTS * sizeof(int64));
	PGAlignedBlock copy;
	Page		page = (Page) copy.data;

	stats->lists = palloc0(sizeof(IndexListStats));
	stats->lists->lists = meta.lists;
	for (BlockNumber block = IVF_DIRECTORY_BLKNO; block < nblocks; block++)
	{
		Buffer		buffer = ReadBuffer(relation, block);
		int			live;

		CHECK_FOR_INTERRUPTS();
		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		memcpy(page, BufferGetPage(buffer), BLCKSZ);
		UnlockReleaseBuffer(buffer);
		if (PageIsNew(page) || ivf_special(page)->kind == IVF_PAGE_FREE || ivf_special(page)->retired != 0)
			stats->free++;
		else if (ivf_special(page)->kind == IVF_PAGE_CODES && ivf_special(page)->owner < IVF_MAX_LISTS)
		{
			int64	   *rows = &of_list[ivf_special(page)->owner];

			live = count_rows(index, block, page);
			stats->rows += live;
			stats->gone += ivf_codes(page)->n - live;
			*rows += live;
			stats->lists->longest = Max(stats->lists->longest, *rows);
		}
	}
	pfree(of_list);
}
