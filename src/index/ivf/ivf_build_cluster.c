/*
 * ivf_build_cluster.c
 *		Centroids of a build: k-means on a sample of the rows loaded.
 *
 * Bit strings are vectors of zeros and ones there; long ones, which would take
 * 32 times their size, have rows of the sample as centroids as they are.
 */
#include "pg/compat.h"

#include <math.h>

#include "index/ivf/ivf.h"
#include "index/ivf/ivf_build.h"
#include "miscadmin.h"
#include "pg/memory.h"
#include "pg/shared_memory.h"
#include "pgstat.h"

#define KMEANS_SEED			UINT64CONST(0x77656D62)
#define CHECK_ROWS			1024	/* of a sample, between two looks at interrupts */

/* ---- how large ---- */

static bool
has_kmeans(const IvfBuild *build)
{
	return build->index->vectors.dim <= CENTROIDS_MAX_DIM;
}

static KmeansConfig
kmeans_config(const IvfBuild *build, uint32 lists, int rows)
{
	return (KmeansConfig) {.k = lists, .dim = build->index->vectors.dim, .rows = rows, .seed = KMEANS_SEED};
}

/* The rows of a sample, and perhaps fewer lists, that memory has room for. */
static int
fit_sample(const IvfBuild *build, uint32 *lists)
{
	uint64		rows = Min((uint64) wemb_kmeans_sample(*lists), Max(build->control->rows, 1));

	*lists = Min(*lists, rows);
	if (!has_kmeans(build))
		return (int) *lists;
	for (;;)
	{
		KmeansConfig config = kmeans_config(build, *lists, (int) rows);

		if (wemb_kmeans_size(&config) <= wemb_build_memory() || rows == 1)
			return (int) rows;
		rows = Max(rows - rows / 8 - 1, 1);
		*lists = Min(*lists, rows);
	}
}

/* ---- the block ---- */

static Size
take(Size *end, Size size)
{
	Size		at = *end;

	*end += TYPEALIGN(64, size);
	return at;
}

/* Sizes and places of what is in the block; returns its size. */
static Size
lay_out(const IvfBuild *build, BuildWork *work, int rows)
{
	Size		end = TYPEALIGN(64, sizeof(BuildWork));

	work->counts = take(&end, work->lists * sizeof(pg_atomic_uint32));
	work->starts = take(&end, work->lists * sizeof(BlockNumber));
	work->groups = take(&end, (work->lists + IVF_PARTS) * sizeof(BuildGroup));
	work->cells = take(&end, (Size) work->lists * build->index->layout.cell_size);
	work->curve = take(&end, wemb_ivf_curve_size(work->lists));
	work->kmeans = end;
	if (has_kmeans(build))
	{
		KmeansConfig config = kmeans_config(build, work->lists, rows);

		(void) take(&end, wemb_kmeans_size(&config));
	}
	return end;
}

static void *
get_block(IvfBuild *build, Size size)
{
	void	   *block;
	char	   *why;

	if (build->helpers > 0)
	{
		build->work_segment = wemb_dsm_try_create(size, &why);
		if (build->work_segment != NULL)
			return dsm_segment_address(build->work_segment);
		ereport(WARNING,
				(errmsg("the index is built by one process: %s", why),
				 errhint("Give the server more shared memory, or decrease maintenance_work_mem.")));
		build->helpers = 0;
	}
	block = wemb_block_alloc(size);
	if (block == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errhint("Decrease maintenance_work_mem.")));
	return block;
}

/* ---- the sample ---- */

static void
set_sample_row(IvfBuild *build, int i, const IvfCell *cell)
{
	if (has_kmeans(build))
	{
		wemb_ivf_cell_floats(build->index, cell, wemb_kmeans_row(build_kmeans(build->work), i));
		return;
	}
	memcpy(build_cell(build, i), cell, build->index->layout.cell_size);
	ItemPointerSetInvalid(&build_cell(build, i)->tid);
}

/* n rows evenly spread over all that were loaded. */
static void
read_sample(IvfBuild *build, int n)
{
	const BuildControl *control = build->control;
	IvfCell    *cell = palloc(build->index->layout.cell_size);
	BufFile    *file = NULL;
	int			member = -1;
	uint64		first = 0;		/* of the member's rows, among all */
	uint64		end = 0;

	for (int i = 0; i < n; i++)
	{
		uint64		row = (uint64) ((i + 0.5) / n * control->rows);

		if (i % CHECK_ROWS == 0)
			CHECK_FOR_INTERRUPTS();
		while (row >= end)
		{
			first = end;
			end += control->file_rows[++member];
			if (file != NULL)
				wemb_ivf_file_close(build, file);
			file = control->file_rows[member] > 0 ? wemb_ivf_file_open(build, BUILD_ROWS, member) : NULL;
		}
		wemb_file_seek(file, (int64) (row - first) * build->index->layout.cell_size);
		wemb_file_read(file, cell, build->index->layout.cell_size);
		set_sample_row(build, i, cell);
	}
	if (file != NULL)
		wemb_ivf_file_close(build, file);
	pfree(cell);
}

void
wemb_ivf_build_sample(IvfBuild *build)
{
	uint32		given = wemb_ivf_lists(build->index->relation);
	BuildWork	work = {.lists = given > 0 ? given : wemb_ivf_lists_for((double) build->control->rows)};
	int			rows = fit_sample(build, &work.lists);
	Size		size = lay_out(build, &work, rows);
	int			n = (int) Min((uint64) rows, build->control->rows);

	build->work = get_block(build, size);
	*build->work = work;
	memset((char *) build->work + sizeof(BuildWork), 0, work.kmeans - sizeof(BuildWork));
	if (has_kmeans(build))
	{
		KmeansConfig config = kmeans_config(build, work.lists, rows);

		(void) wemb_kmeans_init((char *) build->work + work.kmeans, &config);
	}
	read_sample(build, n);
	if (has_kmeans(build) && n > 0)
		wemb_kmeans_start(build_kmeans(build->work), n);
}

/* ---- k-means by all processes ---- */

static void
work_on_shares(IvfBuild *build)
{
	Kmeans	   *kmeans = build_kmeans(build->work);
	uint64		share;

	while ((share = pg_atomic_fetch_add_u64(&build->control->claimed, 1)) < (uint64) wemb_kmeans_shares(kmeans))
	{
		CHECK_FOR_INTERRUPTS();
		wemb_kmeans_work(kmeans, (int) share);
	}
}

/*
 * Who comes late joins at the phase that is on.  Phases are even for shares,
 * and odd while one process advances.
 */
void
wemb_ivf_build_cluster(IvfBuild *build)
{
	Kmeans	   *kmeans = build_kmeans(build->work);
	Barrier    *barrier = &build->control->barrier;

	if (!has_kmeans(build) || build->control->rows == 0)
		return;
	if (BarrierAttach(barrier) % 2 == 1)
		BarrierArriveAndWait(barrier, PG_WAIT_EXTENSION);
	while (wemb_kmeans_shares(kmeans) > 0)
	{
		work_on_shares(build);
		if (BarrierArriveAndWait(barrier, PG_WAIT_EXTENSION))
		{
			wemb_kmeans_advance(kmeans);
			pg_atomic_write_u64(&build->control->claimed, 0);
		}
		BarrierArriveAndWait(barrier, PG_WAIT_EXTENSION);
	}
	BarrierDetach(barrier);
}

/* ---- the outcome ---- */

/* From k-means to cells, and what follows from them. */
void
wemb_ivf_build_centroids(IvfBuild *build)
{
	BuildWork  *work = build->work;
	const IndexVectors *vectors = &build->index->vectors;
	float	   *x = palloc0(vectors->dim * sizeof(float));

	if (build->control->rows == 0)
	{
		work->lists = 1;
		wemb_ivf_centroid_fill(build->index, build_cell(build, 0), x);
	}
	else if (has_kmeans(build))
	{
		Centroids  *set = wemb_kmeans_centroids(build_kmeans(work));
		double		spread = wemb_kmeans_spread(build_kmeans(work));

		work->lists = wemb_centroids_count(set);
		work->unit = spread > 0 ? wemb_quant_unit((float) sqrt(spread)) : 0;
		for (uint32 list = 0; list < work->lists; list++)
		{
			wemb_centroids_get(set, list, x);
			wemb_ivf_centroid_fill(build->index, build_cell(build, list), x);

			/* Rows go to the list that an insert would find, by what is kept of both. */
			wemb_ivf_cell_floats(build->index, build_cell(build, list), x);
			wemb_centroids_put(set, (int) list, x);
		}
	}
	pfree(x);
}
