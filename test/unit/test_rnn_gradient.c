/*
 * test_rnn_gradient.c
 *		The gradients of recurrent networks against differences of a loss that is
 *		computed here from rnn.h's formulas, in double.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/train/rnn_worker.h"
#include "unit.h"

#define WORDS	20
#define DIM		5
#define WINDOW	2
#define STEPS	4
#define NEGATIVE 3
#define SMALL	1e-5			/* a weight is moved by this to each side */

/* Every weight that there is, in double, in the order of the block; with zeros where rows are padded. */
typedef struct Reference
{
	const RnnShared *shared;
	double	   *weight;
} Reference;

/* A cell's state. */
typedef struct Memory
{
	double		h[DIM];
	double		c[DIM];
} Memory;

static const RnnConfig small = {.dim = DIM, .window = WINDOW, .steps = STEPS, .batch = 4, .negative = NEGATIVE,
	.epochs = 1, .alpha = 0.1, .min_alpha = 0.1, .clip = 1e9, .seed = 7, .words = WORDS, .tokens = 1000,
	.epoch_tokens = 1000};

/* Pieces of different lengths; the last two words of the first are ahead only, the second has none ahead. */
static const RnnPiece pieces[] = {
	{.length = 3, .known = 5, .word = {1, 2, 3, 4, 5}},
	{.length = 1, .known = 1, .word = {6}},
	{.length = 4, .known = 5, .word = {3, 3, 7, 1, 8}},
	{.length = 2, .known = 4, .word = {9, 2, 2, 10}},
};

static const char *
word_of(void *arg, int i, size_t *len, uint64_t *count)
{
	(void) arg;
	*len = 1;
	*count = 1000 / WORDS + (i == 0);
	return "w";
}

static double
sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

static const double *
net_row(const Reference *r, int row)
{
	return r->weight + r->shared->network_at + (size_t) row * r->shared->stride;
}

static const double *
out_row(const Reference *r, int word)
{
	return r->weight + r->shared->output_at + (size_t) word * r->shared->stride;
}

/* bias + A x + R h of one gate; without x R h alone, without h the first two. */
static void
gate_sum(const Reference *r, int gate, const double *x, const double *h, double *sum)
{
	const RnnConfig *config = &r->shared->config;

	for (int j = 0; j < DIM; j++)
	{
		sum[j] = x != NULL ? net_row(r, rnn_gate_bias(config, gate))[j] : 0;
		for (int k = 0; k < DIM; k++)
		{
			if (x != NULL)
				sum[j] += net_row(r, rnn_gate_input(config, gate) + k)[j] * x[k];
			if (h != NULL)
				sum[j] += net_row(r, rnn_gate_state(config, gate) + k)[j] * h[k];
		}
	}
}

static void
read_one(const Reference *r, int word, Memory *memory)
{
	double		x[DIM],
				sum[CELL_GATES][DIM],
				inner[DIM];
	int			gates = r->shared->gates;
	RnnCell		cell = r->shared->config.cell;

	for (int d = 0; d < DIM; d++)
		x[d] = r->weight[(size_t) word * r->shared->stride + d] + net_row(r, 0)[d];
	for (int gate = 0; gate < gates; gate++)
		gate_sum(r, gate, x, cell == RNN_GRU && gate == GRU_NEW ? NULL : memory->h, sum[gate]);
	if (cell == RNN_GRU)
		gate_sum(r, GRU_NEW, NULL, memory->h, inner);
	for (int d = 0; d < DIM; d++)
		switch (cell)
		{
			case RNN_ELMAN:
				memory->h[d] = tanh(sum[0][d]);
				break;
			case RNN_GRU:
				{
					double		z = sigmoid(sum[GRU_UPDATE][d]);
					double		n = tanh(sum[GRU_NEW][d] + sigmoid(sum[GRU_RESET][d]) * inner[d]);

					memory->h[d] = (1 - z) * n + z * memory->h[d];
					break;
				}
			case RNN_LSTM:
				memory->c[d] = sigmoid(sum[LSTM_FORGET][d]) * memory->c[d] +
					sigmoid(sum[LSTM_IN][d]) * tanh(sum[LSTM_NEW][d]);
				memory->h[d] = sigmoid(sum[LSTM_OUT][d]) * tanh(memory->c[d]);
		}
}

static double
score(const Reference *r, const Memory *memory, int word)
{
	double		s = -log(NEGATIVE);

	for (int d = 0; d < DIM; d++)
		s += memory->h[d] * out_row(r, word)[d];
	return s;
}

/* The loss of all pieces, with the negatives of the worker's batch. */
static double
reference_loss(const Reference *r, const int32_t *negative)
{
	double		loss = 0;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
	{
		Memory		memory = {0};

		for (int t = 0; t < pieces[i].length; t++)
		{
			double		error = 0;

			read_one(r, pieces[i].word[t], &memory);
			for (int k = 0; k < RNN_NEGATIVES; k++)
				error += pow(sigmoid(score(r, &memory, negative[k])), 2) / RNN_NEGATIVES;
			for (int a = 1; a <= WINDOW && t + a < pieces[i].known; a++)
				loss += pow(1 - sigmoid(score(r, &memory, pieces[i].word[t + a])), 2) + NEGATIVE * error;
		}
	}
	return loss;
}

/* The worker's gradient of the weight with that number in the block; 0 where a row has none. */
static double
gradient_of(const RnnWorker *w, size_t number)
{
	const RnnShared *s = w->shared;
	int			row = (int) (number / s->stride);
	int			d = (int) (number % s->stride);
	const RnnRows *rows = row < WORDS ? &w->in : &w->out;

	if (row >= 2 * WORDS)
		return w->d_network[number - s->network_at];
	return rows->slot[row % WORDS] < 0 ? 0 : rows->gradient[(size_t) rows->slot[row % WORDS] * s->stride + d];
}

/* Weights of a size that makes every term count. */
static void
random_weights(RnnShared *s)
{
	Rng			rng = {11};
	int			rows = 2 * WORDS + rnn_network_rows(&s->config);

	for (int row = 0; row < rows; row++)
		for (int d = 0; d < DIM; d++)
			rnn_in(s, RNN_WEIGHTS, row)[d] = 1.6f * rng_float(&rng) - 0.8f;
}

static void
test_cell(RnnCell cell, const char *name)
{
	static char group[100];
	RnnConfig	config = small;
	TrainWords	words = {NULL, word_of};
	char		scratch[WORDS * 16];
	RnnShared  *s;
	RnnWorker  *w;
	Reference	r;
	size_t		n;
	int			moved = 0;

	unit_end_group();			/* which still reads the name before */
	snprintf(group, sizeof(group), "%s: gradients of %s are those of the loss", wemb_kernel->name, name);
	unit_group(group);
	config.cell = cell;
	s = wemb_rnn_shared_init(aligned_alloc(64, wemb_rnn_shared_size(&config)), &config, &words, scratch);
	wemb_rnn_init_rows(s, 0, WORDS);
	random_weights(s);
	w = wemb_rnn_worker_init(aligned_alloc(64, wemb_rnn_worker_size(&config)), s, 0);
	memcpy(w->pieces, pieces, sizeof(pieces));
	w->npieces = sizeof(pieces) / sizeof(pieces[0]);
	for (int i = 0; i < RNN_NEGATIVES; i++)
		w->negative[i] = i * i % (WORDS - 4);
	wemb_rnn_batch_gradient(w);

	n = s->network_at + wemb_rnn_network_floats(&config);
	r = (Reference) {s, malloc(n * sizeof(double))};
	for (size_t i = 0; i < n; i++)
		r.weight[i] = rnn_in(s, RNN_WEIGHTS, 0)[i];
	CHECK(fabs(wemb_rnn_take_loss(w).loss - reference_loss(&r, w->negative)) < 1e-4, "the losses differ");
	for (size_t i = 0; i < n; i++)
		if (i % s->stride < DIM)
		{
			double		weight = r.weight[i],
						difference;

			r.weight[i] = weight + SMALL;
			difference = reference_loss(&r, w->negative);
			r.weight[i] = weight - SMALL;
			difference = (difference - reference_loss(&r, w->negative)) / (2 * SMALL);
			r.weight[i] = weight;
			moved += difference != 0;
			CHECK(fabs(gradient_of(w, i) - difference) < 1e-5 + 1e-4 * fabs(difference), "row %zu, dimension %zu: %g, not %g",
				  i / s->stride, i % s->stride, gradient_of(w, i), difference);
		}
		else
			CHECK(gradient_of(w, i) == 0, "row %zu: %g beyond the dimensions", i / s->stride, gradient_of(w, i));
	/* 5 words are read in pieces with words ahead, 10 are ahead or negatives */
	CHECK(moved == DIM * (5 + 10 + rnn_network_rows(&config)), "%d weights have a gradient", moved);
	free(r.weight);
	free(w);
	free(s);
}

int
main(void)
{
	for (int i = 0; wemb_kernel_at(i) != NULL; i++)
	{
		wemb_kernel_use(wemb_kernel_at(i));
		test_cell(RNN_ELMAN, "an Elman network");
		test_cell(RNN_GRU, "a GRU");
		test_cell(RNN_LSTM, "an LSTM");
	}
	return unit_done();
}
