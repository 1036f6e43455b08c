/*
 * rnn_layout.c
 *		Sizing, formatting and reading the shared block of a recurrent network.
 */
#include "core/train/rnn_layout.h"

#include <math.h>
#include <string.h>

#include "core/base/block.h"
#include "core/train/subsample.h"

#define NEGATIVE_POWER	0.75	/* negatives are drawn in proportion to this power of the count */

#define RNN_INIT_REACH	1.0f	/* rows of W start with numbers uniform within this over the root of dim */

/* Streams of random numbers beside those of the words' rows. */
#define NETWORK_STREAM	UINT64_C(0x6E6574776F726B)

double
wemb_rnn_default_alpha(RnnOptimizer optimizer)
{
	return optimizer == RNN_ADAM ? 0.005 : optimizer == RNN_ADAGRAD ? 0.15 : 0.1;
}

double
wemb_rnn_default_min_alpha(RnnOptimizer optimizer)
{
	return wemb_rnn_default_alpha(optimizer) / 100;
}

static int
moments(RnnOptimizer optimizer)
{
	return optimizer == RNN_ADAM ? RNN_MOMENTS : optimizer == RNN_ADAGRAD ? RNN_SQUARES + 1 : RNN_WEIGHTS + 1;
}

static RnnShared
lay_out(const RnnConfig *config)
{
	RnnShared	s = {.config = *config, .alpha_factor = 1.0};
	size_t		end = (sizeof(RnnShared) + 63) & ~(size_t) 63;
	size_t		words = config->words;
	size_t		rows = 2 * words + rnn_network_rows(config);

	s.stride = (int) rnn_row_floats(config);
	s.gates = rnn_cell_gates(config->cell);
	s.keep = block_reserve(&end, words, sizeof(uint32_t));
	s.negatives = block_reserve(&end, words, sizeof(AliasEntry));
	s.output_at = words * s.stride;
	s.network_at = 2 * s.output_at;
	s.moment_size = rows * s.stride * sizeof(float);
	s.weights = block_reserve(&end, rows * moments(config->optimizer), s.stride * sizeof(float));
	s.size = end;
	return s;
}

size_t
wemb_rnn_shared_size(const RnnConfig *config)
{
	return lay_out(config).size;
}

size_t
wemb_rnn_scratch_size(const RnnConfig *config)
{
	return config->words * (sizeof(double) + sizeof(int32_t));
}

RnnShared *
wemb_rnn_shared_init(void *block, const RnnConfig *config, const TrainWords *words, void *scratch)
{
	RnnShared  *s = block;
	double	   *weight = scratch;

	*s = lay_out(config);
	for (int i = 0; i < config->words; i++)
	{
		size_t		len;
		uint64_t	count;

		words->word(words->arg, i, &len, &count);
		weight[i] = pow((double) count, NEGATIVE_POWER);
		rnn_keep(s)[i] = keep_threshold(config->sample, count, config->tokens);
	}
	wemb_alias_init(rnn_negatives(s), weight, config->words, (int32_t *) (weight + config->words));
	return s;
}

/* dim numbers uniform in (-reach, reach), zeros behind them */
static void
init_row(const RnnShared *s, Rng *rng, float *row, float reach)
{
	for (int d = 0; d < s->config.dim; d++)
		row[d] = (2 * rng_float(rng) - 1) * reach;
	memset(row + s->config.dim, 0, (s->stride - s->config.dim) * sizeof(float));
}

/*
 * Matrices such that numbers keep their size through them (Glorot and Bengio,
 * AISTATS 2010), biases zero but an LSTM's forget gate's, which starts half open and
 * more (Jozefowicz, Zaremba and Sutskever, ICML 2015).
 */
static void
init_network(RnnShared *s)
{
	const RnnConfig *config = &s->config;
	Rng			rng = rng_for(config->seed, NETWORK_STREAM);
	float	   *net = rnn_net(s, RNN_WEIGHTS);
	float		reach = sqrtf(3.0f / (float) config->dim);

	memset(net, 0, s->stride * sizeof(float));
	for (int gate = 0; gate < s->gates; gate++)
	{
		float	   *bias = net + (size_t) rnn_gate_bias(config, gate) * s->stride;

		memset(bias, 0, s->stride * sizeof(float));
		if (config->cell == RNN_LSTM && gate == LSTM_FORGET)
			for (int d = 0; d < config->dim; d++)
				bias[d] = 1;
		for (int row = 1; row <= 2 * config->dim; row++)
			init_row(s, &rng, bias + (size_t) row * s->stride, reach);
	}
}

int
wemb_rnn_init_rows(RnnShared *s, int first, int n)
{
	const RnnConfig *config = &s->config;
	int			end = n < config->words - first ? first + n : config->words;
	float		reach = RNN_INIT_REACH / sqrtf((float) config->dim);

	if (first == 0)
	{
		init_network(s);
		for (int m = RNN_SQUARES; m < moments(config->optimizer); m++)
			memset(rnn_net(s, m), 0, (size_t) rnn_network_rows(config) * s->stride * sizeof(float));
	}
	for (int word = first; word < end; word++)
	{
		Rng			rng = rng_for(config->seed, word);

		init_row(s, &rng, rnn_in(s, RNN_WEIGHTS, word), reach);
		memset(rnn_out(s, RNN_WEIGHTS, word), 0, s->stride * sizeof(float));
		for (int m = RNN_SQUARES; m < moments(config->optimizer); m++)
		{
			memset(rnn_in(s, m, word), 0, s->stride * sizeof(float));
			memset(rnn_out(s, m, word), 0, s->stride * sizeof(float));
		}
	}
	return end < config->words ? end : 0;
}

void
wemb_rnn_resume(RnnShared *s, uint64_t words_done, double alpha_factor)
{
	__atomic_store_n(&s->words_done, words_done, __ATOMIC_RELAXED);
	s->alpha_factor = alpha_factor;
}

const RnnConfig *
wemb_rnn_config(const RnnShared *s)
{
	return &s->config;
}

uint64_t
wemb_rnn_words_done(const RnnShared *s)
{
	return __atomic_load_n(&s->words_done, __ATOMIC_RELAXED);
}

double
wemb_rnn_alpha(const RnnShared *s)
{
	const RnnConfig *config = &s->config;
	double		done = (double) wemb_rnn_words_done(s) / ((double) config->epochs * config->epoch_tokens);

	return s->alpha_factor * (config->alpha - (config->alpha - config->min_alpha) * (done < 1 ? done : 1));
}

float *
wemb_rnn_input_row(RnnShared *s, int word)
{
	return rnn_in(s, RNN_WEIGHTS, word);
}

float *
wemb_rnn_output_row(RnnShared *s, int word)
{
	return rnn_out(s, RNN_WEIGHTS, word);
}

int
wemb_rnn_network_floats(const RnnConfig *config)
{
	return rnn_network_rows(config) * (int) rnn_row_floats(config);
}

float *
wemb_rnn_network(RnnShared *s)
{
	return rnn_net(s, RNN_WEIGHTS);
}

void *
wemb_rnn_weights(RnnShared *s, size_t *size)
{
	*size = s->moment_size * moments(s->config.optimizer);
	return rnn_in(s, RNN_WEIGHTS, 0);
}
