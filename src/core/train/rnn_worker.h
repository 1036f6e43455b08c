/*
 * rnn_worker.h
 *		A process's part of the training of a recurrent network: the batch that
 *		it gathers, and the arrays that it works in.
 *
 * Within a batch, pieces stand by falling length, each in a lane.  Positions are
 * ordered by steps, then lanes: those of step t are position[t] ..
 * position[t + 1] - 1, one for each piece that is longer than t, and lane i of
 * step t is position[t] + i.  So the lanes of a step are the first of those of the step before.
 */
#ifndef WEMB_RNN_WORKER_H
#define WEMB_RNN_WORKER_H

#include "core/train/rnn_layout.h"

#define RNN_NEGATIVES		64	/* of a batch; a multiple of KERNEL_ROW_FLOATS */
#define RNN_BLOCK			48	/* positions that are compared with negatives at once */

/* Words to read, in reading order, and those that stand behind the last one. */
typedef struct RnnPiece
{
	int			length;			/* words to read, 1 .. steps */
	int			known;			/* words of word[], length .. length + window */
	int32_t		word[RNN_MAX_STEPS + RNN_MAX_WINDOW];
} RnnPiece;

/* Rows of W or C that a batch has gradients for. */
typedef struct RnnRows
{
	int			n;
	int32_t    *word;			/* of each */
	int32_t    *slot;			/* of each word of the vocabulary: where it is in word, or -1 */
	float	   *gradient;		/* a row for each */
} RnnRows;

struct RnnWorker
{
	RnnShared  *shared;
	Rng			rng;
	RnnLoss		loss;
	float		offset;			/* log(negative): what scores lack of the logarithm of the odds */

	/* the text */
	int			nkept;			/* after subsampling */
	int			next;			/* the first word that is in no piece yet */
	int32_t		kept[RNN_MAX_TEXT];

	/* the batch */
	int			npieces;
	RnnPiece   *pieces;
	int			lane[RNN_MAX_BATCH];	/* pieces by falling length */
	int			position[RNN_MAX_STEPS + 1];
	int			steps;			/* of the longest piece */
	int32_t		negative[RNN_NEGATIVES];

	/* copies and gradients: network rows */
	float	   *network;
	float	   *transposed;		/* A and R of each gate, by columns */
	float	   *d_network;

	/* of each position, a row */
	float	   *x;				/* what is read; backward, its derivative */
	float	   *gate[CELL_GATES];
	float	   *state;
	float	   *d_state;
	float	   *inner;			/* GRU and LSTM; see CellRows */
	float	   *squashed;		/* LSTM */
	float	   *d_inner;		/* LSTM */

	/* a row for each piece */
	float	   *zeros;			/* the state before the first word */
	float	   *unused;			/* its derivative, which nobody wants */

	/* negatives: by rows, by columns, their gradients */
	float	   *negative_rows;
	float	   *negative_columns;
	float	   *d_negatives;
	float	   *scores;			/* RNN_BLOCK x RNN_NEGATIVES */
	float	   *next_scores;	/* RNN_BLOCK x RNN_MAX_WINDOW */

	RnnRows		in;
	RnnRows		out;
};

/* rnn_batch.c: train the pieces gathered, n >= 1; then there are none. */
extern void wemb_rnn_train_batch(RnnWorker *w);

/* The same up to its gradients: d_network, in, out.  For tests, too. */
extern void wemb_rnn_batch_gradient(RnnWorker *w);

/* rnn_cell.c: states of all positions from x; then from d_state, its own and d_network's derivatives, and x's in x. */
extern void wemb_rnn_forward(RnnWorker *w);
extern void wemb_rnn_backward(RnnWorker *w);

typedef void (*CellKernel) (const CellRows *rows);

static inline CellKernel
rnn_forward_kernel(RnnCell cell)
{
	return cell == RNN_ELMAN ? wemb_kernel->elman_forward :
		cell == RNN_GRU ? wemb_kernel->gru_forward : wemb_kernel->lstm_forward;
}

/* rnn_loss.c: from the states, d_state and the gradients of C's rows. */
extern void wemb_rnn_compare(RnnWorker *w);

/* rnn_optimize.c: a step along the gradients, and forget them. */
extern void wemb_rnn_optimize(RnnWorker *w);

/* Where a word's gradient is; zeros, if it is new in this batch. */
extern float *wemb_rnn_gradient_row(RnnRows *rows, int32_t word, int stride);

/* Word that stands `ahead` words behind that at a step of a piece, -1 if there is none. */
static inline int32_t
rnn_word_ahead(const RnnPiece *piece, int step, int ahead)
{
	return step + ahead < piece->known ? piece->word[step + ahead] : -1;
}

static inline int
rnn_lanes(const RnnWorker *w, int step)
{
	return w->position[step + 1] - w->position[step];
}

static inline int
rnn_positions(const RnnWorker *w)
{
	return w->position[w->steps];
}

#endif							/* WEMB_RNN_WORKER_H */
