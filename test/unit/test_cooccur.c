/*
 * test_cooccur.c
 *		Counts of co-occurrences against a plain matrix, in blocks of many sizes,
 *		which must not change a bit.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/train/cooccur.h"
#include "unit.h"

#define WORDS		400			/* more than COOCCUR_DENSE */
#define STRETCHES	60
#define LENGTH		200

static int32_t corpus[STRETCHES][LENGTH];
static double expected[WORDS][WORDS];

/* Rare words have high numbers. */
static void
make_corpus(void)
{
	Rng			rng = {7};

	for (int i = 0; i < STRETCHES; i++)
		for (int k = 0; k < LENGTH; k++)
		{
			double		u = rng_float(&rng);

			corpus[i][k] = (int32_t) (u * u * u * (WORDS - 1));	/* the last word never occurs */
		}
}

static void
expect(const CooccurConfig *config)
{
	memset(expected, 0, sizeof(expected));
	for (int i = 0; i < STRETCHES; i++)
		for (int a = 0; a < LENGTH; a++)
			for (int b = 0; b < LENGTH; b++)
				if (a != b && abs(a - b) <= config->window)
					expected[corpus[i][a]][corpus[i][b]] += config->by_distance ? 1.0 / abs(a - b) : 1.0;
}

/* The pages of a run over all rows, one behind the other. */
typedef struct Counts
{
	char	   *pages;
	int			npages;
	int			passes;
	double		sums[WORDS];
} Counts;

/* extra: bytes beyond the least size */
static Counts
count_all(CooccurConfig config, size_t extra)
{
	Counts		counts = {0};

	while (config.first_row < config.end_row)
	{
		size_t		size = wemb_cooccur_min_size(&config) + extra;
		void	   *block = aligned_alloc(64, (size + 63) & ~(size_t) 63);
		Cooccur    *c = wemb_cooccur_init(block, size, &config);

		for (int i = 0; i < STRETCHES; i++)
			wemb_cooccur_add(c, corpus[i], LENGTH);
		while (wemb_cooccur_sort_step(c))
			;
		do
			counts.pages = realloc(counts.pages, (size_t) (counts.npages + 1) * COOCCUR_PAGE);
		while (wemb_cooccur_read_page(c, counts.pages + (size_t) counts.npages * COOCCUR_PAGE, counts.sums) &&
			   ++counts.npages);
		CHECK(wemb_cooccur_end_row(c) > config.first_row, "no row was counted");
		config.first_row = wemb_cooccur_end_row(c);
		counts.passes++;
		free(block);
	}
	return counts;
}

static const void *
page(const Counts *counts, int i)
{
	return counts->pages + (size_t) i * COOCCUR_PAGE;
}

/* Every entry is as expected, none is missing, rows and columns ascend. */
static void
check_counts(const Counts *counts, const CooccurConfig *config)
{
	int			row = config->first_row,
				column = -1;
	int			entries = 0,
				wanted = 0;

	for (int p = 0; p < counts->npages; p++)
		for (const CooccurRecord *r = cooccur_next_record(page(counts, p), NULL); r != NULL;
			 r = cooccur_next_record(page(counts, p), r))
		{
			CHECK(r->row >= row, "row %d behind %d", r->row, row);
			column = r->row > row ? -1 : column;
			row = r->row;
			for (int i = 0; i < r->n; i++)
			{
				double		weight = expected[row][r->entries[i].column];

				CHECK(r->entries[i].column > column, "row %d: column %d behind %d", row, r->entries[i].column, column);
				CHECK(fabs(r->entries[i].weight - weight) <= 1e-5 * weight, "%d, %d: %g, not %g", row,
					  r->entries[i].column, r->entries[i].weight, weight);
				column = r->entries[i].column;
			}
			entries += r->n;
		}
	for (int i = config->first_row; i < config->end_row; i++)
	{
		double		sum = 0;

		for (int j = 0; j < WORDS; j++)
		{
			wanted += expected[i][j] > 0;
			sum += expected[i][j];
		}
		CHECK(fabs(counts->sums[i] - sum) <= 1e-5 * sum, "sum of row %d: %g, not %g", i, counts->sums[i], sum);
	}
	CHECK(entries == wanted, "%d entries, not %d", entries, wanted);
}

/* The records of both, however they lie on pages, are the same bits. */
static void
check_same(const Counts *a, const Counts *b)
{
	static CooccurEntry rows[2][WORDS][WORDS];
	const Counts *counts[2] = {a, b};

	memset(rows, 0, sizeof(rows));
	for (int k = 0; k < 2; k++)
		for (int p = 0; p < counts[k]->npages; p++)
			for (const CooccurRecord *r = cooccur_next_record(page(counts[k], p), NULL); r != NULL;
				 r = cooccur_next_record(page(counts[k], p), r))
				for (int i = 0; i < r->n; i++)
					rows[k][r->row][r->entries[i].column] = r->entries[i];
	CHECK(memcmp(rows[0], rows[1], sizeof(rows[0])) == 0, "weights differ");
	CHECK(memcmp(a->sums, b->sums, sizeof(a->sums)) == 0, "sums differ");
}

static void
test_weights(void)
{
	static const struct
	{
		const char *name;
		CooccurConfig config;
	} cases[] = {
		{"counts neighbours", {.words = WORDS, .window = 1, .end_row = WORDS}},
		{"counts a window", {.words = WORDS, .window = 5, .end_row = WORDS}},
		{"weighs by distance", {.words = WORDS, .window = 10, .by_distance = true, .end_row = WORDS}},
		{"takes a window wider than the text", {.words = WORDS, .window = COOCCUR_MAX_WINDOW, .by_distance = true, .end_row = WORDS}},
		{"counts a range of rows", {.words = WORDS, .window = 3, .first_row = 100, .end_row = 300}},
		{"counts rare rows alone", {.words = WORDS, .window = 3, .first_row = 300, .end_row = 301}},
	};

	for (int i = 0; i < (int) (sizeof(cases) / sizeof(cases[0])); i++)
	{
		Counts		counts;

		unit_group(cases[i].name);
		expect(&cases[i].config);
		counts = count_all(cases[i].config, 1 << 21);
		CHECK(counts.passes == 1, "%d passes", counts.passes);
		check_counts(&counts, &cases[i].config);
		free(counts.pages);
	}
}

static void
test_small_blocks(void)
{
	CooccurConfig config = {.words = WORDS, .window = 8, .by_distance = true, .end_row = WORDS};
	size_t		most = wemb_cooccur_max_size(&config, (uint64_t) STRETCHES * LENGTH);
	Counts		whole = count_all(config, most - wemb_cooccur_min_size(&config));
	int			passes = 0;

	unit_group("gives up rows in a small block, and counts the same bits");
	CHECK(whole.passes == 1, "%d passes in the largest block", whole.passes);
	expect(&config);
	for (size_t extra = 1 << 18; extra != 0; extra = extra / 5)
	{
		Counts		counts = count_all(config, extra);

		passes = counts.passes;
		check_counts(&counts, &config);
		check_same(&whole, &counts);
		free(counts.pages);
	}
	CHECK(passes > 10, "the smallest block took %d passes only", passes);
	free(whole.pages);
}

static void
test_nothing(void)
{
	CooccurConfig config = {.words = 1, .window = 5, .end_row = 1};
	size_t		size = wemb_cooccur_min_size(&config);
	void	   *block = aligned_alloc(64, (size + 63) & ~(size_t) 63);
	static const int32_t alone[] = {0, 0};
	double		page_bytes[COOCCUR_PAGE / sizeof(double)];
	double		sum = 0;

	unit_group("counts nothing, one word, one pair");
	for (int n = 0; n <= 2; n++)
	{
		Cooccur    *c = wemb_cooccur_init(block, size, &config);

		wemb_cooccur_add(c, alone, n);
		while (wemb_cooccur_sort_step(c))
			;
		CHECK(wemb_cooccur_read_page(c, page_bytes, &sum) == (n == 2), "%d tokens", n);
		CHECK(sum == (n == 2 ? 2 : 0), "%d tokens: sum %g", n, sum);
	}
	free(block);
}

int
main(void)
{
	make_corpus();
	test_weights();
	test_small_blocks();
	test_nothing();
	return unit_done();
}
