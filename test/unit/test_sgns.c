/*
 * test_sgns.c
 *		The trainer on a small language of our own: words of one topic occur
 *		together, so they must come out alike; and the loss must fall.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/subword.h"
#include "core/train/trainer.h"
#include "unit.h"

#define TOPICS			8
#define TOPIC_WORDS		12
#define WORDS			(TOPICS * TOPIC_WORDS)
#define SENTENCES		800
#define LENGTH			12

static const char *
word_text(void *arg, int i, size_t *len, uint64_t *count)
{
	static char text[32];

	/* words of a topic share their stem, so that subwords can help */
	snprintf(text, sizeof(text), "%c%c%c%c%d", 'a' + i / TOPIC_WORDS, 'k' + i / TOPIC_WORDS,
			 'p' - i / TOPIC_WORDS, 'm', i % TOPIC_WORDS);
	(void) arg;
	*len = strlen(text);
	*count = (uint64_t) SENTENCES * LENGTH / WORDS;
	return text;
}

typedef struct Model
{
	TrainConfig config;
	TrainShared *shared;
	TrainWorker *worker;
} Model;

static TrainConfig
small_config(bool subwords)
{
	TrainConfig config = {.dim = 20, .window = 5, .negative = 5, .epochs = 5, .sample = 1e-1, .alpha = 0.05,
		.min_alpha = 1e-5, .seed = 42, .words = WORDS, .tokens = SENTENCES * LENGTH};

	if (subwords)
	{
		config.min_n = 3;
		config.max_n = 5;
		config.buckets = 500;
		for (int i = 0; i < WORDS; i++)
		{
			size_t		len;
			uint64_t	count;
			const char *text = word_text(NULL, i, &len, &count);

			config.subword_entries += wemb_subword_rows(text, len, 3, 5, 500, NULL, 0);
		}
	}
	return config;
}

static void *
block(size_t size)
{
	return aligned_alloc(64, (size + 63) & ~(size_t) 63);
}

static Model
make_model(TrainConfig config)
{
	Model		m = {.config = config};
	TrainWords	words = {NULL, word_text};
	void	   *scratch = block(wemb_train_scratch_size(&config));
	int			row = 0;

	m.shared = wemb_train_shared_init(block(wemb_train_shared_size(&config)), &config, &words, scratch);
	while ((row = wemb_train_init_rows(m.shared, &words, row, 7)) > 0)
		;
	m.worker = wemb_train_worker_init(block(wemb_train_worker_size(&config)), m.shared, 0);
	free(scratch);
	return m;
}

static void
free_model(Model *m)
{
	free(m->shared);
	free(m->worker);
}

static void
train(TrainWorker *worker, const int32_t *words, int n)
{
	wemb_train_begin(worker, words, n);
	while (wemb_train_step(worker))
		;
}

/* One epoch of sentences, each of words of one topic; returns the mean loss. */
static double
train_epoch(Model *m)
{
	Rng			rng = rng_for(9, 9);

	m->worker->loss = 0;
	m->worker->pairs = 0;
	for (int s = 0; s < SENTENCES; s++)
	{
		int32_t		words[LENGTH];

		for (int i = 0; i < LENGTH; i++)
			words[i] = (s % TOPICS) * TOPIC_WORDS + (int) rng_below(&rng, TOPIC_WORDS);
		train(m->worker, words, LENGTH);
	}
	return m->worker->loss / m->worker->pairs;
}

static double
cosine(const float *a, const float *b, int n)
{
	CosineSums	s = wemb_kernel->cosine_f32(a, b, n);

	return s.ab / sqrt((double) s.aa * s.bb);
}

/* Mean cosine within topics less that between topics. */
static double
contrast(const Model *m)
{
	double		same = 0,
				other = 0;
	int			nsame = 0,
				nother = 0;

	for (int i = 0; i < WORDS; i++)
		for (int k = 0; k < i; k++)
		{
			float		a[100],
						b[100];
			double		c;

			wemb_train_word_vector(m->shared, i, false, a);
			wemb_train_word_vector(m->shared, k, false, b);
			c = cosine(a, b, m->config.dim);
			if (i / TOPIC_WORDS == k / TOPIC_WORDS)
				same += c, nsame++;
			else
				other += c, nother++;
		}
	return same / nsame - other / nother;
}

static void
test_learns(bool subwords)
{
	Model		m = make_model(small_config(subwords));
	double		first = 0,
				last = 0;

	unit_group(subwords ? "with subwords, words of a topic become alike and the loss falls"
			   : "words of a topic become alike and the loss falls");
	for (int epoch = 0; epoch < m.config.epochs; epoch++)
	{
		last = train_epoch(&m);
		if (epoch == 0)
			first = last;
	}
	CHECK(contrast(&m) > 0.5, "contrast %g", contrast(&m));
	CHECK(last < first && last > 0, "loss %g, then %g", first, last);
	CHECK(wemb_train_words_done(m.shared) == m.config.tokens * m.config.epochs, "words done");
	CHECK(fabs(wemb_train_alpha(m.shared) - m.config.min_alpha) < 1e-6, "alpha at the end is %g", wemb_train_alpha(m.shared));
	free_model(&m);
}

static void
train_twice(Model *m, TrainConfig config)
{
	*m = make_model(config);
	train_epoch(m);
	train_epoch(m);
}

/* Whether all vectors are the same to the bit. */
static bool
same_vectors(const Model *a, const Model *b)
{
	for (int i = 0; i < WORDS; i++)
	{
		float		x[100],
					y[100];

		wemb_train_word_vector(a->shared, i, false, x);
		wemb_train_word_vector(b->shared, i, false, y);
		if (memcmp(x, y, a->config.dim * sizeof(float)) != 0)
			return false;
	}
	return true;
}

static void
test_deterministic(bool subwords)
{
	Model		a,
				b,
				c;
	TrainConfig other = small_config(subwords);

	unit_group(subwords ? "with subwords, same seed, same bytes" : "same seed, same bytes");
	train_twice(&a, small_config(subwords));
	train_twice(&b, small_config(subwords));
	other.seed++;
	train_twice(&c, other);
	CHECK(same_vectors(&a, &b), "they differ");
	CHECK(!same_vectors(&a, &c), "another seed changes nothing");
	free_model(&a);
	free_model(&b);
	free_model(&c);
}

/* A caller that looks for interrupts after every centre must get what any other gets. */
static void
test_steps(bool subwords)
{
	Model		a,
				b = make_model(small_config(subwords));

	unit_group(subwords ? "with subwords, steps of one centre train the same" : "steps of one centre train the same");
	train_twice(&a, small_config(subwords));
	CHECK(b.worker->step_centres > 1, "a step takes %d centres", b.worker->step_centres);
	b.worker->step_centres = 1;
	train_epoch(&b);
	train_epoch(&b);
	CHECK(same_vectors(&a, &b), "they differ");
	free_model(&a);
	free_model(&b);
}

/* Kernels round differently; after two epochs their vectors must still mean the same. */
static void
test_kernels_agree(void)
{
	const WembKernel *best = wemb_kernel;
	Model		reference;

	unit_group("all kernels train the same vectors");
	wemb_kernel_use(wemb_kernel_by_name("portable"));
	train_twice(&reference, small_config(false));
	for (int i = 1; wemb_kernel_at(i) != NULL; i++)
	{
		Model		m;

		wemb_kernel_use(wemb_kernel_at(i));
		train_twice(&m, small_config(false));
		for (int w = 0; w < WORDS; w++)
		{
			float		a[100],
						b[100];

			wemb_train_word_vector(reference.shared, w, false, a);
			wemb_train_word_vector(m.shared, w, false, b);
			CHECK(cosine(a, b, m.config.dim) > 0.999, "%s: word %d, cosine %g", wemb_kernel->name, w,
				  cosine(a, b, m.config.dim));
		}
		free_model(&m);
	}
	wemb_kernel_use(best);
	free_model(&reference);
}

/* Sentences and windows at their limits: sanitizers watch the bounds. */
static void
test_limits(void)
{
	static int32_t words[TRAIN_MAX_SENTENCE];
	static const int windows[] = {1, 2, 40, 1000};

	unit_group("sentences of every length and windows of every size");
	for (int i = 0; i < TRAIN_MAX_SENTENCE; i++)
		words[i] = i * 7 % WORDS;
	for (int subwords = 0; subwords <= 1; subwords++)
		for (int i = 0; i < 4; i++)
		{
			TrainConfig config = small_config(subwords);
			Model		m;

			config.window = windows[i];
			config.negative = i == 3 ? TRAIN_MAX_NEGATIVE : i + 1;
			config.sample = 0;
			m = make_model(config);
			for (int n = 0; n <= 30; n++)
				train(m.worker, words, n);
			train(m.worker, words, i == 1 ? TRAIN_MAX_SENTENCE : 200);
			CHECK(isfinite(m.worker->loss), "loss %g", m.worker->loss);
			free_model(&m);
		}
}

static void
test_sizes(void)
{
	TrainConfig config = small_config(false);

	unit_group("a model that no memory can hold is refused by its size");
	CHECK(wemb_train_shared_size(&config) > (size_t) 2 * WORDS * 32 * sizeof(float), "too small");
	CHECK(wemb_train_shared_size(&config) < (size_t) 2 * WORDS * 32 * sizeof(float) + 10000, "too large");
	config.words = INT32_MAX;
	config.dim = 16000;
	CHECK(wemb_train_shared_size(&config) > (size_t) 1 << 47, "overflow");
	config.subword_entries = UINT64_MAX;
	config.buckets = 1;
	CHECK(wemb_train_shared_size(&config) == SIZE_MAX, "overflow is not seen");
}

int
main(void)
{
	wemb_kernel_init();
	test_learns(false);
	test_learns(true);
	test_deterministic(false);
	test_deterministic(true);
	test_steps(false);
	test_steps(true);
	test_kernels_agree();
	test_limits();
	test_sizes();
	return unit_done();
}
