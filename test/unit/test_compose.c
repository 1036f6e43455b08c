/*
 * test_compose.c
 *		core/model/compose.h: the weighted mean, against one in double precision.
 */
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/kernel/kernel.h"
#include "core/model/compose.h"

#define MAX_DIM	257

static float
random_float(Rng *rng)
{
	return rng_float(rng) * 2.0f - 1.0f;
}

static void
fill(Rng *rng, float *vec, int dim)
{
	for (int i = 0; i < dim; i++)
		vec[i] = random_float(rng);
}

/* The mean of nvectors random vectors agrees with the textbook's. */
static void
compare_means(int dim, int nvectors, bool unit_length)
{
	Rng			rng = rng_for((uint64_t) dim, (uint64_t) nvectors);
	void	   *block = malloc(wemb_compose_size(dim));
	Composer   *composer = wemb_compose_init(block, dim);
	double		sums[MAX_DIM] = {0};
	double		weights = 0;
	double		squares = 0;
	float		result[MAX_DIM];
	float		a[MAX_DIM];

	for (int v = 0; v < nvectors; v++)
	{
		double		weight = compose_weight(1 + v % 50, 1000);

		fill(&rng, a, dim);
		wemb_compose_add(composer, a, weight);
		for (int i = 0; i < dim; i++)
			sums[i] += weight * a[i];
		weights += weight;
	}
	CHECK(wemb_compose_finish(composer, unit_length, result) == COMPOSE_OK, "dim %d, %d vectors", dim, nvectors);
	for (int i = 0; i < dim; i++)
		squares += sums[i] / weights * (sums[i] / weights);
	for (int i = 0; i < dim; i++)
	{
		double		expected = sums[i] / weights / (unit_length ? sqrt(squares) : 1.0);

		CHECK(fabs(result[i] - expected) < 1e-5, "dim %d, %d vectors: element %d is %g, not %g",
			  dim, nvectors, i, result[i], expected);
	}
	free(block);
}

static void
test_means(void)
{
	static const int dims[] = {1, 2, 3, 16, 17, 100, MAX_DIM};
	static const int counts[] = {1, 2, 3, 255, 256, 257, 1000};

	unit_group("the mean is the weighted one");
	for (size_t d = 0; d < sizeof(dims) / sizeof(*dims); d++)
		for (size_t n = 0; n < sizeof(counts) / sizeof(*counts); n++)
		{
			compare_means(dims[d], counts[n], false);
			compare_means(dims[d], counts[n], true);
		}
}

static void
test_weights(void)
{
	unit_group("frequent words weigh less");
	CHECK(compose_weight(0, 1000) == 1.0, "no occurrence");
	CHECK(compose_weight(5, 0) == 1.0, "no tokens");
	CHECK(fabs(compose_weight(1, 1000) - 0.5) < 1e-12, "p = a");
	CHECK(compose_weight(1000, 1000) < 0.001, "the only word");
	CHECK(compose_weight(INT64_MAX, INT64_MAX) > 0, "huge counts");
}

static void
test_single(void)
{
	Rng			rng = {1};
	int			dim = 100;
	void	   *block = malloc(wemb_compose_size(dim));
	Composer   *composer;
	float		vec[100];
	float		result[100];
	double		squares = 0;

	unit_group("a single vector comes out as it went in");
	fill(&rng, vec, dim);
	composer = wemb_compose_init(block, dim);
	wemb_compose_add(composer, vec, 1.0 / 3.0);
	CHECK(wemb_compose_finish(composer, false, result) == COMPOSE_OK, "as it is");
	CHECK(memcmp(vec, result, sizeof(vec)) == 0, "as it is");

	for (int i = 0; i < dim; i++)
		squares += (double) vec[i] * vec[i];
	for (int i = 0; i < dim; i++)
		vec[i] /= (float) sqrt(squares);
	composer = wemb_compose_init(block, dim);
	wemb_compose_add(composer, vec, 1.0 / 3.0);
	CHECK(wemb_compose_finish(composer, true, result) == COMPOSE_OK, "of length 1");
	CHECK(memcmp(vec, result, sizeof(vec)) == 0, "of length 1");

	for (int i = 0; i < dim; i++)
		vec[i] *= 2.0f;
	composer = wemb_compose_init(block, dim);
	wemb_compose_add(composer, vec, 1.0);
	CHECK(wemb_compose_finish(composer, true, result) == COMPOSE_OK, "of length 2");
	for (int i = 0; i < dim; i++)
		CHECK(fabsf(result[i] - vec[i] / 2.0f) < 1e-6f, "element %d is scaled", i);
	free(block);
}

static void
test_nothing(void)
{
	void	   *block = malloc(wemb_compose_size(2));
	Composer   *composer = wemb_compose_init(block, 2);
	static const float zero[2] = {0, 0};
	static const float up[2] = {0, 1};
	static const float down[2] = {0, -1};
	static const float huge[2] = {3e38f, 0};
	static const float tiny[2] = {1e-45f, 0};
	float		result[2] = {7, 7};

	unit_group("nothing, zero, and too much");
	CHECK(wemb_compose_finish(composer, true, result) == COMPOSE_NOTHING, "empty");
	CHECK(result[0] == 7 && result[1] == 7, "nothing is written");
	wemb_compose_add(wemb_compose_init(block, 2), zero, 1.0);
	CHECK(wemb_compose_finish(composer, true, result) == COMPOSE_NOTHING, "a zero vector");
	wemb_compose_add(wemb_compose_init(block, 2), up, 0.5);
	wemb_compose_add(composer, down, 0.5);
	CHECK(wemb_compose_finish(composer, true, result) == COMPOSE_NOTHING, "vectors that cancel out");
	wemb_compose_add(wemb_compose_init(block, 2), tiny, 1.0);
	CHECK(wemb_compose_finish(composer, true, result) == COMPOSE_OK && result[0] == 1.0f, "the smallest there is");
	wemb_compose_init(block, 2);
	for (int i = 0; i < 3; i++)
		wemb_compose_add(composer, huge, 1.0);
	CHECK(wemb_compose_finish(composer, false, result) == COMPOSE_OVERFLOW, "too large for a float");
	free(block);
}

/* Float alone would stop growing at 2^24 additions; the mean of equal vectors is that vector, however many. */
static void
test_many(void)
{
	void	   *block = malloc(wemb_compose_size(1));
	Composer   *composer = wemb_compose_init(block, 1);
	static const float vec[1] = {0.1f};
	float		result[1];
	int			n = 20000000;

#ifdef UNIT_EMULATED
	n /= 100;
#endif
	unit_group("millions of vectors lose no precision");
	for (int i = 0; i < n; i++)
		wemb_compose_add(composer, vec, 1e-3);
	CHECK(wemb_compose_finish(composer, false, result) == COMPOSE_OK, "there is a mean");
	CHECK(fabsf(result[0] - 0.1f) < 1e-6f, "the mean is %.9g", result[0]);
	free(block);
}

int
main(void)
{
	wemb_kernel_init();
	test_means();
	test_weights();
	test_single();
	test_nothing();
	test_many();
	return unit_done();
}
