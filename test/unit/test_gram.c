/*
 * test_gram.c
 *		Orthonormal columns and eigenvectors against their definitions, in double.
 */
#include <math.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/kernel/kernel.h"
#include "core/train/gram.h"
#include "unit.h"

#define ROWS	150
#define K		20
#define STRIDE	32

static float x[ROWS][STRIDE];
static double gram[K * K];
static double inverse[K * K];
static float coefficients[K][STRIDE];

/* Random columns, those from rank on combinations of the ones before. */
static void
fill(int rank)
{
	Rng			rng = {11};

	memset(x, 0, sizeof(x));
	for (int r = 0; r < ROWS; r++)
		for (int i = 0; i < K; i++)
		{
			float		before = i > 0 ? x[r][i - 1] : 0;

			x[r][i] = i < rank ? 2 * rng_float(&rng) - 1 + before : x[r][i % rank] - 0.5f * before;
		}
}

static double
product(int i, int j)
{
	double		sum = 0;

	for (int r = 0; r < ROWS; r++)
		sum += (double) x[r][i] * x[r][j];
	return sum;
}

static void
make_gram(void)
{
	float		scratch[K * GRAM_ROWS];

	memset(gram, 0, sizeof(gram));
	for (int r = 0; r < ROWS; r += GRAM_ROWS)
		wemb_gram_add(gram, x[r], ROWS - r < GRAM_ROWS ? ROWS - r : GRAM_ROWS, K, STRIDE, scratch);
}

static void
orthonormalize(void)
{
	double		diagonal[K];
	float		spare[STRIDE];

	make_gram();
	wemb_gram_inverse_begin(gram, inverse, diagonal, K);
	memset(coefficients, 0, sizeof(coefficients));
	for (int j = 0; j < K; j++)
	{
		wemb_gram_inverse_step(gram, inverse, diagonal, K, j);
		for (int i = 0; i < K; i++)
			coefficients[j][i] = (float) inverse[j * K + i];
	}
	wemb_gram_transform(x[0], ROWS, STRIDE, coefficients[0], K, spare);
}

static void
test_gram(void)
{
	unit_group("sums products of columns");
	fill(K);
	make_gram();
	for (int i = 0; i < K; i++)
		for (int j = 0; j <= i; j++)
			CHECK(fabs(gram[i * K + j] - product(i, j)) < 1e-6 * sqrt(product(i, i) * product(j, j)),
				  "%d, %d: %.9g, not %.9g", i, j, gram[i * K + j], product(i, j));
}

static void
test_orthonormal(int rank)
{
	fill(rank);
	orthonormalize();
	orthonormalize();
	for (int i = 0; i < K; i++)
		for (int j = 0; j <= i; j++)
		{
			double		wanted = i == j && i < rank ? 1 : 0;

			CHECK(fabs(product(i, j) - wanted) < 1e-5, "%d, %d: %.9g", i, j, product(i, j));
		}
}

static void
test_eigen(int rank)
{
	double		copy[K * K];
	double		trace = 0,
				sum = 0;
	int			sweeps = 0;
	bool		changed = true;

	fill(rank);
	make_gram();
	memcpy(copy, gram, sizeof(copy));
	wemb_gram_eigen_begin(gram, K);
	for (; changed && sweeps < GRAM_MAX_SWEEPS; sweeps++)
	{
		changed = false;
		for (int j = 0; j < K; j++)
			changed |= wemb_gram_eigen_step(gram, K, j);
	}
	CHECK(sweeps < GRAM_MAX_SWEEPS, "no end after %d sweeps", sweeps);
	for (int i = 0; i < K; i++)
		trace += copy[i * K + i];
	for (int e = 0; e < K; e++)
	{
		const double *v = gram + e * K;
		double		value = 0;

		for (int i = 0; i < K; i++)
			value += v[i] * v[i];
		value = sqrt(value);
		sum += value;
		if (value < 1e-10 * trace)
			continue;
		for (int i = 0; i < K; i++)
		{
			double		gv = 0;

			for (int j = 0; j < K; j++)
				gv += copy[i >= j ? i * K + j : j * K + i] * v[j];
			CHECK(fabs(gv - value * v[i]) <= 1e-5 * trace * value, "vector %d, element %d: %g, not %g", e, i, gv, value * v[i]);
		}
	}
	CHECK(fabs(sum - trace) < 1e-5 * trace, "eigenvalues sum up to %g, not %g", sum, trace);
}

int
main(void)
{
	wemb_kernel_init();
	test_gram();
	unit_group("makes columns orthonormal");
	test_orthonormal(K);
	unit_group("leaves out columns that depend on others");
	test_orthonormal(7);
	test_orthonormal(1);
	unit_group("finds eigenvectors");
	test_eigen(K);
	unit_group("finds eigenvectors of a matrix of low rank");
	test_eigen(6);
	test_eigen(1);
	return unit_done();
}
