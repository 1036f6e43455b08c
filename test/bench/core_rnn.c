/*
 * core_rnn.c
 *		Trains a recurrent network on a text file with the core alone, no server:
 *		for tuning its defaults, and to see what share of the processor's
 *		multiply-adds it makes use of.
 *
 *	core_rnn TEXT VECTORS.bin [name=value ...] [kernel=NAME]
 *
 * TEXT has a document a line, words separated by blanks; VECTORS.bin is in
 * word2vec's binary format.  Names are those of wemb_train()'s options, and cell
 * (0 Elman, 1 GRU, 2 LSTM), optimizer (0 Adam, 1 AdaGrad, 2 SGD), lines (of the text).
 *
 * The peak is measured on the same processor before, by a loop that does nothing
 * but multiply and add in the registers that the kernel in use has (fused, where the kernel's are).
 */
#include <math.h>

#include "bench_train.h"

#include "core/train/rnn.h"

static double dim = 50,
			cell = RNN_ELMAN,
			optimizer = RNN_ADAM,
			window = 5,
			steps = 5,
			batch = 128,
			negative = 5,
			epochs = 10,
			sample = 1e-4,
			alpha = 0,
			min_alpha = 0,
			clip = 1,
			seed = 1,
			max_vocab = 10000,
			min_count = 5,
			lines = 0;

static const BenchOption options[] = {
	{"dimensions", &dim}, {"cell", &cell}, {"optimizer", &optimizer}, {"window_size", &window}, {"steps", &steps},
	{"batch_size", &batch}, {"negative", &negative}, {"epochs", &epochs}, {"sample", &sample}, {"alpha", &alpha},
	{"min_alpha", &min_alpha}, {"clip", &clip}, {"seed", &seed}, {"max_vocab", &max_vocab}, {"min_count", &min_count},
	{"lines", &lines}, {NULL, NULL}
};

/* Keep the max_vocab most frequent words alone. */
static void
restrict_text(BenchText *text)
{
	size_t		n = 0;

	if (text->words > max_vocab)
		text->words = (int) max_vocab;
	text->tokens = 0;
	for (size_t i = 0; i < text->nranks; i++)
		if (text->ranks[i] < text->words)
		{
			text->tokens += text->ranks[i] >= 0;
			text->ranks[n++] = text->ranks[i];
		}
	text->nranks = n;
}

static RnnConfig
make_config(const BenchText *text)
{
	if (alpha == 0)
		alpha = wemb_rnn_default_alpha((RnnOptimizer) optimizer);
	if (min_alpha == 0)
		min_alpha = alpha / 100;
	return (RnnConfig) {
		.cell = (RnnCell) cell, .optimizer = (RnnOptimizer) optimizer, .dim = dim, .window = window, .steps = steps,
		.batch = batch, .negative = negative, .epochs = epochs, .sample = sample, .alpha = alpha,
		.min_alpha = min_alpha, .clip = clip, .seed = seed, .words = text->words, .tokens = text->tokens,
		.epoch_tokens = text->tokens,
	};
}

static void
train_epoch(RnnWorker *worker, const BenchText *text)
{
	const int32_t *words;
	size_t		pos = 0;
	int			n;

	while ((n = next_stretch(text, &pos, RNN_MAX_TEXT, &words)) > 0)
	{
		wemb_rnn_begin(worker, words, n);
		while (wemb_rnn_step(worker))
			;
	}
	wemb_rnn_finish(worker);
}

/*
 * The sum of numbers that were multiplied and added to PEAK_ROUNDS times, side by
 * side in as many registers as hide the delay; vectors of so many bytes.
 */
#define PEAK_ROUNDS	2000000
#define PEAK_VECTORS 12

#define PEAK_LOOP(name, bytes, target) \
	typedef float name##_vector __attribute__((vector_size(bytes))); \
	target static float \
	name(float factor, float term) \
	{ \
		name##_vector sum[PEAK_VECTORS]; \
		float		total = 0; \
		for (int i = 0; i < PEAK_VECTORS; i++) \
			sum[i] = (name##_vector) {0} + (float) i; \
		for (int round = 0; round < PEAK_ROUNDS; round++) \
			_Pragma("GCC unroll 12") \
			for (int i = 0; i < PEAK_VECTORS; i++) \
				sum[i] = sum[i] * factor + term; \
		for (int i = 0; i < PEAK_VECTORS; i++) \
			total += sum[i][i % 4]; \
		return total; \
	}

PEAK_LOOP(peak_16, 16, __attribute__((noinline)))
#if defined(__x86_64__)
PEAK_LOOP(peak_32, 32, __attribute__((noinline, target("avx2,fma"))))
PEAK_LOOP(peak_64, 64, __attribute__((noinline, target("avx512f"))))
#endif

/* Multiply-adds a second with the registers of the kernel in use, and nothing else to do; the best of some trials. */
static double
measure_peak(void)
{
	double		best = 0;

	for (int trial = 0; trial < 10; trial++)
	{
		double		start = seconds();
		volatile float sum = 0;
		int			lanes = 4;

#if defined(__x86_64__)
		if (strcmp(wemb_kernel->name, "avx512") == 0)
		{
			lanes = 16;
			sum = peak_64(0.5f, 1.0f + trial);
		}
		else if (strcmp(wemb_kernel->name, "avx2") == 0)
		{
			lanes = 8;
			sum = peak_32(0.5f, 1.0f + trial);
		}
		else
#endif
			sum = peak_16(0.5f, 1.0f + trial);
		(void) sum;
		best = fmax(best, (double) PEAK_ROUNDS * PEAK_VECTORS * lanes / (seconds() - start));
	}
	return best;
}

static void
word_vector(const void *shared, int word, float *out)
{
	wemb_rnn_word_vector(shared, word, false, out);
}

int
main(int argc, char **argv)
{
	double		peak,
				start,
				trained;

	read_arguments(argc, argv, options);
	peak = measure_peak();

	BenchText	text = read_text(argv[1], min_count, lines);

	restrict_text(&text);

	RnnConfig	config = make_config(&text);
	TrainWords	words = {&text, ranked_word};
	RnnShared  *shared = wemb_rnn_shared_init(block(wemb_rnn_shared_size(&config)), &config, &words,
											  block(wemb_rnn_scratch_size(&config)));
	RnnWorker  *worker = wemb_rnn_worker_init(block(wemb_rnn_worker_size(&config)), shared, 0);
	uint64_t	read = 0;

	wemb_rnn_init_rows(shared, 0, config.words);
	start = seconds();
	for (int epoch = 0; epoch < config.epochs; epoch++)
	{
		RnnLoss		loss;

		train_epoch(worker, &text);
		loss = wemb_rnn_take_loss(worker);
		read += loss.read;
		fprintf(stderr, "epoch %d loss %.5f, %.0f tokens/s\n", epoch + 1, loss.loss / loss.pairs,
				(epoch + 1.0) * text.tokens / (seconds() - start));
	}
	trained = seconds() - start;

	double		products = read * wemb_rnn_token_products(&config);

	fprintf(stderr, "%s: %.0f tokens/s, %.0f read/s, %.0f multiply-adds each: %.2f of %.2f billion a second, %.0f %%\n",
			wemb_kernel->name, epochs * text.tokens / trained, read / trained, wemb_rnn_token_products(&config),
			products / trained * 1e-9, peak * 1e-9, 100 * products / trained / peak);
	write_vectors(argv[2], &text, config.dim, word_vector, shared);
	return 0;
}
