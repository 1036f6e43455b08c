/*
 * hnsw_build_divide.c
 *		Rows divided into parts.
 *
 * Centroids are of sketches: the vectors that copies stand for, or if these are long, shorter ones
 * in which each dimension is added to a random one, with a random sign.
 */
#include "postgres.h"

#include "core/ann/kmeans.h"
#include "core/base/rng.h"
#include "index/hnsw/hnsw_build_divide.h"
#include "miscadmin.h"
#include "pg/memory.h"

#define SKETCH_DIM		512		/* dimensions, at the most */
#define SAMPLE_LEAST	8		/* rows a part, even if there is little memory for them */
#define PLACES			2		/* of a row: its own part, and where it is a guest */
#define DIVIDE_SEED		1

/* What parts are told apart by. */
typedef struct Sketch
{
	const IndexVectors *vectors;
	int			dim;
	bool		folded;
	bool		spherical;		/* only the direction counts */
} Sketch;

static Sketch
make_sketch(const IndexVectors *vectors)
{
	IndexDistance distance = vectors->metric->distance;

	return (Sketch) {
		.vectors = vectors,
		.dim = Min(vectors->dim, SKETCH_DIM),
		.folded = vectors->dim > SKETCH_DIM,
		.spherical = distance == INDEX_IP || distance == INDEX_COSINE || distance == INDEX_JACCARD
	};
}

static inline void
add_number(const Sketch *sketch, float *out, int i, float x)
{
	if (sketch->folded)
	{
		Rng			rng = rng_for(DIVIDE_SEED, i);
		uint32		random = (uint32) (rng_next(&rng) >> 32);

		i = (int) ((random >> 1) % (uint32) sketch->dim);
		x = (random & 1) ? -x : x;
	}
	out[i] += x;
}

static void
sketch_copy(const Sketch *sketch, const IndexCopy *copy, float *out)
{
	memset(out, 0, sketch->dim * sizeof(float));
	if (sketch->vectors->form == VALUE_BYTES)
		for (int i = 0; i < copy->size; i++)
			add_number(sketch, out, i, copy->low + copy->step * copy->bytes[i]);
	else if (sketch->vectors->form == VALUE_BITS)
	{
		for (int i = 0; i < sketch->vectors->dim; i++)
			if (copy->bytes[i / 8] & (0x80 >> i % 8))
				add_number(sketch, out, i, 1);
	}
	else
	{
		int			n = copy->size / (int) (sizeof(int32) + sizeof(float));
		const int32 *indices = (const int32 *) copy->bytes;
		const float *values = (const float *) (indices + n);

		for (int i = 0; i < n; i++)
			add_number(sketch, out, indices[i], values[i]);
	}
}

/* ---- centroids ---- */

/* Rows of all pages, at even distances; returns how many. */
static int
fill_sample(const BuildLoad *load, const RowSpan *span, const Sketch *sketch, Kmeans *kmeans, uint32 rows, int wanted)
{
	uint64		seen = 0;
	int			n = 0;
	BuildRow	row;

	for (uint32 file = span->first; file < span->end; file++)
	{
		uint32		pages = wemb_hnsw_files_pages(load->files, file);

		for (uint32 page = 0; page < pages; page++)
		{
			CHECK_FOR_INTERRUPTS();
			wemb_hnsw_files_read(load->files, file, page);
			while (wemb_hnsw_files_next(load->files, &row))
				if (seen++ * wanted / rows >= (uint64) n && n < wanted)
					sketch_copy(sketch, &row.copy, wemb_kmeans_row(kmeans, n++));
		}
	}
	return n;
}

static const Centroids *
train_centroids(const BuildLoad *load, const RowSpan *span, const Sketch *sketch, uint32 rows, int n, Size memory)
{
	double		room = (double) memory / (sketch->dim * sizeof(float));
	double		wanted = Max(Min(wemb_kmeans_sample(n), room), (double) n * SAMPLE_LEAST);
	KmeansConfig config = {
		.k = n, .dim = sketch->dim, .spherical = sketch->spherical, .rows = (int) Min(wanted, rows),
		.seed = DIVIDE_SEED
	};
	void	   *block = wemb_block_alloc(wemb_kmeans_size(&config));
	Kmeans	   *kmeans;
	int			shares;

	if (block == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	kmeans = wemb_kmeans_init(block, &config);
	wemb_kmeans_start(kmeans, fill_sample(load, span, sketch, kmeans, rows, config.rows));
	while ((shares = wemb_kmeans_shares(kmeans)) > 0)
	{
		for (int share = 0; share < shares; share++)
		{
			CHECK_FOR_INTERRUPTS();
			wemb_kmeans_work(kmeans, share);
		}
		wemb_kmeans_advance(kmeans);
	}
	return wemb_kmeans_centroids(kmeans);
}

/* ---- rows ---- */

typedef struct Divider
{
	const BuildLoad *load;
	const Sketch *sketch;
	const Centroids *centroids;
	RowParts	parts;
	int			nearest;
	int			room;			/* rows of a page, at most, so far */
	BuildRow   *rows;
	float	   *sketches;
	CentroidHit *hits;
} Divider;

/* The rows of the page that was read; returns how many. */
static int
take_page(Divider *divider)
{
	BuildRow	row;
	int			n = 0;

	while (wemb_hnsw_files_next(divider->load->files, &row))
	{
		if (n == divider->room)
		{
			divider->room *= 2;
			divider->rows = repalloc(divider->rows, divider->room * sizeof(BuildRow));
			divider->sketches = repalloc(divider->sketches, divider->room * divider->sketch->dim * sizeof(float));
			divider->hits = repalloc(divider->hits, divider->room * PLACES * sizeof(CentroidHit));
		}
		sketch_copy(divider->sketch, &row.copy, divider->sketches + n * divider->sketch->dim);
		divider->rows[n++] = row;
	}
	return n;
}

/* Put the rows of a page into their parts; the first one gets this number. */
static void
divide_page(Divider *divider, int n, uint32 number)
{
	RowFiles   *files = divider->load->files;
	CentroidRows sketches = {divider->sketches, divider->sketch->dim, n};

	wemb_centroids_assign(divider->centroids, &sketches, divider->nearest, divider->hits);
	for (int i = 0; i < n; i++)
	{
		const CentroidHit *hit = divider->hits + i * divider->nearest;

		divider->rows[i].number = number + i;
		wemb_hnsw_files_put(files, divider->parts.own[hit[0].centroid], &divider->rows[i]);
		if (divider->nearest > 1)
			wemb_hnsw_files_put(files, divider->parts.guests[hit[1].centroid], &divider->rows[i]);
	}
}

static void
divide_rows(Divider *divider, const RowSpan *span)
{
	RowFiles   *files = divider->load->files;
	uint32		number = 0;

	for (uint32 file = span->first; file < span->end; file++)
	{
		uint32		pages = wemb_hnsw_files_pages(files, file);

		for (uint32 page = 0; page < pages; page++)
		{
			int			n;

			CHECK_FOR_INTERRUPTS();
			wemb_hnsw_files_read(files, file, page);
			n = take_page(divider);
			divide_page(divider, n, number);
			number += n;
		}
		wemb_hnsw_files_delete(files, file);
	}
}

RowParts
wemb_hnsw_divide(const BuildLoad *load, const RowSpan *span, uint32 rows, int n, Size memory)
{
	Sketch		sketch = make_sketch(&load->index->vectors);
	Divider		divider = {.load = load, .sketch = &sketch, .room = 64};
	RowParts   *parts = &divider.parts;

	divider.centroids = train_centroids(load, span, &sketch, rows, n, memory);
	parts->n = wemb_centroids_count(divider.centroids);
	parts->own = palloc(parts->n * sizeof(uint32));
	parts->guests = palloc(parts->n * sizeof(uint32));
	divider.nearest = Min(PLACES, parts->n);
	divider.rows = palloc(divider.room * sizeof(BuildRow));
	divider.sketches = palloc(divider.room * sketch.dim * sizeof(float));
	divider.hits = palloc(divider.room * PLACES * sizeof(CentroidHit));
	for (int part = 0; part < parts->n; part++)
	{
		parts->own[part] = wemb_hnsw_files_new(load->files);
		parts->guests[part] = wemb_hnsw_files_new(load->files);
	}
	divide_rows(&divider, span);
	for (int part = 0; part < parts->n; part++)
	{
		wemb_hnsw_files_finish(load->files, parts->own[part]);
		wemb_hnsw_files_finish(load->files, parts->guests[part]);
	}
	pfree(divider.rows);
	pfree(divider.sketches);
	pfree(divider.hits);
	return *parts;
}
