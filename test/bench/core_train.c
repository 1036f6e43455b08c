/*
 * core_train.c
 *		Trains on a text file with the core alone, no server: for tuning kernels
 *		and defaults.
 *
 *	core_train TEXT VECTORS.bin [name=value ...]
 *
 * TEXT has a document a line, words separated by blanks; VECTORS.bin is in
 * word2vec's binary format.  Names are those of wemb_train()'s options, and
 * kernel, cbow=1, hs=1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/model/subword.h"
#include "core/model/vocab.h"
#include "core/train/trainer.h"

static TrainConfig config = {.dim = 100, .window = 5, .negative = 5, .epochs = 5, .sample = 1e-4,
	.alpha = 0.025, .min_alpha = 2.5e-6, .seed = 1};
static int	min_count = 5;

typedef struct Ranked
{
	Vocab	   *vocab;
	int32_t    *order;
} Ranked;

static const char *
ranked_word(void *arg, int i, size_t *len, uint64_t *count)
{
	Ranked	   *r = arg;
	const VocabWord *w = wemb_vocab_word(r->vocab, r->order[i]);

	*len = w->len;
	*count = w->count;
	return wemb_vocab_text(r->vocab, r->order[i]);
}

/* Of the processor, not of the clock: other processes may run beside this one. */
static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void *
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

static void
set_option(const char *arg)
{
	const char *eq = strchr(arg, '=');
	double		value = eq ? atof(eq + 1) : 0;
	size_t		len = eq ? (size_t) (eq - arg) : 0;

#define OPTION(name, field) \
	if (len == strlen(name) && strncmp(arg, name, len) == 0) \
	{ \
		field = value; \
		return; \
	}
	OPTION("dimensions", config.dim);
	OPTION("window_size", config.window);
	OPTION("negative", config.negative);
	OPTION("epochs", config.epochs);
	OPTION("sample", config.sample);
	OPTION("alpha", config.alpha);
	OPTION("min_alpha", config.min_alpha);
	OPTION("min_n", config.min_n);
	OPTION("max_n", config.max_n);
	OPTION("buckets", config.buckets);
	OPTION("seed", config.seed);
	OPTION("min_count", min_count);
	OPTION("cbow", config.architecture);
	OPTION("hs", config.loss);
	if (len == 6 && strncmp(arg, "kernel", 6) == 0 && wemb_kernel_by_name(eq + 1) != NULL)
	{
		wemb_kernel_use(wemb_kernel_by_name(eq + 1));
		return;
	}
	fprintf(stderr, "unrecognized option %s\n", arg);
	exit(1);
}

static char *
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
	text = malloc(*len + 1);
	if (text == NULL || fread(text, 1, *len, f) != *len)
	{
		perror(path);
		exit(1);
	}
	fclose(f);
	return text;
}

int
main(int argc, char **argv)
{
	size_t		len;
	char	   *text;
	double		start = seconds(),
				counted,
				trained;

	if (argc < 3)
	{
		fprintf(stderr, "usage: core_train TEXT VECTORS.bin [name=value ...]\n");
		return 1;
	}
	wemb_kernel_init();
	for (int i = 3; i < argc; i++)
		set_option(argv[i]);
	text = read_file(argv[1], &len);

	/* Encode: word numbers, -1 at the end of a line. */
	Ranked		ranked;
	int32_t    *ids = block((len / 2 + 2) * sizeof(int32_t));
	size_t		nids = 0;

	ranked.vocab = wemb_vocab_init(block(wemb_vocab_size(4000000, 64000000)), 4000000, 64000000);
	for (size_t i = 0; i < len;)
	{
		size_t		from = i;

		while (i < len && text[i] != ' ' && text[i] != '\n')
			i++;
		if (i > from)
			ids[nids++] = wemb_vocab_add(ranked.vocab, text + from, i - from, 1);
		if (i < len && text[i] == '\n')
			ids[nids++] = -1;
		i++;
	}

	uint32_t	nwords = ranked.vocab->nwords;
	int32_t    *rank = block(nwords * sizeof(int32_t) + 64);

	ranked.order = block(nwords * sizeof(int32_t) + 64);
	config.words = wemb_vocab_rank(ranked.vocab, min_count, nwords, ranked.order, rank,
								   block(wemb_vocab_rank_scratch(nwords)), &config.tokens);
	config.epoch_tokens = config.tokens;
	if (config.max_n > 0)
		for (int i = 0; i < config.words; i++)
		{
			size_t		wlen;
			uint64_t	count;
			const char *word = ranked_word(&ranked, i, &wlen, &count);

			config.subword_entries += wemb_subword_rows(word, wlen, config.min_n, config.max_n,
														config.buckets, NULL, 0);
		}
	counted = seconds();

	TrainWords	words = {&ranked, ranked_word};
	TrainShared *shared = wemb_train_shared_init(block(wemb_train_shared_size(&config)), &config, &words,
												 block(wemb_train_scratch_size(&config)));

	wemb_train_init_rows(shared, &words, 0, config.words + config.buckets);

	TrainWorker *worker = wemb_train_worker_init(block(wemb_train_worker_size(&config)), shared, 0);
	int32_t		sentence[TRAIN_MAX_SENTENCE];

	for (int epoch = 0; epoch < config.epochs; epoch++)
	{
		int			n = 0;

		worker->loss = worker->pairs = 0;
		for (size_t i = 0; i < nids; i++)
		{
			if (ids[i] >= 0 && rank[ids[i]] >= 0)
				sentence[n++] = rank[ids[i]];
			if (n == TRAIN_MAX_SENTENCE || (ids[i] < 0 && n > 0))
			{
				wemb_train_begin(worker, sentence, n);
				while (wemb_train_step(worker))
					;
				n = 0;
			}
		}
		fprintf(stderr, "epoch %d loss %.4f\n", epoch + 1, worker->loss / worker->pairs);
	}
	trained = seconds();

	FILE	   *out = fopen(argv[2], "wb");
	float	   *vec = malloc(config.dim * sizeof(float));

	if (out == NULL || vec == NULL)
	{
		perror(argv[2]);
		return 1;
	}
	fprintf(out, "%d %d\n", config.words, config.dim);
	for (int i = 0; i < config.words; i++)
	{
		size_t		wlen;
		uint64_t	count;
		const char *word = ranked_word(&ranked, i, &wlen, &count);

		wemb_train_word_vector(shared, i, false, vec);
		fprintf(out, "%.*s ", (int) wlen, word);
		fwrite(vec, sizeof(float), config.dim, out);
		fputc('\n', out);
	}
	fclose(out);
	printf("kernel %s: %d words, %llu tokens, counted in %.2f s, trained in %.2f s, %.0f words/s\n",
		   wemb_kernel->name, config.words, (unsigned long long) config.tokens, counted - start,
		   trained - counted, config.epochs * (double) config.tokens / (trained - counted));
	return 0;
}
