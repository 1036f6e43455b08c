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
#include "index/hnsw/hnsw_build_team.h"
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

/* What the rows ask for, the setting allows, and the machine has, of which part is left for the pages. */
static Size
graph_size(const HnswIndex *index, double rows)
{
	Size		limit = Min((Size) maintenance_work_mem * 1024, wemb_memory_available() / 4 * 3);

	return Min(wemb_hnsw_build_size(index, rows), Max(limit, HNSW_BUILD_MIN_SIZE));
}

static void
warn_serial(const char *why)
{
	ereport(WARNING,
			(errmsg("the index is built by one process: %s", why),
			 errhint("Give the server more shared memory, or decrease maintenance_work_mem.")));
}

/* Shared memory for the graph and the rows turned away; without, the team stays alone. */
static void
share_memory(BuildTeam *team, Size size)
{
	char	   *why;

	team->load->files = wemb_files_create(&why);
	if (team->load->files != NULL)
		team->segment = wemb_dsm_try_create(size, &why);
	if (team->segment != NULL)
		return;
	warn_serial(why);
	if (team->load->files != NULL)
		wemb_files_close(team->load->files);
	team->load->files = NULL;
	team->helpers = 0;
}

static void
make_graph(BuildTeam *team, Size size)
{
	void	   *block;

	if (team->helpers > 0)
		share_memory(team, size);
	block = team->segment != NULL ? dsm_segment_address(team->segment) : wemb_block_alloc(size);
	if (block == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errhint("Decrease maintenance_work_mem.")));
	team->load->graph = wemb_hnsw_build_graph_init(block, size, team->load->index);
}

/* ---- copies of sparse vectors ---- */

/* Bytes that nine of ten copies need at most: what slots shall have room for. */
static int
usual_copy_size(BuildGraph *graph, const HnswIndex *index)
{
	int			room = wemb_value_max_copy(&index->vectors) + 1;
	uint32	   *counts = palloc0(room * sizeof(uint32));
	uint32		n = 0;
	uint32		below = 0;
	int			size = 0;

	for (uint32 node = wemb_hnsw_build_first(graph, index); node != HNSW_NONE;
		 node = wemb_hnsw_build_after(graph, index, node))
	{
		counts[build_node(graph, node)->copy_size]++;
		n++;
	}
	for (; size < room; size++)
	{
		below += counts[size];
		if (below >= n - n / 10)
			break;
	}
	pfree(counts);
	return size;
}

/* Slots of the size that the rows ask for, if nodes have as many links then as they were given. */
static void
fit_sparse(BuildGraph *graph, HnswIndex **index, HnswMeta *meta)
{
	HnswMeta	fitted;

	if ((*index)->vectors.form != VALUE_SPARSE || graph->top < 0)
		return;
	fitted = wemb_hnsw_new_meta((*index)->relation, Max(usual_copy_size(graph, *index), 1));
	if (fitted.links != meta->links)
		return;
	*meta = fitted;
	*index = wemb_hnsw_make((*index)->relation, meta);
}

/* ---- the verb ---- */

static bool
set_rows(HnswMeta *meta, const void *arg)
{
	meta->rows = *(const uint64 *) arg;
	return true;
}

/* Returns the rows in the index. */
static double
build(BuildTeam *team)
{
	BuildLoad  *load = team->load;
	Relation	relation = load->index->relation;
	HnswMeta	meta = wemb_hnsw_new_meta(relation, 0);
	uint64		spooled;

	if (team->helpers > 0)
		wemb_hnsw_team_load(team);
	else
		wemb_hnsw_build_load(load, team->heap, team->info, NULL);
	fit_sparse(load->graph, &load->index, &meta);
	wemb_hnsw_build_number(load->graph, load->index, &meta);
	wemb_hnsw_build_extend(load->graph, load->index);
	if (team->helpers > 0)
		wemb_hnsw_team_write(team, &meta);
	else
		wemb_hnsw_build_write(load->graph, load->index);
	wemb_hnsw_build_finish(load->graph, load->index, &meta);
	spooled = wemb_hnsw_build_insert_spooled(load);
	if (spooled > 0)
	{
		meta.rows += spooled;
		wemb_hnsw_meta_update(relation, set_rows, &meta.rows);
	}
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
	make_graph(&team, graph_size(load.index, most));
	pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_TOTAL, (int64) likely);
	pgstat_progress_update_param(PROGRESS_CREATEIDX_SUBPHASE, HNSW_PHASE_LOAD);
	result->index_tuples = build(&team);
	result->heap_tuples = load.graph->heap_rows;
	info->ii_BrokenHotChain |= load.graph->broken_hot_chain;
	if (load.files != NULL)
		wemb_files_close(load.files);
	if (team.segment != NULL)
		dsm_detach(team.segment);
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
