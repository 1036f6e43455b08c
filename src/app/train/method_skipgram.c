/*
 * method_skipgram.c
 *		Skip-gram and CBOW (core/train/trainer.h) as a method.
 */
#include "pg/compat.h"

#include "app/train/train_method.h"
#include "core/train/trainer.h"

/* ---- the block ---- */

static Size
weights_size(const TrainOptions *options)
{
	return wemb_train_shared_size(&options->config);
}

static Size
scratch_size(const TrainOptions *options)
{
	return wemb_train_scratch_size(&options->config);
}

static char *
describe(const TrainOptions *options)
{
	const TrainConfig *config = &options->config;

	return psprintf("two matrices of %d words (and %d subword rows) by %d dimensions",
					config->words, config->buckets, config->dim);
}

static void
init(void *weights, const TrainOptions *options, const TrainWords *words, void *scratch)
{
	wemb_train_shared_init(weights, &options->config, words, scratch);
}

static int
init_rows(void *weights, const TrainWords *words, int first, int n)
{
	return wemb_train_init_rows(weights, words, first, n);
}

/* ---- training ---- */

static Size
worker_size(const TrainOptions *options)
{
	return wemb_train_worker_size(&options->config);
}

static void *
worker_init(void *block, void *weights)
{
	return wemb_train_worker_init(block, weights, 0);
}

static void
stream(void *worker, uint64 number)
{
	wemb_train_worker_stream(worker, number);
}

static void
begin(void *worker, const int32 *words, int n)
{
	wemb_train_begin(worker, words, n);
}

static bool
step(void *worker)
{
	return wemb_train_step(worker);
}

/* A stretch is trained when its steps are done. */
static void
end(void *worker)
{
}

static TrainedLoss
loss(void *worker)
{
	TrainWorker *w = worker;
	TrainedLoss taken = {w->loss, w->pairs};

	w->loss = 0;
	w->pairs = 0;
	return taken;
}

/* ---- the leader's ---- */

static uint64
tokens_done(const void *weights)
{
	return wemb_train_words_done(weights);
}

static double
alpha(const void *weights)
{
	return wemb_train_alpha(weights);
}

static void
resume(void *weights, uint64 tokens_done, double factor)
{
	wemb_train_resume(weights, tokens_done, factor);
}

static void *
bytes(void *weights, size_t *size)
{
	return wemb_train_weights(weights, size);
}

static int
rows(const TrainOptions *options)
{
	return wemb_train_input_rows(&options->config);
}

static bool
is_finite(const void *weights, int first, int n)
{
	return wemb_train_finite(weights, first, n);
}

/* ---- the model's ---- */

static void
word_vector(const void *weights, int word, bool unit_length, float *out)
{
	wemb_train_word_vector(weights, word, unit_length, out);
}

static void
set_word_vector(void *weights, int word, const float *vector)
{
	wemb_train_set_word_vector(weights, word, vector);
}

/* Inner nodes of a Huffman tree mean nothing in another tree. */
static float *
output_row(void *weights, int word)
{
	return wemb_train_config(weights)->loss == TRAIN_NEGATIVE_SAMPLING ? wemb_train_output_row(weights, word) : NULL;
}

static float *
subword_row(void *weights, int bucket)
{
	return wemb_train_input_row(weights, wemb_train_config(weights)->words + bucket);
}

static void
shift(void *weights, int first, int n, const float *by)
{
	wemb_train_shift_rows(weights, first, n, by);
}

const TrainMethod wemb_method_skipgram = {
	.weights_size = weights_size,
	.scratch_size = scratch_size,
	.describe = describe,
	.init = init,
	.init_rows = init_rows,
	.worker_size = worker_size,
	.worker_init = worker_init,
	.stream = stream,
	.begin = begin,
	.step = step,
	.end = end,
	.loss = loss,
	.tokens_done = tokens_done,
	.alpha = alpha,
	.resume = resume,
	.bytes = bytes,
	.rows = rows,
	.finite = is_finite,
	.word_vector = word_vector,
	.set_word_vector = set_word_vector,
	.output_row = output_row,
	.subword_row = subword_row,
	.shift = shift,
};
