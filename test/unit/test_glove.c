/*
 * test_glove.c
 *		Steps of GloVe against the formulas in double, and what training does to
 *		a matrix of low rank.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/kernel/kernel.h"
#include "core/train/glove.h"
#include "unit.h"

#define WORDS	30
#define DIM		19
#define STEPS	200

/* The same in double: vectors, biases, and sums of squared gradients of w and w~. */
typedef struct Reference
{
	double		vector[2][WORDS][DIM];
	double		bias[2][WORDS];
	double		squares[2][WORDS];
	double		bias_squares[2][WORDS];
} Reference;

static const GloveConfig small = {.dim = DIM, .words = WORDS, .alpha = 0.05, .x_max = 20, .power = 0.75, .seed = 9};

static GloveShared *
make_glove(const GloveConfig *config, const double *sums)
{
	GloveShared *s = wemb_glove_shared_init(aligned_alloc(64, wemb_glove_shared_size(config)), config);
	double		total = 0;
	int			row = 0;

	for (int i = 0; i < config->words; i++)
		total += sums[i];
	while ((row = wemb_glove_init_rows(s, sums, total, row, 7)) > 0)
		;
	return s;
}

static double
reference_step(Reference *r, const GloveConfig *config, const GloveEntry *entry)
{
	int			word[2] = {entry->row, entry->column};
	double		weight = fmin(1, pow(entry->x / config->x_max, config->power));
	double		error = r->bias[0][word[0]] + r->bias[1][word[1]] - log(entry->x);
	double		gradient;
	double		old[2][DIM];

	for (int d = 0; d < DIM; d++)
		error += r->vector[0][word[0]][d] * r->vector[1][word[1]][d];
	gradient = weight * error;
	memcpy(old[0], r->vector[0][word[0]], sizeof(old[0]));
	memcpy(old[1], r->vector[1][word[1]], sizeof(old[1]));
	for (int side = 0; side < 2; side++)
	{
		int			w = word[side];
		double		mean = 0;

		for (int d = 0; d < DIM; d++)
		{
			r->vector[side][w][d] -= config->alpha * gradient * old[1 - side][d] / sqrt(r->squares[side][w]);
			mean += gradient * gradient * old[1 - side][d] * old[1 - side][d] / DIM;
		}
		r->squares[side][w] += mean;
		r->bias[side][w] -= config->alpha * gradient / sqrt(r->bias_squares[side][w]);
		r->bias_squares[side][w] += gradient * gradient;
	}
	return weight * error * error / 2;
}

static void
test_steps(void)
{
	static Reference r;
	double		sums[WORDS];
	GloveShared *s;
	Rng			rng = {3};
	double		loss = 0,
				expected = 0;

	unit_group("takes the steps of the formulas");
	for (int i = 0; i < WORDS; i++)
		sums[i] = 1 + i;
	s = make_glove(&small, sums);
	for (int i = 0; i < WORDS; i++)
	{
		float		v[DIM];

		for (int d = 0; d < DIM; d++)
			v[d] = 2 * rng_float(&rng) - 1;
		wemb_glove_set_vector(s, i, v);
		for (int side = 0; side < 2; side++)
		{
			for (int d = 0; d < DIM; d++)
				r.vector[side][i][d] = v[d] / 2;
			r.bias[side][i] = log(sums[i]) - 0.5 * log(WORDS * (WORDS + 1) / 2);
			r.squares[side][i] = r.bias_squares[side][i] = 1;
		}
	}
	for (int n = 0; n < STEPS; n++)
	{
		GloveEntry	entry = {(int) rng_below(&rng, WORDS), (int) rng_below(&rng, WORDS), 1 + 40 * rng_float(&rng)};

		loss += wemb_glove_train(s, &entry, 1);
		expected += reference_step(&r, &small, &entry);
	}
	CHECK(fabs(loss - expected) < 1e-4 * expected, "loss %g, not %g", loss, expected);
	for (int i = 0; i < WORDS; i++)
	{
		float		v[DIM];

		wemb_glove_word_vector(s, i, false, v);
		for (int d = 0; d < DIM; d++)
			CHECK(fabs(v[d] - r.vector[0][i][d] - r.vector[1][i][d]) < 1e-4, "word %d, dimension %d: %g, not %g", i, d,
				  v[d], r.vector[0][i][d] + r.vector[1][i][d]);
	}
	free(s);
}

/* Counts of two topics, with words' own frequencies. */
static int
make_entries(GloveEntry *entries, double *sums)
{
	int			n = 0;

	memset(sums, 0, WORDS * sizeof(double));
	for (int i = 0; i < WORDS; i++)
		for (int j = 0; j < WORDS; j++)
		{
			float		x = (float) (5.0 * (1 + i) * (1 + j) / WORDS * (i % 2 == j % 2 ? 4 : 1));

			entries[n++] = (GloveEntry) {i, j, x};
			sums[i] += x;
		}
	return n;
}

static double
train(GloveShared *s, GloveEntry *entries, int n, int epochs, double *first)
{
	Rng			rng = {1};
	double		loss = 0;

	for (int e = 0; e < epochs; e++)
	{
		wemb_glove_shuffle(entries, n, &rng);
		loss = wemb_glove_train(s, entries, n);
		if (e == 0)
			*first = loss;
	}
	return loss;
}

static void
test_learning(void)
{
	static GloveEntry entries[WORDS * WORDS];
	double		sums[WORDS];
	float		v[2][WORDS][DIM];
	double		first,
				last;
	int			wrong = 0;

	unit_group("learns topics, and the same bits again");
	for (int run = 0; run < 2; run++)
	{
		int			n = make_entries(entries, sums);
		GloveShared *s = make_glove(&small, sums);

		last = train(s, entries, n, 100, &first);
		CHECK(last < 0.01 * first, "loss %g, at first %g", last, first);
		for (int i = 0; i < WORDS; i++)
			wemb_glove_word_vector(s, i, true, v[run][i]);
		free(s);
	}
	CHECK(memcmp(v[0], v[1], sizeof(v[0])) == 0, "vectors differ");
	for (int i = 0; i < WORDS; i++)
		for (int j = 0; j < i; j++)
			wrong += (wemb_kernel->dot_f32(v[0][i], v[0][j], DIM) > 0) != (i % 2 == j % 2);
	CHECK(wrong == 0, "%d pairs of words are on the wrong side", wrong);
}

static void
test_not_finite(void)
{
	static const float bad[] = {NAN, INFINITY};
	static const float zero[DIM];
	GloveEntry	entry = {0, 1, 2};
	double		sums[WORDS] = {0};
	float		v[DIM];
	size_t		size;

	for (int i = 0; i < 2; i++)
	{
		GloveShared *s = make_glove(&small, sums);
		float		vector[DIM] = {bad[i]};
		double		loss;
		void	   *good;

		unit_group(i == 0 ? "answers NaN with a loss that is not finite" : "answers infinity with a loss that is not finite");
		wemb_glove_weights(s, &size);
		good = malloc(size);
		memcpy(good, wemb_glove_weights(s, &size), size);
		loss = wemb_glove_train(s, &entry, 1);
		CHECK(isfinite(loss), "with finite weights");
		wemb_glove_set_vector(s, 0, vector);
		CHECK(!isfinite(wemb_glove_train(s, &entry, 1)), "with %g in a vector", bad[i]);
		memcpy(wemb_glove_weights(s, &size), good, size);
		wemb_glove_set_alpha(s, small.alpha / 2);
		CHECK(wemb_glove_train(s, &entry, 1) == loss, "going on from a copy of the weights");
		free(good);
		free(s);
	}

	GloveShared *s = make_glove(&small, sums);

	unit_group("starts from a vector, and leaves a zero vector zero");
	wemb_glove_set_vector(s, 0, zero);
	wemb_glove_word_vector(s, 0, true, v);
	CHECK(memcmp(v, zero, sizeof(v)) == 0, "it became %g", v[0]);
	free(s);
}

static void
test_shuffle(void)
{
	GloveEntry	entries[100];
	bool		seen[100] = {false};
	Rng			rng = {2};
	int			in_place = 0;

	unit_group("shuffles");
	for (int i = 0; i < 100; i++)
		entries[i] = (GloveEntry) {i, 2 * i, (float) i};
	wemb_glove_shuffle(entries, 100, &rng);
	for (int i = 0; i < 100; i++)
	{
		CHECK(!seen[entries[i].row] && entries[i].column == 2 * entries[i].row, "entry %d", i);
		seen[entries[i].row] = true;
		in_place += entries[i].row == i;
	}
	CHECK(in_place < 10, "%d stayed", in_place);
	wemb_glove_shuffle(entries, 0, &rng);
}

int
main(void)
{
	wemb_kernel_init();
	test_steps();
	test_learning();
	test_not_finite();
	test_shuffle();
	return unit_done();
}
