/*
 * ivf_build_write.c
 *		Pages of a build: where each list goes, and its rows there.
 *
 * The directory comes first, then lists by number.  Rows are read from the
 * files of parts, some lists at a time: a group is as many as memory has room for, or a
 * single one of any size, whose rows are written as they are read.
 */
#include "pg/compat.h"

#include "access/xloginsert.h"
#include "commands/progress.h"
#include "index/ivf/ivf_build.h"
#include "index/ivf/ivf_writer.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"

#define LEAST_MEMORY	((Size) 1024 * 1024)

Size
wemb_ivf_build_memory(const IvfBuild *build)
{
	return Max((Size) maintenance_work_mem * 1024 / (1 + build->helpers), LEAST_MEMORY);
}

static uint32
rows_of(const IvfBuild *build, uint32 list)
{
	return pg_atomic_read_u32(&build_counts(build->work)[list]);
}

static Size
bytes_of(const IvfBuild *build, uint32 list)
{
	return (Size) rows_of(build, list) * build->index->layout.cell_size;
}

static uint32
part_of(const IvfBuild *build, uint32 list)
{
	return (uint32) ((uint64) list * build->control->parts / build->work->lists);
}

/* ---- places ---- */

static void
plan_groups(IvfBuild *build)
{
	BuildWork  *work = build->work;
	BuildGroup *groups = build_groups(work);
	Size		room = wemb_ivf_build_memory(build);
	Size		used = 0;

	work->ngroups = 0;
	for (uint32 list = 0; list < work->lists; list++)
	{
		uint32		part = part_of(build, list);
		BuildGroup *last = work->ngroups > 0 ? &groups[work->ngroups - 1] : NULL;

		if (last == NULL || last->part != part || used + bytes_of(build, list) > room)
		{
			last = &groups[work->ngroups++];
			*last = (BuildGroup) {.part = part, .first = list};
			used = 0;
		}
		last->end = list + 1;
		used += bytes_of(build, list);
	}
}

static uint32
directory_pages(const IvfLayout *layout, uint32 lists)
{
	return (lists + layout->lists_per_page - 1) / layout->lists_per_page * (1 + layout->directory_cells);
}

static void
extend(Relation relation, BlockNumber blocks)
{
	for (BlockNumber block = 0; block < blocks; block++)
	{
		Buffer		buffer = ReadBuffer(relation, P_NEW);

		CHECK_FOR_INTERRUPTS();
		if (BufferGetBlockNumber(buffer) != block)
			elog(ERROR, "index \"%s\" is not empty", RelationGetRelationName(relation));
		ReleaseBuffer(buffer);
	}
}

/* Returns how many blocks the index has then. */
BlockNumber
wemb_ivf_build_plan(IvfBuild *build)
{
	const IvfLayout *layout = &build->index->layout;
	uint64		blocks = IVF_DIRECTORY_BLKNO + directory_pages(layout, build->work->lists);

	for (uint32 list = 0; list < build->work->lists; list++)
	{
		build_starts(build->work)[list] = (BlockNumber) blocks;
		blocks += wemb_ivf_pages_of(layout, rows_of(build, list));
	}
	if (blocks > MaxBlockNumber)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("index \"%s\" has no room for more rows", RelationGetRelationName(build->index->relation))));
	plan_groups(build);
	extend(build->index->relation, (BlockNumber) blocks);
	return (BlockNumber) blocks;
}

/* ---- rows ---- */

static void
write_page(const IvfIndex *index, BlockNumber block, Page page)
{
	Buffer		buffer = ReadBufferExtended(index->relation, MAIN_FORKNUM, block, RBM_ZERO_AND_LOCK, NULL);

	memcpy(BufferGetPage(buffer), page, BLCKSZ);
	MarkBufferDirty(buffer);
	UnlockReleaseBuffer(buffer);
}

typedef struct GroupWriter
{
	IvfBuild   *build;
	const BuildGroup *group;
	IvfWriter  *writer;
	char	   *cells;			/* NULL: rows are written as they come */
	uint32	   *next;			/* of each list of the group: where in cells its next row goes */
} GroupWriter;

static void
begin_list(GroupWriter *to, uint32 list)
{
	const IvfBuild *build = to->build;
	uint32		rows = rows_of(build, list);
	uint32		pages = wemb_ivf_pages_of(&build->index->layout, rows);
	BlockNumber *blocks = palloc(pages * sizeof(BlockNumber));
	IndexCopy	centroid = wemb_ivf_copy(build->index, build_cell(build, list));

	for (uint32 i = 0; i < pages; i++)
		blocks[i] = build_starts(build->work)[list] + i;
	wemb_ivf_writer_begin(to->writer, list, &centroid, build->work->unit, rows, blocks);
}

static void
take_row(GroupWriter *to, uint32 list, const IvfCell *cell)
{
	Size		size = to->build->index->layout.cell_size;

	if (list < to->group->first || list >= to->group->end)
		return;
	if (to->cells == NULL)
		wemb_ivf_writer_add(to->writer, cell);
	else
		memcpy(to->cells + to->next[list - to->group->first]++ * size, cell, size);
}

/* All rows of the group's part, by whichever member. */
static void
read_part(GroupWriter *to)
{
	IvfBuild   *build = to->build;
	Size		size = sizeof(uint32) + build->index->layout.cell_size;
	uint32	   *record = palloc(size);

	for (uint32 member = 0; member < build->control->members_out; member++)
	{
		BufFile    *file = wemb_ivf_file_open(build, 1 + to->group->part, member);
		uint64		rows = 0;

		while (BufFileRead(file, record, size) == size)
		{
			if (rows++ % 1024 == 0)
				CHECK_FOR_INTERRUPTS();
			take_row(to, record[0], (const IvfCell *) (record + 1));
		}
		wemb_ivf_file_close(build, file);
	}
	pfree(record);
}

/* Room for the group's rows, by list; false if it is a single list that is too large. */
static bool
make_room(GroupWriter *to)
{
	const IvfBuild *build = to->build;
	uint32		lists = to->group->end - to->group->first;
	uint32		rows = 0;

	to->next = palloc(lists * sizeof(uint32));
	for (uint32 i = 0; i < lists; i++)
	{
		to->next[i] = rows;
		rows += rows_of(build, to->group->first + i);
	}
	if (lists == 1 && bytes_of(build, to->group->first) > wemb_ivf_build_memory(build))
		return false;
	to->cells = MemoryContextAllocHuge(CurrentMemoryContext, (Size) rows * build->index->layout.cell_size + 1);
	return true;
}

static void
write_group(GroupWriter *to)
{
	const IvfBuild *build = to->build;
	Size		size = build->index->layout.cell_size;
	const char *cell;

	to->cells = NULL;
	if (!make_room(to))
	{
		begin_list(to, to->group->first);
		read_part(to);
		(void) wemb_ivf_writer_end(to->writer);
		return;
	}
	read_part(to);
	cell = to->cells;
	for (uint32 list = to->group->first; list < to->group->end; list++)
	{
		begin_list(to, list);
		for (uint32 i = 0; i < rows_of(build, list); i++, cell += size)
			wemb_ivf_writer_add(to->writer, (const IvfCell *) cell);
		(void) wemb_ivf_writer_end(to->writer);
	}
}

void
wemb_ivf_build_write(IvfBuild *build)
{
	GroupWriter to = {.build = build, .writer = wemb_ivf_writer_create(build->index, write_page)};
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "wemb ivf build group", ALLOCSET_DEFAULT_SIZES);
	uint64		group;

	while ((group = pg_atomic_fetch_add_u64(&build->control->claimed, 1)) < build->work->ngroups)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		CHECK_FOR_INTERRUPTS();
		to.group = &build_groups(build->work)[group];
		write_group(&to);
		MemoryContextSwitchTo(old);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
}

/* ---- the directory ---- */

static IvfList
entry_of(const IvfBuild *build, uint32 list)
{
	const IvfLayout *layout = &build->index->layout;
	BlockNumber head = build_starts(build->work)[list];
	uint32		rows = rows_of(build, list);
	uint32		before = rows > 0 ? (rows - 1) / ivf_rows_per_page(layout) : 0; /* pages before the last one */

	return (IvfList) {
		.head = head, .tail = head + before * (1 + layout->code_cells), .version = 1, .unit = build->work->unit
	};
}

/* Cells of centroids first .. first + n - 1, on pages from block on, whose owner is owner. */
static void
write_centroids(const IvfBuild *build, uint32 first, int n, BlockNumber owner)
{
	const IvfLayout *layout = &build->index->layout;
	PGAlignedBlock image;
	Page		page = (Page) image.data;

	for (int i = 0; i < n; i += layout->cells_per_page)
		for (int part = 0; part < layout->pages_per_cell; part++)
		{
			int			end = Min(i + layout->cells_per_page, n);

			wemb_ivf_page_init(page, IVF_PAGE_CELLS, owner);
			for (int k = i; k < end; k++)
				memcpy(ivf_cell(layout, page, k), (const char *) build_cell(build, first + k) + part * IVF_PAGE_ROOM,
					   ivf_part_size(layout, part));
			write_page(build->index, owner + 1 + ivf_cell_page(layout, i) + part, page);
		}
}

static void
write_directory(const IvfBuild *build)
{
	const IvfLayout *layout = &build->index->layout;
	uint32		lists = build->work->lists;
	PGAlignedBlock image;
	Page		page = (Page) image.data;

	for (uint32 first = 0; first < lists; first += layout->lists_per_page)
	{
		int			n = Min(lists - first, layout->lists_per_page);
		BlockNumber block = IVF_DIRECTORY_BLKNO + first / layout->lists_per_page * (1 + layout->directory_cells);
		IvfDirectoryPage *directory = ivf_directory(page);

		wemb_ivf_page_init(page, IVF_PAGE_DIRECTORY, 0);
		directory->next = first + n < lists ? block + 1 + layout->directory_cells : InvalidBlockNumber;
		for (int i = 0; i < layout->directory_cells; i++)
			directory->cells[i] = block + 1 + i;
		for (int i = 0; i < n; i++)
			*ivf_list(layout, page, i) = entry_of(build, first + i);
		write_page(build->index, block, page);
		write_centroids(build, first, n, block);
	}
}

/* Pages of the directory's cells that no centroid needs yet are made, too. */
static void
write_spare_cells(const IvfBuild *build)
{
	const IvfLayout *layout = &build->index->layout;
	uint32		lists = build->work->lists;
	uint32		full = (lists - 1) / layout->lists_per_page;
	BlockNumber owner = IVF_DIRECTORY_BLKNO + full * (1 + layout->directory_cells);
	int			n = lists - full * layout->lists_per_page;
	PGAlignedBlock image;

	for (int i = ivf_cell_page(layout, n - 1) + layout->pages_per_cell; i < layout->directory_cells; i++)
	{
		wemb_ivf_page_init((Page) image.data, IVF_PAGE_CELLS, owner);
		write_page(build->index, owner + 1 + i, (Page) image.data);
	}
}

void
wemb_ivf_build_finish(IvfBuild *build, IvfMeta *meta, BlockNumber blocks)
{
	Relation	relation = build->index->relation;
	PGAlignedBlock image;

	write_directory(build);
	write_spare_cells(build);
	meta->lists = build->work->lists;
	meta->rows = build->control->rows;
	wemb_ivf_page_init((Page) image.data, IVF_PAGE_META, 0);
	*ivf_meta((Page) image.data) = *meta;
	write_page(build->index, IVF_META_BLKNO, (Page) image.data);
	if (RelationNeedsWAL(relation))
		log_newpage_range(relation, MAIN_FORKNUM, 0, blocks, true);
}
