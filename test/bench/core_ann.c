/*
 * core_ann.c
 *		The graph of core/ann over an array in memory, without a server: build time, recall@10, queries a second
 *		and what a query visits, with exact distances and with RaBitQ codes beside the links.
 *
 *	cc -O2 -std=gnu11 -ffp-contract=off -Isrc -Itest/unit test/bench/core_ann.c \
 *		src/core/ann/[a-z]*.c src/core/quant/[a-z]*.c src/core/kernel/[a-z]*.c -lm
 *	xz -dc words100.tsv.xz | ./a.out [l2|cosine] [m] [ef_construction] [alpha] [fill] [links of layer 0]
 *
 * Lines are a word, a tabulator, and a vector in brackets; the last 1,000 are the queries, as in ann_memory.py.
 */
#include <stdio.h>
#include <time.h>

#include "core/quant/quant.h"
#include "test_graph_store.h"

#define QUERIES		1000
#define K			10

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

/* ---- vectors ---- */

static float *vectors;
static uint32_t nrows;			/* without the queries */
static int	dim;

static void
read_vectors(FILE *file, bool unit_length)
{
	static char line[1 << 20];
	size_t		room = 0;
	size_t		n = 0;

	while (fgets(line, sizeof(line), file))
	{
		char	   *at = strchr(line, '[');
		size_t		start = n;
		double		sum = 0;

		while (at != NULL && *at != ']' && *at != '\0')
		{
			if (n == room)
				vectors = realloc(vectors, (room = room * 2 + 4096) * sizeof(float));
			vectors[n] = strtof(at + 1, &at);
			sum += (double) vectors[n] * vectors[n];
			n++;
		}
		dim = (int) (n - start);
		for (size_t i = start; unit_length && i < n; i++)
			vectors[i] /= (float) sqrt(sum) + 1e-12f;
	}
	nrows = (uint32_t) (n / dim) - QUERIES;
}

static const float *
query_vector(int q)
{
	return vectors + (size_t) (nrows + q) * dim;
}

/* ---- exact search ---- */

static uint32_t truth[QUERIES][K];

static void
find_truth(void)
{
	for (int q = 0; q < QUERIES; q++)
	{
		float		best[K];
		int			n = 0;

		for (uint32_t i = 0; i < nrows; i++)
		{
			float		d = wemb_kernel->l2sq_f32(query_vector(q), vectors + (size_t) i * dim, dim);
			int			j;

			if (n == K && d >= best[K - 1])
				continue;
			for (j = n < K ? n++ : K - 1; j > 0 && best[j - 1] > d; j--)
			{
				best[j] = best[j - 1];
				truth[q][j] = truth[q][j - 1];
			}
			best[j] = d;
			truth[q][j] = i;
		}
	}
}

/* ---- codes beside the links ---- */

static Quant *quant;
static uint8_t *code_arrays;	/* a node's after the other's */
static size_t array_bytes;
static QuantQuery *quant_query;
static QuantEstimates estimates;

static bool
coded_visit(GraphStore *store, uint32_t node, GraphVisit *visit)
{
	ArrayStore *array = (ArrayStore *) store;
	const ArrayNode *at = &array->nodes[node];
	int			first = at->links[0] == GRAPH_NONE;
	QuantOrigin origin;
	bool		used = array_visit(store, node, visit);

	visit->distance = wemb_kernel->l2sq_f32(array->query, array_vector(array, node), dim);
	origin.add = visit->distance;
	origin.distance = sqrtf(visit->distance);
	wemb_quant_array_estimate(quant_query, &origin,
							  (QuantSpan) {code_arrays + node * array_bytes, array->config.base_links, 0, at->nlinks},
							  &estimates);
	memcpy(visit->estimates, estimates.distance + first, visit->nlinks * sizeof(float));
	return used;
}

static void
encode_links(ArrayStore *array)
{
	QuantConfig config = {.dim = dim,.bits = 1,.metric = QUANT_L2,.seed = 1,.unit = 1,.bounds = true};
	size_t		padded;
	float	   *rotated;
	uint8_t		code[QUANT_MAX_DIM / 8 + 8];
	QuantFactors factors;

	quant = wemb_quant_init(malloc(wemb_quant_size(&config)), &config);
	padded = quant->padded;
	rotated = malloc((size_t) (nrows + 1) * padded * sizeof(float));
	for (uint32_t i = 0; i < nrows; i++)
		wemb_quant_rotate(quant, vectors + (size_t) i * dim, rotated + i * padded);
	array_bytes = wemb_quant_array_size(quant, array->config.base_links);
	code_arrays = calloc(array->nnodes, array_bytes);
	for (uint32_t node = 0; node < array->nnodes; node++)
		for (int i = 0; i < array->nodes[node].nlinks; i++)
		{
			uint32_t	link = graph_link_node(array->nodes[node].links[i]);

			if (link == GRAPH_NONE)
				continue;
			wemb_quant_encode(quant, rotated + array->nodes[link].vector * padded,
							  rotated + array->nodes[node].vector * padded, code, &factors);
			wemb_quant_array_put(quant, code_arrays + node * array_bytes, array->config.base_links, i, code, &factors);
		}
	quant_query = malloc(wemb_quant_query_size(quant));
	free(rotated);
}

static void
start_coded(const float *query)
{
	static float rotated[QUANT_MAX_DIM + 64];

	wemb_quant_rotate(quant, query, rotated);
	wemb_quant_query_init(quant_query, quant, rotated, QUANT_EPSILON);
}

/* ---- the bench ---- */

static void
measure_search(ArrayStore *array, const char *name, int ef)
{
	double		best = INFINITY;
	int			hits = 0;
	uint64_t	visits = 0;
	uint64_t	distances = 0;

	for (int repeat = 0; repeat < 3; repeat++)
	{
		double		start = now();

		hits = 0;
		visits = distances = 0;
		for (int q = 0; q < QUERIES; q++)
		{
			GraphCandidate found;

			if (!array->store.exact)
				start_coded(query_vector(q));
			array_scan_start(array, query_vector(q), ef);
			for (int i = 0; i < K && array_scan_next(array, &found); i++)
				for (int j = 0; j < K; j++)
					hits += truth[q][j] == array->nodes[found.node].vector;
			visits += wemb_graph_search_visits(array->search);
			distances += wemb_graph_search_distances(array->search);
		}
		best = fmin(best, now() - start);
	}
	printf("%s ef=%d | recall@10 %.4f | qps %.0f | layer 0: visits %.1f, %s %.1f\n", name, ef,
		   hits / (double) (QUERIES * K), QUERIES / best, visits / (double) QUERIES,
		   array->store.exact ? "distances" : "estimates", distances / (double) QUERIES);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	static const int efs[] = {10, 20, 40, 60, 80, 120, 160, 240, 320, 480};
	int			m = argc > 2 ? atoi(argv[2]) : 16;
	GraphConfig config = {
		.m = m,
		.base_links = argc > 6 ? atoi(argv[6]) : 2 * m,
		.ef = argc > 3 ? atoi(argv[3]) : 64,
		.alpha = argc > 4 ? (float) atof(argv[4]) : 1,
		.fill = argc > 5 && atoi(argv[5])
	};
	ArrayStore	array;
	double		start;
	uint64_t	nlinks = 0;
	uint64_t	nbase = 0;

	wemb_kernel_init();
	read_vectors(stdin, argc > 1 && strcmp(argv[1], "cosine") == 0);
	find_truth();
	array_init(&array, &config, vectors, dim, nrows + nrows / 2 + 1000);
	start = now();
	for (uint32_t i = 0; i < nrows; i++)
		array_insert(&array, i);
	printf("m=%d, %d ef_construction=%d alpha=%.2f fill=%d", m, config.base_links,
		   config.ef, config.alpha, config.fill);
	printf(" | %u x %d | build %.2f s, 1 thread, %.0f distances a row", nrows, dim, now() - start, array.ndistances / (double) nrows);
	for (uint32_t i = 0; i < array.nnodes; i++)
		if (array.nodes[i].layer == 0)
		{
			nbase++;
			nlinks += array.nodes[i].nlinks;
		}
	printf(" | %.1f links\n", nlinks / (double) nbase);
	for (size_t i = 0; i < sizeof(efs) / sizeof(efs[0]); i++)
		measure_search(&array, "exact", efs[i]);
	start = now();
	encode_links(&array);
	printf("codes %.2f s\n", now() - start);
	array.store.exact = false;
	array.store.visit = coded_visit;
	for (size_t i = 0; i < sizeof(efs) / sizeof(efs[0]); i++)
		measure_search(&array, "codes", efs[i]);
	array_free(&array);
	return 0;
}
