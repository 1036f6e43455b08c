/*
 * hnsw_edit.c
 *		Changes of slots that happen together or not at all.
 */
#include "postgres.h"

#include "index/hnsw/hnsw_edit.h"
#include "index/hnsw/hnsw_store.h"
#include "pg/compat.h"
#include "pg/generic_xlog.h"
#include "storage/bufmgr.h"
#include "storage/indexfsm.h"
#include "storage/lmgr.h"

/* ---- edits ---- */

void
wemb_hnsw_edit_start(HnswEdit *edit)
{
	edit->n = 0;
}

void
wemb_hnsw_edit_forget(HnswEdit *edit)
{
	for (int i = 0; i < edit->n; i++)
	{
		pfree(edit->before[i]);
		pfree(edit->after[i]);
	}
	edit->n = 0;
}

static int
find_slot(const HnswEdit *edit, uint32 number)
{
	for (int i = 0; i < edit->n; i++)
		if (edit->number[i] == number)
			return i;
	return -1;
}

HnswSlot *
wemb_hnsw_edit_find(const HnswEdit *edit, uint32 number)
{
	int			i = find_slot(edit, number);

	return i < 0 ? NULL : edit->after[i];
}

HnswSlot *
wemb_hnsw_edit_slot(const HnswIndex *index, HnswEdit *edit, uint32 number)
{
	int			size = index->layout.slot_size;
	int			i = edit->n;
	int			known = find_slot(edit, number);

	if (known >= 0)
		return edit->after[known];
	Assert(i < HNSW_EDIT_SLOTS);
	edit->before[i] = palloc(size);
	edit->after[i] = palloc(size);
	edit->number[i] = number;
	edit->n++;
	if (!wemb_hnsw_slot_read(index, number, edit->before[i]))
	{
		pfree(edit->before[i]);
		pfree(edit->after[i]);
		edit->n--;
		return NULL;
	}
	memcpy(edit->after[i], edit->before[i], size);
	return edit->after[i];
}

/* Put the block of a slot among n that ascend, unless it is there; returns how many there are then. */
static int
add_block(const HnswIndex *index, uint32 number, BlockNumber *blocks, int n)
{
	BlockNumber block = hnsw_block(&index->layout, number);
	int			place = n;

	for (int i = 0; i < n; i++)
		if (blocks[i] == block)
			return n;
	for (; place > 0 && blocks[place - 1] > block; place--)
		blocks[place] = blocks[place - 1];
	blocks[place] = block;
	return n + 1;
}

/* The blocks of an edit, ascending, each once. */
static int
list_blocks(const HnswIndex *index, const HnswEdit *edit, BlockNumber *blocks)
{
	int			n = 0;

	for (int i = 0; i < edit->n; i++)
		n = add_block(index, edit->number[i], blocks, n);
	return n;
}

bool
wemb_hnsw_edit_has_room(const HnswIndex *index, const HnswEdit *edit, const uint32 *numbers, int n)
{
	BlockNumber blocks[HNSW_EDIT_SLOTS];
	int			nblocks = list_blocks(index, edit, blocks);
	int			slots = edit->n;

	for (int i = 0; i < n; i++)
	{
		if (numbers[i] == HNSW_NONE || find_slot(edit, numbers[i]) >= 0)
			continue;
		if (++slots > HNSW_EDIT_SLOTS)
			return false;
		nblocks = add_block(index, numbers[i], blocks, nblocks);
	}
	return nblocks <= MAX_GENERIC_XLOG_PAGES;
}

static int
place_of(const BlockNumber *blocks, int n, BlockNumber block)
{
	for (int i = 0; i < n; i++)
		if (blocks[i] == block)
			return i;
	elog(ERROR, "block %u is not in the edit", block);
}

bool
wemb_hnsw_edit_apply(const HnswIndex *index, HnswEdit *edit)
{
	BlockNumber blocks[HNSW_EDIT_SLOTS];
	Buffer		buffers[HNSW_EDIT_SLOTS];
	int			n = list_blocks(index, edit, blocks);
	bool		same = true;

	for (int i = 0; i < n; i++)
	{
		buffers[i] = ReadBuffer(index->relation, blocks[i]);
		LockBuffer(buffers[i], BUFFER_LOCK_EXCLUSIVE);
	}
	for (int i = 0; i < edit->n && same; i++)
	{
		Page		page = BufferGetPage(buffers[place_of(blocks, n, hnsw_block(&index->layout, edit->number[i]))]);

		same = memcmp(hnsw_slot(&index->layout, page, edit->number[i]), edit->before[i], index->layout.slot_size) == 0;
	}
	if (same)
	{
		GenericXLogState *xlog = GenericXLogStart(index->relation);
		Page		pages[HNSW_EDIT_SLOTS];

		for (int i = 0; i < n; i++)
			pages[i] = wemb_xlog_page(xlog, buffers[i]);
		for (int i = 0; i < edit->n; i++)
			memcpy(hnsw_slot(&index->layout, pages[place_of(blocks, n, hnsw_block(&index->layout, edit->number[i]))],
							 edit->number[i]),
				   edit->after[i], index->layout.slot_size);
		GenericXLogFinish(xlog);
	}
	for (int i = 0; i < n; i++)
		UnlockReleaseBuffer(buffers[i]);
	wemb_hnsw_edit_forget(edit);
	return same;
}

/* ---- the metapage ---- */

void
wemb_hnsw_meta_update(Relation relation, HnswMetaUpdate update, const void *arg)
{
	Buffer		buffer = ReadBuffer(relation, HNSW_META_BLKNO);
	GenericXLogState *xlog;

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	xlog = GenericXLogStart(relation);
	if (update(hnsw_meta(wemb_xlog_page(xlog, buffer)), arg))
		GenericXLogFinish(xlog);
	else
		GenericXLogAbort(xlog);
	UnlockReleaseBuffer(buffer);
}

/* ---- new pages and slots ---- */

/* The head of the free list, its page locked; the list is given up if that is not what it should be. */
static Buffer
take_free(const HnswIndex *index, HnswMeta *meta, GenericXLogState *xlog)
{
	uint32		number = meta->free;
	Buffer		buffer = wemb_index_read(index->relation, hnsw_block(&index->layout, number));
	Page		page = BufferGetPage(buffer);
	HnswSlot   *slot = NULL;

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	if (!PageIsNew(page) && hnsw_special(page)->kind == HNSW_PAGE_SLOTS)
		slot = hnsw_slot(&index->layout, page, number);
	if (slot == NULL || slot->kind != HNSW_SLOT_FREE)
	{
		UnlockReleaseBuffer(buffer);
		meta->free = HNSW_NONE;
		return InvalidBuffer;
	}
	slot = hnsw_slot(&index->layout, wemb_xlog_page(xlog, buffer), number);
	meta->free = slot->below;
	slot->kind = HNSW_SLOT_UNUSED;
	return buffer;
}

/* A new page of slots at the end of the index, locked; next moves there. */
static Buffer
add_page(const HnswIndex *index, HnswMeta *meta, GenericXLogState *xlog)
{
	Buffer		buffer = wemb_index_extend(index->relation);
	BlockNumber block = BufferGetBlockNumber(buffer);

	if (block > HNSW_NONE / index->layout.slots_per_page)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("index \"%s\" has no room for more rows", RelationGetRelationName(index->relation))));
	meta->next = hnsw_first_number(&index->layout, block);
	wemb_hnsw_page_init(GenericXLogRegisterBuffer(xlog, buffer, GENERIC_XLOG_FULL_IMAGE), HNSW_PAGE_SLOTS);
	return buffer;
}

/* The page of the slot to give out next, locked: a new one, or one that has the slot unused. */
static Buffer
get_next(const HnswIndex *index, HnswMeta *meta, GenericXLogState *xlog)
{
	BlockNumber block = hnsw_block(&index->layout, meta->next);
	Buffer		buffer;
	Page		page;

	if (meta->next % index->layout.slots_per_page == 0)
		return add_page(index, meta, xlog);
	buffer = wemb_index_read(index->relation, block);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	page = BufferGetPage(buffer);
	if (PageIsNew(page) || hnsw_special(page)->kind != HNSW_PAGE_SLOTS ||
		hnsw_slot(&index->layout, page, meta->next)->kind != HNSW_SLOT_UNUSED)
		wemb_index_corrupt(index->relation, block, "the slot to be given out next is in use");
	return buffer;
}

uint32
wemb_hnsw_slot_alloc(const HnswIndex *index)
{
	Buffer		meta_buffer = ReadBuffer(index->relation, HNSW_META_BLKNO);
	Buffer		buffer = InvalidBuffer;
	GenericXLogState *xlog;
	HnswMeta   *meta;
	uint32		number;

	LockBuffer(meta_buffer, BUFFER_LOCK_EXCLUSIVE);
	xlog = GenericXLogStart(index->relation);
	meta = hnsw_meta(wemb_xlog_page(xlog, meta_buffer));
	number = meta->free;
	if (number != HNSW_NONE)
		buffer = take_free(index, meta, xlog);
	if (!BufferIsValid(buffer))
	{
		buffer = get_next(index, meta, xlog);
		number = meta->next++;
	}
	GenericXLogFinish(xlog);
	if (BufferIsValid(buffer))
		UnlockReleaseBuffer(buffer);
	UnlockReleaseBuffer(meta_buffer);
	return number;
}

/* ---- value pages ---- */

static bool
is_free(Page page)
{
	return hnsw_special(page)->kind == HNSW_PAGE_FREE;
}

BlockNumber
wemb_hnsw_values_write(const HnswIndex *index, const uint8 *bytes, int size)
{
	BlockNumber next = InvalidBlockNumber;
	int			pages = (size + HNSW_VALUE_ROOM - 1) / HNSW_VALUE_ROOM;

	for (int i = pages - 1; i >= 0; i--)
	{
		Buffer		buffer = wemb_index_page_get(index->relation, is_free);
		GenericXLogState *xlog = GenericXLogStart(index->relation);
		Page		page = GenericXLogRegisterBuffer(xlog, buffer, GENERIC_XLOG_FULL_IMAGE);
		HnswValuePage *values = (HnswValuePage *) PageGetContents(page);

		wemb_hnsw_page_init(page, HNSW_PAGE_VALUES);
		values->next = next;
		values->size = Min(size - i * HNSW_VALUE_ROOM, HNSW_VALUE_ROOM);
		memcpy(values->data, bytes + i * HNSW_VALUE_ROOM, values->size);
		GenericXLogFinish(xlog);
		next = BufferGetBlockNumber(buffer);
		UnlockReleaseBuffer(buffer);
	}
	return next;
}

void
wemb_hnsw_values_free(const HnswIndex *index, BlockNumber block)
{
	while (block != InvalidBlockNumber)
	{
		Buffer		buffer = wemb_index_read(index->relation, block);
		BlockNumber here = block;
		GenericXLogState *xlog;
		Page		page;

		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		xlog = GenericXLogStart(index->relation);
		page = wemb_xlog_page(xlog, buffer);
		if (PageIsNew(page) || hnsw_special(page)->kind != HNSW_PAGE_VALUES)
		{
			GenericXLogAbort(xlog);
			UnlockReleaseBuffer(buffer);
			return;
		}
		block = ((HnswValuePage *) PageGetContents(page))->next;
		hnsw_special(page)->kind = HNSW_PAGE_FREE;
		GenericXLogFinish(xlog);
		UnlockReleaseBuffer(buffer);
		RecordFreeIndexPage(index->relation, here);
	}
}
