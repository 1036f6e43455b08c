/*
 * hnsw_index.c
 *		Opening an index: its metapage, and what follows from it.
 */
#include "postgres.h"

#include <math.h>

#include "index/hnsw/hnsw.h"
#include "index/hnsw/hnsw_index.h"
#include "storage/bufmgr.h"

#define ROTATION_SEED	UINT64CONST(0x77656D62)	/* the same for all indexes, so that a build can be repeated */
#define SPARSE_SIZE		400		/* bytes of a copy that an index made on an empty table has room for in a slot */
#define ALPHA			1.1f	/* of squared distances, see GraphSelect: measured in README.md */

/* Codes estimate squared Euclidean distances and inner products. */
static bool
has_codes(const IndexMetric *metric)
{
	return wemb_value_form(metric) == VALUE_BYTES && metric->distance != INDEX_L1;
}

static int
copy_size(const IndexMetric *metric, int dim, int sparse_size)
{
	switch (wemb_value_form(metric))
	{
		case VALUE_BITS:
			return (dim + 7) / 8;
		case VALUE_SPARSE:
			return sparse_size > 0 ? sparse_size : SPARSE_SIZE;
		default:
			return dim;
	}
}

static GraphConfig
graph_config(const HnswMeta *meta, const IndexMetric *metric)
{
	bool		squared = metric->distance == INDEX_L2 || metric->distance == INDEX_COSINE;

	return (GraphConfig) {
		.m = meta->m,
		.base_links = meta->links,
		.ef = Max(meta->ef_construction, meta->m),
		.alpha = squared ? ALPHA : 1,
		.fill = !squared
	};
}

HnswMeta
wemb_hnsw_new_meta(Relation relation, int sparse_size)
{
	const IndexMetric *metric = wemb_index_metric(relation);
	int			dim = wemb_index_dim(relation, metric);
	int			m = wemb_hnsw_m(relation);
	HnswLayout	layout = wemb_hnsw_layout(copy_size(metric, dim, sparse_size), dim, has_codes(metric), m);

	return (HnswMeta) {
		.magic = HNSW_MAGIC,
		.version = HNSW_VERSION,
		.m = m,
		.dim = dim,
		.ef_construction = wemb_hnsw_ef_construction(relation),
		.element = metric->element,
		.distance = metric->distance,
		.slot_size = layout.slot_size,
		.links = layout.links,
		.value_size = layout.value_size,
		.code_dim = layout.code_dim,
		.seed = ROTATION_SEED,
		.entry = HNSW_NONE,
		.top = -1,
		.free = HNSW_NONE
	};
}

/* Bounds are left out: a search compares estimates, and gets distances where it goes. */
static QuantConfig
quant_config(const HnswMeta *meta, int dim)
{
	return (QuantConfig) {
		.dim = dim,
		.bits = 1,
		.metric = meta->distance == INDEX_IP ? QUANT_IP : QUANT_L2,
		.seed = meta->seed,
		.unit = 1,
		.bounds = false
	};
}

static Size
size_of_quant(const HnswMeta *meta, int dim)
{
	QuantConfig config = quant_config(meta, dim);

	return MAXALIGN(wemb_quant_size(&config));
}

/* One block, so that it can be copied as a whole: the index, then what its pointers to quantizers lead to. */
static Size
size_of_index(const HnswMeta *meta)
{
	Size		size = MAXALIGN(sizeof(HnswIndex));

	if (meta->code_dim > 0)
		size += size_of_quant(meta, meta->dim) + size_of_quant(meta, meta->code_dim);
	return size;
}

static void
set_pointers(HnswIndex *index, const HnswMeta *meta)
{
	char	   *rest = (char *) index + MAXALIGN(sizeof(HnswIndex));

	if (meta->code_dim == 0)
		return;
	index->vectors.rotation = index->vectors.codes = (Quant *) rest;
	if (meta->code_dim < index->vectors.rotation->padded)
		index->vectors.codes = (Quant *) (rest + size_of_quant(meta, meta->dim));
}

static void
fill_index(HnswIndex *index, Relation relation, const HnswMeta *meta)
{
	memset(index, 0, size_of_index(meta));
	index->relation = relation;
	index->vectors.relation = relation;
	index->vectors.metric = wemb_index_metric(relation);
	index->vectors.form = wemb_value_form(index->vectors.metric);
	index->vectors.dim = meta->dim;
	index->seed = meta->seed;
	index->layout = (HnswLayout) {meta->value_size, meta->links, meta->code_dim, meta->slot_size,
		HNSW_PAGE_ROOM / meta->slot_size};
	index->graph = graph_config(meta, index->vectors.metric);
	if (meta->code_dim > 0)
	{
		QuantConfig config = quant_config(meta, meta->dim);

		wemb_quant_init((char *) index + MAXALIGN(sizeof(HnswIndex)), &config);
		set_pointers(index, meta);
		config.dim = meta->code_dim;
		if (index->vectors.codes != index->vectors.rotation)
			wemb_quant_init(index->vectors.codes, &config);
		index->vectors.shrink = sqrtf((float) index->vectors.rotation->padded / index->vectors.codes->padded);
	}
}

HnswIndex *
wemb_hnsw_make(Relation relation, const HnswMeta *meta)
{
	HnswIndex  *index = palloc(size_of_index(meta));

	fill_index(index, relation, meta);
	wemb_hnsw_set_unit(index, meta->unit);
	return index;
}

void
wemb_hnsw_set_unit(HnswIndex *index, float unit)
{
	if (index->vectors.codes == NULL)
		return;
	index->vectors.rotation->unit = unit > 0 ? unit : 1;
	index->vectors.codes->unit = index->vectors.rotation->unit;
}

void
wemb_hnsw_read_meta(Relation relation, HnswMeta *meta)
{
	Buffer		buffer = ReadBuffer(relation, HNSW_META_BLKNO);
	Page		page = BufferGetPage(buffer);

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	if (PageIsNew(page) || PageGetSpecialSize(page) != MAXALIGN(sizeof(HnswSpecial)) ||
		hnsw_special(page)->magic != HNSW_PAGE_MAGIC || hnsw_special(page)->kind != HNSW_PAGE_META)
		wemb_index_corrupt(relation, HNSW_META_BLKNO, "no metapage");
	*meta = *hnsw_meta(page);
	UnlockReleaseBuffer(buffer);
}

/* Whether meta's constants are such that no page is read wrongly because of them. */
static bool
fits_index(const HnswMeta *meta, const IndexMetric *metric, int dim)
{
	bool		sparse = wemb_value_form(metric) == VALUE_SPARSE;
	HnswLayout	layout = wemb_hnsw_layout(sparse ? meta->value_size : copy_size(metric, dim, 0), dim, has_codes(metric),
										  meta->m);

	return meta->magic == HNSW_MAGIC && meta->m >= HNSW_MIN_M && meta->m <= HNSW_MAX_M && meta->dim == (uint32) dim &&
		meta->element == metric->element && meta->distance == metric->distance &&
		meta->ef_construction >= HNSW_MIN_EF_CONSTRUCTION && meta->ef_construction <= HNSW_MAX_EF_CONSTRUCTION &&
		meta->slot_size == layout.slot_size && meta->links == layout.links && meta->value_size == layout.value_size &&
		meta->code_dim == layout.code_dim;
}

static void
check_meta(Relation relation, const HnswMeta *meta)
{
	const IndexMetric *metric = wemb_index_metric(relation);

	if (meta->magic == HNSW_MAGIC && meta->version != HNSW_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("index \"%s\" has version %u of its format, but this wemb reads version %u",
						RelationGetRelationName(relation), meta->version, HNSW_VERSION),
				 errhint("REINDEX it.")));
	if (!fits_index(meta, metric, wemb_index_dim(relation, metric)))
		wemb_index_corrupt(relation, HNSW_META_BLKNO, "the metapage does not fit the index");
}

/*
 * What follows from an index's constants, checked and made ready once in a session.  The server may free it whenever
 * it hears that the relation has changed, and that can be in the midst of a scan: so each opening has a copy.
 */
typedef struct KeptIndex
{
	HnswMeta	meta;			/* only its constants count */
	HnswIndex	index;			/* last: its quantizers follow */
} KeptIndex;

static const HnswIndex *
keep_index(Relation relation, const HnswMeta *meta)
{
	KeptIndex  *kept = relation->rd_amcache;

	if (kept != NULL && memcmp(&kept->meta, meta, HNSW_META_CONSTANTS) == 0)
		return &kept->index;
	check_meta(relation, meta);
	kept = MemoryContextAlloc(relation->rd_indexcxt, offsetof(KeptIndex, index) + size_of_index(meta));
	kept->meta = *meta;
	fill_index(&kept->index, relation, meta);
	if (relation->rd_amcache != NULL)
		pfree(relation->rd_amcache);
	relation->rd_amcache = kept;
	return &kept->index;
}

HnswIndex *
wemb_hnsw_open(Relation relation, HnswMeta *meta)
{
	HnswMeta	here;
	const HnswIndex *kept;
	HnswIndex  *index;

	wemb_hnsw_read_meta(relation, &here);
	kept = keep_index(relation, &here);
	if (here.top > GRAPH_MAX_LEVEL || (here.entry == HNSW_NONE) != (here.top < 0))
		wemb_index_corrupt(relation, HNSW_META_BLKNO, "the metapage does not fit the index");
	index = palloc(size_of_index(&here));
	memcpy(index, kept, size_of_index(&here));
	set_pointers(index, &here);
	wemb_hnsw_set_unit(index, here.unit);
	if (meta != NULL)
		*meta = here;
	return index;
}

/*
 * Where nobody has asked for a recall, a search takes no less effort than
 * pgvector's would: there, too, 40 is what is not set.
 */
int
wemb_hnsw_ef(const HnswSettings *settings, const HnswMeta *meta)
{
	double		effort = wemb_curve_effort(meta->curve, settings->target_recall);

	if (settings->ef_search_set || effort == 0)
		return settings->ef_search;
	if (!settings->target_set)
		effort = Max(effort, settings->ef_search);
	return (int) Max(Min(ceil(effort), HNSW_MAX_EF), 1);
}
