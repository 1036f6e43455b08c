/*
 * ivf_split.c
 *		A list that has grown too long becomes two: by k-means over its rows.
 *
 * The rows of the two are written to new pages; then one record makes one of them the list
 * and the other the last one of all.  Who is reading the old pages goes on there.
 */
#include "postgres.h"

#include <math.h>

#include "core/ann/kmeans.h"
#include "index/ivf/ivf.h"
#include "index/ivf/ivf_space.h"
#include "index/ivf/ivf_split.h"
#include "index/ivf/ivf_writer.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#define SPLIT_SEED		UINT64CONST(0x77656D62)
#define EARLY_TRIES		4		/* until a list has twice the rows that it is split at; then at each doubling */

typedef struct Split
{
	const IvfIndex *index;
	IvfPlace	place;
	IvfMeta		meta;
	char	   *cells;
	uint32		rows;
	IvfCell    *centroids[2];
	CentroidHit *hits;			/* which of them each row is nearest to */
	uint32		counts[2];
	IvfList		lists[2];
} Split;

/* Rows that could not be divided, or that another process divides, must not be looked at for each row. */
static bool
is_due(uint32 rows, uint32 size)
{
	if (rows < 2 * size)
		return rows >= size && (rows - size) % (size / EARLY_TRIES) == 0;
	while (rows > size && rows % 2 == 0)
		rows /= 2;
	return rows == size;
}

static IvfCell *
split_cell(const Split *split, uint32 i)
{
	return (IvfCell *) (split->cells + (Size) i * split->index->layout.cell_size);
}

/* ---- two centroids ---- */

/* NULL: there is no memory for it. */
static Kmeans *
run_kmeans(const Split *split)
{
	KmeansConfig config = {.k = 2, .dim = split->index->vectors.dim, .rows = split->rows, .seed = SPLIT_SEED};
	Size		size = config.dim <= CENTROIDS_MAX_DIM ? wemb_kmeans_size(&config) : SIZE_MAX;
	Kmeans	   *kmeans;

	if (size > (Size) maintenance_work_mem * 1024)
		return NULL;
	kmeans = wemb_kmeans_init((void *) TYPEALIGN(64, palloc_extended(size + 64, MCXT_ALLOC_HUGE)), &config);
	for (uint32 i = 0; i < split->rows; i++)
		wemb_ivf_cell_floats(split->index, split_cell(split, i), wemb_kmeans_row(kmeans, i));
	wemb_kmeans_start(kmeans, split->rows);
	while (wemb_kmeans_shares(kmeans) > 0)
	{
		for (int share = 0; share < wemb_kmeans_shares(kmeans); share++)
		{
			CHECK_FOR_INTERRUPTS();
			wemb_kmeans_work(kmeans, share);
		}
		wemb_kmeans_advance(kmeans);
	}
	return kmeans;
}

/* Divide the rows; false if they cannot be. */
static bool
divide(Split *split)
{
	Kmeans	   *kmeans = split->rows >= 2 ? run_kmeans(split) : NULL;
	int			dim = split->index->vectors.dim;
	float	   *x = palloc(dim * sizeof(float));

	if (kmeans == NULL || wemb_centroids_count(wemb_kmeans_centroids(kmeans)) < 2)
		return false;
	split->hits = palloc(split->rows * sizeof(CentroidHit));
	for (uint32 i = 0; i < split->rows; i++)
	{
		wemb_ivf_cell_floats(split->index, split_cell(split, i), x);
		wemb_centroids_assign(wemb_kmeans_centroids(kmeans), &(CentroidRows) {x, dim, 1}, 1, &split->hits[i]);
		split->counts[split->hits[i].centroid]++;
	}
	for (int i = 0; i < 2; i++)
	{
		split->centroids[i] = palloc(split->index->layout.cell_size);
		wemb_centroids_get(wemb_kmeans_centroids(kmeans), i, x);
		wemb_ivf_centroid_fill(split->index, split->centroids[i], x);
	}
	return split->counts[0] > 0 && split->counts[1] > 0;
}

/* ---- pages ---- */

/* What rows are away from their centroid, as codes have it. */
static float
unit_of(const Split *split, int which)
{
	double		sum = 0;

	if (split->index->vectors.codes == NULL)
		return 0;
	for (uint32 i = 0; i < split->rows; i++)
		if (split->hits[i].centroid == which)
			sum += split->hits[i].distance;
	return sum > 0 ? wemb_quant_unit((float) sqrt(sum / split->counts[which])) : 0;
}

static void
write_half(Split *split, int which, uint32 number, uint32 version)
{
	const IvfIndex *index = split->index;
	IvfWriter  *writer = wemb_ivf_writer_create(index, wemb_ivf_page_write);
	BlockNumber *blocks = wemb_ivf_blocks_take(index, number, split->counts[which]);
	IndexCopy	centroid = wemb_ivf_copy(index, split->centroids[which]);
	IvfList    *list = &split->lists[which];

	*list = (IvfList) {.head = blocks[0], .version = version, .unit = unit_of(split, which)};
	wemb_ivf_writer_begin(writer, number, &centroid, list->unit, split->counts[which], blocks);
	for (uint32 i = 0; i < split->rows; i++)
		if (split->hits[i].centroid == which)
			wemb_ivf_writer_add(writer, split_cell(split, i));
	list->tail = wemb_ivf_writer_end(writer);
}

static bool
may_have_more(const IvfMeta *meta)
{
	return meta->lists < (meta->most > 0 ? Min(meta->most, IVF_MAX_LISTS) : IVF_MAX_LISTS);
}

/* With all locks. */
static void
split_list(Split *split)
{
	const IvfIndex *index = split->index;
	uint32		number = split->place.number;

	split->place.list = wemb_ivf_list_read(index, &split->place);
	split->cells = wemb_ivf_chain_read(index, split->place.list.head, &split->rows);
	if (split->rows < wemb_ivf_split_size(split->meta.lists) / 2 || !divide(split))
		return;
	write_half(split, 0, number, split->place.list.version + 1);
	write_half(split, 1, split->meta.lists, 1);
	wemb_ivf_list_prepare(index, split->meta.lists, &split->lists[1], split->centroids[1]);
	wemb_ivf_list_publish(index, &split->place, &split->lists[0], split->centroids[0], split->meta.lists + 1);
	wemb_ivf_chain_retire(index, split->place.list.head);
}

void
wemb_ivf_split_if_due(const IvfIndex *index, const IvfPlace *place, uint32 rows)
{
	Split		split = {.index = index, .place = *place};
	Relation	relation = index->relation;

	wemb_ivf_read_meta(relation, &split.meta);
	if (!is_due(rows, wemb_ivf_split_size(split.meta.lists)) || !may_have_more(&split.meta))
		return;
	/* who else is splitting goes on; this list is tried again later */
	if (!ConditionalLockPage(relation, IVF_SPLIT_LOCK, ExclusiveLock))
		return;
	wemb_ivf_read_meta(relation, &split.meta);
	if (may_have_more(&split.meta))
	{
		LockPage(relation, IVF_LIST_LOCK(place->number), ExclusiveLock);
		LockPage(relation, IVF_LIST_LOCK(split.meta.lists), ExclusiveLock);
		split_list(&split);
		UnlockPage(relation, IVF_LIST_LOCK(split.meta.lists), ExclusiveLock);
		UnlockPage(relation, IVF_LIST_LOCK(place->number), ExclusiveLock);
	}
	UnlockPage(relation, IVF_SPLIT_LOCK, ExclusiveLock);
}
