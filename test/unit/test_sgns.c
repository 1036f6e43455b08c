/*
 * test_sgns.c
 *		The trainer, with every objective: on a small language of our own, where
 *		words of one topic occur together, so they must come out alike, and the
 *		loss must fall; and on a sentence of three words, step by step in double
 *		precision.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/subword.h"
#include "core/train/train_layout.h"
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

/* What is trained: every architecture with every loss, with and without subwords. */
typedef struct Objective
{
	const char *name;
	TrainArchitecture architecture;
	TrainLoss	loss;
	bool		subwords;
} Objective;

static const Objective objectives[] = {
	{"skip-gram", TRAIN_SKIPGRAM, TRAIN_NEGATIVE_SAMPLING, false},
	{"skip-gram with subwords", TRAIN_SKIPGRAM, TRAIN_NEGATIVE_SAMPLING, true},
	{"skip-gram, hierarchical softmax", TRAIN_SKIPGRAM, TRAIN_HIERARCHICAL_SOFTMAX, false},
	{"skip-gram, hierarchical softmax, with subwords", TRAIN_SKIPGRAM, TRAIN_HIERARCHICAL_SOFTMAX, true},
	{"CBOW", TRAIN_CBOW, TRAIN_NEGATIVE_SAMPLING, false},
	{"CBOW with subwords", TRAIN_CBOW, TRAIN_NEGATIVE_SAMPLING, true},
	{"CBOW, hierarchical softmax", TRAIN_CBOW, TRAIN_HIERARCHICAL_SOFTMAX, false},
	{"CBOW, hierarchical softmax, with subwords", TRAIN_CBOW, TRAIN_HIERARCHICAL_SOFTMAX, true},
};

#define OBJECTIVES	((int) (sizeof(objectives) / sizeof(objectives[0])))

/* A group of checks on one objective. */
static void
open_group(const Objective *objective, const char *what)
{
	static char group[200];

	unit_end_group();
	snprintf(group, sizeof(group), "%s: %s", objective->name, what);
	unit_group(group);
}

typedef struct Model
{
	TrainConfig config;
	TrainShared *shared;
	TrainWorker *worker;
} Model;

static TrainConfig
small_config(const Objective *objective)
{
	TrainConfig config = {.architecture = objective->architecture, .loss = objective->loss,
		.dim = 20, .window = 5, .negative = 5, .epochs = 5, .sample = 1e-1, .alpha = 0.05,
		.min_alpha = 1e-5, .seed = 42, .words = WORDS, .tokens = SENTENCES * LENGTH,
		.epoch_tokens = SENTENCES * LENGTH};

	if (objective->subwords)
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

/*
 * Training in double precision, one decision after the other: a sentence of
 * three words with a window of one.
 */
#define EXACT_ROWS	(WORDS + 500)
#define EXACT_WORDS 3

typedef struct Exact
{
	const Model *model;
	double		out[WORDS][20]; /* rows of out */
	double		before[EXACT_WORDS][20];	/* vectors of the three words */
	double		now[EXACT_WORDS][20];
	int			rows[EXACT_WORDS];	/* each is the mean of so many */
} Exact;

static const int32_t exact_words[EXACT_WORDS] = {17, 5, 60};

/* The step's decisions: outputs, and which of them are true. */
typedef struct Decisions
{
	int			n;
	int			row[100];
	double		label[100];
} Decisions;

static void
exact_begin(Exact *e)
{
	for (int i = 0; i < WORDS && i < wemb_train_output_rows(&e->model->config); i++)
		for (int d = 0; d < 20; d++)
			e->out[i][d] = wemb_train_output_row(e->model->shared, i)[d];
	for (int i = 0; i < EXACT_WORDS; i++)
	{
		const int32_t *bag = train_bag(e->model->shared, exact_words[i], &e->rows[i]);

		for (int d = 0; d < 20; d++)
		{
			double		sum = wemb_train_input_row(e->model->shared, exact_words[i])[d];

			for (int k = 0; k < e->rows[i]; k++)
				sum += wemb_train_input_row(e->model->shared, bag[k])[d];
			e->before[i][d] = e->now[i][d] = sum / (1 + e->rows[i]);
		}
		e->rows[i]++;
	}
}

/* One step of the kernel: inputs against outputs, both as they were before. */
static void
exact_tile(Exact *e, double (*input)[20], int ninputs, const int *row, const double *label, int n)
{
	double		moved[EXACT_WORDS][20] = {{0}},
				delta[SGNS_TILE][20] = {{0}};

	for (int i = 0; i < n; i++)
		for (int k = 0; k < ninputs; k++)
		{
			double		score = 0,
						g;

			for (int d = 0; d < 20; d++)
				score += input[k][d] * e->out[row[i]][d];
			g = e->model->config.alpha * (label[i] - 1 / (1 + exp(-score)));
			for (int d = 0; d < 20; d++)
			{
				moved[k][d] += g * e->out[row[i]][d];
				delta[i][d] += g * input[k][d];
			}
		}
	for (int d = 0; d < 20; d++)
	{
		for (int k = 0; k < ninputs; k++)
			input[k][d] += moved[k][d];
		for (int i = 0; i < n; i++)
			e->out[row[i]][d] += delta[i][d];
	}
}

/* The mean of the rows of these words. */
static void
exact_mean(const Exact *e, unsigned words, double *mean)
{
	double		rows = 0;

	memset(mean, 0, 20 * sizeof(double));
	for (int i = 0; i < EXACT_WORDS; i++)
		for (int d = 0; d < 20 && (words >> i & 1); d++)
			mean[d] += e->now[i][d] * e->rows[i];
	for (int i = 0; i < EXACT_WORDS; i++)
		rows += words >> i & 1 ? e->rows[i] : 0;
	for (int d = 0; d < 20; d++)
		mean[d] /= rows;
}

/* The words of the window, of which bit i of words is word i, against the decisions. */
static void
exact_step(Exact *e, unsigned words, const Decisions *decisions)
{
	double		input[EXACT_WORDS][20],
				mean[20];
	int			ninputs = 0;
	bool		cbow = e->model->config.architecture == TRAIN_CBOW;

	exact_mean(e, words, mean);
	for (int i = 0; i < EXACT_WORDS; i++)
		if ((words >> i & 1) && (!cbow || ninputs == 0))
			memcpy(input[ninputs++], cbow ? mean : e->now[i], sizeof(mean));
	for (int first = 0; first < decisions->n; first += SGNS_TILE)
		exact_tile(e, input, ninputs, decisions->row + first, decisions->label + first,
				   decisions->n - first < SGNS_TILE ? decisions->n - first : SGNS_TILE);
	ninputs = 0;
	for (int i = 0; i < EXACT_WORDS; i++)
		if (words >> i & 1)
		{
			for (int d = 0; d < 20; d++)
				e->now[i][d] = cbow ? e->now[i][d] + input[0][d] - mean[d] : input[ninputs][d];
			ninputs++;
		}
}

/* The decisions for a centre; the negatives are those that the worker has drawn. */
static Decisions
exact_decisions(const Exact *e, int centre, const Negatives *negatives)
{
	Decisions	decisions = {0};
	const HuffmanLink *tree = train_tree(e->model->shared);

	if (e->model->config.loss == TRAIN_HIERARCHICAL_SOFTMAX)
	{
		for (HuffmanLink link = tree[exact_words[centre]]; link.node >= 0; link = tree[WORDS + link.node])
		{
			decisions.row[decisions.n] = link.node;
			decisions.label[decisions.n++] = !link.branch;
		}
		return decisions;
	}
	decisions.row[decisions.n] = exact_words[centre];
	decisions.label[decisions.n++] = 1;
	for (int i = 0; i < negatives->n; i++)
		if (negatives->word[i] != exact_words[centre])
			decisions.row[decisions.n++] = negatives->word[i];
	return decisions;
}

static void
exact_train(Exact *e)
{
	const Negatives *gap = e->model->worker->gap;

	for (int c = 0; c < EXACT_WORDS; c++)
	{
		unsigned	left = c > 0 ? 1u << (c - 1) : 0,
					right = c + 1 < EXACT_WORDS ? 1u << (c + 1) : 0;
		Decisions	after = exact_decisions(e, c, &gap[c]),
					before = exact_decisions(e, c, &gap[(c + 2) % 3]);

		if (e->model->config.architecture == TRAIN_CBOW || e->model->config.loss == TRAIN_HIERARCHICAL_SOFTMAX)
			exact_step(e, left | right, &after);
		else
		{
			exact_step(e, left, &before);
			exact_step(e, right, &after);
		}
	}
}

/* Random numbers where training starts from zeros, so that every gradient counts. */
static void
shake_rows(Model *m)
{
	Rng			rng = rng_for(4, 4);

	for (int i = 0; i < wemb_train_input_rows(&m->config); i++)
		for (int d = 0; d < 20; d++)
			wemb_train_input_row(m->shared, i)[d] = rng_float(&rng) * 2 - 1;
	for (int i = 0; i < wemb_train_output_rows(&m->config); i++)
		for (int d = 0; d < 20; d++)
			wemb_train_output_row(m->shared, i)[d] = rng_float(&rng) * 2 - 1;
}

/* The largest difference between the model's rows and those of exact training. */
static double
exact_difference(const Exact *e, const float *start)
{
	static double in[EXACT_ROWS][20];
	const TrainConfig *config = &e->model->config;
	double		worst = 0;

	for (int i = 0; i < wemb_train_input_rows(config); i++)
		for (int d = 0; d < 20; d++)
			in[i][d] = start[i * 32 + d];
	for (int i = 0; i < EXACT_WORDS; i++)
	{
		int			nrows;
		const int32_t *bag = train_bag(e->model->shared, exact_words[i], &nrows);

		for (int k = -1; k < nrows; k++)
			for (int d = 0; d < 20; d++)
				in[k < 0 ? exact_words[i] : bag[k]][d] += e->now[i][d] - e->before[i][d];
	}
	for (int i = 0; i < wemb_train_input_rows(config); i++)
		for (int d = 0; d < 20; d++)
			worst = fmax(worst, fabs(in[i][d] - wemb_train_input_row(e->model->shared, i)[d]));
	for (int i = 0; i < wemb_train_output_rows(config); i++)
		for (int d = 0; d < 20; d++)
			worst = fmax(worst, fabs(e->out[i][d] - wemb_train_output_row(e->model->shared, i)[d]));
	return worst;
}

static void
test_exact(const Objective *objective)
{
	TrainConfig config = small_config(objective);

	open_group(objective, "a sentence's training agrees with double precision");
	config.window = 1;
	config.sample = 0;
	config.alpha = 0.2;
	for (int seed = 1; seed <= 20; seed++)
	{
		Exact		e;
		Model		m;
		size_t		size;
		const float *weights;
		float	   *start;

		config.seed = seed;
		m = make_model(config);
		shake_rows(&m);
		e.model = &m;
		exact_begin(&e);
		start = block(wemb_train_shared_size(&config));
		weights = wemb_train_weights(m.shared, &size);
		memcpy(start, weights, size);
		train(m.worker, exact_words, EXACT_WORDS);
		exact_train(&e);
		CHECK(exact_difference(&e, start) < 2e-5, "seed %d: difference %g", seed, exact_difference(&e, start));
		free(start);
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
		test_exact(&objectives[i]);
		test_one_word(&objectives[i]);
	}
	test_finite();
	test_resume();
	test_sizes();
	return unit_done();
}
