/*
 * ivf_build_rows.c
 *		Rows of a build: from the table to files, and from these to files by their lists.
 */
#include "pg/compat.h"

#include "access/tableam.h"
#include "catalog/index.h"
#include "commands/progress.h"
#include "index/ivf/ivf_build.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/memutils.h"

#define PROGRESS_ROWS		1024	/* between two reports */
#define CHUNK_BYTES			(1024 * 1024)	/* of vectors that are compared with centroids at a time */
#define CHUNK_ROWS			2048
#define CHUNK_LEAST			32

/* ---- load ---- */

typedef struct RowLoader
{
	IvfBuild   *build;
	IndexValue *value;
	BufFile    *file;
	IvfCell    *cell;
	uint8	   *bytes;
	MemoryContext row;
	uint64		rows;
} RowLoader;

static void
load_row(Relation relation, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state)
{
	RowLoader  *loader = state;
	IvfBuild   *build = loader->build;
	MemoryContext old;
	bool		indexed;

	if (isnull[0])
		return;
	old = MemoryContextSwitchTo(loader->row);
	indexed = wemb_value_set(&build->index->vectors, loader->value, values[0]);
	MemoryContextSwitchTo(old);
	MemoryContextReset(loader->row);
	if (indexed)
	{
		IndexCopy	copy = wemb_value_copy(&build->index->vectors, loader->value, loader->bytes);

		wemb_ivf_cell_fill(build->index, loader->cell, tid, &copy);
		BufFileWrite(loader->file, loader->cell, build->index->layout.cell_size);
		if (++loader->rows % PROGRESS_ROWS == 0)
		{
			uint64		loaded = pg_atomic_add_fetch_u64(&build->control->loaded, PROGRESS_ROWS);

			if (build->member == 0)
				pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, (int64) loaded);
		}
	}
}

void
wemb_ivf_build_load(IvfBuild *build, TableScanDesc scan)
{
	const IvfIndex *index = build->index;
	RowLoader	loader = {
		.build = build,
		.value = wemb_value_create(&index->vectors),
		.file = wemb_ivf_file_new(build, BUILD_ROWS),
		.cell = palloc(index->layout.cell_size),
		.bytes = palloc(wemb_value_max_copy(&index->vectors)),
		.row = AllocSetContextCreate(CurrentMemoryContext, "wemb ivf build row", ALLOCSET_DEFAULT_SIZES)
	};
	double		rows = table_index_build_scan(build->heap, index->relation, build->info, true, build->member == 0,
											  load_row, &loader, scan);

	wemb_ivf_file_done(build, loader.file);
	MemoryContextDelete(loader.row);
	SpinLockAcquire(&build->control->lock);
	build->control->heap_rows += rows;
	build->control->broken_hot_chain |= build->info->ii_BrokenHotChain;
	build->control->file_rows[build->member] = loader.rows;
	SpinLockRelease(&build->control->lock);
}

/* ---- assign ---- */

typedef struct Assigner
{
	IvfBuild   *build;
	int			chunk;			/* rows */
	int			member;			/* whose file is open, or -1 */
	BufFile    *file;
	BufFile    *parts[IVF_PARTS];
	char	   *cells;			/* chunk of them, each behind the number of its list */
	float	   *x;
	CentroidHit *hits;
} Assigner;

static Size
record_size(const IvfBuild *build)
{
	return sizeof(uint32) + build->index->layout.cell_size;
}

static IvfCell *
chunk_cell(const Assigner *assigner, int i)
{
	return (IvfCell *) (assigner->cells + i * record_size(assigner->build) + sizeof(uint32));
}

/* Read n cells from place row on, of all files one after the other. */
static void
read_chunk(Assigner *assigner, uint64 row, int n)
{
	IvfBuild   *build = assigner->build;
	const uint64 *file_rows = build->control->file_rows;
	int			member = 0;
	int			size = build->index->layout.cell_size;

	for (int i = 0; i < n; i++)
	{
		while (row >= file_rows[member])
			row -= file_rows[member++];
		if (assigner->member != member)
		{
			if (assigner->member >= 0)
				wemb_ivf_file_close(build, assigner->file);
			assigner->file = wemb_ivf_file_open(build, BUILD_ROWS, member);
			assigner->member = member;
			wemb_file_seek(assigner->file, (int64) row * size);
		}
		else if (i == 0)
			wemb_file_seek(assigner->file, (int64) row * size);
		wemb_file_read(assigner->file, chunk_cell(assigner, i), size);
		row++;
	}
}

static void
find_lists_of_bits(Assigner *assigner, int n)
{
	IvfBuild   *build = assigner->build;
	int			bytes = wemb_value_max_copy(&build->index->vectors);

	for (int i = 0; i < n; i++)
	{
		uint64		least = UINT64_MAX;

		CHECK_FOR_INTERRUPTS();
		for (uint32 list = 0; list < build->work->lists; list++)
		{
			uint64		bits = wemb_kernel->differing_bits(chunk_cell(assigner, i)->bytes,
														   build_cell(build, list)->bytes, bytes);

			if (bits < least)
			{
				least = bits;
				assigner->hits[i].centroid = list;
			}
		}
	}
}

static void
find_lists(Assigner *assigner, int n)
{
	const IvfBuild *build = assigner->build;
	int			dim = build->index->vectors.dim;

	for (int i = 0; i < n; i++)
		wemb_ivf_cell_floats(build->index, chunk_cell(assigner, i), assigner->x + (Size) i * dim);
	wemb_centroids_assign(wemb_kmeans_centroids(build_kmeans(build->work)), &(CentroidRows) {assigner->x, dim, n}, 1,
						  assigner->hits);
}

static void
put_chunk(Assigner *assigner, int n)
{
	IvfBuild   *build = assigner->build;
	Size		size = record_size(build);

	for (int i = 0; i < n; i++)
	{
		char	   *record = assigner->cells + i * size;
		uint32		list = assigner->hits[i].centroid;
		int			part = (int) ((uint64) list * build->control->parts / build->work->lists);

		memcpy(record, &list, sizeof(list));
		if (assigner->parts[part] == NULL)
			assigner->parts[part] = wemb_ivf_file_new(build, 1 + part);
		BufFileWrite(assigner->parts[part], record, size);
		pg_atomic_fetch_add_u32(&build_counts(build->work)[list], 1);
	}
}

static int
chunk_rows(const IvfBuild *build)
{
	return Max(Min(CHUNK_BYTES / (build->index->vectors.dim * (int) sizeof(float)), CHUNK_ROWS), CHUNK_LEAST);
}

void
wemb_ivf_build_assign(IvfBuild *build)
{
	bool		bits = build->index->vectors.form == VALUE_BITS;
	Assigner	assigner = {.build = build, .chunk = chunk_rows(build), .member = -1};
	uint64		row;

	assigner.cells = palloc(assigner.chunk * record_size(build));
	assigner.hits = palloc(assigner.chunk * sizeof(CentroidHit));
	if (!bits)
		assigner.x = palloc((Size) assigner.chunk * build->index->vectors.dim * sizeof(float));
	while ((row = pg_atomic_fetch_add_u64(&build->control->claimed, assigner.chunk)) < build->control->rows)
	{
		int			n = (int) Min(build->control->rows - row, (uint64) assigner.chunk);

		CHECK_FOR_INTERRUPTS();
		read_chunk(&assigner, row, n);
		if (bits)
			find_lists_of_bits(&assigner, n);
		else
			find_lists(&assigner, n);
		put_chunk(&assigner, n);
		if (build->member == 0)
			pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, (int64) (row + n));
	}
	if (assigner.member >= 0)
		wemb_ivf_file_close(build, assigner.file);

	/* a file for each part, so that readers find what they look for */
	for (uint32 part = 0; part < build->control->parts; part++)
	{
		if (assigner.parts[part] == NULL)
			assigner.parts[part] = wemb_ivf_file_new(build, 1 + part);
		wemb_ivf_file_done(build, assigner.parts[part]);
	}
}
