/*
 * rnn_worker.c
 *		From texts to batches: words dropped, pieces cut, read forwards or
 *		backwards.
 */
#include "core/train/rnn_worker.h"

#include <math.h>
#include <string.h>

#include "core/base/block.h"
#include "core/train/subsample.h"

/* Where a worker's arrays begin, in bytes. */
typedef struct WorkerLayout
{
	size_t		pieces;
	size_t		words[2];		/* of RnnRows, W's and C's */
	size_t		slots[2];
	size_t		gradients[2];
	size_t		network;
	size_t		transposed;
	size_t		d_network;
	size_t		planes;			/* a row for each position, so many times */
	size_t		lanes;			/* a row for each piece, twice */
	size_t		negatives;		/* three matrices */
	size_t		scores;
	size_t		next_scores;
	size_t		size;
} WorkerLayout;

#define PLANES	(CELL_GATES + 6)	/* the arrays of RnnWorker with a row for each position */

static int
max_positions(const RnnConfig *config)
{
	return config->batch * config->steps;
}

/* Rows of W, or of C, that a batch can have gradients for. */
static int
max_rows(const RnnConfig *config, bool of_c)
{
	int64_t		most = of_c ? max_positions(config) + (int64_t) config->batch * config->window + RNN_NEGATIVES :
		max_positions(config);

	return (int) (most < config->words ? most : config->words);
}

static WorkerLayout
lay_out(const RnnConfig *config)
{
	WorkerLayout layout;
	size_t		end = 0;
	size_t		stride = rnn_row_floats(config);
	size_t		network = rnn_network_rows(config) * stride;
	size_t		gates = rnn_cell_gates(config->cell);

	block_reserve(&end, 1, sizeof(RnnWorker));
	layout.pieces = block_reserve(&end, config->batch, sizeof(RnnPiece));
	for (int i = 0; i < 2; i++)
	{
		layout.words[i] = block_reserve(&end, max_rows(config, i), sizeof(int32_t));
		layout.slots[i] = block_reserve(&end, config->words, sizeof(int32_t));
		layout.gradients[i] = block_reserve(&end, max_rows(config, i), stride * sizeof(float));
	}
	layout.network = block_reserve(&end, network, sizeof(float));
	layout.transposed = block_reserve(&end, gates * 2 * config->dim, stride * sizeof(float));
	layout.d_network = block_reserve(&end, network, sizeof(float));
	layout.planes = block_reserve(&end, (size_t) max_positions(config) * PLANES, stride * sizeof(float));
	layout.lanes = block_reserve(&end, 2 * (size_t) config->batch, stride * sizeof(float));
	layout.negatives = block_reserve(&end, 2 * RNN_NEGATIVES, stride * sizeof(float));
	block_reserve(&end, config->dim, RNN_NEGATIVES * sizeof(float));
	layout.scores = block_reserve(&end, RNN_BLOCK, RNN_NEGATIVES * sizeof(float));
	layout.next_scores = block_reserve(&end, RNN_BLOCK, RNN_MAX_WINDOW * sizeof(float));
	layout.size = end;
	return layout;
}

size_t
wemb_rnn_worker_size(const RnnConfig *config)
{
	return lay_out(config).size;
}

static void
place_planes(RnnWorker *w, float *plane)
{
	size_t		floats = (size_t) max_positions(&w->shared->config) * w->shared->stride;

	w->x = plane;
	w->state = plane += floats;
	w->d_state = plane += floats;
	w->inner = plane += floats;
	w->squashed = plane += floats;
	w->d_inner = plane += floats;
	for (int gate = 0; gate < CELL_GATES; gate++)
		w->gate[gate] = plane += floats;
}

RnnWorker *
wemb_rnn_worker_init(void *block, RnnShared *shared, int number)
{
	const RnnConfig *config = &shared->config;
	WorkerLayout layout = lay_out(config);
	char	   *start = block;
	RnnWorker  *w = block;
	RnnRows    *rows[2] = {&w->in, &w->out};

	memset(block, 0, layout.size);
	w->shared = shared;
	w->offset = logf((float) config->negative);
	w->pieces = (RnnPiece *) (start + layout.pieces);
	for (int i = 0; i < 2; i++)
	{
		rows[i]->word = (int32_t *) (start + layout.words[i]);
		rows[i]->slot = (int32_t *) (start + layout.slots[i]);
		rows[i]->gradient = (float *) (start + layout.gradients[i]);
		memset(rows[i]->slot, -1, config->words * sizeof(int32_t));
	}
	w->network = (float *) (start + layout.network);
	w->transposed = (float *) (start + layout.transposed);
	w->d_network = (float *) (start + layout.d_network);
	place_planes(w, (float *) (start + layout.planes));
	w->zeros = (float *) (start + layout.lanes);
	w->unused = w->zeros + (size_t) config->batch * shared->stride;
	w->negative_rows = (float *) (start + layout.negatives);
	w->d_negatives = w->negative_rows + (size_t) RNN_NEGATIVES * shared->stride;
	w->negative_columns = w->d_negatives + (size_t) RNN_NEGATIVES * shared->stride;
	w->scores = (float *) (start + layout.scores);
	w->next_scores = (float *) (start + layout.next_scores);
	wemb_rnn_worker_stream(w, number);
	return w;
}

void
wemb_rnn_worker_stream(RnnWorker *w, uint64_t stream)
{
	w->rng = rng_for(~w->shared->config.seed, stream);
}

void
wemb_rnn_begin(RnnWorker *w, const int32_t *words, int n)
{
	w->nkept = subsample(rnn_keep(w->shared), &w->rng, words, n, w->kept);
	w->next = 0;
	__atomic_fetch_add(&w->shared->words_done, n, __ATOMIC_RELAXED);
}

/* The next words of the text as a piece, in one direction or the other. */
static void
cut_piece(RnnWorker *w)
{
	const RnnConfig *config = &w->shared->config;
	RnnPiece   *piece = &w->pieces[w->npieces++];
	int			first = w->next;
	int			length = config->steps < w->nkept - first ? config->steps : w->nkept - first;
	int			most = length + config->window;
	bool		backwards = rng_next(&w->rng) >> 63;
	int			at = backwards ? first + length - 1 : first;
	int			step = backwards ? -1 : 1;

	piece->length = length;
	for (piece->known = 0; piece->known < most && at >= 0 && at < w->nkept; at += step)
		piece->word[piece->known++] = w->kept[at];
	w->next += length;
}

bool
wemb_rnn_step(RnnWorker *w)
{
	if (w->nkept < 2)			/* nothing comes next */
		return false;
	while (w->next < w->nkept && w->npieces < w->shared->config.batch)
		cut_piece(w);
	if (w->npieces < w->shared->config.batch)
		return false;
	wemb_rnn_train_batch(w);
	return true;
}

void
wemb_rnn_finish(RnnWorker *w)
{
	if (w->npieces > 0)
		wemb_rnn_train_batch(w);
}

RnnLoss
wemb_rnn_take_loss(RnnWorker *w)
{
	RnnLoss		loss = w->loss;

	w->loss = (RnnLoss) {0};
	return loss;
}
