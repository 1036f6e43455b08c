/*
 * test_sparse.c
 *		core/base/sparse.h against dense vectors in double precision.
 */
#include "unit.h"

#include <math.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/base/sparse.h"

#define MAX_DIM		60
#define ROUNDS		20000

/* A sparse vector and the same one dense */
typedef struct Sample
{
	int32_t		indices[MAX_DIM];
	float		values[MAX_DIM];
	double		dense[MAX_DIM];
	SparseView	view;
} Sample;

/* All, half, or few of the dimensions are not zero; values from few, so that some are the same. */
static void
draw(Sample *sample, Rng *rng, int dim)
{
	static const uint32_t shares[] = {1, 2, 8, MAX_DIM};
	uint32_t	rare = shares[rng_below(rng, 4)];
	int			n = 0;

	memset(sample, 0, sizeof(*sample));
	for (int i = 0; i < dim; i++)
	{
		if (rng_below(rng, rare) != 0)
			continue;
		sample->indices[n] = i;
		sample->values[n] = ((int) rng_below(rng, 4) - 2) * 0.75f + 0.3f;
		sample->dense[i] = sample->values[n++];
	}
	sample->view = (SparseView) {dim, n, sample->indices, sample->values};
}

static int
compare_dense(const Sample *a, const Sample *b)
{
	int			dim = a->view.dim < b->view.dim ? a->view.dim : b->view.dim;

	for (int i = 0; i < dim; i++)
	{
		if (a->dense[i] != b->dense[i])
			return a->dense[i] < b->dense[i] ? -1 : 1;
	}
	return (a->view.dim > b->view.dim) - (a->view.dim < b->view.dim);
}

static bool
close_to(double got, double exact)
{
	return fabs(got - exact) <= 1e-5 * (1 + fabs(exact));
}

static void
test_distances(void)
{
	Rng			rng = {.state = 1};
	Sample		a,
				b;

	unit_group("distances and norm are those of dense vectors");
	for (int round = 0; round < ROUNDS; round++)
	{
		int			dim = 1 + rng_below(&rng, MAX_DIM);
		double		dot = 0,
					l2sq = 0,
					l1 = 0,
					aa = 0;

		draw(&a, &rng, dim);
		draw(&b, &rng, dim);
		for (int i = 0; i < dim; i++)
		{
			dot += a.dense[i] * b.dense[i];
			l2sq += (a.dense[i] - b.dense[i]) * (a.dense[i] - b.dense[i]);
			l1 += fabs(a.dense[i] - b.dense[i]);
			aa += a.dense[i] * a.dense[i];
		}
		CHECK(close_to(wemb_sparse_dot(&a.view, &b.view), dot), "dot, dim %d", dim);
		CHECK(close_to(wemb_sparse_l2sq(&a.view, &b.view), l2sq), "l2sq, dim %d", dim);
		CHECK(close_to(wemb_sparse_l1(&a.view, &b.view), l1), "l1, dim %d", dim);
		CHECK(wemb_sparse_dot(&a.view, &b.view) == wemb_sparse_dot(&b.view, &a.view), "dot backwards");
		CHECK(wemb_sparse_l2sq(&a.view, &b.view) == wemb_sparse_l2sq(&b.view, &a.view), "l2sq backwards");
		CHECK(wemb_sparse_l1(&a.view, &b.view) == wemb_sparse_l1(&b.view, &a.view), "l1 backwards");
		CHECK(wemb_sparse_l2sq(&a.view, &a.view) == 0 && wemb_sparse_l1(&a.view, &a.view) == 0, "to itself");
		CHECK(fabs(wemb_sparse_norm(&a.view) - sqrt(aa)) < 1e-12 * (1 + aa), "norm, dim %d", dim);
	}
}

static void
test_overflow(void)
{
	int32_t		index = 0;
	float		large = 3e38f,
				negative = -3e38f;
	SparseView	a = {1, 1, &index, &large},
				b = {1, 1, &index, &negative};

	unit_group("sums too large for a float are infinite, but the norm is not");
	CHECK(isinf(wemb_sparse_dot(&a, &b)) && wemb_sparse_dot(&a, &b) < 0, "dot");
	CHECK(isinf(wemb_sparse_l2sq(&a, &b)), "l2sq");
	CHECK(isinf(wemb_sparse_l1(&a, &b)), "l1");
	CHECK(wemb_sparse_norm(&a) == 3e38f, "norm %g", wemb_sparse_norm(&a));
}

static void
test_order(void)
{
	Rng			rng = {.state = 2};
	Sample		a,
				b;
	int			ndiffering_dims = 0;

	unit_group("the order is that of dense vectors, of any lengths");
	for (int round = 0; round < ROUNDS; round++)
	{
		int			dim_a = 1 + rng_below(&rng, 6);
		int			dim_b = 1 + rng_below(&rng, 6);
		int			expected;

		draw(&a, &rng, dim_a);
		draw(&b, &rng, dim_b);
		expected = compare_dense(&a, &b);
		ndiffering_dims += dim_a != dim_b;
		CHECK(wemb_sparse_compare(&a.view, &b.view) == expected, "round %d: not %d", round, expected);
		CHECK(wemb_sparse_compare(&b.view, &a.view) == -expected, "round %d backwards: not %d", round, -expected);
		CHECK(wemb_sparse_compare(&a.view, &a.view) == 0, "round %d: not equal to itself", round);
	}
	CHECK(ndiffering_dims > ROUNDS / 2, "%d", ndiffering_dims);
}

static void
test_indices(void)
{
	static const struct
	{
		const char *name;
		int32_t		indices[3];
		int32_t		n;
		SparseIndexFault expected;
	} cases[] = {
		{"no indices", {0}, 0, SPARSE_INDICES_OK},
		{"first and last", {0, 1, 4}, 3, SPARSE_INDICES_OK},
		{"below the first", {-1, 1, 2}, 3, SPARSE_INDEX_BOUNDS},
		{"beyond the last", {0, 1, 5}, 3, SPARSE_INDEX_BOUNDS},
		{"the largest integer", {0, 1, INT32_MAX}, 3, SPARSE_INDEX_BOUNDS},
		{"descending", {0, 2, 1}, 3, SPARSE_INDEX_ORDER},
		{"twice", {0, 2, 2}, 3, SPARSE_INDEX_DUPLICATE},
		{"twice, then beyond", {2, 2, 9}, 3, SPARSE_INDEX_DUPLICATE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		SparseIndexFault got = wemb_sparse_check_indices(cases[i].indices, cases[i].n, 5);

		unit_group(cases[i].name);
		CHECK(got == cases[i].expected, "%d, expected %d", got, cases[i].expected);
	}
}

int
main(void)
{
	test_distances();
	test_overflow();
	test_order();
	test_indices();
	return unit_done();
}
