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

void
wemb_hnsw_corrupt(Relation relation, BlockNumber block, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INDEX_CORRUPTED),
			 errmsg("index \"%s\" is damaged: %s at block %u", RelationGetRelationName(relation), what, block),
			 errhint("REINDEX it.")));
}

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
		.fill = metric->distance == INDEX_IP
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

/* bounds are left out: a search compares estimates, and gets distances where it goes */
static Quant *
make_quant(const HnswMeta *meta, int dim)
{
	QuantConfig config = {
		.dim = dim,
		.bits = 1,
		.metric = meta->distance == INDEX_IP ? QUANT_IP : QUANT_L2,
		.seed = meta->seed,
		.unit = 1,
		.bounds = false
	};

	return wemb_quant_init(palloc(wemb_quant_size(&config)), &config);
}

HnswIndex *
wemb_hnsw_make(Relation relation, const HnswMeta *meta)
{
	HnswIndex  *index = palloc0(sizeof(HnswIndex));

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
		index->vectors.rotation = make_quant(meta, meta->dim);
		index->vectors.codes = index->vectors.rotation;
		if (meta->code_dim < index->vectors.rotation->padded)
			index->vectors.codes = make_quant(meta, meta->code_dim);
		index->vectors.shrink = sqrtf((float) index->vectors.rotation->padded / index->vectors.codes->padded);
	}
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
		wemb_hnsw_corrupt(relation, HNSW_META_BLKNO, "no metapage");
	*meta = *hnsw_meta(page);
	UnlockReleaseBuffer(buffer);
}

/* Whether meta's numbers are such that no page is read wrongly because of them. */
static bool
is_sound(const HnswMeta *meta, const IndexMetric *metric, int dim)
{
	bool		sparse = wemb_value_form(metric) == VALUE_SPARSE;
	HnswLayout	layout = wemb_hnsw_layout(sparse ? meta->value_size : copy_size(metric, dim, 0), dim, has_codes(metric),
										  meta->m);

	return meta->magic == HNSW_MAGIC && meta->m >= HNSW_MIN_M && meta->m <= HNSW_MAX_M && meta->dim == (uint32) dim &&
		meta->element == metric->element && meta->distance == metric->distance &&
		meta->ef_construction >= HNSW_MIN_EF_CONSTRUCTION && meta->ef_construction <= HNSW_MAX_EF_CONSTRUCTION &&
		meta->slot_size == layout.slot_size && meta->links == layout.links && meta->value_size == layout.value_size &&
		meta->code_dim == layout.code_dim && meta->top <= GRAPH_MAX_LEVEL &&
		(meta->entry == HNSW_NONE) == (meta->top < 0);
}

HnswIndex *
wemb_hnsw_open(Relation relation, HnswMeta *meta)
{
	const IndexMetric *metric = wemb_index_metric(relation);
	HnswMeta	here;

	wemb_hnsw_read_meta(relation, &here);
	if (here.magic == HNSW_MAGIC && here.version != HNSW_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("index \"%s\" has version %u of its format, but this wemb reads version %u",
						RelationGetRelationName(relation), here.version, HNSW_VERSION),
				 errhint("REINDEX it.")));
	if (!is_sound(&here, metric, wemb_index_dim(relation, metric)))
		wemb_hnsw_corrupt(relation, HNSW_META_BLKNO, "the metapage does not fit the index");
	if (meta != NULL)
		*meta = here;
	return wemb_hnsw_make(relation, &here);
}

int
wemb_hnsw_ef(const HnswSettings *settings, const HnswMeta *meta)
{
	const HnswCurvePoint *curve = meta->curve;
	double		target = settings->target_recall;

	if (settings->ef_search_set || !(curve[0].ef > 0))
		return settings->ef_search;
	for (int i = 0; i < HNSW_CURVE && curve[i].ef > 0; i++)
	{
		double		share;

		if (curve[i].recall < target)
			continue;
		if (i == 0 || curve[i].recall <= curve[i - 1].recall)
			return (int) Min(curve[i].ef, HNSW_MAX_EF);
		share = (target - curve[i - 1].recall) / (curve[i].recall - curve[i - 1].recall);
		return (int) Min(ceil(curve[i - 1].ef + share * (curve[i].ef - curve[i - 1].ef)), HNSW_MAX_EF);
	}
	return HNSW_MAX_EF;
}
