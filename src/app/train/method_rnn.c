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

#define METHOD_CORE(name)			wemb_rnn_##name
#define METHOD_CONFIG				RnnConfig
#define METHOD_CONFIGURE(options)	network(options)
#include "app/train/method_impl.h"

static char *
describe(const TrainOptions *options)
{
	return psprintf("two matrices of %d words by %d dimensions (and with most optimizers averages of their gradients)",
					options->config.words, options->config.dim);
}

static int
init_rows(void *weights, const TrainWords *words, int first, int n)
{
	return wemb_rnn_init_rows(weights, first, n);
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

static int
rows(const TrainOptions *options)
{
	return options->config.words;
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

/*
 * Words' vectors stay where the network has put them: their mean is of use to it.
 *
 * Chunks are mixed: a batch teaches much about texts like its own, which is forgotten while others come.  Where
 * such texts stand beside each other, vectors become worse, and the loss is lower than it is elsewhere, the more so
 * the larger steps are: it would rise in the end.
 */
const TrainMethod wemb_method_rnn = {
	METHOD_FUNCTIONS,
	.mixes_chunks = true,
	.describe = describe,
	.init_rows = init_rows,
	.end = end,
	.loss = loss,
	.rows = rows,
	.output_row = output_row,
	.input_row = input_row,
	.network = network_floats,
	.network_name = network_name,
};
