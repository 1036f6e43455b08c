/*
 * test_phrases.c
 *		core/train/phrases.h: counting, selecting and joining, against plain
 *		references over a square table.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/train/phrases.h"
#include "unit.h"

#define WORDS		60
#define TOKENS		40000
#define MAX_WORDS	(WORDS + WORDS * WORDS)

typedef struct Stream
{
	int			n;
	int32_t		words[TOKENS];
	uint64_t	tokens;
	uint64_t	count[MAX_WORDS];
	uint32_t	pairs[WORDS][WORDS];
} Stream;

static Phrases *
make_table(uint64_t max_pairs)
{
	return wemb_phrases_init(malloc(wemb_phrases_size(max_pairs)), max_pairs);
}

/* Texts of up to 30 words, the low numbers frequent; every even word drags its successor along. */
static Stream *
make_stream(uint64_t seed)
{
	Stream	   *s = calloc(1, sizeof(Stream));
	Rng			rng = rng_for(seed, 1);

	while (s->n < TOKENS - 1)
	{
		int32_t		last = s->n > 0 ? s->words[s->n - 1] : PHRASES_END_OF_TEXT;
		int32_t		word = (int32_t) rng_below(&rng, 1 + rng_below(&rng, WORDS));

		if (rng_below(&rng, 30) == 0)
			word = PHRASES_END_OF_TEXT;
		else if (last >= 0 && last % 2 == 0 && rng_below(&rng, 2) == 0)
			word = last + 1;
		s->words[s->n++] = word;
		if (word >= 0)
		{
			s->count[word]++;
			s->tokens++;
		}
		if (word >= 0 && last >= 0)
			s->pairs[last][word]++;
	}
	s->words[s->n++] = PHRASES_END_OF_TEXT;
	return s;
}

static PhraseRule
make_rule(const Stream *s, double threshold)
{
	return (PhraseRule) {.count = s->count, .tokens = s->tokens, .min_count = 5, .threshold = threshold};
}

/* Count the stream in stretches of random lengths. */
static void
count_stream(Phrases *counts, const PhraseRule *rule, const Stream *s, Rng *rng)
{
	for (int at = 0; at < s->n;)
	{
		int			n = 1 + (int) rng_below(rng, 100);
		int			done;

		if (n > s->n - at)
			n = s->n - at;
		done = wemb_phrases_count(counts, rule, s->words + at, n);
		at += done;
		if (done < n)
			while (wemb_phrases_reduce(counts))
				;
	}
}

static bool
is_phrase(const Stream *s, const PhraseRule *rule, int a, int b)
{
	double		first = (double) s->count[a];
	double		second = (double) s->count[b];

	return s->pairs[a][b] >= rule->min_count &&
		(s->pairs[a][b] - (double) rule->min_count) / (first * second) * (double) rule->tokens > rule->threshold;
}

static void
test_selection(void)
{
	static const double thresholds[] = {0.5, 2, 3, 10, 15, 20};
	Rng			rng = {7};

	unit_group("phrases are the pairs that score above the threshold");
	for (int round = 0; round < 6; round++)
	{
		Stream	   *s = make_stream((uint64_t) round);
		PhraseRule	rule = make_rule(s, thresholds[round]);
		Phrases    *counts = make_table(WORDS * WORDS);
		PhrasePair	pair;
		uint64_t	distinct = 0;
		int			expected = 0;
		int			found = 0;

		count_stream(counts, &rule, s, &rng);
		for (int a = 0; a < WORDS; a++)
			for (int b = 0; b < WORDS; b++)
			{
				expected += is_phrase(s, &rule, a, b);
				distinct += s->pairs[a][b] > 0;
			}
		for (uint64_t slot = 0; slot < counts->nslots; slot++)
			if (wemb_phrases_select(counts, &rule, slot, &pair))
			{
				found++;
				CHECK(is_phrase(s, &rule, pair.first, pair.second), "%d %d is none", pair.first, pair.second);
				CHECK(pair.value == s->pairs[pair.first][pair.second], "%d %d: %u instead of %u", pair.first, pair.second,
					  pair.value, s->pairs[pair.first][pair.second]);
			}
		CHECK(found == expected && expected > 10, "%d instead of %d", found, expected);
		CHECK(counts->lost == 0, "a table with room for all loses nothing");
		CHECK(thresholds[round] < 10 || counts->npairs < distinct, "the hopeless ones are counted too");
		free(counts);
		free(s);
	}
}

/* With a tiny threshold every pair is counted; the table is too small for them. */
static void
test_reduce(void)
{
	static const int rooms[] = {1, 2, 10, 100, 500, 2000};
	Rng			rng = {8};

	unit_group("a full table drops rare pairs and says how much a count may lack");
	for (size_t r = 0; r < sizeof(rooms) / sizeof(*rooms); r++)
	{
		Stream	   *s = make_stream(r);
		PhraseRule	rule = {.count = s->count, .tokens = s->tokens, .min_count = 1, .threshold = 1e-9};
		Phrases    *counts = make_table((uint64_t) rooms[r]);
		int			held = 0;

		count_stream(counts, &rule, s, &rng);
		CHECK(counts->lost > 0 && counts->npairs <= (uint64_t) rooms[r], "%d pairs in %d", (int) counts->npairs, rooms[r]);
		for (int a = 0; a < WORDS; a++)
			for (int b = 0; b < WORDS; b++)
			{
				int32_t		value = wemb_phrases_find(counts, a, b);

				held += value >= 0;
				if (value < 0)
					value = 0;
				CHECK((uint32_t) value <= s->pairs[a][b] && value + counts->lost >= s->pairs[a][b],
					  "room for %d: %d of %u, lost %d", rooms[r], value, s->pairs[a][b], (int) counts->lost);
			}
		CHECK(held == (int) counts->npairs, "%d of %d pairs can be found", held, (int) counts->npairs);
		free(counts);
		free(s);
	}
}

/* Removal must leave the others where they can be found. */
static void
test_table(void)
{
	enum {N = 100, ROOM = N * N};
	Phrases    *table = make_table(ROOM);
	bool		ok = true;

	unit_group("a full table finds every pair, and after a reduction the frequent ones");
	for (int i = 0; i < ROOM; i++)
		wemb_phrases_put(table, i / N, i % N * 1000, i % 7 + 1);
	for (int i = 0; i < ROOM; i++)
		ok = ok && wemb_phrases_find(table, i / N, i % N * 1000) == i % 7 + 1;
	CHECK(ok && table->npairs == ROOM, "full");
	CHECK(wemb_phrases_find(table, N, 0) == -1 && wemb_phrases_find(table, 0, 1) == -1, "others are not there");
	while (wemb_phrases_reduce(table))
		;
	for (int i = 0; i < ROOM; i++)
		ok = ok && wemb_phrases_find(table, i / N, i % N * 1000) == (i % 7 + 1 <= 4 ? -1 : i % 7 + 1);
	CHECK(ok && table->lost == 4, "reduced, lost %d", (int) table->lost);
	free(table);
}

static void
test_room(void)
{
	unit_group("as many pairs as a block has room for");
	for (size_t size = 100; size < 100000; size = size * 5 / 4 + 1)
	{
		uint64_t	pairs = wemb_phrases_room(size);

		CHECK(wemb_phrases_size(pairs) <= size, "%zu bytes, %d pairs", size, (int) pairs);
		CHECK(size < 1000 || wemb_phrases_size(pairs + pairs / 50 + 4) > size, "%zu bytes, only %d pairs", size, (int) pairs);
	}
	CHECK(wemb_phrases_room(0) == 1, "at least one");
	CHECK(sizeof(size_t) < 8 || wemb_phrases_room(SIZE_MAX) == PHRASES_MAX_PAIRS, "at most");
}

/* The words of a text joined in the plainest way; returns how many numbers there are. */
static int
join_plainly(const Phrases *joined, const int32_t *words, int n, int32_t *out)
{
	int			nout = 0;

	for (int i = 0; i < n; i++)
	{
		int32_t		number = -1;

		if (words[i] >= 0 && i + 1 < n && words[i + 1] >= 0)
			number = wemb_phrases_find(joined, words[i], words[i + 1]);
		out[nout++] = number >= 0 ? number : words[i];
		i += number >= 0;
	}
	return nout;
}

static void
test_join(void)
{
	Rng			rng = {9};
	static int32_t expected[TOKENS],
				out[TOKENS + 200];
	static uint64_t count[MAX_WORDS];

	unit_group("phrases are joined from left to right, however the text is cut");
	for (int round = 0; round < 6; round++)
	{
		Stream	   *s = make_stream(100 + (uint64_t) round);
		Phrases    *joined = make_table(WORDS * WORDS);
		PhraseJoiner joiner = {.joined = joined, .count = s->count, .held = PHRASES_END_OF_TEXT};
		int			nexpected;
		int			nout = 0;

		for (int i = 0; i < WORDS * WORDS; i++)
			if (rng_below(&rng, 6) <= (uint32_t) round)
				wemb_phrases_put(joined, i / WORDS, i % WORDS, WORDS + i);
		for (int at = 0, n; at < s->n; at += n)
		{
			n = round == 0 ? s->n : 1 + (int) rng_below(&rng, 50);
			if (n > s->n - at)
				n = s->n - at;
			nout += wemb_phrases_join(&joiner, s->words + at, n, out + nout);
		}
		nexpected = join_plainly(joined, s->words, s->n, expected);
		CHECK(nout == nexpected && memcmp(out, expected, nout * sizeof(int32_t)) == 0, "%d numbers, not %d", nout, nexpected);
		CHECK(joiner.njoined == (uint64_t) (s->n - nout) && joiner.njoined > 0, "%d joined", (int) joiner.njoined);

		memset(count, 0, sizeof(count));
		for (int i = 0; i < nout; i++)
			if (out[i] >= 0)
				count[out[i]]++;
		CHECK(memcmp(count, s->count, sizeof(count)) == 0, "counts have not followed");
		free(joined);
		free(s);
	}
}

/* A repeated word, a phrase at both ends, and one that would cross the end of a text. */
static void
test_edges(void)
{
	static const int32_t words[] = {0, 0, 0, -1, 0, 1, -1, 1, 0, 0, 1, -1, -1, 1, -1};
	static const int32_t expected[] = {2, 0, -1, 3, -1, 1, 2, 1, -1, -1, 1, -1};
	Stream	   *s = make_stream(1);
	Phrases    *joined = make_table(2);
	PhraseJoiner joiner = {.joined = joined, .count = s->count, .held = PHRASES_END_OF_TEXT};
	int32_t		out[16];
	int			n;

	unit_group("texts are never joined with each other");
	wemb_phrases_put(joined, 0, 0, 2);
	wemb_phrases_put(joined, 0, 1, 3);
	n = wemb_phrases_join(&joiner, words, 15, out);
	CHECK(n == 12 && memcmp(out, expected, sizeof(expected)) == 0, "%d numbers", n);
	CHECK(wemb_phrases_join(&joiner, words, 0, out) == 0, "nothing");
	free(joined);
	free(s);
}

int
main(void)
{
	test_selection();
	test_reduce();
	test_table();
	test_room();
	test_join();
	test_edges();
	return unit_done();
}
