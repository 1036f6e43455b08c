/*
 * test_vocab.c
 *		Counting and ranking words, growth, and the alias table.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/vocab.h"
#include "core/train/alias.h"
#include "unit.h"

static Vocab *
make(uint32_t words, uint64_t text)
{
	return wemb_vocab_init(aligned_alloc(64, (wemb_vocab_size(words, text) + 63) & ~(size_t) 63), words, text);
}

static int32_t
add(Vocab *v, const char *word)
{
	return wemb_vocab_add(v, word, strlen(word), 1);
}

static void
test_counts(void)
{
	Vocab	   *v = make(100, 1000);

	unit_group("words are numbered as they come and counted");
	CHECK(add(v, "a") == 0 && add(v, "b") == 1 && add(v, "a") == 0, "numbers");
	CHECK(add(v, "") == 2, "the empty word is a word");
	CHECK(add(v, "ab") == 3, "a prefix is another word");
	CHECK(v->tokens == 5 && v->nwords == 4, "%d tokens", (int) v->tokens);
	CHECK(wemb_vocab_word(v, 0)->count == 2, "count of a");
	CHECK(wemb_vocab_find(v, "b", 1) == 1 && wemb_vocab_find(v, "c", 1) == -1, "find");
	CHECK(wemb_vocab_count(v, 2) == 1 && wemb_vocab_count(v, 1) == 4, "count by frequency");
	wemb_vocab_set_count(v, 1, 6);
	wemb_vocab_set_count(v, 0, 0);
	CHECK(wemb_vocab_word(v, 1)->count == 6 && wemb_vocab_word(v, 0)->count == 0 && v->tokens == 8, "corrected counts");
	free(v);
}

static void
test_full(void)
{
	Vocab	   *v = make(2, 1000),
			   *t = make(100, 3);

	unit_group("a full vocabulary says so and stays as it was");
	CHECK(add(v, "x") == 0 && add(v, "y") == 1, "two fit");
	CHECK(add(v, "z") == -1 && v->nwords == 2 && v->tokens == 2, "a third does not");
	CHECK(add(v, "x") == 0, "known words are still counted");
	CHECK(add(t, "abc") == 0 && add(t, "d") == -1 && add(t, "") == 1, "text is full");
	free(v);
	free(t);
}

static void
test_growth(void)
{
	Vocab	   *v = make(1, 10);
	char		word[20];
	bool		same = true;

	unit_group("a vocabulary that grows keeps numbers and counts");
	for (int i = 0; i < 100000; i++)
	{
		snprintf(word, sizeof(word), "word%d", i % 30000);
		while (wemb_vocab_add(v, word, strlen(word), 1) < 0)
		{
			Vocab	   *larger = make(v->max_words * 2, v->max_text * 2);

			wemb_vocab_copy(larger, v);
			free(v);
			v = larger;
		}
	}
	for (int i = 0; i < 30000; i++)
	{
		snprintf(word, sizeof(word), "word%d", i);
		same = same && wemb_vocab_find(v, word, strlen(word)) == i &&
			wemb_vocab_word(v, i)->count == (i < 10000 ? 4 : 3);
	}
	CHECK(same && v->tokens == 100000 && v->nwords == 30000, "%u words", v->nwords);
	free(v);
}

static void
test_prune(void)
{
	Vocab	   *v = make(100, 12);

	unit_group("rare words are dropped, the others keep their numbers");
	add(v, "once");
	add(v, "two");
	add(v, "two");
	add(v, "three");
	CHECK(add(v, "x") == -1, "full");
	wemb_vocab_prune(v, 2);
	CHECK(v->nwords == 1 && v->tokens == 4 && v->numbers == 3, "%u words", v->nwords);
	CHECK(wemb_vocab_find(v, "two", 3) == 1 && wemb_vocab_find(v, "once", 4) == -1, "two is still number 1");
	CHECK(strncmp(wemb_vocab_text(v, 0), "two", 3) == 0 && wemb_vocab_word(v, 0)->count == 2, "at place 0");
	CHECK(add(v, "three") == 3 && add(v, "two") == 1, "a word that comes back gets another number");
	CHECK(wemb_vocab_add(v, "four", 4, 7) == 4 && v->tokens == 13, "several occurrences at once");
	{
		int32_t		order[3],
					rank[5];
		void	   *scratch = malloc(wemb_vocab_rank_scratch(3));
		uint64_t	tokens;

		CHECK(wemb_vocab_rank(v, 1, 3, order, rank, scratch, &tokens) == 3 && tokens == 11, "ranked");
		CHECK(rank[0] == -1 && rank[1] == 1 && rank[2] == -1 && rank[3] == 2 && rank[4] == 0, "ranks by number");
		free(scratch);
	}
	wemb_vocab_prune(v, 100);
	CHECK(v->nwords == 0 && add(v, "two") == 5, "none left");
	free(v);
}

static void
test_rank(void)
{
	Vocab	   *v = make(100, 1000);
	int32_t		order[100],
				rank[100];
	void	   *scratch = malloc(wemb_vocab_rank_scratch(100));
	uint64_t	tokens;
	const char *text = "d c c b b a a a e ab";
	const char *expected[] = {"a", "b", "c", "ab", "d", "e"};
	bool		ok = true;

	unit_group("words are ranked by count, then by their bytes");
	for (const char *p = text; *p; p += *p == ' ')
	{
		size_t		len = strcspn(p, " ");

		wemb_vocab_add(v, p, len, 1);
		p += len;
	}
	CHECK(wemb_vocab_rank(v, 1, 100, order, rank, scratch, &tokens) == 6 && tokens == 10, "all");
	for (int i = 0; i < 6; i++)
		ok = ok && strncmp(wemb_vocab_text(v, order[i]), expected[i], strlen(expected[i])) == 0 && rank[order[i]] == i;
	CHECK(ok, "order");
	CHECK(wemb_vocab_rank(v, 2, 100, order, rank, scratch, &tokens) == 3 && tokens == 7, "min_count");
	CHECK(rank[wemb_vocab_find(v, "d", 1)] == -1, "rare words have no rank");
	CHECK(wemb_vocab_rank(v, 1, 2, order, rank, scratch, &tokens) == 2 && tokens == 5, "max_words");
	CHECK(wemb_vocab_rank(v, 99, 100, order, rank, scratch, &tokens) == 0 && tokens == 0, "none");
	free(scratch);
	free(v);
}

/* Many words, most of them equally frequent and alike in their first bytes. */
static void
test_rank_order(void)
{
	enum {N = 5000};
	Vocab	   *v = make(N, N * 20);
	static int32_t order[N],
				rank[N];
	void	   *scratch = malloc(wemb_vocab_rank_scratch(N));
	uint64_t	tokens;
	bool		ok = true;

	unit_group("ranks are right for thousands of words");
	for (int i = 0; i < 3 * N; i++)
	{
		char		word[20];

		snprintf(word, sizeof(word), "longprefix%d", (i * 7919) % N);
		if (i < N || i % 11 == 0)
			wemb_vocab_add(v, word, strlen(word), 1);
	}
	CHECK(wemb_vocab_rank(v, 1, N, order, rank, scratch, &tokens) == N && tokens == v->tokens, "all are ranked");
	for (int i = 1; i < N; i++)
	{
		const VocabWord *a = wemb_vocab_word(v, order[i - 1]),
				   *b = wemb_vocab_word(v, order[i]);
		int			diff = memcmp(wemb_vocab_text(v, order[i - 1]), wemb_vocab_text(v, order[i]),
								  a->len < b->len ? a->len : b->len);

		ok = ok && rank[order[i]] == i &&
			(a->count > b->count || (a->count == b->count && (diff < 0 || (diff == 0 && a->len < b->len))));
	}
	CHECK(ok, "the order is wrong");
	free(scratch);
	free(v);
}

/* Draws come as often as their weights say; a word of weight 0 never. */
static void
test_alias(void)
{
	enum {N = 1000, DRAWS = 4000000};
	static double weight[N],
				share[N];
	static AliasEntry table[N];
	static int32_t scratch[N];
	static int	drawn[N];
	double		total = 0,
				chi2 = 0;
	Rng			rng = rng_for(5, 5);

	unit_group("the alias table draws in proportion");
	for (int i = 0; i < N; i++)
		total += weight[i] = i == 17 ? 0 : pow(1.0 / (i + 1), 0.75);
	for (int i = 0; i < N; i++)
		share[i] = weight[i] / total;
	wemb_alias_init(table, weight, N, scratch);
	for (int i = 0; i < DRAWS; i++)
		drawn[alias_draw(table, N, &rng)]++;
	for (int i = 0; i < N; i++)
		if (i != 17)
			chi2 += pow(drawn[i] - DRAWS * share[i], 2) / (DRAWS * share[i]);
	CHECK(chi2 < 1200, "chi-squared of 998 degrees of freedom is %g", chi2);
	CHECK(drawn[17] <= 1, "weight 0 was drawn %d times", drawn[17]);

	double		one = 3;

	wemb_alias_init(table, &one, 1, scratch);
	CHECK(alias_draw(table, 1, &rng) == 0, "one word");
}

int
main(void)
{
	test_counts();
	test_full();
	test_growth();
	test_prune();
	test_rank();
	test_rank_order();
	test_alias();
	return unit_done();
}
