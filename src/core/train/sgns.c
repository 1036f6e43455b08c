/*
 * sgns.c
 *		Training on a sentence: subsampling, windows, negatives, learning rate.
 *
 * The rows that the next centre word needs are asked for while this one is
 * worked on: with large vocabularies most of the time would otherwise be spent
 * waiting for memory.
 */
#include "core/train/train_layout.h"

#include <math.h>
#include <string.h>

#define LOSS_TOKENS		100000	/* a longer text has its loss measured on one centre word in LOSS_EVERY */
#define LOSS_EVERY		16
#define CACHE_LINE		64
#define STEP_PRODUCTS	20000000	/* of two floats, about, that a step takes */

/* A place of the window with subwords: the word's vector as it came in, and as it is now. */
typedef struct WindowSlot
{
	float	   *before;
	float	   *now;
} WindowSlot;

/* How many centres make a step: one at least, however large the window. */
static int
step_centres(const TrainConfig *config)
{
	double		products = 3.0 * config->window * (config->negative + 1) * train_row_floats(config);

	return products < STEP_PRODUCTS ? (int) (STEP_PRODUCTS / products) : 1;
}

static size_t
worker_header(void)
{
	return (sizeof(TrainWorker) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
}

size_t
wemb_train_worker_size(const TrainConfig *config)
{
	size_t		rows = 1;		/* step.spare */

	if (config->buckets > 0)
		rows += 2 * (2 * (size_t) config->window + 1);
	return worker_header() + rows * train_row_floats(config) * sizeof(float);
}

TrainWorker *
wemb_train_worker_init(void *block, TrainShared *shared, int number)
{
	TrainWorker *w = block;

	memset(w, 0, wemb_train_worker_size(&shared->config));
	w->shared = shared;
	w->rng = rng_for(~shared->config.seed, number);
	w->step_centres = step_centres(&shared->config);
	w->loss_every = shared->config.tokens > LOSS_TOKENS ? LOSS_EVERY : 1;
	w->step.stride = shared->stride;
	w->step.spare = (float *) ((char *) block + worker_header());
	w->window_rows = w->step.spare + shared->stride;
	return w;
}

uint64_t
wemb_train_words_done(const TrainShared *s)
{
	return __atomic_load_n(&s->words_done, __ATOMIC_RELAXED);
}

double
wemb_train_alpha(const TrainShared *s)
{
	const TrainConfig *config = &s->config;
	double		done = (double) wemb_train_words_done(s) / ((double) config->epochs * config->tokens);

	return config->alpha - (config->alpha - config->min_alpha) * (done < 1 ? done : 1);
}

static void
prefetch_row(const float *row, int stride)
{
	for (int d = 0; d < stride; d += CACHE_LINE / (int) sizeof(float))
		__builtin_prefetch(row + d, 1);
}

/* Drop frequent words as their keep threshold says. */
static void
subsample(TrainWorker *w, const int32_t *words, int n)
{
	const uint32_t *keep = train_keep(w->shared);
	int			nkept = 0;

	for (int i = 0; i < n; i++)
	{
		w->kept[nkept] = words[i];
		nkept += (uint32_t) (rng_next(&w->rng) >> 32) <= keep[words[i]];
	}
	w->nkept = nkept;
}

/* Draw negatives and ask for their rows.  A draw that is there already is dropped. */
static void
draw_negatives(TrainWorker *w, Negatives *negatives)
{
	TrainShared *s = w->shared;

	negatives->n = 0;
	for (int i = 0; i < s->config.negative; i++)
	{
		int32_t		word = alias_draw(train_negatives(s), s->config.words, &w->rng);
		bool		fresh = true;

		for (int k = 0; k < negatives->n; k++)
			fresh = fresh && negatives->word[k] != word;
		if (fresh)
		{
			negatives->word[negatives->n++] = word;
			prefetch_row(train_out(s, word), s->stride);
		}
	}
}

static void
add_loss(TrainWorker *w)
{
	const SgnsStep *step = &w->step;

	for (int k = 0; k < step->ninputs; k++)
	{
		double		loss = -log(fmax(step->probability[0][k], 1e-30));

		for (int i = 1; i < step->noutputs; i++)
			loss -= log(fmax(1.0 - step->probability[i][k], 1e-30));
		w->loss += loss;
	}
	w->pairs += step->ninputs;
}

/* One step with the inputs gathered in step: they predict centre, and none of the negatives. */
static void
run_step(TrainWorker *w, int32_t centre, const Negatives *negatives)
{
	SgnsStep   *step = &w->step;

	if (step->ninputs == 0)
		return;
	step->outputs[0] = train_out(w->shared, centre);
	step->noutputs = 1;
	for (int i = 0; i < negatives->n; i++)
		if (negatives->word[i] != centre)
			step->outputs[step->noutputs++] = train_out(w->shared, negatives->word[i]);
	wemb_kernel->sgns_step(step);
	if (w->centres % w->loss_every == 0)
		add_loss(w);
	step->ninputs = 0;
}

/* The row that stands for the word at a position of the sentence. */
typedef float *(*InputRow) (const TrainWorker *w, int position);

/* Train the words from first to last, all on one side of the centre. */
static inline void
train_side(TrainWorker *w, int first, int last, int32_t centre, const Negatives *negatives, InputRow input_row)
{
	for (int k = first; k <= last; k++)
	{
		w->step.inputs[w->step.ninputs++] = input_row(w, k);
		if (w->step.ninputs == SGNS_MAX_INPUTS)
			run_step(w, centre, negatives);
	}
	run_step(w, centre, negatives);
}

/*
 * Train the window of the centre at position c.  Its reach is drawn, so that
 * near words, which are in more windows, count more.
 */
static inline void
train_window(TrainWorker *w, int c, InputRow input_row)
{
	int			reach = 1 + (int) rng_below(&w->rng, w->shared->config.window);
	int			last = c + reach < w->nkept ? c + reach : w->nkept - 1;
	int32_t		centre = w->kept[c];

	w->centres++;
	train_side(w, c > reach ? c - reach : 0, c - 1, centre, &w->gap[(c + 2) % 3], input_row);
	train_side(w, c + 1, last, centre, &w->gap[c % 3], input_row);
}

/* Ask for what the centre at position c will need: its own row, and the negatives after it. */
static inline void
prepare_centre(TrainWorker *w, int c)
{
	if (c >= w->nkept)
		return;
	prefetch_row(train_out(w->shared, w->kept[c]), w->shared->stride);
	draw_negatives(w, &w->gap[c % 3]);
}

static float *
own_row(const TrainWorker *w, int position)
{
	return train_in(w->shared, w->kept[position]);
}

/* The next centres, to end.  Words have one row each: inputs are rows of the shared matrix. */
static void
train_words(TrainWorker *w, int end)
{
	int			window = w->shared->config.window;

	for (int c = w->next; c < end; c++)
	{
		prepare_centre(w, c + 1);
		if (c + window + 1 < w->nkept)
			prefetch_row(own_row(w, c + window + 1), w->shared->stride);
		train_window(w, c, own_row);
	}
}

static WindowSlot
window_slot(const TrainWorker *w, int position)
{
	int			places = 2 * w->shared->config.window + 1;
	float	   *rows = w->window_rows + (size_t) (position % places) * 2 * w->shared->stride;

	return (WindowSlot) {rows, rows + w->shared->stride};
}

static float *
window_row(const TrainWorker *w, int position)
{
	return window_slot(w, position).now;
}

/* A word comes into the window: its vector is the mean of its rows. */
static void
enter_window(TrainWorker *w, int position)
{
	TrainShared *s = w->shared;
	WindowSlot	slot = window_slot(w, position);
	int			word = w->kept[position];
	int			nrows;
	const int32_t *bag = train_bag(s, word, &nrows);

	memcpy(slot.before, train_in(s, word), s->stride * sizeof(float));
	for (int k = 0; k < nrows; k++)
		wemb_kernel->axpy_f32(1.0f, train_in(s, bag[k]), slot.before, s->stride);
	wemb_kernel->scale_f32(1.0f / (1 + nrows), slot.before, s->stride);
	memcpy(slot.now, slot.before, s->stride * sizeof(float));
}

/*
 * A word leaves the window: each of its rows moves by all that its vector has
 * moved, so that the mean of the rows moves by the same (as fastText does it).
 */
static void
leave_window(TrainWorker *w, int position)
{
	TrainShared *s = w->shared;
	WindowSlot	slot = window_slot(w, position);
	int			word = w->kept[position];
	int			nrows;
	const int32_t *bag = train_bag(s, word, &nrows);

	wemb_kernel->axpy_f32(-1.0f, slot.before, slot.now, s->stride);
	wemb_kernel->axpy_f32(1.0f, slot.now, train_in(s, word), s->stride);
	for (int k = 0; k < nrows; k++)
		wemb_kernel->axpy_f32(1.0f, slot.now, train_in(s, bag[k]), s->stride);
}

/*
 * The next centres, to end.  Words are means of many rows: their vectors are
 * made when they come into reach, trained on in the window, and given back when
 * they leave it, once a token instead of once a pair.
 */
static void
train_subwords(TrainWorker *w, int end)
{
	int			window = w->shared->config.window;

	for (int c = w->next; c < end; c++)
	{
		if (c > window)
			leave_window(w, c - window - 1);
		for (; w->entered < w->nkept && w->entered <= c + window; w->entered++)
			enter_window(w, w->entered);
		prepare_centre(w, c + 1);
		train_window(w, c, window_row);
	}
	if (end == w->nkept)
		for (int c = end > window ? end - window - 1 : 0; c < end; c++)
			leave_window(w, c);
}

void
wemb_train_begin(TrainWorker *w, const int32_t *words, int n)
{
	subsample(w, words, n);
	w->ntokens = n;
	w->next = 0;
	w->entered = 0;
	w->step.alpha = (float) wemb_train_alpha(w->shared);
	prepare_centre(w, 0);
}

bool
wemb_train_step(TrainWorker *w)
{
	TrainShared *s = w->shared;
	int			end = w->nkept - w->next > w->step_centres ? w->next + w->step_centres : w->nkept;

	if (w->nkept > 1)
	{
		if (s->config.buckets > 0)
			train_subwords(w, end);
		else
			train_words(w, end);
	}
	w->next = end;
	if (end < w->nkept)
		return true;
	__atomic_fetch_add(&s->words_done, w->ntokens, __ATOMIC_RELAXED);
	w->ntokens = 0;
	return false;
}
