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
#define NAME_LEN		32

typedef struct RowLoader
{
	BuildLoad  *load;
	BuildInserter *inserter;
	IndexValue *value;
	MemoryContext context;		/* lives as long as the load */
	MemoryContext row;
	int64		rows;			/* seen */
} RowLoader;

/* A row turned away; the value follows, not compressed and not elsewhere. */
typedef struct SpooledRow
{
	ItemPointerData tid;
	uint32		size;
} SpooledRow;

static void
spool_name(char *name, uint32 file)
{
	snprintf(name, NAME_LEN, "rows%u", file);
}

static BufFile *
make_spool(BuildLoad *load)
{
	uint32		number = pg_atomic_fetch_add_u32(&load->graph->spools, 1);
	char		name[NAME_LEN];

	if (number == 0)
		ereport(NOTICE,
				(errmsg("the graph does not fit into maintenance_work_mem after " UINT64_FORMAT " rows",
						pg_atomic_read_u64(&load->graph->rows)),
				 errdetail("The other rows are inserted one by one, which takes longer."),
				 errhint("Increase maintenance_work_mem to build faster.")));
	if (load->files == NULL)
		return BufFileCreateTemp(false);
	spool_name(name, number);
	return wemb_files_new(load->files, name);
}

static void
spool_row(RowLoader *loader, ItemPointer tid, struct varlena *value)
{
	SpooledRow	head;

	if (loader->load->spool == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(loader->context);

		loader->load->spool = make_spool(loader->load);
		MemoryContextSwitchTo(old);
	}
	memset(&head, 0, sizeof(head));
	head.tid = *tid;
	head.size = VARSIZE(value);
	BufFileWrite(loader->load->spool, &head, sizeof(head));
	BufFileWrite(loader->load->spool, value, head.size);
}

static void
load_row(Relation relation, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state)
{
	RowLoader  *loader = state;
	BuildLoad  *load = loader->load;
	MemoryContext old;

	if (load->leader && loader->rows++ % PROGRESS_ROWS == 0)
		pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE,
									 (int64) pg_atomic_read_u64(&load->graph->rows));
	if (isnull[0])
		return;
	old = MemoryContextSwitchTo(loader->row);
	if (wemb_value_set(&load->index->vectors, loader->value, values[0]) &&
		!wemb_hnsw_build_insert(loader->inserter, loader->value, tid))
		spool_row(loader, tid, PG_DETOAST_DATUM(values[0]));
	MemoryContextSwitchTo(old);
	MemoryContextReset(loader->row);
}

void
wemb_hnsw_build_load(BuildLoad *load, Relation heap, IndexInfo *info, TableScanDesc scan)
{
	BuildGraph *graph = load->graph;
	RowLoader	loader = {
		load, wemb_hnsw_build_inserter(graph, load->index), wemb_value_create(&load->index->vectors),
		CurrentMemoryContext, AllocSetContextCreate(CurrentMemoryContext, "wemb hnsw build row", ALLOCSET_DEFAULT_SIZES)
	};
	double		rows = table_index_build_scan(heap, load->index->relation, info, true, load->leader, load_row, &loader,
											  scan);

	if (load->leader)
		pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, (int64) pg_atomic_read_u64(&graph->rows));
	MemoryContextDelete(loader.row);
	SpinLockAcquire(&graph->lock);
	graph->heap_rows += rows;
	graph->broken_hot_chain |= info->ii_BrokenHotChain;
	SpinLockRelease(&graph->lock);
	if (load->spool != NULL && load->files != NULL)
	{
		wemb_files_export(load->spool);
		BufFileClose(load->spool);
		load->spool = NULL;
	}
}

static uint64
insert_file(BuildLoad *load, HnswInserter *inserter, BufFile *file)
{
	uint64		rows = 0;
	Size		room = 0;
	char	   *value = NULL;
	SpooledRow	head;

	while (BufFileRead(file, &head, sizeof(head)) == sizeof(head))
	{
		CHECK_FOR_INTERRUPTS();
		if (head.size > room)
		{
			room = head.size;
			value = value == NULL ? palloc(room) : repalloc(value, room);
		}
		wemb_file_read(file, value, head.size);
		wemb_hnsw_insert_row(inserter, PointerGetDatum(value), &head.tid);
		rows++;
		pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE,
									 (int64) (pg_atomic_read_u64(&load->graph->rows) + rows));
	}
	return rows;
}

uint64
wemb_hnsw_build_insert_spooled(BuildLoad *load)
{
	uint32		nfiles = pg_atomic_read_u32(&load->graph->spools);
	HnswInserter *inserter;
	uint64		rows = 0;

	if (nfiles == 0)
		return 0;
	ereport(NOTICE,
			(errmsg("hnsw graph no longer fits into maintenance_work_mem after " UINT64_FORMAT " tuples",
					pg_atomic_read_u64(&load->graph->rows)),
			 errdetail("The rest are inserted into the pages of the index one by one."),
			 errhint("Increase maintenance_work_mem to build the index faster.")));
	inserter = wemb_hnsw_inserter_create(load->index->relation);
	for (uint32 i = 0; i < nfiles; i++)
	{
		BufFile    *file = load->spool;
		char		name[NAME_LEN];

		spool_name(name, i);
		if (load->files != NULL)
			file = wemb_files_open(load->files, name);
		else
			wemb_file_seek(file, 0);
		rows += insert_file(load, inserter, file);
		BufFileClose(file);
	}
	return rows;
}
