/*
 * rnn_batch.c
 *		A batch from its pieces to the step of the optimizer.
 */
#include "core/train/rnn_worker.h"

#include <string.h>

/* Order pieces by falling length, and number the positions. */
static void
order_pieces(RnnWorker *w)
{
	int			longer[RNN_MAX_STEPS + 2] = {0};	/* pieces of more than so many words */

	for (int i = 0; i < w->npieces; i++)
		for (int t = 0; t < w->pieces[i].length; t++)
			longer[t]++;
	w->steps = 0;
	w->position[0] = 0;
	for (int t = 0; longer[t] > 0; t++)
	{
		w->position[t + 1] = w->position[t] + longer[t];
		w->steps = t + 1;
	}
	for (int i = 0; i < w->npieces; i++)
		w->lane[longer[w->pieces[i].length]++] = i;
}

/* What a step of the training reads: the network as it is now, also by columns. */
static void
copy_network(RnnWorker *w)
{
	const RnnShared *s = w->shared;
	const RnnConfig *config = &s->config;
	int			stride = s->stride;

	memcpy(w->network, rnn_net(s, RNN_WEIGHTS), (size_t) rnn_network_rows(config) * stride * sizeof(float));
	for (int m = 0; m < 2 * s->gates; m++)
	{
		int			row = m % 2 == 0 ? rnn_gate_input(config, m / 2) : rnn_gate_state(config, m / 2);
		const float *from = w->network + (size_t) row * stride;
		float	   *to = w->transposed + (size_t) m * config->dim * stride;

		for (int i = 0; i < config->dim; i++)
			for (int j = 0; j < config->dim; j++)
				to[(size_t) j * stride + i] = from[(size_t) i * stride + j];
	}
}

/* x = W v + b, at all positions */
static void
embed(RnnWorker *w)
{
	const RnnShared *s = w->shared;

	for (int t = 0; t < w->steps; t++)
		for (int lane = 0; lane < rnn_lanes(w, t); lane++)
		{
			float	   *x = w->x + (size_t) (w->position[t] + lane) * s->stride;

			memcpy(x, rnn_in(s, RNN_WEIGHTS, w->pieces[w->lane[lane]].word[t]), s->stride * sizeof(float));
			wemb_kernel->axpy_f32(1.0f, w->network, x, s->stride);
		}
}

/* From x's derivatives to those of W's rows. */
static void
scatter(RnnWorker *w)
{
	int			stride = w->shared->stride;

	for (int t = 0; t < w->steps; t++)
		for (int lane = 0; lane < rnn_lanes(w, t); lane++)
			wemb_kernel->axpy_f32(1.0f, w->x + (size_t) (w->position[t] + lane) * stride,
								  wemb_rnn_gradient_row(&w->in, w->pieces[w->lane[lane]].word[t], stride), stride);
}

float *
wemb_rnn_gradient_row(RnnRows *rows, int32_t word, int stride)
{
	int32_t    *slot = &rows->slot[word];

	if (*slot < 0)
	{
		*slot = rows->n++;
		rows->word[*slot] = word;
		memset(rows->gradient + (size_t) *slot * stride, 0, stride * sizeof(float));
	}
	return rows->gradient + (size_t) *slot * stride;
}

void
wemb_rnn_batch_gradient(RnnWorker *w)
{
	order_pieces(w);
	copy_network(w);
	embed(w);
	wemb_rnn_forward(w);
	wemb_rnn_compare(w);
	wemb_rnn_backward(w);
	scatter(w);
}

void
wemb_rnn_train_batch(RnnWorker *w)
{
	const RnnShared *s = w->shared;

	for (int i = 0; i < RNN_NEGATIVES; i++)
		w->negative[i] = alias_draw(rnn_negatives(s), s->config.words, &w->rng);
	wemb_rnn_batch_gradient(w);
	w->loss.read += rnn_positions(w);
	wemb_rnn_optimize(w);
	w->npieces = 0;
}
