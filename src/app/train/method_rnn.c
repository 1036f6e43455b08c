/*
 * method_rnn.c
 *		Recurrent networks (core/train/rnn.h) as a method.
 */
#include "pg/compat.h"

#include "app/train/train_method.h"
#include "core/train/rnn.h"

#define STEPS			5		/* words that back-propagation goes back through */
#define BATCH			128		/* pieces of text that are read side by side ... */
#define LEAST_BATCH		4
#define BATCH_PRODUCTS	5e8		/* ... or fewer, so that a batch takes about a tenth of a second */
#define CLIP			1.0		/* length of a gradient */

static RnnConfig
network(const TrainOptions *options)
{
	const TrainConfig *config = &options->config;
	RnnConfig	rnn = {
		.cell = options->cell,
		.optimizer = options->optimizer,
		.dim = config->dim,
		.window = config->window,
		.steps = STEPS,
		.negative = config->negative,
		.epochs = config->epochs,
		.sample = config->sample,
		.alpha = config->alpha,
		.min_alpha = config->min_alpha,
		.clip = CLIP,
		.seed = config->seed,
		.words = config->words,
		.tokens = config->tokens,
		.epoch_tokens = config->epoch_tokens,
	};
	double		most = BATCH_PRODUCTS / (STEPS * wemb_rnn_token_products(&rnn));

	rnn.batch = (int) Max(LEAST_BATCH, Min(BATCH, most));
	return rnn;
}

/* ---- the block ---- */

static Size
weights_size(const TrainOptions *options)
{
	RnnConfig	config = network(options);

	return wemb_rnn_shared_size(&config);
}

static Size
scratch_size(const TrainOptions *options)
{
	RnnConfig	config = network(options);

	return wemb_rnn_scratch_size(&config);
}

static char *
describe(const TrainOptions *options)
{
	return psprintf("two matrices of %d words by %d dimensions (and with most optimizers averages of their gradients)",
					options->config.words, options->config.dim);
}

static void
init(void *weights, const TrainOptions *options, const TrainWords *words, void *scratch)
{
	RnnConfig	config = network(options);

	wemb_rnn_shared_init(weights, &config, words, scratch);
}

static int
init_rows(void *weights, const TrainWords *words, int first, int n)
{
	return wemb_rnn_init_rows(weights, first, n);
}

/* ---- training ---- */

static Size
worker_size(const TrainOptions *options)
{
	RnnConfig	config = network(options);

	return wemb_rnn_worker_size(&config);
}

static void *
worker_init(void *block, void *weights)
{
	return wemb_rnn_worker_init(block, weights, 0);
}

static void
stream(void *worker, uint64 number)
{
	wemb_rnn_worker_stream(worker, number);
}

static void
begin(void *worker, const int32 *words, int n)
{
	wemb_rnn_begin(worker, words, n);
}

static bool
step(void *worker)
{
	return wemb_rnn_step(worker);
}

static void
end(void *worker)
{
	wemb_rnn_finish(worker);
}

static TrainedLoss
loss(void *worker)
{
	RnnLoss		taken = wemb_rnn_take_loss(worker);

	return (TrainedLoss) {taken.loss, taken.pairs};
}

/* ---- the leader's ---- */

static uint64
tokens_done(const void *weights)
{
	return wemb_rnn_words_done(weights);
}

static double
alpha(const void *weights)
{
	return wemb_rnn_alpha(weights);
}

static void
resume(void *weights, uint64 tokens_done, double factor)
{
	wemb_rnn_resume(weights, tokens_done, factor);
}

static void *
bytes(void *weights, size_t *size)
{
	return wemb_rnn_weights(weights, size);
}

static int
rows(const TrainOptions *options)
{
	return options->config.words;
}

static bool
is_finite(const void *weights, int first, int n)
{
	return wemb_rnn_finite(weights, first, n);
}

/* ---- the model's ---- */

static void
word_vector(const void *weights, int word, bool unit_length, float *out)
{
	wemb_rnn_word_vector(weights, word, unit_length, out);
}

static void
set_word_vector(void *weights, int word, const float *vector)
{
	wemb_rnn_set_word_vector(weights, word, vector);
}

static float *
output_row(void *weights, int word)
{
	return wemb_rnn_output_row(weights, word);
}

static float *
input_row(void *weights, int word)
{
	return wemb_rnn_input_row(weights, word);
}

static float *
network_floats(void *weights, int *n)
{
	*n = wemb_rnn_network_floats(wemb_rnn_config(weights));
	return wemb_rnn_network(weights);
}

static const char *
network_name(const TrainOptions *options)
{
	return wemb_cell_name(options->cell);
}

/* Words' vectors stay where the network has put them: their mean is of use to it. */
const TrainMethod wemb_method_rnn = {
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
	.input_row = input_row,
	.network = network_floats,
	.network_name = network_name,
};
