/*
 * ivf_index.c
 *		Opening an index: its metapage, and what follows from it.
 */
#include "postgres.h"

#include <math.h>

#include "core/quant/bytes.h"
#include "index/ivf/ivf.h"
#include "index/ivf/ivf_index.h"
#include "storage/bufmgr.h"

#define ROTATION_SEED	UINT64CONST(0x77656D62)	/* the same for all indexes, so that a build can be repeated */

/* Rows of a list, until lists are so many that comparing with all of them counts. */
#define LIST_ROWS		256
#define MANY_LISTS		4096

/* Of the lists, for the first rows, where nothing was measured: what word vectors need; IVF_CURVE_LISTS at least. */
#define PRESET_SHARE	0.25
#define PRESET_GROWTH	1.6		/* from a depth to ten times that */
#define LEAST_GROWTH	1.1

/* ---- parameters ---- */

static int
copy_size(const IndexMetric *metric, int dim)
{
	return wemb_value_form(metric) == VALUE_BITS ? (dim + 7) / 8 : dim;
}

/* Bytes of a block of codes of so many dimensions, a multiple of 64. */
static int
block_size(int code_dim, int bits)
{
	return code_dim == 0 ? 0 : LIST_BLOCK * (code_dim / 8 * bits + 3 * (int) sizeof(Half));
}

/* As many dimensions as a page has room for in one block. */
static int
choose_code_dim(const IndexMetric *metric, int dim, int bits)
{
	int			code_dim = TYPEALIGN(QUANT_PAD, dim);
	IvfLayout	layout = wemb_ivf_layout(copy_size(metric, dim), 0);
	int			pages = (LIST_BLOCK + layout.cells_per_page - 1) / layout.cells_per_page * layout.pages_per_cell;
	int			room = IVF_PAGE_ROOM - (int) offsetof(IvfCodesPage, cells) - pages * (int) sizeof(BlockNumber);

	if (wemb_value_form(metric) != VALUE_BYTES)
		return 0;
	while (block_size(code_dim, bits) > room)
		code_dim -= QUANT_PAD;
	return code_dim;
}

/* Two bits a dimension, if a block of such codes fits a page, and else one. */
static int
choose_bits(const IndexMetric *metric, int dim)
{
	return choose_code_dim(metric, dim, 2) >= dim ? 2 : 1;
}

IvfMeta
wemb_ivf_new_meta(Relation relation)
{
	const IndexMetric *metric = wemb_ivf_metric(relation);
	int			dim = wemb_index_dim(relation, metric);
	int			given = wemb_ivf_bits(relation);
	int			bits = given != IVF_CHOOSE_BITS ? given : choose_bits(metric, dim);

	return (IvfMeta) {
		.magic = IVF_MAGIC,
		.version = IVF_VERSION,
		.element = metric->element,
		.distance = metric->distance,
		.dim = dim,
		.code_dim = choose_code_dim(metric, dim, bits),
		.bits = bits,
		.seed = ROTATION_SEED,
		.most = wemb_ivf_lists(relation)
	};
}

static Quant *
make_quant(const IvfMeta *meta, int dim)
{
	QuantConfig config = {
		.dim = dim,
		.bits = meta->bits,
		.metric = meta->distance == INDEX_IP ? QUANT_IP : QUANT_L2,
		.seed = meta->seed,
		.unit = 1,
		.bounds = true
	};

	return wemb_quant_init(palloc(wemb_quant_size(&config)), &config);
}

IvfIndex *
wemb_ivf_make(Relation relation, const IvfMeta *meta)
{
	IvfIndex   *index = palloc0(sizeof(IvfIndex));
	IndexVectors *vectors = &index->vectors;

	index->relation = relation;
	vectors->relation = relation;
	vectors->metric = wemb_ivf_metric(relation);
	vectors->form = wemb_value_form(vectors->metric);
	vectors->dim = meta->dim;
	index->layout = wemb_ivf_layout(copy_size(vectors->metric, meta->dim), block_size(meta->code_dim, meta->bits));
	if (meta->code_dim > 0)
	{
		vectors->rotation = make_quant(meta, meta->dim);
		vectors->codes = vectors->rotation;
		if (meta->code_dim < vectors->rotation->padded)
			vectors->codes = make_quant(meta, meta->code_dim);
		vectors->shrink = sqrtf((float) vectors->rotation->padded / vectors->codes->padded);
	}
	return index;
}

void
wemb_ivf_set_unit(const IvfIndex *index, float unit)
{
	if (index->vectors.codes == NULL)
		return;
	index->vectors.rotation->unit = unit > 0 ? unit : 1;
	index->vectors.codes->unit = index->vectors.rotation->unit;
}

void
wemb_ivf_read_meta(Relation relation, IvfMeta *meta)
{
	Buffer		buffer = ReadBuffer(relation, IVF_META_BLKNO);
	Page		page = BufferGetPage(buffer);

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	if (PageIsNew(page) || PageGetSpecialSize(page) != MAXALIGN(sizeof(IvfSpecial)) ||
		ivf_special(page)->magic != IVF_PAGE_MAGIC || ivf_special(page)->kind != IVF_PAGE_META)
		wemb_index_corrupt(relation, IVF_META_BLKNO, "no metapage");
	*meta = *ivf_meta(page);
	UnlockReleaseBuffer(buffer);
}

/* Whether meta's numbers are such that no page is read wrongly because of them. */
static bool
is_sound(const IvfMeta *meta, const IndexMetric *metric, int dim)
{
	return meta->magic == IVF_MAGIC && meta->dim == (uint32) dim && meta->element == metric->element &&
		meta->distance == metric->distance && meta->bits >= IVF_MIN_BITS && meta->bits <= IVF_MAX_BITS &&
		meta->code_dim == choose_code_dim(metric, dim, meta->bits) && meta->lists >= 1 && meta->lists <= IVF_MAX_LISTS;
}

IvfIndex *
wemb_ivf_open(Relation relation, IvfMeta *meta)
{
	const IndexMetric *metric = wemb_ivf_metric(relation);

	wemb_ivf_read_meta(relation, meta);
	if (meta->magic == IVF_MAGIC && meta->version != IVF_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("index \"%s\" has version %u of its format, but this wemb reads version %u",
						RelationGetRelationName(relation), meta->version, IVF_VERSION),
				 errhint("REINDEX it.")));
	if (!is_sound(meta, metric, wemb_index_dim(relation, metric)))
		wemb_index_corrupt(relation, IVF_META_BLKNO, "the metapage does not fit the index");
	return wemb_ivf_make(relation, meta);
}

/* ---- how many lists ---- */

/* LIST_ROWS to a list, and from MANY_LISTS on as many lists as the root of the rows asks for. */
uint32
wemb_ivf_lists_for(double rows)
{
	double		lists = rows / LIST_ROWS;

	if (lists > MANY_LISTS)
		lists = sqrt(rows * MANY_LISTS / LIST_ROWS);
	return (uint32) Max(Min(lists, IVF_MAX_LISTS), 1);
}

/* Twice what so many lists should have. */
uint32
wemb_ivf_split_size(uint32 lists)
{
	return 2 * LIST_ROWS * Max(lists, MANY_LISTS) / MANY_LISTS;
}

/* Lists for the depth of a curve. */
static double
lists_at(const IvfMeta *meta, double recall, int depth)
{
	double		lists;

	if (meta->curve_lists == 0)
		return Max(PRESET_SHARE * meta->lists * pow(PRESET_GROWTH, depth), IVF_CURVE_LISTS);
	lists = Min(wemb_curve_effort(meta->curve[depth], recall), meta->curve_lists);
	return Max(lists * pow((double) meta->lists / meta->curve_lists, 0.75), 1);
}

void
wemb_ivf_effort(const IvfMeta *meta, const IvfSettings *settings, ListEffort *effort)
{
	double		scale = 1;

	*effort = (ListEffort) {
		.depth = {10, 100, 1000},
		.most = Min(meta->lists, Max(settings->max_probes, settings->probes_set ? settings->probes : 1)),
		.ends = settings->iterative == INDEX_ITERATIVE_OFF
	};
	for (int i = 0; i < LIST_EFFORT_POINTS; i++)
		effort->lists[i] = lists_at(meta, settings->target_recall, i);
	if (settings->probes_set)
		scale = settings->probes / effort->lists[0];
	for (int i = 0; i < LIST_EFFORT_POINTS; i++)
	{
		effort->lists[i] = Max(effort->lists[i] * scale, 1);
		if (i > 0)
			effort->lists[i] = Max(effort->lists[i], effort->lists[i - 1] * LEAST_GROWTH);
	}
}

/* As the planner asks, of an index or of so many rows. */
static void
facts_of_meta(const IvfMeta *meta, IvfFacts *facts)
{
	IvfSettings settings;
	ListEffort	effort;

	wemb_ivf_settings(&settings);
	wemb_ivf_effort(meta, &settings, &effort);
	facts->lists = meta->lists;
	facts->probes = Max(1, Min(effort.lists[0], effort.most));
}

void
wemb_ivf_facts(Relation index, IvfFacts *facts)
{
	IvfMeta		meta;

	wemb_ivf_read_meta(index, &meta);
	facts_of_meta(&meta, facts);
}

void
wemb_ivf_facts_of_rows(double rows, IvfFacts *facts)
{
	IvfMeta		meta = {.lists = wemb_ivf_lists_for(rows)};

	facts_of_meta(&meta, facts);
}

/* ---- pages and cells ---- */

Page
wemb_ivf_page_expect(const IvfIndex *index, Buffer buffer, uint16 kind)
{
	Page		page = BufferGetPage(buffer);

	if (unlikely(PageIsNew(page) || ivf_special(page)->kind != kind))
		wemb_index_corrupt(index->relation, BufferGetBlockNumber(buffer), "another kind of page");
	return page;
}

Page
wemb_ivf_page_lock(const IvfIndex *index, BlockNumber block, uint16 kind, Buffer *buffer)
{
	*buffer = wemb_index_read(index->relation, block);
	LockBuffer(*buffer, BUFFER_LOCK_SHARE);
	return wemb_ivf_page_expect(index, *buffer, kind);
}

void
wemb_ivf_page_copy(const IvfIndex *index, BlockNumber block, uint16 kind, Page copy)
{
	Buffer		buffer;

	memcpy(copy, wemb_ivf_page_lock(index, block, kind, &buffer), BLCKSZ);
	UnlockReleaseBuffer(buffer);
}

void
wemb_ivf_cell_read(const IvfIndex *index, const BlockNumber *cells, int i, IvfCell *cell)
{
	const IvfLayout *layout = &index->layout;
	int			first = ivf_cell_page(layout, i);

	for (int part = 0; part < layout->pages_per_cell; part++)
	{
		Buffer		buffer;
		Page		page = wemb_ivf_page_lock(index, cells[first + part], IVF_PAGE_CELLS, &buffer);

		memcpy((char *) cell + part * IVF_PAGE_ROOM, ivf_cell(layout, page, i), ivf_part_size(layout, part));
		UnlockReleaseBuffer(buffer);
	}
}

IndexCopy
wemb_ivf_copy(const IvfIndex *index, const IvfCell *cell)
{
	return (IndexCopy) {cell->low, cell->step, cell->lost, wemb_value_max_copy(&index->vectors), cell->bytes};
}

void
wemb_ivf_cell_fill(const IvfIndex *index, IvfCell *cell, ItemPointer tid, const IndexCopy *copy)
{
	memset(cell, 0, index->layout.cell_size);
	cell->low = copy->low;
	cell->step = copy->step;
	cell->lost = copy->lost;
	if (tid != NULL)
		cell->tid = *tid;
	else
		ItemPointerSetInvalid(&cell->tid);
	memcpy(cell->bytes, copy->bytes, copy->size);
}

void
wemb_ivf_cell_floats(const IvfIndex *index, const IvfCell *cell, float *x)
{
	bool		bits = index->vectors.form == VALUE_BITS;

	for (int i = 0; i < index->vectors.dim; i++)
		x[i] = bits ? (cell->bytes[i / 8] >> (7 - i % 8) & 1) : cell->low + cell->step * cell->bytes[i];
}

void
wemb_ivf_centroid_fill(const IvfIndex *index, IvfCell *cell, const float *x)
{
	const IndexVectors *vectors = &index->vectors;

	memset(cell, 0, index->layout.cell_size);
	ItemPointerSetInvalid(&cell->tid);
	if (vectors->form == VALUE_BITS)
	{
		for (int k = 0; k < vectors->dim; k++)
			if (x[k] >= 0.5f)
				cell->bytes[k / 8] |= 1 << (7 - k % 8);
	}
	else
	{
		ByteScale	scale;

		wemb_bytes_encode(x, vectors->dim, false, cell->bytes, &scale);
		cell->low = scale.low;
		cell->step = scale.step;
	}
}

float
wemb_ivf_centroid_distance(const IvfIndex *index, const IndexValue *value, const IndexCopy *centroid)
{
	ByteVector	bytes = {centroid->bytes, centroid->low, centroid->step};

	if (index->vectors.form == VALUE_BITS)
		return (float) wemb_kernel->differing_bits(value->raw.bytes, centroid->bytes, centroid->size);
	return wemb_kernel->l2sq_f32_u8(value->x, &bytes, index->vectors.dim);
}
