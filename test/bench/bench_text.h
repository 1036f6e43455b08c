/*
 * bench_text.h
 *		What the standalone programs share: a text as word ranks, vectors, options of
 *		the form name=value, word2vec's binary format.
 */
#ifndef BENCH_TEXT_H
#define BENCH_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/model/vocab.h"

/* Of this process's computing: others on the machine do not count. */
static inline double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

/* Memory, 64-byte aligned; ends the program if there is none. */
static inline void *
block(size_t size)
{
	void	   *p = aligned_alloc(64, (size + 63) & ~(size_t) 63);

	if (p == NULL)
	{
		fprintf(stderr, "out of memory\n");
		exit(1);
	}
	return p;
}

/* The text of a whole file. */
static inline char *
read_file(const char *path, size_t *len)
{
	FILE	   *f = fopen(path, "rb");
	char	   *text;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0)
	{
		perror(path);
		exit(1);
	}
	*len = ftell(f);
	rewind(f);
	text = block(*len + 1);
	if (fread(text, 1, *len, f) != *len)
	{
		perror(path);
		exit(1);
	}
	fclose(f);
	return text;
}

/* A text whose words are numbered by falling frequency. */
typedef struct BenchText
{
	Vocab	   *vocab;
	int32_t    *order;			/* vocabulary number of each rank */
	int			words;
	uint64_t	tokens;
	int32_t    *ranks;			/* of all tokens, without rare ones; -1 at the end of a line */
	size_t		nranks;
} BenchText;

/* Words are separated by blanks, texts by line ends; max_lines of 0 takes them all. */
static inline BenchText
read_text(const char *path, int min_count, long max_lines)
{
	BenchText	t = {0};
	size_t		len,
				nids = 0;
	char	   *text = read_file(path, &len);
	int32_t    *rank;
	uint32_t	nwords;

	t.ranks = block((len / 2 + 2) * sizeof(int32_t) * 2);
	t.vocab = wemb_vocab_init(block(wemb_vocab_size(4000000, 64000000)), 4000000, 64000000);
	for (size_t i = 0, lines = 0; i < len && (max_lines == 0 || lines < (size_t) max_lines); i++)
	{
		size_t		from = i;

		while (i < len && text[i] != ' ' && text[i] != '\n')
			i++;
		if (i > from)
			t.ranks[nids++] = wemb_vocab_add(t.vocab, text + from, i - from, 1);
		if (i < len && text[i] == '\n')
		{
			t.ranks[nids++] = -1;
			lines++;
		}
	}
	nwords = t.vocab->nwords;
	t.order = block(nwords * sizeof(int32_t) + 64);
	rank = block(nwords * sizeof(int32_t) + 64);
	t.words = wemb_vocab_rank(t.vocab, min_count, nwords, t.order, rank,
							  block(wemb_vocab_rank_scratch(nwords)), &t.tokens);
	for (size_t i = 0; i < nids; i++)
		if (t.ranks[i] < 0 || rank[t.ranks[i]] >= 0)
			t.ranks[t.nranks++] = t.ranks[i] < 0 ? -1 : rank[t.ranks[i]];
	free(rank);
	free(text);
	return t;
}

/* The next stretch of at most max words that does not cross a line end; 0 at the end of the text. */
static inline int
next_stretch(const BenchText *t, size_t *pos, int max, const int32_t **words)
{
	int			n = 0;

	while (*pos < t->nranks && t->ranks[*pos] < 0)
		(*pos)++;
	*words = t->ranks + *pos;
	while (n < max && *pos < t->nranks && t->ranks[*pos] >= 0)
	{
		n++;
		(*pos)++;
	}
	return n;
}

/* Writes dim floats a word, as vector(arg, word, out) gives them. */
static inline void
write_vectors(const char *path, const BenchText *t, int dim, void (*vector) (const void *, int, float *),
			  const void *arg)
{
	FILE	   *out = fopen(path, "wb");
	float	   *vec = block(dim * sizeof(float));

	if (out == NULL)
	{
		perror(path);
		exit(1);
	}
	fprintf(out, "%d %d\n", t->words, dim);
	for (int i = 0; i < t->words; i++)
	{
		const VocabWord *w = wemb_vocab_word(t->vocab, t->order[i]);

		vector(arg, i, vec);
		fprintf(out, "%.*s ", (int) w->len, wemb_vocab_text(t->vocab, t->order[i]));
		fwrite(vec, sizeof(float), dim, out);
		fputc('\n', out);
	}
	fclose(out);
}

typedef struct Vectors
{
	int			n;
	int			dim;
	float	   *x;
} Vectors;

/* The vectors, each [x,y,...], of a text. */
static inline Vectors
read_vectors(const char *path)
{
	size_t		len,
				room = 1000;
	char	   *text = read_file(path, &len),
			   *at = text;
	Vectors		v = {.x = malloc(room * sizeof(float))};
	size_t		numbers = 0;

	text[len] = '\0';
	while ((at = strchr(at, '[')) != NULL)
	{
		do
		{
			if (numbers == room)
				v.x = realloc(v.x, (room *= 2) * sizeof(float));
			v.x[numbers++] = strtof(at + 1, &at);
		} while (*at == ',');
		v.n++;
	}
	v.dim = (int) (numbers / (size_t) v.n);
	free(text);
	return v;
}

/* name=value, value being a number */
typedef struct BenchOption
{
	const char *name;
	double	   *value;
} BenchOption;

static inline void
set_option(const BenchOption *options, const char *arg)
{
	const char *eq = strchr(arg, '=');
	size_t		len = eq ? (size_t) (eq - arg) : 0;

	for (; eq && options->name != NULL; options++)
		if (len == strlen(options->name) && strncmp(arg, options->name, len) == 0)
		{
			*options->value = atof(eq + 1);
			return;
		}
	fprintf(stderr, "unrecognized option %s\n", arg);
	exit(1);
}

#endif							/* BENCH_TEXT_H */
