/*
 * centroids.c
 *		A set of centroids, and which of them is nearest to a row.
 *
 * With o the origin, a row x is near a centroid c where
 *
 *		x . (c - o) - |c - o|^2 / 2 - o . (c - o)
 *
 * is great: it is half of |x - o|^2 - |x - c|^2.  All but the first product
 * is a number for each centroid, its bias, which sums start from.  Spherical sets have a bias of 0.
 */
#include "core/ann/centroids.h"

#include <math.h>
#include <string.h>

#include "core/base/block.h"
#include "core/kernel/kernel.h"

/* Dimensions that are multiplied at a time: so much of a panel and of some rows fits a core's first cache. */
#define DEPTH			160

/* Rows that go through all panels together: as many as the second cache keeps, within limits. */
#define MOST_ROWS		96
#define LEAST_ROWS		24
#define ROWS_BYTES		(256 * 1024)

#define PADDING_BIAS	(-INFINITY)		/* of columns that are no centroids */

struct Centroids
{
	int			n;
	int			dim;
	bool		spherical;
	size_t		origin;			/* offsets of arrays of floats: dim */
	size_t		bias;			/* one for each column */
	size_t		panels;
};

static size_t
layout(Centroids *set)
{
	size_t		end = 0;
	size_t		columns = (size_t) (set->n + KERNEL_PANEL - 1) / KERNEL_PANEL * KERNEL_PANEL;

	block_reserve(&end, 1, sizeof(Centroids));
	set->origin = block_reserve(&end, set->dim, sizeof(float));
	set->bias = block_reserve(&end, columns, sizeof(float));
	set->panels = block_reserve(&end, columns, set->dim * sizeof(float));
	return end;
}

static inline float *
floats_at(const Centroids *set, size_t offset)
{
	return (float *) ((char *) set + offset);
}

static inline float *
column_of(const Centroids *set, int i)
{
	return floats_at(set, set->panels) + (size_t) (i / KERNEL_PANEL) * KERNEL_PANEL * set->dim + i % KERNEL_PANEL;
}

size_t
wemb_centroids_size(const CentroidsConfig *config)
{
	Centroids	set = {.n = config->n, .dim = config->dim};

	return layout(&set);
}

Centroids *
wemb_centroids_init(void *block, const CentroidsConfig *config)
{
	Centroids  *set = block;

	/* what is between the arrays too: the same centroids are the same bytes */
	memset(block, 0, wemb_centroids_size(config));
	set->n = config->n;
	set->dim = config->dim;
	set->spherical = config->spherical;
	layout(set);
	if (config->origin != NULL && !config->spherical)
		memcpy(floats_at(set, set->origin), config->origin, set->dim * sizeof(float));
	wemb_centroids_keep(set, config->n);
	return set;
}

int
wemb_centroids_count(const Centroids *set)
{
	return set->n;
}

int
wemb_centroids_dim(const Centroids *set)
{
	return set->dim;
}

void
wemb_centroids_keep(Centroids *set, int n)
{
	float	   *bias = floats_at(set, set->bias);

	set->n = n;
	for (int i = n; i % KERNEL_PANEL != 0; i++)
		bias[i] = PADDING_BIAS;
}

/* What the sums of column i start from. */
static void
set_bias(Centroids *set, int i)
{
	const float *origin = floats_at(set, set->origin);
	const float *column = column_of(set, i);
	double		length = 0;
	double		shift = 0;

	for (int d = 0; d < set->dim; d++, column += KERNEL_PANEL)
	{
		length += (double) *column * *column;
		shift += (double) *column * origin[d];
	}
	floats_at(set, set->bias)[i] = set->spherical ? 0 : (float) (-length / 2 - shift);
}

void
wemb_centroids_put(Centroids *set, int i, const float *x)
{
	const float *origin = floats_at(set, set->origin);
	float	   *column = column_of(set, i);
	double		length = 0;
	double		scale;

	for (int d = 0; set->spherical && d < set->dim; d++)
		length += (double) x[d] * x[d];
	scale = length > 0 ? 1 / sqrt(length) : 1;
	for (int d = 0; d < set->dim; d++)
		column[(size_t) d * KERNEL_PANEL] = (float) (x[d] * scale) - origin[d];
	set_bias(set, i);
}

void
wemb_centroids_move(Centroids *set, const float *by)
{
	wemb_kernel->axpy_f32(1, by, floats_at(set, set->origin), set->dim);
	for (int i = 0; i < set->n; i++)
		set_bias(set, i);
}

void
wemb_centroids_get(const Centroids *set, int i, float *out)
{
	const float *origin = floats_at(set, set->origin);
	const float *column = column_of(set, i);

	for (int d = 0; d < set->dim; d++)
		out[d] = column[(size_t) d * KERNEL_PANEL] + origin[d];
}

/* ---- comparing ---- */

/* The sums of some rows with the panel from centroid first on. */
static void
panel_sums(const Centroids *set, const CentroidRows *rows, int first, float *sums)
{
	const float *bias = floats_at(set, set->bias) + first;
	MatrixProduct product = {.rows = rows->n, .columns = KERNEL_PANEL, .a_row = rows->stride, .a_step = 1,
		.b_stride = KERNEL_PANEL, .c = sums, .c_stride = KERNEL_PANEL, .add = true};

	for (int r = 0; r < rows->n; r++)
		memcpy(sums + r * KERNEL_PANEL, bias, KERNEL_PANEL * sizeof(float));
	for (int d = 0; d < set->dim; d += DEPTH)
	{
		product.a = rows->first + d;
		product.b = column_of(set, first) + (size_t) d * KERNEL_PANEL;
		product.depth = set->dim - d < DEPTH ? set->dim - d : DEPTH;
		wemb_kernel->matrix_product(&product);
	}
}

/* Twice the greatest sum is less than the row's distance from the origin by its squared distance from the centroid. */
static float
row_base(const Centroids *set, const float *row)
{
	return set->spherical ? 0 : wemb_kernel->l2sq_f32(row, floats_at(set, set->origin), set->dim);
}

static float
distance_of_sum(const Centroids *set, float base, float sum)
{
	return set->spherical ? -sum : fmaxf(base - 2 * sum, 0);
}

/* Take a row's sums of a panel among its hits, which are sorted by sums, and end with the worst. */
static void
take_sums(const float *sums, int first, int nearest, CentroidHit *hits)
{
	for (int c = 0; c < KERNEL_PANEL; c++)
	{
		int			j = nearest - 1;

		if (!(sums[c] > hits[j].distance))
			continue;
		for (; j > 0 && sums[c] > hits[j - 1].distance; j--)
			hits[j] = hits[j - 1];
		hits[j] = (CentroidHit) {first + c, sums[c]};
	}
}

/* At most MOST_ROWS. */
static void
assign_rows(const Centroids *set, const CentroidRows *rows, int nearest, CentroidHit *hits)
{
	float		sums[MOST_ROWS * KERNEL_PANEL] __attribute__((aligned(64)));
	float		maxima[MOST_ROWS];

	for (int i = 0; i < rows->n * nearest; i++)
		hits[i] = (CentroidHit) {0, PADDING_BIAS};
	for (int first = 0; first < set->n; first += KERNEL_PANEL)
	{
		panel_sums(set, rows, first, sums);
		wemb_kernel->panel_maxima(sums, rows->n, maxima);
		for (int r = 0; r < rows->n; r++)
			if (maxima[r] > hits[(r + 1) * nearest - 1].distance)
				take_sums(sums + r * KERNEL_PANEL, first, nearest, hits + r * nearest);
	}
	for (int r = 0; r < rows->n; r++)
	{
		float		base = row_base(set, rows->first + r * rows->stride);

		for (int i = r * nearest; i < (r + 1) * nearest; i++)
			hits[i].distance = distance_of_sum(set, base, hits[i].distance);
	}
}

void
wemb_centroids_assign(const Centroids *set, const CentroidRows *rows, int nearest, CentroidHit *hits)
{
	int			most = ROWS_BYTES / (set->dim * (int) sizeof(float));

	most = most < LEAST_ROWS ? LEAST_ROWS : most > MOST_ROWS ? MOST_ROWS : most / LEAST_ROWS * LEAST_ROWS;
	for (int r = 0; r < rows->n; r += most)
	{
		CentroidRows some = {
			rows->first + r * rows->stride, rows->stride, rows->n - r < most ? rows->n - r : most
		};

		assign_rows(set, &some, nearest, hits + (size_t) r * nearest);
	}
}

void
wemb_centroids_distances(const Centroids *set, const float *row, float *distances)
{
	CentroidRows rows = {row, set->dim, 1};
	float		base = row_base(set, row);

	for (int first = 0; first < set->n; first += KERNEL_PANEL)
	{
		panel_sums(set, &rows, first, distances + first);
		for (int c = first; c < first + KERNEL_PANEL; c++)
			distances[c] = distance_of_sum(set, base, distances[c]);
	}
}
