/*
 * test_sgns.c
 *		The trainer, with every objective: on a small language of our own, where
 *		words of one topic occur together, so they must come out alike, and the
 *		loss must fall.
 */
#include <math.h>

#include "objectives.h"

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
test_learns(const Objective *objective)
{
	Model		m = make_model(small_config(objective));
	double		first = 0,
				last = 0;

	open_group(objective, "words of a topic become alike and the loss falls");
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
	CHECK(wemb_train_finite(m.shared, 0, wemb_train_input_rows(&m.config)), "a number is not finite");
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
test_deterministic(const Objective *objective)
{
	Model		a,
				b,
				c;
	TrainConfig other = small_config(objective);

	open_group(objective, "same seed, same bytes; steps of one centre train the same");
	train_twice(&a, small_config(objective));
	b = make_model(small_config(objective));
	CHECK(b.worker->step_centres > 1, "a step takes %d centres", b.worker->step_centres);
	b.worker->step_centres = 1;
	train_epoch(&b);
	train_epoch(&b);
	other.seed++;
	train_twice(&c, other);
	CHECK(same_vectors(&a, &b), "they differ");
	CHECK(!same_vectors(&a, &c), "another seed changes nothing");
	free_model(&a);
	free_model(&b);
	free_model(&c);
}

/* A part of the corpus draws the same whatever its worker has done before. */
static void
test_streams(const Objective *objective)
{
	Model		a = make_model(small_config(objective)),
				b = make_model(small_config(objective));
	size_t		size,
				size_b;
	void	   *weights = wemb_train_weights(a.shared, &size);
	const void *weights_b = wemb_train_weights(b.shared, &size_b);
	void	   *saved = block(size);

	open_group(objective, "draws depend on the stream alone; weights are copied away and back");
	memcpy(saved, weights, size);
	train_epoch(&a);			/* other draws, other numbers */
	memcpy(weights, saved, size);
	wemb_train_resume(a.shared, 0, 1.0);
	wemb_train_worker_stream(a.worker, 77);
	wemb_train_worker_stream(b.worker, 77);
	train_epoch(&a);
	train_epoch(&b);
	CHECK(memcmp(weights, weights_b, size) == 0 && size == size_b, "they differ");
	wemb_train_worker_stream(a.worker, 78);
	wemb_train_worker_stream(b.worker, 79);
	train_epoch(&a);
	train_epoch(&b);
	CHECK(memcmp(weights, weights_b, size) != 0, "another stream changes nothing");
	free(saved);
	free_model(&a);
	free_model(&b);
}

/* Kernels round differently; after two epochs their vectors must still mean the same. */
static void
test_kernels_agree(const Objective *objective)
{
	const WembKernel *best = wemb_kernel;
	Model		reference;

	open_group(objective, "all kernels train the same vectors");
	wemb_kernel_use(wemb_kernel_by_name("portable"));
	train_twice(&reference, small_config(objective));
	for (int i = 1; wemb_kernel_at(i) != NULL; i++)
	{
		Model		m;

		wemb_kernel_use(wemb_kernel_at(i));
		train_twice(&m, small_config(objective));
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
test_limits(const Objective *objective)
{
	static int32_t words[TRAIN_MAX_SENTENCE];
	static const int windows[] = {1, 2, 40, 1000};

	open_group(objective, "sentences of every length and windows of every size");
	for (int i = 0; i < TRAIN_MAX_SENTENCE; i++)
		words[i] = i * 7 % WORDS;
	for (int i = 0; i < 4; i++)
	{
		TrainConfig config = small_config(objective);
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
test_one_word(const Objective *objective)
{
	TrainConfig config = small_config(objective);
	int32_t		words[5] = {0};
	Model		m;

	open_group(objective, "a vocabulary of one word");
	config.words = 1;
	config.sample = 0;
	m = make_model(config);
	train(m.worker, words, 5);
	CHECK(wemb_train_finite(m.shared, 0, 1), "not finite");
	free_model(&m);
}

static void
test_finite(void)
{
	TrainConfig config = small_config(&objectives[1]);
	Model		m = make_model(config);
	int			inputs = wemb_train_input_rows(&config),
				outputs = wemb_train_output_rows(&config);

	unit_group("every number that is not finite is found, in steps");
	CHECK(inputs == WORDS + 500 && outputs == WORDS, "%d and %d rows", inputs, outputs);
	for (int row = 0; row < inputs + outputs; row++)
	{
		int			number = row < inputs ? row : row - inputs;
		float	   *x = row < inputs ? wemb_train_input_row(m.shared, number) : wemb_train_output_row(m.shared, number);
		float		before = x[row % 20];

		x[row % 20] = row % 3 == 0 ? NAN : row % 3 == 1 ? INFINITY : -INFINITY;
		CHECK(!wemb_train_finite(m.shared, number / 10 * 10, 10), "row %d", row);
		CHECK(wemb_train_finite(m.shared, 0, number), "rows before %d", row);
		CHECK(wemb_train_finite(m.shared, number + 1, inputs), "rows behind %d", row);
		x[row % 20] = before;
	}
	CHECK(wemb_train_finite(m.shared, 0, inputs), "all are");
	free_model(&m);
}

static void
test_loss_apart(const Objective *objective)
{
	Model		often = make_model(small_config(objective)),
				never = make_model(small_config(objective));

	open_group(objective, "measuring the loss changes nothing");
	often.worker->loss_every = 1;
	never.worker->loss_every = INT32_MAX;
	train_epoch(&often);
	train_epoch(&never);
	CHECK(same_vectors(&often, &never), "vectors differ");
	CHECK(often.worker->pairs > 10 * never.worker->pairs, "%llu and %llu pairs",
		  (unsigned long long) often.worker->pairs, (unsigned long long) never.worker->pairs);
	free_model(&often);
	free_model(&never);
}

#define MANY_WORDS	20000		/* enough for negatives to be used several times */

/* An epoch of sentences in which each word is as likely as any other, whatever stands beside it. */
static double
train_noise(Model *m)
{
	Rng			rng = rng_for(3, 3);

	m->worker->loss = 0;
	m->worker->pairs = 0;
	for (int s = 0; s < 600; s++)
	{
		int32_t		words[100];

		for (int i = 0; i < 100; i++)
			words[i] = (int) rng_below(&rng, MANY_WORDS);
		train(m->worker, words, 100);
	}
	return m->worker->loss / m->worker->pairs;
}

/* While words are negatives they are pushed down, which the loss of a large alpha must not count as learned. */
static void
test_loss_fresh(void)
{
	TrainConfig config = small_config(&objectives[0]);
	Model		m;
	double		moving,
				still;

	unit_group("the loss is the same while nothing moves");
	config.words = MANY_WORDS;
	config.tokens = config.epoch_tokens = 60000;
	config.epochs = 1000000;	/* alpha stays */
	config.alpha = 0.2;
	config.sample = 0;
	m = make_model(config);
	for (int epoch = 0; epoch < 3; epoch++)
		moving = train_noise(&m);
	wemb_train_resume(m.shared, 0, 1e-30);
	still = train_noise(&m);
	CHECK(still < 1.01 * moving, "%g while words move, %g after", moving, still);
	free_model(&m);
}

static void
test_resume(void)
{
	Model		m = make_model(small_config(&objectives[0]));
	double		whole = wemb_train_alpha(m.shared);

	unit_group("training goes on from an earlier place with smaller rates");
	CHECK(fabs(whole - 0.05) < 1e-12, "alpha is %g", whole);
	wemb_train_resume(m.shared, m.config.tokens * m.config.epochs / 2, 0.25);
	CHECK(fabs(wemb_train_alpha(m.shared) - 0.25 * (0.05 + 1e-5) / 2) < 1e-12, "alpha is %g", wemb_train_alpha(m.shared));
	wemb_train_resume(m.shared, m.config.tokens * m.config.epochs, 0.5);
	CHECK(fabs(wemb_train_alpha(m.shared) - 0.5e-5) < 1e-12, "alpha is %g", wemb_train_alpha(m.shared));
	free_model(&m);
}

static void
test_sizes(void)
{
	TrainConfig config = small_config(&objectives[0]);

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
	for (int i = 0; i < OBJECTIVES; i++)
	{
		test_learns(&objectives[i]);
		test_deterministic(&objectives[i]);
		test_streams(&objectives[i]);
		test_kernels_agree(&objectives[i]);
		test_limits(&objectives[i]);
		test_one_word(&objectives[i]);
		test_loss_apart(&objectives[i]);
	}
	test_loss_fresh();
	test_finite();
	test_resume();
	test_sizes();
	return unit_done();
}
