/*
 * method_skipgram.c
 *		Skip-gram and CBOW (core/train/trainer.h) as a method.
 */
#include "pg/compat.h"

#include "app/train/train_method.h"
#include "core/train/trainer.h"

#define METHOD_CORE(name)			wemb_train_##name
#define METHOD_CONFIG				TrainConfig
#define METHOD_CONFIGURE(options)	((options)->config)
#include "app/train/method_impl.h"

static char *
describe(const TrainOptions *options)
{
	const TrainConfig *config = &options->config;

	return psprintf("two matrices of %d words (and %d subword rows) by %d dimensions",
					config->words, config->buckets, config->dim);
}

static int
init_rows(void *weights, const TrainWords *words, int first, int n)
{
	return wemb_train_init_rows(weights, words, first, n);
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

static int
rows(const TrainOptions *options)
{
	return wemb_train_input_rows(&options->config);
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
	METHOD_FUNCTIONS,
	.describe = describe,
	.init_rows = init_rows,
	.end = end,
	.loss = loss,
	.rows = rows,
	.output_row = output_row,
	.subword_row = subword_row,
	.shift = shift,
};
