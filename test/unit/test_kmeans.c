/*
 * test_kmeans.c
 *		Panels, sets of centroids and their training against plain loops in double precision.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/ann/kmeans.h"
#include "core/base/rng.h"
#include "core/kernel/kernel.h"
#include "unit.h"

#define MAX_DIM		333

/* A random number with a bell-shaped distribution, near enough. */
static float
noise(Rng *rng)
{
	return rng_float(rng) + rng_float(rng) + rng_float(rng) - 1.5f;
}

static float *
random_rows(int n, int dim, float offset, uint64_t seed)
{
	float	   *rows = malloc((size_t) n * dim * sizeof(float));
	Rng			rng = rng_for(seed, dim);

	for (int i = 0; i < n * dim; i++)
		rows[i] = noise(&rng) + offset;
	return rows;
}

/* ---- kernels ---- */

static void
test_maxima(const WembKernel *kernel)
{
	float	   *sums = random_rows(50, KERNEL_PANEL, -2, 5);
	float		maxima[51];

	maxima[50] = 77;
	for (int c = 5; c < KERNEL_PANEL; c++)
		sums[c] = -INFINITY;
	kernel->panel_maxima(sums, 50, maxima);
	CHECK(maxima[50] == 77, "something behind the maxima has changed");
	for (int r = 0; r < 50; r++)
	{
		float		max = -INFINITY;

		for (int c = 0; c < KERNEL_PANEL; c++)
			max = fmaxf(max, sums[r * KERNEL_PANEL + c]);
		CHECK(maxima[r] == max, "row %d: %g, not %g", r, maxima[r], max);
	}
	free(sums);
}

/* ---- sets ---- */

static Centroids *
make_set(int n, int dim, bool spherical, const float *origin, const float *x)
{
	CentroidsConfig config = {.n = n, .dim = dim, .spherical = spherical, .origin = origin};
	Centroids  *set = wemb_centroids_init(aligned_alloc(64, wemb_centroids_size(&config)), &config);

	for (int i = 0; i < n; i++)
		wemb_centroids_put(set, i, x + (size_t) i * dim);
	return set;
}

/* As the set defines it, of the centroid as it was put. */
static double
exact_distance(const float *row, const float *x, int dim, bool spherical)
{
	double		sum = 0;
	double		length = 0;

	for (int d = 0; d < dim; d++)
	{
		double		difference = (double) row[d] - x[d];

		sum += spherical ? (double) row[d] * x[d] : difference * difference;
		length += (double) x[d] * x[d];
	}
	return spherical ? -sum / sqrt(length) : sum;
}

/* The nearest of each row: as far as the true ones, different, and sorted. */
static void
test_nearest(int n, int dim, bool spherical, float offset)
{
	int			nrows = 130;
	float	   *x = random_rows(n, dim, offset, 11);
	float	   *rows = random_rows(nrows, dim, offset, 12);
	float	   *distances = malloc((n + KERNEL_PANEL) * sizeof(float));
	Centroids  *set = make_set(n, dim, spherical, spherical ? NULL : x, x);
	int			nearest = n < CENTROIDS_MAX_NEAREST ? n : CENTROIDS_MAX_NEAREST;
	CentroidHit hits[130 * CENTROIDS_MAX_NEAREST];
	CentroidHit single[130];
	double		scale = spherical ? sqrt(dim) * (1 + fabsf(offset)) : dim * (1 + fabsf(offset) / 12);

	wemb_centroids_assign(set, &(CentroidRows) {rows, dim, nrows}, nearest, hits);
	wemb_centroids_assign(set, &(CentroidRows) {rows, dim, nrows}, 1, single);
	for (int r = 0; r < nrows; r++)
	{
		const float *row = rows + (size_t) r * dim;
		const CentroidHit *found = hits + r * nearest;

		CHECK(single[r].centroid == found[0].centroid, "row %d: %d alone, %d among several", r, single[r].centroid,
			  found[0].centroid);
		wemb_centroids_distances(set, row, distances);
		for (int i = 0; i < nearest; i++)
		{
			double		exact = exact_distance(row, x + (size_t) found[i].centroid * dim, dim, spherical);
			int			nearer = 0;

			CHECK(fabs(found[i].distance - exact) <= 4e-6 * scale, "%d dimensions: %g, not %g", dim, found[i].distance, exact);
			CHECK(distances[found[i].centroid] == found[i].distance, "%g alone, %g among all", found[i].distance,
				  distances[found[i].centroid]);
			CHECK(i == 0 || found[i].distance > found[i - 1].distance ||
				  (found[i].distance == found[i - 1].distance && found[i].centroid > found[i - 1].centroid),
				  "row %d is not sorted", r);
			for (int c = 0; c < n; c++)
				nearer += exact_distance(row, x + (size_t) c * dim, dim, spherical) < exact - 8e-6 * scale;
			CHECK(nearer <= i, "row %d: %d centroids are nearer than number %d", r, nearer, i);
		}
	}
	free(x);
	free(rows);
	free(distances);
	free(set);
}

static void
test_set_changes(void)
{
	float	   *x = random_rows(70, 20, 0, 21);
	float		by[20];
	float		out[20];
	float		distances[64 + KERNEL_PANEL];
	Centroids  *set = make_set(70, 20, false, NULL, x);

	for (int d = 0; d < 20; d++)
		by[d] = (float) d;
	wemb_centroids_keep(set, 33);
	CHECK(wemb_centroids_count(set) == 33 && wemb_centroids_dim(set) == 20, "%d are left", wemb_centroids_count(set));
	wemb_centroids_move(set, by);
	wemb_centroids_distances(set, x, distances);
	for (int i = 0; i < 33; i++)
	{
		double		sum = 0;

		wemb_centroids_get(set, i, out);
		for (int d = 0; d < 20; d++)
		{
			double		difference = (double) x[d] - x[i * 20 + d] - d;

			sum += difference * difference;
			CHECK(fabs(out[d] - x[i * 20 + d] - d) < 1e-5, "centroid %d, dimension %d: %g", i, d, out[d]);
		}
		CHECK(fabs(distances[i] - sum) < 1e-5 * sum, "centroid %d: %g, not %g", i, distances[i], sum);
	}
	for (int i = 33; i < 64; i++)
		CHECK(distances[i] == INFINITY, "centroid %d is not there, but at %g", i, distances[i]);
	free(x);
	free(set);
}

/* ---- training ---- */

static Kmeans *
make_kmeans(const KmeansConfig *config, const float *rows, int n)
{
	Kmeans	   *kmeans = wemb_kmeans_init(aligned_alloc(64, wemb_kmeans_size(config)), config);

	for (int i = 0; i < n; i++)
		memcpy(wemb_kmeans_row(kmeans, i), rows + (size_t) i * config->dim, config->dim * sizeof(float));
	wemb_kmeans_start(kmeans, n);
	return kmeans;
}

/* backwards: shares in another order, as other processes would take them. */
static Kmeans *
train(const KmeansConfig *config, const float *rows, int n, bool backwards)
{
	Kmeans	   *kmeans = make_kmeans(config, rows, n);
	float		before = 0;
	int			shares;

	while ((shares = wemb_kmeans_shares(kmeans)) > 0)
	{
		float		progress = wemb_kmeans_progress(kmeans);

		CHECK(progress >= before && progress < 1, "progress goes from %g to %g", before, progress);
		before = progress;
		for (int i = 0; i < shares; i++)
			wemb_kmeans_work(kmeans, backwards ? shares - 1 - i : i);
		wemb_kmeans_advance(kmeans);
	}
	CHECK(wemb_kmeans_progress(kmeans) == 1, "progress ends at %g", wemb_kmeans_progress(kmeans));
	return kmeans;
}

/* Mean squared distance (spherical: 2 - 2 cosine) of rows to their nearest centroids; sizes of lists. */
static double
spread_of(const Centroids *set, const float *rows, int n, int *sizes)
{
	int			dim = wemb_centroids_dim(set);
	int			k = wemb_centroids_count(set);
	float	   *x = malloc(dim * sizeof(float));
	double		sum = 0;

	memset(sizes, 0, k * sizeof(int));
	for (int i = 0; i < n; i++)
	{
		CentroidHit hit;

		wemb_centroids_assign(set, &(CentroidRows) {rows + (size_t) i * dim, dim, 1}, 1, &hit);
		wemb_centroids_get(set, hit.centroid, x);
		sum += exact_distance(rows + (size_t) i * dim, x, dim, false);
		sizes[hit.centroid]++;
	}
	free(x);
	return sum / n;
}

/* Rows around some points, of sizes that differ: all are found, whatever the offset. */
static void
test_clusters(bool spherical, float offset)
{
	enum {CLUSTERS = 40, DIM = 24, ROWS = 6000};
	float	   *middles = random_rows(CLUSTERS, DIM, 0, 31);
	float	   *rows = malloc(ROWS * DIM * sizeof(float));
	KmeansConfig config = {.k = CLUSTERS, .dim = DIM, .spherical = spherical, .rows = ROWS, .seed = 5};
	int			sizes[CLUSTERS];
	Rng			rng = {32};
	Kmeans	   *kmeans;
	double		spread;

	for (int i = 0; i < ROWS; i++)
	{
		/* the last cluster has about 1 row in 160 */
		int			cluster = (int) (CLUSTERS * (1 - sqrtf(rng_float(&rng))));
		double		length = 0;

		for (int d = 0; d < DIM; d++)
		{
			rows[i * DIM + d] = middles[cluster * DIM + d] + 0.1f * noise(&rng) + offset;
			length += (double) rows[i * DIM + d] * rows[i * DIM + d];
		}
		for (int d = 0; spherical && d < DIM; d++)
			rows[i * DIM + d] /= (float) sqrt(length);
	}
	kmeans = train(&config, rows, ROWS, false);
	spread = spread_of(wemb_kmeans_centroids(kmeans), rows, ROWS, sizes);
	/* the variance of noise() is a quarter; spherical rows are some 2.4 long before */
	CHECK(spread < (spherical ? 0.02 : 0.09), "spread is %g", spread);
	CHECK(fabs(spread - wemb_kmeans_spread(kmeans)) < 0.05 * spread, "spread is %g, not %g", spread,
		  wemb_kmeans_spread(kmeans));
	free(kmeans);
	free(middles);
	free(rows);
}

static void
test_same_bytes(bool spherical)
{
	enum {DIM = 30, ROWS = 3000};
	float	   *rows = random_rows(ROWS, DIM, 0, 41);
	KmeansConfig config = {.k = 50, .dim = DIM, .spherical = spherical, .rows = ROWS, .seed = 5};
	CentroidsConfig set = {.n = 50, .dim = DIM};
	Kmeans	   *one = train(&config, rows, ROWS, false);
	Kmeans	   *two = train(&config, rows, ROWS, true);
	Kmeans	   *three;

	CHECK(wemb_centroids_count(wemb_kmeans_centroids(one)) == 50, "%d centroids",
		  wemb_centroids_count(wemb_kmeans_centroids(one)));
	CHECK(memcmp(wemb_kmeans_centroids(one), wemb_kmeans_centroids(two), wemb_centroids_size(&set)) == 0,
		  "the order of shares makes a difference");
	config.seed = 6;
	three = train(&config, rows, ROWS, false);
	CHECK(memcmp(wemb_kmeans_centroids(one), wemb_kmeans_centroids(three), wemb_centroids_size(&set)) != 0,
		  "the seed makes no difference");
	free(one);
	free(two);
	free(three);
	free(rows);
}

/* As good as Lloyd's algorithm gets, and lists of sizes that do not differ much. */
static void
test_uniform(void)
{
	enum {DIM = 16, ROWS = 20000, LISTS = 200};
	float	   *rows = random_rows(ROWS, DIM, 0, 51);
	KmeansConfig config = {.k = LISTS, .dim = DIM, .rows = ROWS, .seed = 5};
	Kmeans	   *kmeans = train(&config, rows, ROWS, false);
	int			sizes[LISTS];
	double		spread = spread_of(wemb_kmeans_centroids(kmeans), rows, ROWS, sizes);
	double		squares = 0;

	for (int list = 0; list < LISTS; list++)
		squares += (double) sizes[list] * sizes[list];
	CHECK(squares * LISTS / ROWS / ROWS < 1.25, "lists are out of balance: %g", squares * LISTS / ROWS / ROWS);
	CHECK(spread < 2.28, "spread is %g of 4", spread);
	free(kmeans);
	free(rows);
}

/* Copies of a few rows: as many centroids, and each is one of them. */
static void
test_duplicates(bool spherical, int different, int k)
{
	enum {DIM = 10, ROWS = 700};
	float	   *few = random_rows(different, DIM, 0, 61);
	float	   *rows = malloc(ROWS * DIM * sizeof(float));
	KmeansConfig config = {.k = k, .dim = DIM, .spherical = spherical, .rows = ROWS, .seed = 5};
	int			sizes[ROWS];
	Kmeans	   *kmeans;
	int			wanted = k < different ? k : different;
	int			n;

	for (int i = 0; i < different; i++)
	{
		double		length = 0;

		for (int d = 0; d < DIM; d++)
			length += (double) few[i * DIM + d] * few[i * DIM + d];
		for (int d = 0; spherical && d < DIM; d++)
			few[i * DIM + d] /= (float) sqrt(length);
	}
	for (int i = 0; i < ROWS; i++)
		memcpy(rows + i * DIM, few + i % different * DIM, DIM * sizeof(float));
	kmeans = train(&config, rows, ROWS, false);
	n = wemb_centroids_count(wemb_kmeans_centroids(kmeans));
	CHECK(n == wanted, "%d centroids of %d different rows, %d wanted", n, different, k);
	if (k >= different)
		CHECK(spread_of(wemb_kmeans_centroids(kmeans), rows, ROWS, sizes) < 1e-6, "spread is %g",
			  spread_of(wemb_kmeans_centroids(kmeans), rows, ROWS, sizes));
	free(kmeans);
	free(few);
	free(rows);
}

static void
test_few_rows(void)
{
	float	   *rows = random_rows(7, 5, 0, 71);
	KmeansConfig config = {.k = 100, .dim = 5, .rows = 9, .seed = 5};
	float		zeros[3 * 5] = {0};
	int			sizes[100];
	Kmeans	   *kmeans;

	for (int n = 1; n <= 7; n++)
	{
		kmeans = train(&config, rows, n, false);
		CHECK(wemb_centroids_count(wemb_kmeans_centroids(kmeans)) == n, "%d centroids of %d rows",
			  wemb_centroids_count(wemb_kmeans_centroids(kmeans)), n);
		CHECK(spread_of(wemb_kmeans_centroids(kmeans), rows, n, sizes) < 1e-9, "rows and centroids differ");
		free(kmeans);
	}
	for (int spherical = 0; spherical < 2; spherical++)
	{
		config.spherical = spherical;
		kmeans = train(&config, zeros, 3, false);
		CHECK(wemb_centroids_count(wemb_kmeans_centroids(kmeans)) == 1, "%d centroids of zeros",
			  wemb_centroids_count(wemb_kmeans_centroids(kmeans)));
		free(kmeans);
	}
	free(rows);
}

int
main(void)
{
	const WembKernel *kernel;

	wemb_kernel_init();
	unit_group("maxima are the greatest sums");
	for (int i = 0; (kernel = wemb_kernel_at(i)) != NULL; i++)
		test_maxima(kernel);
	unit_group("rows find their nearest centroids");
	for (int n = 1; n < 100; n += n < 4 ? 1 : 31)
	{
		test_nearest(n, 1 + n % 50, false, 0);
		test_nearest(n, MAX_DIM, true, 0);
	}
	unit_group("rows far from zero find their nearest centroids");
	test_nearest(64, 100, false, 1000);
	unit_group("centroids can be moved and forgotten");
	test_set_changes();
	unit_group("clusters are found");
	test_clusters(false, 0);
	test_clusters(true, 0);
	test_clusters(false, 1000);
	unit_group("the same rows and seed give the same bytes");
	test_same_bytes(false);
	test_same_bytes(true);
	unit_group("lists are balanced, and their rows near each other");
	test_uniform();
	unit_group("copies of rows share a centroid");
	test_duplicates(false, 9, 5);
	test_duplicates(false, 9, 9);
	test_duplicates(false, 9, 100);
	test_duplicates(true, 9, 100);
	test_duplicates(false, 1, 3);
	unit_group("few rows are centroids themselves");
	test_few_rows();
	return unit_done();
}
