/*
 * ivf_build.c
 *		Building an index: its phases, one after the other.
 */
#include "pg/compat.h"

#include "access/xloginsert.h"
#include "commands/progress.h"
#include "index/ivf/ivf.h"
#include "index/ivf/ivf_build.h"
#include "index/ivf/ivf_writer.h"
#include "miscadmin.h"
#include "pg/shared_memory.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"
#include "utils/rel.h"

/* Shared memory for what processes share; without, this one is alone. */
static void
make_control(IvfBuild *build)
{
	BuildControl *control = NULL;
	char	   *why;

	if (build->helpers > 0)
	{
		build->files = wemb_files_create(&why);
		if (build->files != NULL)
			build->control_segment = wemb_dsm_try_create(sizeof(BuildControl), &why);
		if (build->control_segment != NULL)
			control = dsm_segment_address(build->control_segment);
		else
		{
			ereport(WARNING,
					(errmsg("the index is built by one process: %s", why),
					 errhint("Give the server more shared memory.")));
			if (build->files != NULL)
				wemb_files_close(build->files);
			build->files = NULL;
			build->helpers = 0;
		}
	}
	if (control == NULL)
		control = palloc(sizeof(BuildControl));
	memset(control, 0, sizeof(*control));
	SpinLockInit(&control->lock);
	pg_atomic_init_u64(&control->claimed, 0);
	pg_atomic_init_u64(&control->loaded, 0);
	BarrierInit(&control->barrier, 0);
	build->control = control;
}

static void
count_loaded(BuildControl *control)
{
	for (int i = 0; i < IVF_MEMBERS; i++)
		control->rows += control->file_rows[i];
	pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_TOTAL, (int64) control->rows);
}

/* Files that rows are put to by lists: so many that each has no more than memory has room for, if it can be. */
static uint32
count_parts(const IvfBuild *build)
{
	double		bytes = (double) build->control->rows * build->index->layout.cell_size;
	double		parts = bytes / wemb_ivf_build_memory(build) * 2;
	uint32		most = Min(build->work->lists, IVF_PARTS);

	/* each process writes at least one part's lists */
	parts = Max(parts, 2.0 * (1 + build->helpers));
	return parts < most ? (uint32) parts : most;
}

static void
begin_phase(IvfBuild *build, int64 phase)
{
	pgstat_progress_update_param(PROGRESS_CREATEIDX_SUBPHASE, phase);
	pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, 0);
}

static void
measure_curve(IvfBuild *build, const IvfMeta *meta)
{
	if (meta->lists < IVF_CURVE_LISTS)
		return;
	wemb_ivf_curve_init(build_curve(build->work), meta->lists);
	wemb_ivf_team_run(build, BUILD_CURVE, meta);
	wemb_ivf_curve_set(build_curve(build->work), build->index->relation);
}

static void
run(IvfBuild *build, IvfMeta *meta)
{
	BlockNumber blocks;

	begin_phase(build, PROGRESS_CREATEIDX_SUBPHASE_INITIALIZE);
	wemb_ivf_team_run(build, BUILD_LOAD, meta);
	count_loaded(build->control);
	begin_phase(build, IVF_PHASE_KMEANS);
	wemb_ivf_build_sample(build);
	wemb_ivf_team_run(build, BUILD_CLUSTER, meta);
	wemb_ivf_build_centroids(build);
	build->control->parts = count_parts(build);
	begin_phase(build, IVF_PHASE_ASSIGN);
	wemb_ivf_team_run(build, BUILD_ASSIGN, meta);
	begin_phase(build, IVF_PHASE_LOAD);
	blocks = wemb_ivf_build_plan(build);
	wemb_ivf_team_run(build, BUILD_WRITE, meta);
	wemb_ivf_build_finish(build, meta, blocks);
	pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, (int64) build->control->rows);
	measure_curve(build, meta);
}

IndexBuildResult *
wemb_ivf_build(Relation heap, Relation relation, IndexInfo *info)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "wemb ivf build", ALLOCSET_DEFAULT_SIZES);
	IndexBuildResult *result = palloc0(sizeof(IndexBuildResult));
	MemoryContext old = MemoryContextSwitchTo(context);
	IvfMeta		meta = wemb_ivf_new_meta(relation);
	IvfBuild	build = {.heap = heap, .index = wemb_ivf_make(relation, &meta), .info = info};

	build.helpers = Min(wemb_build_helpers(heap, relation), IVF_MEMBERS - 1);
	make_control(&build);
	run(&build, &meta);
	result->heap_tuples = build.control->heap_rows;
	result->index_tuples = (double) build.control->rows;
	info->ii_BrokenHotChain |= build.control->broken_hot_chain;
	wemb_ivf_files_end(&build);
	if (build.work_segment != NULL)
		dsm_detach(build.work_segment);
	if (build.control_segment != NULL)
		dsm_detach(build.control_segment);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return result;
}

static void
write_init_page(const IvfIndex *index, BlockNumber block, Page page)
{
	Buffer		buffer = ReadBufferExtended(index->relation, INIT_FORKNUM, P_NEW, RBM_NORMAL, NULL);

	if (BufferGetBlockNumber(buffer) != block)
		elog(ERROR, "index \"%s\" is not empty", RelationGetRelationName(index->relation));
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	START_CRIT_SECTION();
	memcpy(BufferGetPage(buffer), page, BLCKSZ);
	MarkBufferDirty(buffer);
	log_newpage_buffer(buffer, true);
	END_CRIT_SECTION();
	UnlockReleaseBuffer(buffer);
}

/* What an unlogged index is after a crash: one list without rows, whose centroid is zero. */
void
wemb_ivf_build_empty(Relation relation)
{
	IvfMeta		meta = wemb_ivf_new_meta(relation);
	const IvfIndex *index = wemb_ivf_make(relation, &meta);
	const IvfLayout *layout = &index->layout;
	BlockNumber head = IVF_DIRECTORY_BLKNO + 1 + layout->directory_cells;
	PGAlignedBlock image;
	Page		page = (Page) image.data;

	meta.lists = 1;
	wemb_ivf_page_init(page, IVF_PAGE_META, 0);
	*ivf_meta(page) = meta;
	write_init_page(index, IVF_META_BLKNO, page);
	wemb_ivf_page_init(page, IVF_PAGE_DIRECTORY, 0);
	ivf_directory(page)->next = InvalidBlockNumber;
	for (int i = 0; i < layout->directory_cells; i++)
		ivf_directory(page)->cells[i] = IVF_DIRECTORY_BLKNO + 1 + i;
	*ivf_list(layout, page, 0) = (IvfList) {.head = head, .tail = head, .version = 1};
	write_init_page(index, IVF_DIRECTORY_BLKNO, page);
	for (int i = 0; i < layout->directory_cells; i++)
	{
		wemb_ivf_page_init(page, IVF_PAGE_CELLS, IVF_DIRECTORY_BLKNO);
		if (i == 0)
			ItemPointerSetInvalid(&ivf_cell(layout, page, 0)->tid);
		write_init_page(index, IVF_DIRECTORY_BLKNO + 1 + i, page);
	}
	wemb_ivf_codes_init(layout, page, 0, 0);
	write_init_page(index, head, page);
}
