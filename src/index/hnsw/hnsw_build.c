/*
 * hnsw_build.c
 *		Building an index: rows go into a graph in memory, which is then written page by page.
 */
#include "pg/compat.h"

#include "access/heaptoast.h"
#include "access/xloginsert.h"
#include "catalog/index.h"
#include "commands/progress.h"
#include "index/build_team.h"
#include "index/hnsw/hnsw.h"
#include "index/hnsw/hnsw_build_parts.h"
#include "index/hnsw/hnsw_build_write.h"
#include "index/hnsw/hnsw_curve.h"
#include "index/hnsw/hnsw_edit.h"
#include "miscadmin.h"
#include "optimizer/plancat.h"
#include "pg/memory.h"
#include "pg/shared_memory.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#define ROOM_FOR_MORE	1.1		/* rows that statistics do not know of */

/* ---- how many rows ---- */

/* Bytes that a row takes of a page, at least. */
static int
least_row_size(const HnswIndex *index)
{
	int			value = 0;

	if (index->vectors.form == VALUE_BITS)
		value = index->vectors.dim / 8;
	else if (index->vectors.form == VALUE_BYTES)
		value = index->vectors.dim * (index->vectors.metric->element == INDEX_HALFVEC ? 2 : 4);
	if (value > (int) TOAST_TUPLE_THRESHOLD)
		value = 0;				/* it may be elsewhere */
	return MAXALIGN(SizeofHeapTupleHeader) + sizeof(ItemIdData) + value;
}

/* The most rows there may be, and in *likely how many there are if statistics are right. */
static double
count_rows(Relation heap, const IndexInfo *info, const HnswIndex *index, double *likely)
{
	BlockNumber pages = RelationGetNumberOfBlocks(heap);
	bool		column = info->ii_IndexAttrNumbers[0] != 0;
	int			size = column ? least_row_size(index) : (int) (MAXALIGN(SizeofHeapTupleHeader) + sizeof(ItemIdData));
	double		most = (double) pages * (BLCKSZ / size);
	double		visible;

	estimate_rel_size(heap, NULL, &pages, likely, &visible);
	*likely = Min(*likely, most);
	return heap->rd_rel->reltuples > 0 ? Min(*likely * ROOM_FOR_MORE, most) : most;
}

/* ---- memory ---- */

static void
warn_serial(const char *why)
{
	ereport(WARNING,
			(errmsg("the index is built by one process: %s", why),
			 errhint("Give the server more shared memory, or decrease maintenance_work_mem.")));
}

/* Shared memory for the graph and for rows in files; without, the team stays alone. */
static void
share_memory(BuildTeam *team, Size size)
{
	char	   *why;

	if (team->load->shared == NULL)
		team->load->shared = wemb_files_create(&why);
	if (team->load->shared != NULL)
		team->segment = wemb_dsm_try_create(size, &why);
	if (team->segment != NULL)
		return;
	warn_serial(why);
	team->helpers = 0;
}

static void
make_graph(BuildTeam *team, Size size)
{
	MemoryContext old;
	void	   *block;

	/* files outlive this graph, so they are not in its context */
	if (team->helpers > 0)
		share_memory(team, size);
	old = MemoryContextSwitchTo(team->context);
	block = team->segment != NULL ? dsm_segment_address(team->segment) : wemb_block_alloc(size);
	if (block == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errhint("Decrease maintenance_work_mem.")));
	team->load->graph = wemb_hnsw_build_graph_init(block, size, team->load->index);
	MemoryContextSwitchTo(old);
}

static void
forget_graph(BuildTeam *team)
{
	if (team->segment != NULL)
		dsm_detach(team->segment);
	team->segment = NULL;
	team->load->graph = NULL;
	MemoryContextReset(team->context);
}

/* An empty graph of another size.  What is not of nodes stays. */
static void
remake_graph(BuildTeam *team, Size size)
{
	BuildLoad  *load = team->load;
	uint32		files = pg_atomic_read_u32(&load->graph->files);
	uint64		filed = pg_atomic_read_u64(&load->graph->filed);
	double		heap_rows = load->graph->heap_rows;
	bool		broken_hot_chain = load->graph->broken_hot_chain;

	forget_graph(team);
	make_graph(team, size);
	pg_atomic_write_u32(&load->graph->files, files);
	pg_atomic_write_u64(&load->graph->filed, filed);
	load->graph->heap_rows = heap_rows;
	load->graph->broken_hot_chain = broken_hot_chain;
	wemb_hnsw_files_move(load->files, load->graph);
}

/* ---- rows that do not fit ---- */

static void
file_node(BuildLoad *load, uint32 file, uint32 number)
{
	BuildNode  *node = build_node(load->graph, number);
	const BuildLinks *at = build_links(node);
	BuildRow	row = {.copy = build_copy(node), .tid = at->tid, .level = at->level, .below = HNSW_NONE};
	uint64		rows = 1;

	wemb_hnsw_files_put(load->files, file, &row);
	for (uint32 more = at->more; more != HNSW_NONE; more = build_tids(load->graph, more)->next)
		for (int i = 0; i < build_tids(load->graph, more)->n; i++, rows++)
		{
			row.tid = build_tids(load->graph, more)->tids[i];
			wemb_hnsw_files_put(load->files, file, &row);
		}
	pg_atomic_fetch_add_u64(&load->graph->filed, rows);
}

/* Memory was not enough after all: the rows of the graph go to a file, where all others are. */
static void
file_graph(BuildLoad *load)
{
	uint32		file = wemb_hnsw_files_new(load->files);

	for (uint32 node = wemb_hnsw_build_first(load->graph, load->index); node != HNSW_NONE;
		 node = wemb_hnsw_build_after(load->graph, load->index, node))
	{
		CHECK_FOR_INTERRUPTS();
		if (build_node(load->graph, node)->layer == 0)
			file_node(load, file, node);
	}
	wemb_hnsw_files_finish(load->files, file);
}

/* ---- copies of sparse vectors ---- */

/* Bytes that nine of ten copies need at most, which slots shall have room for.  counts: how many are of each size. */
static int
usual_copy_size(const uint32 *counts, int sizes)
{
	uint64		n = 0;
	uint64		below = 0;
	int			size = 0;

	for (int i = 0; i < sizes; i++)
		n += counts[i];
	for (; size < sizes; size++)
	{
		below += counts[size];
		if (below >= n - n / 10)
			break;
	}
	return size;
}

static void
count_nodes(const BuildLoad *load, uint32 *counts)
{
	for (uint32 node = wemb_hnsw_build_first(load->graph, load->index); node != HNSW_NONE;
		 node = wemb_hnsw_build_after(load->graph, load->index, node))
		counts[build_node(load->graph, node)->copy_size]++;
}

static void
count_rows_in_files(const BuildLoad *load, uint32 *counts)
{
	BuildRow	row;

	for (uint32 file = 0; file < pg_atomic_read_u32(&load->graph->files); file++)
		for (uint32 page = 0; page < wemb_hnsw_files_pages(load->files, file); page++)
		{
			CHECK_FOR_INTERRUPTS();
			wemb_hnsw_files_read(load->files, file, page);
			while (wemb_hnsw_files_next(load->files, &row))
				counts[row.copy.size]++;
		}
}

/* Slots of the size that the rows ask for, if nodes have as many links then as they were given. */
static void
fit_sparse(BuildLoad *load, HnswMeta *meta, bool in_files)
{
	int			sizes = wemb_value_max_copy(&load->index->vectors) + 1;
	uint32	   *counts;
	HnswMeta	fitted;

	if (load->index->vectors.form != VALUE_SPARSE)
		return;
	counts = palloc0(sizes * sizeof(uint32));
	if (in_files)
		count_rows_in_files(load, counts);
	else
		count_nodes(load, counts);
	fitted = wemb_hnsw_new_meta(load->index->relation, Max(usual_copy_size(counts, sizes), 1));
	pfree(counts);
	if (fitted.links != meta->links)
		return;
	fitted.rows = meta->rows;
	*meta = fitted;
	load->index = wemb_hnsw_make(load->index->relation, meta);
}

/* ---- the verb ---- */

/* The graph is complete, in memory. */
static void
write_graph(BuildTeam *team, HnswMeta *meta)
{
	BuildLoad  *load = team->load;

	fit_sparse(load, meta, false);
	wemb_hnsw_build_number(load->graph, load->index, meta);
	wemb_hnsw_build_extend(load->graph, load->index);
	wemb_hnsw_team_write(team, meta);
	wemb_hnsw_build_write_tids(load->graph, load->index);
	wemb_hnsw_build_finish(load->graph, load->index, meta);
}

/* Rows are in files.  Beside graphs, each takes 4 bytes. */
static void
build_from_files(BuildTeam *team, HnswMeta *meta, Size limit)
{
	BuildLoad  *load = team->load;
	Size		least;

	if (pg_atomic_read_u64(&load->graph->rows) > 0)
		file_graph(load);
	least = pg_atomic_read_u64(&load->graph->filed) * sizeof(uint32) + Max(limit / 2, BUILD_LEAST_MEMORY);
	fit_sparse(load, meta, true);
	remake_graph(team, Max(limit, least));
	wemb_hnsw_build_parts(team, meta, Max(limit, least));
}

/* Returns the rows in the index. */
static double
build(BuildTeam *team, double likely, double most)
{
	BuildLoad  *load = team->load;
	HnswMeta	meta = wemb_hnsw_new_meta(load->index->relation, 0);
	Size		limit = wemb_build_memory();
	bool		fits = wemb_hnsw_build_size(load->index, likely) <= limit;

	make_graph(team, fits ? Min(wemb_hnsw_build_size(load->index, most), limit) : BUILD_LEAST_MEMORY);
	load->files = wemb_hnsw_files_open(load->shared, load->index, load->graph);
	pg_atomic_write_u32(&load->graph->full, !fits);
	wemb_hnsw_team_load(team);
	meta.rows = pg_atomic_read_u64(&load->graph->rows) + pg_atomic_read_u64(&load->graph->filed);
	if (pg_atomic_read_u64(&load->graph->filed) > 0)
		build_from_files(team, &meta, limit);
	else
		write_graph(team, &meta);
	return (double) meta.rows;
}

IndexBuildResult *
wemb_hnsw_build(Relation heap, Relation relation, IndexInfo *info)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "wemb hnsw build", ALLOCSET_DEFAULT_SIZES);
	IndexBuildResult *result = palloc0(sizeof(IndexBuildResult));
	MemoryContext old = MemoryContextSwitchTo(context);
	HnswMeta	meta = wemb_hnsw_new_meta(relation, 0);
	BuildLoad	load = {.index = wemb_hnsw_make(relation, &meta), .leader = true};
	BuildTeam	team = {.heap = heap, .info = info, .load = &load};
	double		likely;
	double		most = count_rows(heap, info, load.index, &likely);

	wemb_hnsw_check_options(relation);
	team.helpers = wemb_build_helpers(heap, relation);
	team.context = AllocSetContextCreate(context, "wemb hnsw build graph", ALLOCSET_DEFAULT_SIZES);
	pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_TOTAL, (int64) likely);
	pgstat_progress_update_param(PROGRESS_CREATEIDX_SUBPHASE, HNSW_PHASE_LOAD);
	result->index_tuples = build(&team, likely, most);
	result->heap_tuples = load.graph->heap_rows;
	info->ii_BrokenHotChain |= load.graph->broken_hot_chain;
	wemb_hnsw_files_close(load.files);
	if (load.shared != NULL)
		wemb_files_close(load.shared);
	forget_graph(&team);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	wemb_hnsw_curve_measure(relation);
	return result;
}

/* What an unlogged index is after a crash. */
void
wemb_hnsw_build_empty(Relation relation)
{
	HnswMeta	meta = wemb_hnsw_new_meta(relation, 0);
	Buffer		buffer = ReadBufferExtended(relation, INIT_FORKNUM, P_NEW, RBM_NORMAL, NULL);

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	START_CRIT_SECTION();
	wemb_hnsw_page_init(BufferGetPage(buffer), HNSW_PAGE_META);
	*hnsw_meta(BufferGetPage(buffer)) = meta;
	MarkBufferDirty(buffer);
	log_newpage_buffer(buffer, true);
	END_CRIT_SECTION();
	UnlockReleaseBuffer(buffer);
}
