/*
 * ivf_space.c
 *		Pages that an index takes and gives back, and lists that get new ones.
 */
#include "postgres.h"

#include "access/transam.h"
#include "index/ivf/ivf_space.h"
#include "index/ivf/ivf_writer.h"
#include "miscadmin.h"
#include "pg/compat.h"
#include "pg/generic_xlog.h"
#include "storage/bufmgr.h"
#include "storage/indexfsm.h"

/* ---- pages ---- */

static bool
is_free(Page page)
{
	return ivf_special(page)->kind == IVF_PAGE_FREE;
}

Buffer
wemb_ivf_page_get(const IvfIndex *index)
{
	return wemb_index_page_get(index->relation, is_free);
}

BlockNumber
wemb_ivf_page_take(const IvfIndex *index, uint16 kind, uint32 owner)
{
	Buffer		buffer = wemb_ivf_page_get(index);
	BlockNumber block = BufferGetBlockNumber(buffer);
	GenericXLogState *xlog = GenericXLogStart(index->relation);
	Page		page = GenericXLogRegisterBuffer(xlog, buffer, GENERIC_XLOG_FULL_IMAGE);

	wemb_ivf_page_init(page, kind, owner);
	ivf_set_used(page, 0);
	GenericXLogFinish(xlog);
	UnlockReleaseBuffer(buffer);
	return block;
}

BlockNumber *
wemb_ivf_blocks_take(const IvfIndex *index, uint32 list, uint32 rows)
{
	uint32		n = wemb_ivf_pages_of(&index->layout, rows);
	BlockNumber *blocks = palloc(n * sizeof(BlockNumber));
	BlockNumber owner = InvalidBlockNumber;

	for (uint32 i = 0; i < n; i++)
	{
		bool		codes = i % (1 + index->layout.code_cells) == 0;

		blocks[i] = wemb_ivf_page_take(index, codes ? IVF_PAGE_CODES : IVF_PAGE_CELLS, codes ? list : owner);
		if (codes)
			owner = blocks[i];
	}
	return blocks;
}

void
wemb_ivf_page_write(const IvfIndex *index, BlockNumber block, Page page)
{
	Buffer		buffer = ReadBuffer(index->relation, block);
	GenericXLogState *xlog;

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	xlog = GenericXLogStart(index->relation);
	memcpy(GenericXLogRegisterBuffer(xlog, buffer, GENERIC_XLOG_FULL_IMAGE), page, BLCKSZ);
	GenericXLogFinish(xlog);
	UnlockReleaseBuffer(buffer);
}

/* ---- the directory ---- */

/* Pages locked for one WAL record. */
typedef struct Change
{
	const IvfIndex *index;
	GenericXLogState *xlog;
	Buffer		buffers[MAX_GENERIC_XLOG_PAGES];
	int			n;
} Change;

/* A page of that kind. */
static Page
change_page(Change *change, BlockNumber block, uint16 kind)
{
	Buffer		buffer = wemb_index_read(change->index->relation, block);

	for (int i = 0; i < change->n; i++)
		if (change->buffers[i] == buffer)
			wemb_index_corrupt(change->index->relation, block, "another kind of page");
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	wemb_ivf_page_expect(change->index, buffer, kind);
	change->buffers[change->n++] = buffer;
	return wemb_xlog_page(change->xlog, buffer);
}

static void
end_change(Change *change)
{
	GenericXLogFinish(change->xlog);
	for (int i = 0; i < change->n; i++)
		UnlockReleaseBuffer(change->buffers[i]);
}

/* Centroid i of a page of the directory. */
static void
change_centroid(Change *change, const BlockNumber *cells, int i, const IvfCell *centroid)
{
	const IvfLayout *layout = &change->index->layout;

	for (int part = 0; part < layout->pages_per_cell; part++)
	{
		Page		page = change_page(change, cells[ivf_cell_page(layout, i) + part], IVF_PAGE_CELLS);

		memcpy(ivf_cell(layout, page, i), (const char *) centroid + part * IVF_PAGE_ROOM, ivf_part_size(layout, part));
	}
}

void
wemb_ivf_list_publish(const IvfIndex *index, const IvfPlace *place, const IvfList *list, const IvfCell *centroid,
					  uint32 lists)
{
	Change		change = {.index = index, .xlog = GenericXLogStart(index->relation)};
	int			i = place->number % index->layout.lists_per_page;
	Page		page = change_page(&change, place->directory, IVF_PAGE_DIRECTORY);
	IvfMeta    *meta;

	*ivf_list(&index->layout, page, i) = *list;
	if (centroid != NULL)
		change_centroid(&change, ivf_directory(page)->cells, i, centroid);
	meta = ivf_meta(change_page(&change, IVF_META_BLKNO, IVF_PAGE_META));
	meta->lists = lists;
	meta->changes++;
	end_change(&change);
}

BlockNumber
wemb_ivf_directory_find(const IvfIndex *index, uint32 number, uint32 *first)
{
	BlockNumber block = IVF_DIRECTORY_BLKNO;

	*first = 0;
	for (;;)
	{
		Buffer		buffer;
		Page		page = wemb_ivf_page_lock(index, block, IVF_PAGE_DIRECTORY, &buffer);
		BlockNumber next = ivf_directory(page)->next;

		UnlockReleaseBuffer(buffer);
		if (number < *first + index->layout.lists_per_page || next == InvalidBlockNumber)
			return block;
		block = next;
		*first += index->layout.lists_per_page;
	}
}

/* A new page of the directory behind the last one. */
static BlockNumber
add_directory(const IvfIndex *index, BlockNumber last)
{
	const IvfLayout *layout = &index->layout;
	BlockNumber block = wemb_ivf_page_take(index, IVF_PAGE_DIRECTORY, 0);
	PGAlignedBlock image;
	PGAlignedBlock empty;
	Page		page = (Page) image.data;
	Change		change = {.index = index};

	wemb_ivf_page_init(page, IVF_PAGE_DIRECTORY, 0);
	wemb_ivf_page_init((Page) empty.data, IVF_PAGE_CELLS, block);
	ivf_directory(page)->next = InvalidBlockNumber;
	for (int i = 0; i < layout->directory_cells; i++)
	{
		ivf_directory(page)->cells[i] = wemb_ivf_page_take(index, IVF_PAGE_CELLS, block);
		wemb_ivf_page_write(index, ivf_directory(page)->cells[i], (Page) empty.data);
	}
	wemb_ivf_page_write(index, block, page);
	change.xlog = GenericXLogStart(index->relation);
	ivf_directory(change_page(&change, last, IVF_PAGE_DIRECTORY))->next = block;
	end_change(&change);
	return block;
}

void
wemb_ivf_list_prepare(const IvfIndex *index, uint32 number, const IvfList *list, const IvfCell *centroid)
{
	uint32		first;
	BlockNumber block = wemb_ivf_directory_find(index, number, &first);
	int			i = number % index->layout.lists_per_page;
	Change		change = {.index = index};
	Page		page;

	if (number >= first + index->layout.lists_per_page)
		block = add_directory(index, block);
	change.xlog = GenericXLogStart(index->relation);
	page = change_page(&change, block, IVF_PAGE_DIRECTORY);
	*ivf_list(&index->layout, page, i) = *list;
	change_centroid(&change, ivf_directory(page)->cells, i, centroid);
	end_change(&change);
}

void
wemb_ivf_list_empty(const IvfIndex *index, const IvfPlace *place, BlockNumber head)
{
	Change		change = {.index = index, .xlog = GenericXLogStart(index->relation)};
	Page		page = change_page(&change, place->directory, IVF_PAGE_DIRECTORY);

	ivf_list(&index->layout, page, place->number % index->layout.lists_per_page)->tail = head;
	wemb_ivf_codes_init(&index->layout, change_page(&change, head, IVF_PAGE_CODES), place->number, 0);
	end_change(&change);
}

/* ---- chains ---- */

void
wemb_ivf_page_retire(const IvfIndex *index, BlockNumber block, uint16 kind, uint64 stamp)
{
	Change		change = {.index = index, .xlog = GenericXLogStart(index->relation)};

	ivf_special(change_page(&change, block, kind))->retired = stamp;
	end_change(&change);
}

void
wemb_ivf_chain_retire(const IvfIndex *index, BlockNumber head)
{
	uint64		stamp = U64FromFullTransactionId(ReadNextFullTransactionId());
	PGAlignedBlock copy;
	const IvfCodesPage *codes = ivf_codes((Page) copy.data);
	uint32		pages = 0;

	while (head != InvalidBlockNumber)
	{
		BlockNumber block = head;

		wemb_index_chain_check(index->relation, ++pages, 1, block);
		wemb_ivf_page_copy(index, block, IVF_PAGE_CODES, (Page) copy.data);
		head = codes->next;
		for (int i = 0; i < index->layout.code_cells; i++)
			if (codes->cells[i] != InvalidBlockNumber)
				wemb_ivf_page_retire(index, codes->cells[i], IVF_PAGE_CELLS, stamp);
		wemb_ivf_page_retire(index, block, IVF_PAGE_CODES, stamp);
	}
}

char *
wemb_ivf_chain_read(const IvfIndex *index, BlockNumber head, uint32 *rows)
{
	Size		size = index->layout.cell_size;
	Size		room = 1024;
	char	   *cells = palloc_extended(room * size, MCXT_ALLOC_HUGE);
	PGAlignedBlock copy;
	uint32		pages = 0;

	*rows = 0;
	while (head != InvalidBlockNumber)
	{
		const IvfCodesPage *codes = ivf_codes((Page) copy.data);

		CHECK_FOR_INTERRUPTS();
		wemb_index_chain_check(index->relation, ++pages, 1, head);
		wemb_ivf_page_copy(index, head, IVF_PAGE_CODES, (Page) copy.data);
		head = codes->next;
		if (*rows + codes->n > room)
		{
			room = 2 * room + codes->n;
			cells = repalloc_huge(cells, room * size);
		}
		for (int i = 0; i < codes->n; i++)
		{
			IvfCell    *cell = (IvfCell *) (cells + *rows * size);

			wemb_ivf_cell_read(index, codes->cells, i, cell);
			if (ItemPointerIsValid(&cell->tid))
				(*rows)++;
		}
	}
	return cells;
}
