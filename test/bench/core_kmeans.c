/*
 * core_kmeans.c
 *		How fast centroids are trained and rows assigned to them, and how good the lists are.
 *
 *	core_kmeans VECTORS.tsv [name=value ...]
 *		A line of VECTORS.tsv ends in [x,y,...]; the last 1,000 are queries.
 *		Names: k (centroids), spherical (0 or 1), rows (0: those of the file; more: copies of them with noise),
 *		sample (rows a centroid; 0: what is recommended), seed, kernels (1: assignment with each kernel).
 *
 * spread is the mean squared distance of a row to its centroid; balance the size of the list of a row
 * taken at random, relative to lists of one size; found: true nearest 10 of a query within its nearest lists.
 *
 *	cc -std=gnu11 -O3 -ffp-contract=off -Isrc -o core_kmeans test/bench/core_kmeans.c \
 *		src/core/ann/{kmeans,centroids}.c src/core/kernel/[a-z]*.c -lm
 */
#include "bench_text.h"

#include <math.h>

#include "core/ann/kmeans.h"
#include "core/base/permute.h"
#include "core/kernel/kernel.h"

#define QUERIES		1000
#define K			10
#define AT_A_TIME	1000		/* rows that are assigned */

static double lists = 270,
			spherical = 0,
			wanted_rows = 0,
			sample = 0,
			seed = 1,
			kernels = 0;

static const BenchOption options[] = {
	{"k", &lists}, {"spherical", &spherical}, {"rows", &wanted_rows}, {"sample", &sample}, {"seed", &seed},
	{"kernels", &kernels}, {NULL, NULL}
};

static Vectors v;
static int	rows;				/* queries come behind them */
static CentroidHit *hits;

/* The file's rows, then copies whose numbers are 0.6 to 1.4 times as large; the queries last. */
static void
make_rows(void)
{
	int			own = v.n - QUERIES;
	float	   *x;
	Rng			rng = {7};

	rows = wanted_rows > own ? (int) wanted_rows : own;
	x = block((size_t) (rows + QUERIES) * v.dim * sizeof(float));
	for (int i = 0; i < rows; i++)
	{
		const float *from = v.x + (size_t) (i % own) * v.dim;

		for (int d = 0; d < v.dim; d++)
			x[(size_t) i * v.dim + d] = from[d] * (i < own ? 1 : 0.6f + 0.8f * rng_float(&rng));
	}
	memcpy(x + (size_t) rows * v.dim, v.x + (size_t) own * v.dim, (size_t) QUERIES * v.dim * sizeof(float));
	free(v.x);
	v.x = x;
	v.n = rows + QUERIES;
	for (int i = 0; spherical != 0 && i < v.n; i++)
		wemb_kernel->scale_f32(1 / sqrtf(wemb_kernel->dot_f32(x + (size_t) i * v.dim, x + (size_t) i * v.dim, v.dim)),
							   x + (size_t) i * v.dim, v.dim);
}

static const Centroids *
train(void)
{
	KmeansConfig config = {
		.k = (int) lists, .dim = v.dim, .spherical = spherical != 0, .seed = (uint64_t) seed,
		.rows = sample > 0 ? (int) (sample * lists) : wemb_kmeans_sample((int) lists)
	};
	Kmeans	   *kmeans;
	double		start = seconds();
	int			stages = 0;

	if (config.rows > rows)
		config.rows = rows;
	kmeans = wemb_kmeans_init(block(wemb_kmeans_size(&config)), &config);
	for (int i = 0; i < config.rows; i++)
		memcpy(wemb_kmeans_row(kmeans, i), v.x + permute(i, rows, 3) * v.dim, v.dim * sizeof(float));
	wemb_kmeans_start(kmeans, config.rows);
	for (int shares; (shares = wemb_kmeans_shares(kmeans)) > 0; stages++)
	{
		for (int share = 0; share < shares; share++)
			wemb_kmeans_work(kmeans, share);
		wemb_kmeans_advance(kmeans);
	}
	printf("%d centroids of %d dimensions from %d rows: %.3f s, %d rounds, spread %.5f\n",
		   wemb_centroids_count(wemb_kmeans_centroids(kmeans)), v.dim, config.rows, seconds() - start, stages / 2,
		   wemb_kmeans_spread(kmeans));
	return wemb_kmeans_centroids(kmeans);
}

static void
assign(const Centroids *set)
{
	int			k = wemb_centroids_count(set);
	double	   *sizes = calloc(k, sizeof(double));
	double		start = seconds();
	double		spread = 0;
	double		squares = 0;

	for (int i = 0; i < rows; i += AT_A_TIME)
	{
		CentroidRows some = {v.x + (size_t) i * v.dim, v.dim, rows - i < AT_A_TIME ? rows - i : AT_A_TIME};

		wemb_centroids_assign(set, &some, 1, hits + i);
	}
	start = seconds() - start;
	for (int i = 0; i < rows; i++)
	{
		spread += hits[i].distance;
		sizes[hits[i].centroid]++;
	}
	for (int list = 0; list < k; list++)
		squares += sizes[list] * sizes[list];
	printf("%-9s %d rows assigned: %.3f s, %.1f Gflop/s; spread %.5f, balance %.3f\n", wemb_kernel->name, rows, start,
		   2e-9 * rows * k * v.dim / start, (spherical != 0 ? 2 + 2 * spread / rows : spread / rows),
		   squares * k / rows / rows);
	free(sizes);
}

static int
by_distance(const void *a, const void *b)
{
	float		x = ((const CentroidHit *) a)->distance,
				y = ((const CentroidHit *) b)->distance;

	return (x > y) - (x < y);
}

/* The nearest rows of a query. */
static void
find_truth(const float *query, int *nearest)
{
	float		best[K];
	int			n = 0;

	for (int i = 0; i < rows; i++)
	{
		float		d = wemb_kernel->l2sq_f32(query, v.x + (size_t) i * v.dim, v.dim);
		int			j;

		if (n == K && d >= best[K - 1])
			continue;
		for (j = n < K ? n++ : K - 1; j > 0 && best[j - 1] > d; j--)
		{
			best[j] = best[j - 1];
			nearest[j] = nearest[j - 1];
		}
		best[j] = d;
		nearest[j] = i;
	}
}

/* How many of a query's nearest rows are in its nearest lists, and how many rows these have. */
static void
measure_lists(const Centroids *set)
{
	static const int probes[] = {1, 2, 3, 5, 10, 20, 30, 50, 100};
	double		found[9] = {0},
				read[9] = {0};
	int			k = wemb_centroids_count(set);
	int			queries = rows > 200000 ? QUERIES / 10 : QUERIES;
	float	   *distances = block((size_t) (k + KERNEL_PANEL) * sizeof(float));
	CentroidHit *order = block((size_t) k * sizeof(CentroidHit));
	double	   *sizes = calloc(k, sizeof(double));
	int		   *rank = block((size_t) k * sizeof(int));

	for (int i = 0; i < rows; i++)
		sizes[hits[i].centroid]++;
	for (int q = 0; q < queries; q++)
	{
		const float *query = v.x + (size_t) (rows + q) * v.dim;
		int			nearest[K];

		wemb_centroids_distances(set, query, distances);
		for (int list = 0; list < k; list++)
			order[list] = (CentroidHit) {list, distances[list]};
		qsort(order, k, sizeof(CentroidHit), by_distance);
		find_truth(query, nearest);
		for (int i = 0; i < k; i++)
		{
			rank[order[i].centroid] = i;
			for (int p = 0; p < 9; p++)
				read[p] += i < probes[p] ? sizes[order[i].centroid] : 0;
		}
		for (int i = 0; i < K; i++)
			for (int p = 0; p < 9; p++)
				found[p] += rank[hits[nearest[i]].centroid] < probes[p];
	}
	for (int p = 0; p < 9; p++)
		printf("%3d lists: found %.4f, rows read %.4f of all\n", probes[p], found[p] / queries / K,
			   read[p] / queries / rows);
}

int
main(int argc, char **argv)
{
	const Centroids *set;
	const WembKernel *kernel;

	if (argc < 2)
	{
		fprintf(stderr, "usage: core_kmeans VECTORS.tsv [name=value ...]\n");
		return 1;
	}
	for (int i = 2; i < argc; i++)
		set_option(options, argv[i]);
	wemb_kernel_init();
	v = read_vectors(argv[1]);
	make_rows();
	hits = block((size_t) rows * sizeof(CentroidHit));
	set = train();
	for (int i = 0; kernels != 0 && (kernel = wemb_kernel_at(i + 1)) != NULL; i++)
	{
		wemb_kernel_use(wemb_kernel_at(i));
		assign(set);
	}
	wemb_kernel_init();
	assign(set);
	measure_lists(set);
	return 0;
}
