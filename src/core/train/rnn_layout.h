/*
 * rnn_layout.h
 *		The shared block of a recurrent network: one header, then arrays at
 *		offsets from its start, each 64-byte aligned.
 *
 *	array			elements		what
 *	keep			words			uint32: keep a token if 32 random bits are at most this
 *	negatives		words			AliasEntry: words in proportion to a power of their counts
 *	weights			parts of		float: RNN_WEIGHTS, each the rows of W, those of C, and the network
 *	moments			the same		of the optimizer: none, squares (AdaGrad), squares and means (Adam)
 *
 * The network is b, then for each gate its bias a, its matrix A for what is read
 * and its matrix R for the state before: (1 + gates * (1 + 2 dim)) rows.
 * Matrices are stored for products from the left: row k has what number k of the
 * input adds to each number of the result.
 *
 * Rows hold dim floats and zeros up to stride; they stay zeros, as their gradients are.
 */
#ifndef WEMB_RNN_LAYOUT_H
#define WEMB_RNN_LAYOUT_H

#include "core/train/alias.h"
#include "core/train/rnn.h"

/* What the weights are, and beside them as many numbers for each moment. */
typedef enum RnnMoment
{
	RNN_WEIGHTS = 0,
	RNN_SQUARES,
	RNN_MEANS,
	RNN_MOMENTS
} RnnMoment;

struct RnnShared
{
	RnnConfig	config;
	int			stride;			/* floats a row */
	int			gates;			/* of the cell */
	size_t		keep;			/* offsets in bytes */
	size_t		negatives;
	size_t		weights;
	size_t		moment_size;	/* bytes from the weights to the squares, and to the means */
	size_t		output_at;		/* in floats, from the rows of W to those of C */
	size_t		network_at;		/* and to the network */
	size_t		size;			/* of the whole block */
	double		alpha_factor;

	uint64_t	words_done __attribute__((aligned(64)));	/* atomic */
	uint64_t	batches;		/* trained on, by all workers; atomic */
};

/* Rows of the network, in order. */
static inline int
rnn_gate_bias(const RnnConfig *config, int gate)
{
	return 1 + gate * (1 + 2 * config->dim);
}

static inline int
rnn_gate_input(const RnnConfig *config, int gate)
{
	return rnn_gate_bias(config, gate) + 1;
}

static inline int
rnn_gate_state(const RnnConfig *config, int gate)
{
	return rnn_gate_input(config, gate) + config->dim;
}

static inline int
rnn_cell_gates(RnnCell cell)
{
	return cell == RNN_ELMAN ? 1 : cell == RNN_GRU ? 3 : 4;
}

static inline int
rnn_network_rows(const RnnConfig *config)
{
	return rnn_gate_bias(config, rnn_cell_gates(config->cell));
}

static inline size_t
rnn_row_floats(const RnnConfig *config)
{
	return (config->dim + KERNEL_ROW_FLOATS - 1) / KERNEL_ROW_FLOATS * KERNEL_ROW_FLOATS;
}

/* Weights or a moment of W's row, C's, the network's first. */
static inline float *
rnn_in(const RnnShared *s, RnnMoment moment, int word)
{
	return (float *) ((char *) s + s->weights + moment * s->moment_size) + (size_t) word * s->stride;
}

static inline float *
rnn_out(const RnnShared *s, RnnMoment moment, int word)
{
	return rnn_in(s, moment, word) + s->output_at;
}

static inline float *
rnn_net(const RnnShared *s, RnnMoment moment)
{
	return rnn_in(s, moment, 0) + s->network_at;
}

static inline uint32_t *
rnn_keep(const RnnShared *s)
{
	return (uint32_t *) ((char *) s + s->keep);
}

static inline AliasEntry *
rnn_negatives(const RnnShared *s)
{
	return (AliasEntry *) ((char *) s + s->negatives);
}

#endif							/* WEMB_RNN_LAYOUT_H */
