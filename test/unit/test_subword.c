/*
 * test_subword.c
 *		core/model/subword.h: which n-grams a word has, and which rows they own.
 */
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/model/subword.h"

#define BUCKETS	50000

static const struct
{
	const char *name;
	const char *word;
	int			min_n;
	int			max_n;
	const char *ngrams;			/* joined by a blank, in order */
} cases[] = {
	{"empty word", "", 1, 3, ""},
	{"one letter, pairs", "a", 2, 2, "<a a>"},
	{"one letter, all lengths", "a", 1, 5, "<a <a> a a>"},
	{"lone brackets are left out", "ab", 1, 1, "a b"},
	{"brackets of the word itself stay", "<", 1, 2, "<< < <>"},
	{"three to four", "cat", 3, 4, "<ca <cat cat cat> at>"},
	{"longer than the word", "cat", 6, 6, ""},
	{"the whole word counts", "cat", 5, 12, "<cat>"},
	{"repeated n-grams are repeated", "aaa", 1, 1, "a a a"},
	{"code points, not bytes", "né", 2, 3, "<n <né né né> é>"},
	{"han", "数据", 1, 2, "<数 数 数据 据 据>"},
	{"four bytes", "😀a", 2, 2, "<😀 😀a a>"},
	{"invalid bytes begin a code point", "\xFF\xC3", 1, 2, "<\xFF \xFF \xFF\xC3 \xC3 \xC3>"},
	{"stray continuation bytes go on", "\x80z", 1, 2, "<\x80z z z>"},
};

/* The rows of a blank-separated list of n-grams, by the rule in the header. */
static int
expected_rows(const char *ngrams, int32_t *rows)
{
	int			n = 0;

	while (*ngrams != '\0')
	{
		size_t		len = strcspn(ngrams, " ");
		uint64_t	h = wemb_hash(ngrams, len);

		rows[n++] = (int32_t) ((h & 0xFFFFFFFF) * BUCKETS >> 32);
		rows[n++] = (int32_t) ((h >> 32) * BUCKETS >> 32);
		ngrams += len;
		ngrams += *ngrams == ' ';
	}
	return n;
}

static void
table(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		int32_t		expected[100];
		int			nexpected = expected_rows(cases[i].ngrams, expected);
		size_t		len = strlen(cases[i].word);

		unit_group(cases[i].name);
		CHECK(wemb_subword_rows(cases[i].word, len, cases[i].min_n, cases[i].max_n, BUCKETS, NULL, 0) ==
			  nexpected, "expected %d", nexpected);
		for (int room = 1; room <= nexpected + 2; room++)
		{
			int32_t    *rows = malloc(room * sizeof(int32_t));
			int			n = wemb_subword_rows(cases[i].word, len, cases[i].min_n, cases[i].max_n,
											  BUCKETS, rows, room);
			int			whole = room / 2 * 2;

			CHECK(n == (whole < nexpected ? whole : nexpected), "%d rows with room for %d", n, room);
			CHECK(memcmp(rows, expected, n * sizeof(int32_t)) == 0, "rows with room for %d", room);
			free(rows);
		}
	}
}

/* Numbers written down once: a release that changes them breaks every stored model. */
static void
stored_format(void)
{
	static const int32_t expected[] = {49113, 29531};
	int32_t		rows[2];

	unit_group("rows of stored models");
	CHECK(wemb_subword_rows("é", 2, 3, 3, BUCKETS, rows, 2) == 2, "one n-gram");
	CHECK(rows[0] == expected[0] && rows[1] == expected[1], "%d, %d", rows[0], rows[1]);
}

static void
long_words(void)
{
	char		word[SUBWORD_MAX_WORD + 1];
	int			n;

	memset(word, 'x', sizeof(word));
	unit_group("longest word, and one byte more");
	n = wemb_subword_rows(word, SUBWORD_MAX_WORD, 1, 1, BUCKETS, NULL, 0);
	CHECK(n == 2 * SUBWORD_MAX_WORD, "%d", n);
	n = wemb_subword_rows(word, SUBWORD_MAX_WORD + 1, 1, 1, BUCKETS, NULL, 0);
	CHECK(n == 0, "%d", n);
}

/* Rows are in range, spread evenly, and the second does not follow from the first. */
static void
spread(void)
{
	static const int buckets[] = {1, 2, 7, 1000};

	for (int b = 0; b < 4; b++)
	{
		static int	hits[1000];
		int			same = 0;
		int			n = 20000;
		double		expected = 2.0 * n / buckets[b];
		double		chi_square = 0;

		memset(hits, 0, sizeof(hits));
		unit_group(b == 0 ? "one bucket" : b == 1 ? "two buckets" : b == 2 ? "seven buckets" : "1000 buckets");
		for (int i = 0; i < n; i++)
		{
			char		word[20];
			int32_t		rows[2];
			int			len = snprintf(word, sizeof(word), "%d", i + 100000);

			if (wemb_subword_rows(word, len, 8, 8, buckets[b], rows, 2) != 2)
				continue;
			for (int r = 0; r < 2; r++)
			{
				CHECK(rows[r] >= 0 && rows[r] < buckets[b], "row %d", rows[r]);
				hits[rows[r]]++;
			}
			same += rows[0] == rows[1];
		}
		for (int i = 0; i < buckets[b]; i++)
			chi_square += (hits[i] - expected) * (hits[i] - expected) / expected;
		/* of buckets - 1 on average, with a deviation of sqrt(2 * (buckets - 1)) */
		CHECK(chi_square <= buckets[b] - 1 + 5 * sqrt(2 * (buckets[b] - 1)), "chi square %g", chi_square);
		CHECK(same <= 2.0 * n / buckets[b], "%d pairs of one row", same);
	}
}

int
main(void)
{
	table();
	stored_format();
	long_words();
	spread();
	return unit_done();
}
