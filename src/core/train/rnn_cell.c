/*
 * rnn_cell.c
 *		The cell over a batch: products of matrices, and between them what the
 *		cell does number by number (kernel/cell_impl.h).
 *
 * What is read does not depend on the steps, so its products are made for all
 * positions at once, forward before the steps, backward after them.
 */
#include "core/train/rnn_worker.h"

#include <string.h>

static CellKernel
backward_kernel(RnnCell cell)
{
	return cell == RNN_ELMAN ? wemb_kernel->elman_backward :
		cell == RNN_GRU ? wemb_kernel->gru_backward : wemb_kernel->lstm_backward;
}

/* A row of the network's copy, or of the same place in its gradient. */
static inline float *
network_row(const RnnWorker *w, float *network, int row)
{
	return network + (size_t) row * w->shared->stride;
}

/* A gate's matrix by columns: for what is read, or for the state. */
static inline const float *
transposed(const RnnWorker *w, int gate, bool of_state)
{
	return w->transposed + (size_t) (2 * gate + of_state) * w->shared->config.dim * w->shared->stride;
}

/* A row of a position, in an array of them. */
static inline float *
row_of(const RnnWorker *w, float *plane, int position)
{
	return plane + (size_t) position * w->shared->stride;
}

/* All positions' sums that a gate's matrix for the state adds to, and backward their derivatives. */
static inline float *
state_plane(const RnnWorker *w, int gate)
{
	return w->shared->config.cell == RNN_GRU && gate == GRU_NEW ? w->inner : w->gate[gate];
}

static CellRows
rows_of_step(const RnnWorker *w, int t)
{
	int			at = w->position[t];
	int			before = t > 0 ? w->position[t - 1] : 0;
	CellRows	rows = {
		.n = rnn_lanes(w, t) * w->shared->stride,
		.state = row_of(w, w->state, at),
		.before = t > 0 ? row_of(w, w->state, before) : w->zeros,
		.inner = row_of(w, w->inner, at),
		.inner_before = t > 0 ? row_of(w, w->inner, before) : w->zeros,
		.squashed = row_of(w, w->squashed, at),
		.d_state = row_of(w, w->d_state, at),
		.d_before = t > 0 ? row_of(w, w->d_state, before) : w->unused,
		.d_inner = row_of(w, w->d_inner, at),
		.d_inner_before = t > 0 ? row_of(w, w->d_inner, before) : w->unused,
	};

	for (int gate = 0; gate < CELL_GATES; gate++)
		rows.gate[gate] = row_of(w, w->gate[gate], at);
	return rows;
}

/* rows x dim numbers of a times a matrix of the network; the rest is the caller's to set. */
static MatrixProduct
product(const RnnWorker *w, int rows, const float *a, const float *matrix, float *c)
{
	return (MatrixProduct) {
		.rows = rows,
		.columns = w->shared->config.dim,
		.depth = w->shared->config.dim,
		.a = a,
		.a_row = w->shared->stride,
		.a_step = 1,
		.b = matrix,
		.b_stride = w->shared->stride,
		.c = c,
		.c_stride = w->shared->stride,
		.add = true,
	};
}

/* dim x dim sums over rows of a's numbers times b's. */
static MatrixProduct
outer_product(const RnnWorker *w, int rows, const float *a, const float *b, float *c)
{
	MatrixProduct p = product(w, w->shared->config.dim, a, b, c);

	p.depth = rows;
	p.a_row = 1;
	p.a_step = w->shared->stride;
	return p;
}

/* c += the sum of n rows */
static void
add_rows(const RnnWorker *w, int n, const float *rows, float *c)
{
	static const float one = 1;
	MatrixProduct p = product(w, 1, &one, rows, c);

	p.depth = n;
	p.a_step = 0;
	wemb_kernel->matrix_product(&p);
}

/* What a gate's bias and the words that are read add up to, at all positions. */
static void
read_words(RnnWorker *w, int gate)
{
	const RnnConfig *config = &w->shared->config;
	int			n = rnn_positions(w);
	const float *bias = network_row(w, w->network, rnn_gate_bias(config, gate));
	MatrixProduct p = product(w, n, w->x, network_row(w, w->network, rnn_gate_input(config, gate)), w->gate[gate]);

	for (int i = 0; i < n; i++)
		memcpy(row_of(w, w->gate[gate], i), bias, w->shared->stride * sizeof(float));
	wemb_kernel->matrix_product(&p);
}

/* The products of a step's lanes with the states before. */
static void
read_states(RnnWorker *w, int t)
{
	const RnnConfig *config = &w->shared->config;

	for (int gate = 0; gate < w->shared->gates; gate++)
	{
		float	   *plane = state_plane(w, gate);
		MatrixProduct p = product(w, rnn_lanes(w, t), row_of(w, w->state, w->position[t - 1]),
								  network_row(w, w->network, rnn_gate_state(config, gate)),
								  row_of(w, plane, w->position[t]));

		p.add = plane == w->gate[gate];
		wemb_kernel->matrix_product(&p);
	}
}

void
wemb_rnn_forward(RnnWorker *w)
{
	CellKernel	kernel = rnn_forward_kernel(w->shared->config.cell);

	for (int gate = 0; gate < w->shared->gates; gate++)
		read_words(w, gate);
	memset(w->inner, 0, (size_t) rnn_lanes(w, 0) * w->shared->stride * sizeof(float));
	for (int t = 0; t < w->steps; t++)
	{
		CellRows	rows = rows_of_step(w, t);

		if (t > 0)
			read_states(w, t);
		kernel(&rows);
	}
}

/* From the derivatives of a step's sums to those of the states before and of the matrices between. */
static void
back_to_states(RnnWorker *w, int t)
{
	const RnnConfig *config = &w->shared->config;
	int			lanes = rnn_lanes(w, t);
	int			before = w->position[t - 1];

	for (int gate = 0; gate < w->shared->gates; gate++)
	{
		float	   *d_sums = row_of(w, state_plane(w, gate), w->position[t]);
		float	   *d_matrix = network_row(w, w->d_network, rnn_gate_state(config, gate));
		MatrixProduct states = product(w, lanes, d_sums, transposed(w, gate, true), row_of(w, w->d_state, before));
		MatrixProduct matrix = outer_product(w, lanes, row_of(w, w->state, before), d_sums, d_matrix);

		wemb_kernel->matrix_product(&states);
		wemb_kernel->matrix_product(&matrix);
	}
}

/* From the derivatives of all sums to those of what was read, and of the matrices and biases between. */
static void
back_to_words(RnnWorker *w)
{
	const RnnConfig *config = &w->shared->config;
	int			n = rnn_positions(w);

	for (int gate = 0; gate < w->shared->gates; gate++)
	{
		MatrixProduct matrix = outer_product(w, n, w->x, w->gate[gate],
											 network_row(w, w->d_network, rnn_gate_input(config, gate)));

		wemb_kernel->matrix_product(&matrix);
		add_rows(w, n, w->gate[gate], network_row(w, w->d_network, rnn_gate_bias(config, gate)));
	}
	for (int gate = 0; gate < w->shared->gates; gate++)
	{
		MatrixProduct words = product(w, n, w->gate[gate], transposed(w, gate, false), w->x);

		words.add = gate > 0;
		wemb_kernel->matrix_product(&words);
	}
	add_rows(w, n, w->x, w->d_network);
}

void
wemb_rnn_backward(RnnWorker *w)
{
	const RnnShared *s = w->shared;
	CellKernel	kernel = backward_kernel(s->config.cell);

	memset(w->d_network, 0, (size_t) rnn_network_rows(&s->config) * s->stride * sizeof(float));
	if (s->config.cell == RNN_LSTM)
		memset(w->d_inner, 0, (size_t) rnn_positions(w) * s->stride * sizeof(float));
	for (int t = w->steps - 1; t >= 0; t--)
	{
		CellRows	rows = rows_of_step(w, t);

		kernel(&rows);
		if (t > 0)
			back_to_states(w, t);
	}
	back_to_words(w);
}
