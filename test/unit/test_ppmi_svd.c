/*
 * test_ppmi_svd.c
 *		The factors of small matrices against the matrix itself, computed plainly
 *		in double: with eigen_power 1 and every dimension, products of word vectors
 *		are those of its rows.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/kernel/kernel.h"
#include "core/train/cooccur.h"
#include "core/train/ppmi_svd.h"
#include "unit.h"

#define MAX_WORDS	60
#define MAX_DIM		100

static double counts[MAX_WORDS][MAX_WORDS];
static double ppmi[MAX_WORDS][MAX_WORDS];

/* Symmetric counts, half of them zero; words in the same one of three topics meet more often. */
static void
make_counts(int words)
{
	Rng			rng = {5};

	memset(counts, 0, sizeof(counts));
	for (int i = 0; i < words; i++)
		for (int j = 0; j <= i; j++)
			if (rng_below(&rng, 2) == 0)
				counts[i][j] = counts[j][i] = 1 + rng_below(&rng, i % 3 == j % 3 ? 100 : 10);
}

static double
row_sum(int row, int words)
{
	double		sum = 0;

	for (int j = 0; j < words; j++)
		sum += counts[row][j];
	return sum;
}

static void
make_ppmi(int words, double smoothing)
{
	double		total = 0;

	for (int i = 0; i < words; i++)
		total += pow(row_sum(i, words), smoothing);
	memset(ppmi, 0, sizeof(ppmi));
	for (int i = 0; i < words; i++)
		for (int j = 0; j < words; j++)
			if (counts[i][j] > 0)
				ppmi[i][j] = fmax(0, log(counts[i][j] * total /
										 (row_sum(i, words) * pow(row_sum(j, words), smoothing))));
}

/* A page with one row of the counts. */
static void
make_page(void *page, int row, int words)
{
	CooccurRecord *record = page;

	memset(page, 0, COOCCUR_PAGE);
	record->row = row;
	for (int j = 0; j < words; j++)
		if (counts[row][j] > 0)
			record->entries[record->n++] = (CooccurEntry) {j, (float) counts[row][j]};
}

/* Run all passes; backwards: rows in another order, as other processes may take them. */
static SvdShared *
run(const SvdConfig *config, bool backwards)
{
	double		page[COOCCUR_PAGE / sizeof(double)];
	SvdShared  *s = wemb_svd_shared_init(aligned_alloc(64, wemb_svd_shared_size(config)), config);
	int			row = 0;

	while ((row = wemb_svd_init_rows(s, row, 7)) > 0)
		;
	for (int i = 0; i < config->words; i++)
		wemb_svd_sums(s)[i] = row_sum(i, config->words);
	wemb_svd_begin(s);
	for (int pass = 0; pass < wemb_svd_passes(config); pass++)
	{
		for (int i = 0; i < config->words; i++)
		{
			make_page(page, backwards ? config->words - 1 - i : i, config->words);
			wemb_svd_multiply(s, page);
		}
		while (wemb_svd_end_pass_step(s))
			;
	}
	return s;
}

static float vectors[MAX_WORDS][MAX_DIM];

static void
take_vectors(SvdShared *s, const SvdConfig *config, bool unit_length)
{
	for (int i = 0; i < config->words; i++)
	{
		wemb_svd_word_vector(s, i, unit_length, vectors[i]);
		for (int d = 0; d < config->dim; d++)
			CHECK(isfinite(vectors[i][d]), "word %d: %g", i, vectors[i][d]);
	}
	free(s);
}

static double
vector_product(int a, int b, int dim)
{
	double		sum = 0;

	for (int d = 0; d < dim; d++)
		sum += (double) vectors[a][d] * vectors[b][d];
	return sum;
}

static double
ppmi_product(int a, int b, int words)
{
	double		sum = 0;

	for (int j = 0; j < words; j++)
		sum += ppmi[a][j] * ppmi[b][j];
	return sum;
}

static void
check_products(SvdConfig config)
{
	SvdShared  *s;

	config.eigen_power = 1;
	make_counts(config.words);
	make_ppmi(config.words, config.smoothing);
	s = run(&config, false);
	take_vectors(s, &config, false);
	for (int i = 0; i < config.words; i++)
		for (int j = 0; j <= i; j++)
		{
			double		scale = sqrt(ppmi_product(i, i, config.words) * ppmi_product(j, j, config.words));
			double		error = vector_product(i, j, config.dim) - ppmi_product(i, j, config.words);

			CHECK(fabs(error) <= 1e-4 * scale, "words %d and %d: %g more than %g", i, j, error,
				  ppmi_product(i, j, config.words));
		}
}

/* The largest singular value of ppmi, by power iteration. */
static double
largest_singular_value(int words)
{
	double		v[MAX_WORDS];
	double		value = 0;

	for (int i = 0; i < words; i++)
		v[i] = 1 + i;
	for (int round = 0; round < 1000; round++)
	{
		double		next[MAX_WORDS] = {0};
		double		norm2 = 0;

		for (int i = 0; i < words; i++)
			for (int j = 0; j < words; j++)
				next[i] += ppmi_product(i, j, words) * v[j];
		for (int i = 0; i < words; i++)
			norm2 += next[i] * next[i];
		value = sqrt(norm2);
		for (int i = 0; i < words; i++)
			v[i] = next[i] / value;
	}
	return sqrt(value);
}

static void
test_truncated(void)
{
	SvdConfig	config = {.dim = 3, .words = MAX_WORDS, .smoothing = 0.75, .eigen_power = 0.5,
		.power_iterations = 6, .seed = 1};
	SvdShared  *s;
	double		largest;
	int			wrong = 0;

	unit_group("keeps the largest singular values, which tell topics apart");
	make_counts(config.words);
	make_ppmi(config.words, config.smoothing);
	largest = largest_singular_value(config.words);
	s = run(&config, false);
	CHECK(fabs(wemb_svd_singular_value(s, 0) - largest) < 1e-4 * largest, "%g, not %g",
		  wemb_svd_singular_value(s, 0), largest);
	for (int i = 1; i < config.dim; i++)
		CHECK(wemb_svd_singular_value(s, i) <= wemb_svd_singular_value(s, i - 1), "value %d grows", i);
	take_vectors(s, &config, true);
	for (int i = 0; i < config.words; i++)
	{
		int			best = i == 0 ? 1 : 0;

		CHECK(fabs(vector_product(i, i, config.dim) - 1) < 1e-5, "word %d: length is not 1", i);
		for (int j = 0; j < config.words; j++)
			if (j != i && vector_product(i, j, config.dim) > vector_product(i, best, config.dim))
				best = j;
		wrong += best % 3 != i % 3;
	}
	CHECK(wrong <= config.words / 10, "%d words have a neighbour of another topic", wrong);
}

static void
test_same_bits(void)
{
	SvdConfig	config = {.dim = 10, .words = MAX_WORDS, .smoothing = 0.75, .eigen_power = 0.5,
		.power_iterations = 2, .seed = 3};
	SvdShared  *a,
			   *b;

	unit_group("gives the same bits whoever takes which row");
	make_counts(config.words);
	a = run(&config, false);
	b = run(&config, true);
	for (int i = 0; i < config.words; i++)
	{
		float		va[MAX_DIM],
					vb[MAX_DIM];

		wemb_svd_word_vector(a, i, false, va);
		wemb_svd_word_vector(b, i, false, vb);
		CHECK(memcmp(va, vb, config.dim * sizeof(float)) == 0, "word %d differs", i);
	}
	free(a);
	free(b);
}

static void
test_few_words(void)
{
	SvdConfig	config = {.dim = 50, .smoothing = 0.75, .eigen_power = 0.5, .power_iterations = 2, .seed = 1};

	unit_group("leaves dimensions beyond the rank zero");
	for (config.words = 1; config.words <= 6; config.words++)
	{
		SvdShared  *s;

		make_counts(config.words);
		s = run(&config, false);
		CHECK(wemb_svd_singular_value(s, config.words) == 0, "%d words: more singular values", config.words);
		take_vectors(s, &config, true);
		for (int i = 0; i < config.words; i++)
			for (int d = config.words; d < config.dim; d++)
				CHECK(vectors[i][d] == 0, "%d words: word %d: %g at %d", config.words, i, vectors[i][d], d);
	}

	unit_group("gives words without neighbours zero vectors");
	config.words = 4;
	memset(counts, 0, sizeof(counts));
	take_vectors(run(&config, false), &config, true);
	CHECK(vector_product(0, 0, config.dim) == 0, "without any counts");
	counts[0][2] = counts[2][0] = 3;
	take_vectors(run(&config, false), &config, true);
	CHECK(vector_product(0, 0, config.dim) > 0.99, "word 0: length^2 %g", vector_product(0, 0, config.dim));
	CHECK(vector_product(1, 1, config.dim) == 0, "word 1: length^2 %g", vector_product(1, 1, config.dim));
}

int
main(void)
{
	wemb_kernel_init();
	unit_group("factors the matrix of positive PMI");
	check_products((SvdConfig) {.dim = 60, .words = 60, .smoothing = 0.75, .power_iterations = 2, .seed = 1});
	check_products((SvdConfig) {.dim = 100, .words = 60, .smoothing = 1, .power_iterations = 0, .seed = 2});
	check_products((SvdConfig) {.dim = 17, .words = 12, .smoothing = 0.5, .power_iterations = 1, .seed = 3});
	test_truncated();
	test_same_bits();
	test_few_words();
	return unit_done();
}
