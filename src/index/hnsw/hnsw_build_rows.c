/*
 * hnsw_build_rows.c
 *		The rows of a table on their way into the graph of a build.
 */
#include "pg/compat.h"

#include "catalog/index.h"
#include "commands/progress.h"
#include "index/hnsw/hnsw_build_rows.h"
#include "index/hnsw/hnsw_insert.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#define PROGRESS_ROWS	16		/* between two looks at how many there are */
#define NO_FILE			PG_UINT32_MAX

typedef struct RowLoader
{
	BuildLoad  *load;
	BuildInserter *inserter;
	IndexValue *value;
	uint8	   *bytes;			/* of a copy */
	MemoryContext row;
	uint32		file;			/* of rows turned away, or NO_FILE */
	int64		rows;			/* seen */
} RowLoader;

static void
file_row(RowLoader *loader, const BuildRow *row)
{
	RowFiles   *files = loader->load->files;

	if (loader->file == NO_FILE)
		loader->file = wemb_hnsw_files_new(files);
	wemb_hnsw_files_put(files, loader->file, row);
}

static void
finish_file(RowLoader *loader)
{
	if (loader->file != NO_FILE)
		wemb_hnsw_files_finish(loader->load->files, loader->file);
}

static void
tell_progress(const BuildLoad *load)
{
	const BuildGraph *graph = load->graph;

	if (load->leader && graph->lift == 0)
		pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE,
									 (int64) (load->done + pg_atomic_read_u64(&((BuildGraph *) graph)->rows) +
											  pg_atomic_read_u64(&((BuildGraph *) graph)->filed)));
}

static void
load_row(Relation relation, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state)
{
	RowLoader  *loader = state;
	BuildLoad  *load = loader->load;
	const IndexVectors *vectors = &load->index->vectors;
	MemoryContext old;

	if (loader->rows++ % PROGRESS_ROWS == 0)
		tell_progress(load);
	if (isnull[0])
		return;
	old = MemoryContextSwitchTo(loader->row);
	if (wemb_value_set(vectors, loader->value, values[0]))
	{
		BuildRow	row = {
			.copy = wemb_value_copy(vectors, loader->value, loader->bytes),
			.tid = *tid,
			.level = wemb_hnsw_draw_level(load->index, tid),
			.below = HNSW_NONE
		};

		if (!wemb_hnsw_build_insert(loader->inserter, &row))
		{
			file_row(loader, &row);
			pg_atomic_fetch_add_u64(&load->graph->filed, 1);
		}
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(loader->row);
}

void
wemb_hnsw_build_load(BuildLoad *load, Relation heap, IndexInfo *info, TableScanDesc scan)
{
	BuildGraph *graph = load->graph;
	RowLoader	loader = {
		.load = load,
		.inserter = wemb_hnsw_build_inserter(graph, load->index),
		.value = wemb_value_create(&load->index->vectors),
		.bytes = palloc(wemb_value_max_copy(&load->index->vectors)),
		.row = AllocSetContextCreate(CurrentMemoryContext, "wemb hnsw build row", ALLOCSET_DEFAULT_SIZES),
		.file = NO_FILE
	};
	double		rows = table_index_build_scan(heap, load->index->relation, info, true, load->leader, load_row,
											  &loader, scan);

	tell_progress(load);
	finish_file(&loader);
	MemoryContextDelete(loader.row);
	SpinLockAcquire(&graph->lock);
	graph->heap_rows += rows;
	graph->broken_hot_chain |= info->ii_BrokenHotChain;
	SpinLockRelease(&graph->lock);
}

/* false: there is no room for more guests. */
static bool
insert_page(RowLoader *loader, const RowSpan *span)
{
	RowFiles   *files = loader->load->files;
	BuildRow	row;

	while (wemb_hnsw_files_next(files, &row))
	{
		CHECK_FOR_INTERRUPTS();
		row.guest = span->guests;
		if (wemb_hnsw_build_insert(loader->inserter, &row))
			continue;
		if (span->guests)
			return false;
		file_row(loader, &row);
	}
	if (!span->guests)
		tell_progress(loader->load);
	return true;
}

void
wemb_hnsw_build_insert_files(BuildLoad *load, const RowSpan *span)
{
	RowLoader	loader = {
		.load = load,
		.inserter = wemb_hnsw_build_inserter(load->graph, load->index),
		.file = NO_FILE
	};
	uint32		page = pg_atomic_fetch_add_u32(&load->graph->claimed, 1);
	uint32		before = 0;		/* pages of the files before this one */

	for (uint32 file = span->first; file < span->end; file++)
	{
		uint32		pages = wemb_hnsw_files_pages(load->files, file);

		for (; page < before + pages; page = pg_atomic_fetch_add_u32(&load->graph->claimed, 1))
		{
			wemb_hnsw_files_read(load->files, file, page - before);
			if (!insert_page(&loader, span))
				return;
		}
		before += pages;
	}
	finish_file(&loader);
}
