/*
 * ivf_append.c
 *		One more row at the end of a list: one WAL record.
 *
 * It has the page of codes and the row's page of cells, and where the list
 * grows by a page, the one before that.
 */
#include "postgres.h"

#include "index/ivf/ivf_append.h"
#include "index/ivf/ivf_space.h"
#include "index/ivf/ivf_writer.h"
#include "pg/generic_xlog.h"
#include "storage/bufmgr.h"

/* The record under way. */
typedef struct Append
{
	const IvfIndex *index;
	GenericXLogState *xlog;
	Buffer		buffers[MAX_GENERIC_XLOG_PAGES];
	int			n;
} Append;

static Page
register_page(Append *append, Buffer buffer, bool fresh)
{
	append->buffers[append->n++] = buffer;
	return fresh ? GenericXLogRegisterBuffer(append->xlog, buffer, GENERIC_XLOG_FULL_IMAGE) :
		wemb_xlog_page(append->xlog, buffer);
}

/* A page of that kind and owner, locked; what is wrong otherwise. */
static Buffer
lock_owned(const IvfIndex *index, BlockNumber block, uint16 kind, uint32 owner, const char *what)
{
	Buffer		buffer = wemb_index_read(index->relation, block);
	Page		page = BufferGetPage(buffer);

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	if (PageIsNew(page) || ivf_special(page)->kind != kind || ivf_special(page)->owner != owner)
		wemb_index_corrupt(index->relation, block, what);
	return buffer;
}

/* The list's last page, locked. */
static Buffer
lock_tail(const IvfIndex *index, const IvfPlace *place)
{
	BlockNumber block = place->list.tail;
	uint32		pages = 0;

	for (;;)
	{
		Buffer		buffer = lock_owned(index, block, IVF_PAGE_CODES, place->number, "no page of the list");
		BlockNumber next = ivf_codes(BufferGetPage(buffer))->next;

		if (next == InvalidBlockNumber)
			return buffer;
		UnlockReleaseBuffer(buffer);
		wemb_index_chain_check(index->relation, ++pages, 1, block);
		block = next;
	}
}

static void
put_cell(Append *append, IvfCodesPage *codes, BlockNumber owner, const IvfCell *cell)
{
	static const char no_cells[] = "no cells of the page";
	const IvfLayout *layout = &append->index->layout;
	int			i = codes->n;

	for (int part = 0; part < layout->pages_per_cell; part++)
	{
		BlockNumber *at = &codes->cells[ivf_cell_page(layout, i) + part];
		bool		fresh = *at == InvalidBlockNumber;
		Buffer		buffer;
		Page		page;

		if (*at == owner)		/* it is locked */
			wemb_index_corrupt(append->index->relation, *at, no_cells);
		buffer = fresh ? wemb_ivf_page_get(append->index) :
			lock_owned(append->index, *at, IVF_PAGE_CELLS, owner, no_cells);
		page = register_page(append, buffer, fresh);
		if (fresh)
			wemb_ivf_page_init(page, IVF_PAGE_CELLS, owner);
		*at = BufferGetBlockNumber(buffer);
		memcpy(ivf_cell(layout, page, i), (const char *) cell + part * IVF_PAGE_ROOM, ivf_part_size(layout, part));
		ivf_cells_set_used(layout, page, i);
	}
}

/* The page for the next row: the last one, or one behind it; the last one is locked, in either case. */
static Page
open_page(Append *append, const IvfPlace *place, BlockNumber *block)
{
	const IvfLayout *layout = &append->index->layout;
	Buffer		buffer = lock_tail(append->index, place);
	Page		page = register_page(append, buffer, false);
	Buffer		next;
	uint32		before;

	*block = BufferGetBlockNumber(buffer);
	if (ivf_codes(page)->n < ivf_rows_per_page(layout))
		return page;
	next = wemb_ivf_page_get(append->index);
	*block = BufferGetBlockNumber(next);
	before = ivf_codes(page)->before + ivf_codes(page)->n;
	ivf_codes(page)->next = *block;
	page = register_page(append, next, true);
	wemb_ivf_codes_init(layout, page, place->number, before);
	return page;
}

/* The entry says where the list ends, so that appending begins there. */
static void
move_tail(const IvfIndex *index, const IvfPlace *place, BlockNumber tail)
{
	Buffer		buffer = ReadBuffer(index->relation, place->directory);
	GenericXLogState *xlog;
	Page		page;

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	xlog = GenericXLogStart(index->relation);
	page = wemb_xlog_page(xlog, buffer);
	ivf_list(&index->layout, page, place->number % index->layout.lists_per_page)->tail = tail;
	GenericXLogFinish(xlog);
	UnlockReleaseBuffer(buffer);
}

uint32
wemb_ivf_append(const IvfIndex *index, const IvfPlace *place, const IvfCell *cell, const uint8 *code,
				const QuantFactors *factors)
{
	Append		append = {.index = index, .xlog = GenericXLogStart(index->relation)};
	BlockNumber block;
	Page		page = open_page(&append, place, &block);
	IvfCodesPage *codes = ivf_codes(page);
	bool		grown = append.n > 1;
	uint32		rows;

	put_cell(&append, codes, block, cell);
	wemb_ivf_code_put(index, page, codes->n, code, factors);
	codes->n++;
	ivf_codes_set_used(&index->layout, page);
	rows = codes->before + codes->n;
	GenericXLogFinish(append.xlog);
	for (int i = 0; i < append.n; i++)
		UnlockReleaseBuffer(append.buffers[i]);
	if (grown)
		move_tail(index, place, block);
	return rows;
}

void
wemb_ivf_settle_unit(const IvfIndex *index, IvfPlace *place, float unit)
{
	Buffer		buffer = ReadBuffer(index->relation, place->directory);
	int			i = place->number % index->layout.lists_per_page;
	GenericXLogState *xlog;
	IvfList    *list;

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	xlog = GenericXLogStart(index->relation);
	list = ivf_list(&index->layout, wemb_xlog_page(xlog, buffer), i);
	if (list->unit == 0)
		list->unit = unit;
	place->list = *list;
	GenericXLogFinish(xlog);
	UnlockReleaseBuffer(buffer);
}
