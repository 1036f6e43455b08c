/*
 * test_rnn.c
 *		What training a recurrent network does to words of a text with topics.
 *		Its gradients: test_rnn_gradient.c.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/train/rnn.h"
#include "unit.h"

#define WORDS		60
#define TOPICS		3			/* word i is of topic i % TOPICS */
#define DIM			20
#define TEXTS		100
#define TEXT_WORDS	30
#define NEGATIVE	5

#ifdef UNIT_EMULATED
#define EPOCHS		8
#else
#define EPOCHS		15
#endif

static const RnnConfig small = {.dim = DIM, .window = 2, .steps = 6, .batch = 16, .negative = NEGATIVE,
	.epochs = EPOCHS, .alpha = 0.01, .min_alpha = 0.001, .clip = 5, .seed = 3, .words = WORDS,
	.tokens = TEXTS * TEXT_WORDS, .epoch_tokens = TEXTS * TEXT_WORDS};

static int32_t texts[TEXTS][TEXT_WORDS];

static void
write_texts(void)
{
	Rng			rng = {4};

	for (int t = 0; t < TEXTS; t++)
		for (int i = 0; i < TEXT_WORDS; i++)
			texts[t][i] = (int32_t) (rng_below(&rng, WORDS / TOPICS) * TOPICS + t % TOPICS);
}

static const char *
word_of(void *arg, int i, size_t *len, uint64_t *count)
{
	(void) arg;
	(void) i;
	*len = 1;
	*count = TEXTS * TEXT_WORDS / WORDS;
	return "w";
}

typedef struct Run
{
	RnnShared  *shared;
	RnnWorker  *worker;
} Run;

static Run
start(const RnnConfig *config)
{
	TrainWords	words = {NULL, word_of};
	void	   *scratch = malloc(wemb_rnn_scratch_size(config));
	Run			run;
	int			row = 0;

	run.shared = wemb_rnn_shared_init(aligned_alloc(64, wemb_rnn_shared_size(config)), config, &words, scratch);
	while ((row = wemb_rnn_init_rows(run.shared, row, 7)) > 0)
		;
	run.worker = wemb_rnn_worker_init(aligned_alloc(64, wemb_rnn_worker_size(config)), run.shared, 0);
	free(scratch);
	return run;
}

static void
end(Run *run)
{
	free(run->worker);
	free(run->shared);
}

static void
train_text(RnnWorker *w, const int32_t *words, int n)
{
	wemb_rnn_begin(w, words, n);
	while (wemb_rnn_step(w))
		;
}

/* One epoch; its mean loss for a pair. */
static double
train_epoch(RnnWorker *w, uint64_t stream)
{
	RnnLoss		loss;

	wemb_rnn_worker_stream(w, stream);
	for (int t = 0; t < TEXTS; t++)
		train_text(w, texts[t], TEXT_WORDS);
	wemb_rnn_finish(w);
	loss = wemb_rnn_take_loss(w);
	return loss.loss / (double) loss.pairs;
}

/* Mean cosine of the vectors of words of the same topic, and of others. */
static void
cosines(const RnnShared *s, double *same, double *other)
{
	float		v[WORDS][DIM];
	int			pairs[2] = {0};
	double		sum[2] = {0};

	for (int i = 0; i < WORDS; i++)
		wemb_rnn_word_vector(s, i, true, v[i]);
	for (int i = 0; i < WORDS; i++)
		for (int j = 0; j < i; j++)
		{
			bool		is_same = i % TOPICS == j % TOPICS;

			sum[is_same] += wemb_kernel->dot_f32(v[i], v[j], DIM);
			pairs[is_same]++;
		}
	*other = sum[false] / pairs[false];
	*same = sum[true] / pairs[true];
}

static void
test_learning(RnnCell cell, RnnOptimizer optimizer, double alpha)
{
	RnnConfig	config = small;
	Run			run;
	double		first,
				last = 0,
				same,
				other;

	config.cell = cell;
	config.optimizer = optimizer;
	config.alpha = alpha;
	config.min_alpha = alpha / 10;
	run = start(&config);
	first = train_epoch(run.worker, 0);
	for (uint64_t epoch = 1; epoch < EPOCHS; epoch++)
		last = train_epoch(run.worker, epoch);
	cosines(run.shared, &same, &other);
	CHECK(last < 0.9 * first, "loss %g, at first %g", last, first);
	CHECK(same > 0.6 && other < 0.2, "cosines %.3f of a topic, %.3f otherwise", same, other);
	CHECK(wemb_rnn_finite(run.shared, 0, WORDS), "numbers that are not finite");
	end(&run);
}

/*
 * Vectors that are all the same give each word the same probability p, and cost
 * (1 - p)^2 + NEGATIVE p^2, which is NEGATIVE / (1 + NEGATIVE) at least.  Training goes away from there.
 */
static void
test_collapse(void)
{
	double		least = (double) NEGATIVE / (1 + NEGATIVE);
	RnnConfig	config = small;
	Rng			rng = {8};
	Run			run;
	double		loss = 0,
				same,
				other;

	config.optimizer = RNN_SGD;
	config.alpha = config.min_alpha = 0;
	run = start(&config);
	for (int strength = 0; strength < 20; strength++)
	{
		for (int i = 0; i < WORDS; i++)
			for (int d = 0; d < DIM; d++)
			{
				wemb_rnn_input_row(run.shared, i)[d] = 0.5f;
				wemb_rnn_output_row(run.shared, i)[d] = (float) (strength - 10) * 0.1f;
			}
		loss = train_epoch(run.worker, strength);
		CHECK(loss > least - 1e-4, "loss %g with equal vectors", loss);
	}
	end(&run);

	config = small;
	run = start(&config);
	for (int i = 0; i < WORDS; i++)	/* nearly equal */
		for (int d = 0; d < DIM; d++)
		{
			wemb_rnn_input_row(run.shared, i)[d] = 0.5f + 0.01f * rng_float(&rng);
			wemb_rnn_output_row(run.shared, i)[d] = 0;
		}
	for (uint64_t epoch = 0; epoch < EPOCHS; epoch++)
		loss = train_epoch(run.worker, epoch);
	cosines(run.shared, &same, &other);
	CHECK(loss < 0.85 * least, "loss %g, that of equal vectors %g", loss, least);
	CHECK(other < 0.3, "words of different topics have a cosine of %g", other);
	end(&run);
}

/* The bytes of all weights after two epochs, in memory of its own. */
static void *
train_twice(const RnnConfig *config, size_t *size)
{
	Run			run = start(config);
	void	   *bytes;

	train_epoch(run.worker, 0);
	train_epoch(run.worker, 1);
	bytes = malloc((wemb_rnn_weights(run.shared, size), *size));
	memcpy(bytes, wemb_rnn_weights(run.shared, size), *size);
	end(&run);
	return bytes;
}

static void
test_same_bytes(RnnCell cell)
{
	RnnConfig	config = small;
	size_t		size[3];
	void	   *bytes[3];

	config.cell = cell;
	config.sample = 0.05;
	for (int i = 0; i < 3; i++)
	{
		config.seed += i == 2;
		bytes[i] = train_twice(&config, &size[i]);
	}
	CHECK(size[0] == size[1] && memcmp(bytes[0], bytes[1], size[0]) == 0, "the same seed gave other bytes");
	CHECK(memcmp(bytes[0], bytes[2], size[0]) != 0, "another seed gave the same bytes");
	for (int i = 0; i < 3; i++)
		free(bytes[i]);
}

/* Kernels differ in rounding alone: so they do after some batches. */
static void
test_kernels(void)
{
	const WembKernel *best = wemb_kernel;
	RnnConfig	config = small;
	float		first[WORDS][DIM],
				v[DIM];

	config.cell = RNN_GRU;
	for (int k = 0; wemb_kernel_at(k) != NULL; k++)
	{
		Run			run;

		wemb_kernel_use(wemb_kernel_at(k));
		run = start(&config);
		for (int t = 0; t < 30; t++)
			train_text(run.worker, texts[t], TEXT_WORDS);
		wemb_rnn_finish(run.worker);
		for (int i = 0; i < WORDS; i++)
		{
			wemb_rnn_word_vector(run.shared, i, true, k == 0 ? first[i] : v);
			for (int d = 0; k > 0 && d < DIM; d++)
				CHECK(fabsf(v[d] - first[i][d]) < 1e-3f, "%s: word %d: %g, not %g", wemb_kernel->name, i, v[d], first[i][d]);
		}
		end(&run);
	}
	wemb_kernel_use(best);
}

static void
test_divergence(void)
{
	RnnConfig	config = small;
	Run			run;
	size_t		size;
	void	   *good;

	config.optimizer = RNN_SGD;
	config.alpha = config.min_alpha = 1e38;
	run = start(&config);
	good = malloc((wemb_rnn_weights(run.shared, &size), size));
	memcpy(good, wemb_rnn_weights(run.shared, &size), size);
	CHECK(wemb_rnn_finite(run.shared, 0, WORDS), "at the start");
	train_epoch(run.worker, 0);
	CHECK(!wemb_rnn_finite(run.shared, 0, WORDS), "steps of 1e38 did no harm");

	memcpy(wemb_rnn_weights(run.shared, &size), good, size);
	wemb_rnn_resume(run.shared, 0, 1e-40);
	CHECK(wemb_rnn_finite(run.shared, 0, WORDS), "after going back");
	CHECK(isfinite(train_epoch(run.worker, 1)) && wemb_rnn_finite(run.shared, 0, WORDS), "small steps from there");

	for (int where = 0; where < 3; where++)
	{
		float	   *weight = where == 0 ? wemb_rnn_input_row(run.shared, 9) :
			where == 1 ? wemb_rnn_output_row(run.shared, 9) : wemb_rnn_network(run.shared) + 3;
		float		was = *weight;

		*weight = where == 1 ? INFINITY : NAN;
		CHECK(!wemb_rnn_finite(run.shared, where == 2 ? 0 : 9, 1), "%g in place %d is not seen", *weight, where);
		*weight = was;
	}
	free(good);
	end(&run);
}

/* Texts of all lengths, longer and shorter than pieces, windows and batches. */
static void
test_lengths(void)
{
	static int32_t longest[RNN_MAX_TEXT];
	RnnConfig	config = small;
	Run			run;
	RnnLoss		loss;
	uint64_t	words = 0,
				pairs = (uint64_t) RNN_MAX_TEXT * RNN_MAX_WINDOW;

	config.window = RNN_MAX_WINDOW;
	config.steps = 3;
	config.batch = 5;
	run = start(&config);
	for (int n = 0; n <= 40; n++)
	{
		train_text(run.worker, longest, n);
		words += n;
		if (n > 1 && n <= RNN_MAX_WINDOW)
			continue;
		wemb_rnn_finish(run.worker);
		wemb_rnn_finish(run.worker);
	}
	CHECK(wemb_rnn_words_done(run.shared) == words, "%d words done", (int) wemb_rnn_words_done(run.shared));
	CHECK(wemb_rnn_take_loss(run.worker).pairs > 0, "no pairs");
	CHECK(wemb_rnn_take_loss(run.worker).pairs == 0, "the loss is not reset");

	/* all words have the whole window ahead, but for those near the end that they are read towards */
	train_text(run.worker, longest, RNN_MAX_TEXT);
	wemb_rnn_finish(run.worker);
	loss = wemb_rnn_take_loss(run.worker);
	CHECK(loss.read == RNN_MAX_TEXT, "%d words read", (int) loss.read);
	CHECK(loss.pairs <= pairs && loss.pairs > pairs - 2 * RNN_MAX_WINDOW * RNN_MAX_WINDOW, "%d pairs", (int) loss.pairs);
	end(&run);
}

static void
test_schedule(void)
{
	RnnConfig	config = small;
	Run			run = start(&config);
	float		vector[DIM],
				out[DIM];
	size_t		size;
	double		total = (double) config.epochs * config.epoch_tokens;

	CHECK(fabs(wemb_rnn_alpha(run.shared) - config.alpha) < 1e-9, "at the start %g", wemb_rnn_alpha(run.shared));
	wemb_rnn_resume(run.shared, (uint64_t) (total / 2), 0.5);
	CHECK(fabs(wemb_rnn_alpha(run.shared) - (config.alpha + config.min_alpha) / 4) < 1e-6, "half-way, halved %g",
		  wemb_rnn_alpha(run.shared));
	wemb_rnn_resume(run.shared, (uint64_t) (2 * total), 1);
	CHECK(fabs(wemb_rnn_alpha(run.shared) - config.min_alpha) < 1e-9, "beyond the end %g", wemb_rnn_alpha(run.shared));
	for (int d = 0; d < DIM; d++)
		vector[d] = (float) d;
	wemb_rnn_set_word_vector(run.shared, 5, vector);
	wemb_rnn_word_vector(run.shared, 5, true, out);
	CHECK(fabs(wemb_kernel->dot_f32(out, out, DIM) - 1) < 1e-5, "length %g", wemb_kernel->dot_f32(out, out, DIM));
	CHECK((wemb_rnn_weights(run.shared, &size), size) >= 2 * WORDS * DIM * sizeof(float), "%zu bytes of weights", size);
	end(&run);
}

int
main(void)
{
	static const struct
	{
		const char *name;
		RnnCell		cell;
		RnnOptimizer optimizer;
		double		alpha;
	}			learners[] = {
		{"an Elman network learns topics", RNN_ELMAN, RNN_ADAM, 0.01},
		{"a GRU learns topics", RNN_GRU, RNN_ADAM, 0.01},
		{"an LSTM learns topics", RNN_LSTM, RNN_ADAM, 0.01},
		{"AdaGrad learns topics", RNN_ELMAN, RNN_ADAGRAD, 0.1},
		{"gradient descent learns topics", RNN_ELMAN, RNN_SGD, 0.1},
	};

	wemb_kernel_init();
	write_texts();
	for (size_t i = 0; i < sizeof(learners) / sizeof(learners[0]); i++)
	{
		unit_group(learners[i].name);
		test_learning(learners[i].cell, learners[i].optimizer, learners[i].alpha);
	}
	unit_group("does not collapse");
	test_collapse();
	for (RnnCell cell = RNN_ELMAN; cell <= RNN_LSTM; cell++)
	{
		unit_group(cell == RNN_ELMAN ? "Elman: same seed, same bytes" : cell == RNN_GRU ? "GRU: same seed, same bytes" : "LSTM: same seed, same bytes");
		test_same_bytes(cell);
	}
	unit_group("kernels differ in rounding alone");
	test_kernels();
	unit_group("numbers that are not finite are seen, and gone back from");
	test_divergence();
	unit_group("texts of all lengths");
	test_lengths();
	unit_group("learning rate, weights and vectors");
	test_schedule();
	return unit_done();
}
