/*
 * rnn_loss.c
 *		The loss of a batch's states, and its derivatives: the mean squared error
 *		of rnn.h.
 *
 * 1 - sigmoid(s) = sigmoid(-s): so the error of a word that does come next is that of a
 * negative with the sign changed.
 */
#include "core/train/rnn_worker.h"

#include <string.h>

#define NEVER	(-1e9f)			/* a score that has no error, where there is no word */

/* Lanes of one step whose states are compared at once. */
typedef struct Block
{
	int			step;
	int			first;			/* lane */
	int			n;
	float	   *state;
	float	   *d_state;
} Block;

static const RnnPiece *
piece_of(const RnnWorker *w, const Block *block, int i)
{
	return &w->pieces[w->lane[block->first + i]];
}

/* Words that come next, of those that are predicted. */
static int
words_ahead(const RnnWorker *w, const RnnPiece *piece, int step)
{
	int			n = piece->known - 1 - step;

	return n < w->shared->config.window ? n : w->shared->config.window;
}

static void
gather_negatives(RnnWorker *w)
{
	const RnnShared *s = w->shared;

	for (int i = 0; i < RNN_NEGATIVES; i++)
	{
		float	   *row = w->negative_rows + (size_t) i * s->stride;

		memcpy(row, rnn_out(s, RNN_WEIGHTS, w->negative[i]), s->stride * sizeof(float));
		for (int d = 0; d < s->config.dim; d++)
			w->negative_columns[d * RNN_NEGATIVES + i] = row[d];
	}
	memset(w->d_negatives, 0, (size_t) RNN_NEGATIVES * s->stride * sizeof(float));
}

/* Derivatives by the scores of the negatives, in w->scores. */
static void
score_negatives(RnnWorker *w, const Block *block)
{
	const RnnConfig *config = &w->shared->config;
	MatrixProduct scores = {
		.rows = block->n,
		.columns = RNN_NEGATIVES,
		.depth = config->dim,
		.a = block->state,
		.a_row = w->shared->stride,
		.a_step = 1,
		.b = w->negative_columns,
		.b_stride = RNN_NEGATIVES,
		.c = w->scores,
		.c_stride = RNN_NEGATIVES,
		.add = true,
	};

	for (int i = 0; i < RNN_NEGATIVES * block->n; i++)
		w->scores[i] = -w->offset;
	wemb_kernel->matrix_product(&scores);
	for (int i = 0; i < block->n; i++)
	{
		int			ahead = words_ahead(w, piece_of(w, block, i), block->step);
		float		weight = (float) (config->negative * ahead) / RNN_NEGATIVES;

		w->loss.loss += weight * wemb_kernel->squared_error(w->scores + i * RNN_NEGATIVES, RNN_NEGATIVES, weight);
		w->loss.pairs += ahead;
	}
}

/* All states of the block against all negatives. */
static void
compare_negatives(RnnWorker *w, const Block *block)
{
	int			stride = w->shared->stride;
	MatrixProduct d_states = {
		.rows = block->n,
		.columns = w->shared->config.dim,
		.depth = RNN_NEGATIVES,
		.a = w->scores,
		.a_row = RNN_NEGATIVES,
		.a_step = 1,
		.b = w->negative_rows,
		.b_stride = stride,
		.c = block->d_state,
		.c_stride = stride,
	};
	MatrixProduct d_negatives = {
		.rows = RNN_NEGATIVES,
		.columns = w->shared->config.dim,
		.depth = block->n,
		.a = w->scores,
		.a_row = 1,
		.a_step = RNN_NEGATIVES,
		.b = block->state,
		.b_stride = stride,
		.c = w->d_negatives,
		.c_stride = stride,
		.add = true,
	};

	score_negatives(w, block);
	wemb_kernel->matrix_product(&d_states);
	wemb_kernel->matrix_product(&d_negatives);
}

/* Each state of the block against the words that come next. */
static void
compare_next(RnnWorker *w, const Block *block)
{
	const RnnShared *s = w->shared;
	int			dim = s->config.dim;
	int			window = s->config.window;
	int			n = block->n * window;
	int			padded = (n + KERNEL_ROW_FLOATS - 1) / KERNEL_ROW_FLOATS * KERNEL_ROW_FLOATS;

	for (int k = 0; k < padded; k++)
	{
		int			i = k / window;
		int32_t		word = k < n ? rnn_word_ahead(piece_of(w, block, i), block->step, 1 + k % window) : -1;

		w->next_scores[k] = word < 0 ? NEVER :
			w->offset - wemb_kernel->dot_f32(block->state + (size_t) i * s->stride, rnn_out(s, RNN_WEIGHTS, word), dim);
	}
	w->loss.loss += wemb_kernel->squared_error(w->next_scores, padded, 1);
	for (int k = 0; k < n; k++)
	{
		size_t		row = (size_t) (k / window) * s->stride;
		int32_t		word = rnn_word_ahead(piece_of(w, block, k / window), block->step, 1 + k % window);

		if (word < 0)
			continue;
		wemb_kernel->axpy_f32(-w->next_scores[k], rnn_out(s, RNN_WEIGHTS, word), block->d_state + row, dim);
		wemb_kernel->axpy_f32(-w->next_scores[k], block->state + row, wemb_rnn_gradient_row(&w->out, word, s->stride),
							  dim);
	}
}

void
wemb_rnn_compare(RnnWorker *w)
{
	int			stride = w->shared->stride;

	gather_negatives(w);
	for (int t = 0; t < w->steps; t++)
		for (int first = 0; first < rnn_lanes(w, t); first += RNN_BLOCK)
		{
			int			left = rnn_lanes(w, t) - first;
			size_t		at = (size_t) (w->position[t] + first) * stride;
			Block		block = {t, first, left < RNN_BLOCK ? left : RNN_BLOCK, w->state + at, w->d_state + at};

			compare_negatives(w, &block);
			compare_next(w, &block);
		}
	for (int i = 0; i < RNN_NEGATIVES; i++)
		wemb_kernel->axpy_f32(1.0f, w->d_negatives + (size_t) i * stride,
							  wemb_rnn_gradient_row(&w->out, w->negative[i], stride), stride);
}
