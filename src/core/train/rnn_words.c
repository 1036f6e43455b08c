/*
 * rnn_words.c
 *		The vectors that a recurrent network has for words, and what it costs.
 */
#include <math.h>
#include <string.h>

#include "core/train/finite.h"
#include "core/train/rnn_worker.h"

#define STRIDE_MAX	RNN_MAX_DIM

/* The cell, reading the word alone. */
typedef struct WordState
{
	float		x[STRIDE_MAX];
	float		gate[CELL_GATES][STRIDE_MAX];
	float		state[STRIDE_MAX];
	float		inner[STRIDE_MAX];
	float		squashed[STRIDE_MAX];
	float		zeros[STRIDE_MAX];
} WordState;

static void
read_word(const RnnShared *s, int word, WordState *state)
{
	const RnnConfig *config = &s->config;
	const float *net = rnn_net(s, RNN_WEIGHTS);
	CellRows	rows = {
		.n = s->stride,
		.state = state->state,
		.before = state->zeros,
		.inner = state->inner,
		.inner_before = state->zeros,
		.squashed = state->squashed,
	};

	memset(state->inner, 0, s->stride * sizeof(float));
	memset(state->zeros, 0, s->stride * sizeof(float));
	memcpy(state->x, rnn_in(s, RNN_WEIGHTS, word), s->stride * sizeof(float));
	wemb_kernel->axpy_f32(1.0f, net, state->x, s->stride);
	for (int gate = 0; gate < s->gates; gate++)
	{
		MatrixProduct p = {
			.rows = 1,
			.columns = config->dim,
			.depth = config->dim,
			.a = state->x,
			.a_step = 1,
			.b = net + (size_t) rnn_gate_input(config, gate) * s->stride,
			.b_stride = s->stride,
			.c = state->gate[gate],
			.add = true,
		};

		rows.gate[gate] = state->gate[gate];
		memcpy(p.c, net + (size_t) rnn_gate_bias(config, gate) * s->stride, s->stride * sizeof(float));
		wemb_kernel->matrix_product(&p);
	}
	rnn_forward_kernel(config->cell) (&rows);
}

void
wemb_rnn_word_vector(const RnnShared *s, int word, bool unit_length, float *out)
{
	WordState	state;
	double		norm2 = 0;

	read_word(s, word, &state);
	for (int d = 0; d < s->config.dim; d++)
		norm2 += (double) state.state[d] * state.state[d];
	memcpy(out, state.state, s->config.dim * sizeof(float));
	if (unit_length && norm2 > 0)
		wemb_kernel->scale_f32((float) (1.0 / sqrt(norm2)), out, s->config.dim);
}

void
wemb_rnn_set_word_vector(RnnShared *s, int word, const float *vector)
{
	memcpy(rnn_in(s, RNN_WEIGHTS, word), vector, s->config.dim * sizeof(float));
}

bool
wemb_rnn_finite(const RnnShared *s, int first, int n)
{
	size_t		rows = n < s->config.words - first ? n : s->config.words - first;

	return all_finite(rnn_in(s, RNN_WEIGHTS, first), rows * s->stride) &&
		all_finite(rnn_out(s, RNN_WEIGHTS, first), rows * s->stride) &&
		(first > 0 || all_finite(rnn_net(s, RNN_WEIGHTS), wemb_rnn_network_floats(&s->config)));
}

/*
 * For each token read: its products with A and R of each gate, the states' with negatives
 * and words ahead; each of them three times: forward, and backward to both factors.
 */
double
wemb_rnn_token_products(const RnnConfig *config)
{
	double		dim = config->dim;

	return 3 * dim * (2 * rnn_cell_gates(config->cell) * dim + RNN_NEGATIVES + config->window);
}
