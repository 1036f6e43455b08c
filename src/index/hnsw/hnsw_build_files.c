/*
 * hnsw_build_files.c
 *		Rows on their way into a graph, in temporary files.
 */
#include "pg/compat.h"

#include "index/hnsw/hnsw_build_files.h"
#include "utils/memutils.h"

#define NAME_LEN	32

/* The start of a page; rows follow. */
typedef struct RowPage
{
	uint32		used;			/* bytes, with this */
	uint32		unused;			/* zero */
} RowPage;

/* A row in a page; the bytes of the copy follow, then up to 3 to the next multiple of 4. */
typedef struct FiledRow
{
	float		low;
	float		step;
	float		lost;
	uint32		number;
	uint32		below;
	ItemPointerData tid;
	uint16		copy_size;
	uint8		level;
	uint8		unused[3];		/* zero */
} FiledRow;

typedef struct RowFile
{
	BufFile    *file;			/* NULL: not open here */
	RowPage    *page;			/* being filled; NULL: not being written */
	uint32		pages;			/* written by this process */
} RowFile;

struct RowFiles
{
	MemoryContext context;
	SharedFiles *shared;
	BuildGraph *graph;
	Size		page_size;
	RowFile    *files;
	uint32		room;			/* of files */
	RowPage    *page;			/* being read */
	uint32		at;				/* in it */
};

RowFiles *
wemb_hnsw_files_open(SharedFiles *shared, const HnswIndex *index, BuildGraph *graph)
{
	RowFiles   *files = palloc0(sizeof(RowFiles));

	files->context = CurrentMemoryContext;
	files->shared = shared;
	files->graph = graph;
	files->page_size = TYPEALIGN(BLCKSZ, sizeof(RowPage) + sizeof(FiledRow) + wemb_value_max_copy(&index->vectors));
	files->page = palloc(files->page_size);
	return files;
}

void
wemb_hnsw_files_close(RowFiles *files)
{
	for (uint32 i = 0; i < files->room; i++)
		if (files->files[i].file != NULL)
			BufFileClose(files->files[i].file);
	files->room = 0;
}

void
wemb_hnsw_files_move(RowFiles *files, BuildGraph *graph)
{
	files->graph = graph;
}

static RowFile *
file_at(RowFiles *files, uint32 number)
{
	if (number >= files->room)
	{
		uint32		room = Max(2 * files->room, number + 16);
		RowFile    *larger = MemoryContextAllocZero(files->context, room * sizeof(RowFile));

		if (files->files != NULL)
		{
			memcpy(larger, files->files, files->room * sizeof(RowFile));
			pfree(files->files);
		}
		files->files = larger;
		files->room = room;
	}
	return &files->files[number];
}

static void
file_name(char *name, uint32 file)
{
	snprintf(name, NAME_LEN, "rows%u", file);
}

uint32
wemb_hnsw_files_new(RowFiles *files)
{
	MemoryContext old = MemoryContextSwitchTo(files->context);
	uint32		number = pg_atomic_fetch_add_u32(&files->graph->files, 1);
	RowFile    *file = file_at(files, number);
	char		name[NAME_LEN];

	file_name(name, number);
	file->file = files->shared != NULL ? wemb_files_new(files->shared, name) : BufFileCreateTemp(false);
	file->page = palloc0(files->page_size);
	file->page->used = sizeof(RowPage);
	MemoryContextSwitchTo(old);
	return number;
}

static void
write_page(RowFiles *files, RowFile *file)
{
	BufFileWrite(file->file, file->page, files->page_size);
	file->pages++;
	memset(file->page, 0, files->page_size);
	file->page->used = sizeof(RowPage);
}

void
wemb_hnsw_files_put(RowFiles *files, uint32 number, const BuildRow *row)
{
	RowFile    *file = file_at(files, number);
	Size		size = sizeof(FiledRow) + TYPEALIGN(4, row->copy.size);
	FiledRow   *filed;

	if (file->page->used + size > files->page_size)
		write_page(files, file);
	filed = (FiledRow *) ((char *) file->page + file->page->used);
	filed->low = row->copy.low;
	filed->step = row->copy.step;
	filed->lost = row->copy.lost;
	filed->number = row->number;
	filed->below = row->below;
	filed->tid = row->tid;
	filed->copy_size = (uint16) row->copy.size;
	filed->level = row->level;
	memcpy(filed + 1, row->copy.bytes, row->copy.size);
	file->page->used += (uint32) size;
}

void
wemb_hnsw_files_finish(RowFiles *files, uint32 number)
{
	RowFile    *file = file_at(files, number);

	if (file->page->used > sizeof(RowPage))
		write_page(files, file);
	pfree(file->page);
	file->page = NULL;
	if (files->shared == NULL)
		return;
	wemb_files_export(file->file);
	BufFileClose(file->file);
	file->file = NULL;
}

/* The file, open to be read. */
static BufFile *
open_file(RowFiles *files, uint32 number)
{
	RowFile    *file = file_at(files, number);
	char		name[NAME_LEN];

	if (file->file == NULL)
	{
		file_name(name, number);
		file->file = wemb_files_open(files->shared, name);
	}
	return file->file;
}

uint32
wemb_hnsw_files_pages(RowFiles *files, uint32 number)
{
	if (files->shared == NULL)
		return file_at(files, number)->pages;
	return (uint32) (BufFileSize(open_file(files, number)) / files->page_size);
}

void
wemb_hnsw_files_delete(RowFiles *files, uint32 number)
{
	RowFile    *file = file_at(files, number);
	char		name[NAME_LEN];

	if (file->file != NULL)
		BufFileClose(file->file);
	file->file = NULL;
	if (files->shared == NULL)
		return;
	file_name(name, number);
	wemb_files_delete(files->shared, name);
}

void
wemb_hnsw_files_read(RowFiles *files, uint32 number, uint32 page)
{
	BufFile    *file = open_file(files, number);

	wemb_file_seek(file, (int64) page * files->page_size);
	wemb_file_read(file, files->page, files->page_size);
	files->at = sizeof(RowPage);
}

bool
wemb_hnsw_files_next(RowFiles *files, BuildRow *row)
{
	const FiledRow *filed = (const FiledRow *) ((char *) files->page + files->at);

	if (files->at >= files->page->used)
		return false;
	*row = (BuildRow) {
		.copy = {filed->low, filed->step, filed->lost, filed->copy_size, (const uint8 *) (filed + 1)},
		.tid = filed->tid,
		.level = filed->level,
		.below = filed->below,
		.number = filed->number
	};
	files->at += (uint32) (sizeof(FiledRow) + TYPEALIGN(4, filed->copy_size));
	return true;
}
