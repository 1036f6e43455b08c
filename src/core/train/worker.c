/*
 * worker.c
 *		Training on a sentence: subsampling, learning rate, steps; the objective
 *		does the rest.
 */
#include "core/train/objective.h"

#include <string.h>

#include "core/train/subsample.h"

#define LOSS_CENTRES	25000	/* of an epoch, about, have their loss measured ... */
#define LOSS_MOST_EVERY	64		/* ... but one in so many at least */
#define TRAIN_AHEAD		2		/* so many centres early are outputs asked for: enough time for memory to answer */
#define STEP_PRODUCTS	20000000	/* of two floats, about, that a step takes */

/* How many centres make a step: one at least, however large the window. */
static int
step_centres(const TrainConfig *config)
{
	int			outputs = config->loss == TRAIN_HIERARCHICAL_SOFTMAX ? 32 : config->negative + 1;
	double		products = 3.0 * config->window * outputs * train_row_floats(config);

	return products < STEP_PRODUCTS ? (int) (STEP_PRODUCTS / products) : 1;
}

static TrainObjective
choose_objective(const TrainConfig *config)
{
	bool		path = config->loss == TRAIN_HIERARCHICAL_SOFTMAX;
	bool		subwords = config->buckets > 0;
	TrainObjective objective = {
		.enter = subwords ? wemb_window_enter_subwords : wemb_window_enter_word,
		.leave = subwords ? wemb_window_leave_subwords : wemb_window_leave_word,
		.prepare = path ? wemb_path_prepare : wemb_negatives_prepare,
	};

	if (config->architecture == TRAIN_CBOW)
	{
		objective.train = path ? wemb_cbow_path : wemb_cbow_negatives;
		objective.gather = subwords ? wemb_cbow_gather_subwords : wemb_cbow_gather_words;
		objective.scatter = subwords ? wemb_cbow_scatter_subwords : wemb_cbow_scatter_words;
	}
	else
		objective.train = path ? wemb_skipgram_path : wemb_skipgram_negatives;
	return objective;
}

static int
loss_every(uint64_t epoch_tokens)
{
	if (epoch_tokens >= (uint64_t) LOSS_CENTRES * LOSS_MOST_EVERY)
		return LOSS_MOST_EVERY;
	return epoch_tokens > LOSS_CENTRES ? (int) (epoch_tokens / LOSS_CENTRES) : 1;
}

static size_t
worker_header(void)
{
	return (sizeof(TrainWorker) + TRAIN_CACHE_LINE - 1) / TRAIN_CACHE_LINE * TRAIN_CACHE_LINE;
}

/* Rows behind the header: the mean and its copy, then the window's. */
size_t
wemb_train_worker_size(const TrainConfig *config)
{
	return worker_header() + 2 * train_row_floats(config) * sizeof(float) + wemb_window_size(config);
}

TrainWorker *
wemb_train_worker_init(void *block, TrainShared *shared, int number)
{
	TrainWorker *w = block;

	memset(w, 0, wemb_train_worker_size(&shared->config));
	w->shared = shared;
	w->objective = choose_objective(&shared->config);
	w->step_centres = step_centres(&shared->config);
	w->loss_every = loss_every(shared->config.epoch_tokens);
	w->step.dim = shared->config.dim;
	w->mean = (float *) ((char *) block + worker_header());
	w->window_rows = w->mean + 2 * shared->stride;
	wemb_train_worker_stream(w, number);
	return w;
}

void
wemb_train_worker_stream(TrainWorker *w, uint64_t stream)
{
	w->rng = rng_for(~w->shared->config.seed, stream);
	w->loss_rng = rng_for(w->rng.state, 1);
	w->centres = 0;
	if (w->shared->config.loss == TRAIN_NEGATIVE_SAMPLING)
		wemb_negatives_start(w);
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
	double		done = (double) wemb_train_words_done(s) / ((double) config->epochs * config->epoch_tokens);

	return s->alpha_factor * (config->alpha - (config->alpha - config->min_alpha) * (done < 1 ? done : 1));
}

void
wemb_train_resume(TrainShared *s, uint64_t words_done, double alpha_factor)
{
	__atomic_store_n(&s->words_done, words_done, __ATOMIC_RELAXED);
	s->alpha_factor = alpha_factor;
}

/* The words that the centre at position c has in reach, and those behind them that are asked for already. */
static inline void
move_window(TrainWorker *w, int c)
{
	int			window = w->shared->config.window;

	if (c > window)
		w->objective.leave(w, c - window - 1);
	for (; w->entered < w->nkept && w->entered <= c + window + 1; w->entered++)
		w->objective.enter(w, w->entered);
}

/* The next centres, to end. */
static void
train_centres(TrainWorker *w, int end)
{
	int			window = w->shared->config.window;

	for (int c = w->next; c < end; c++)
	{
		if (c + TRAIN_AHEAD < w->nkept)
			w->objective.prepare(w, c + TRAIN_AHEAD);
		move_window(w, c);
		w->objective.train(w, c);
	}
	if (end == w->nkept)
		for (int c = end > window ? end - window - 1 : 0; c < end; c++)
			w->objective.leave(w, c);
}

void
wemb_train_begin(TrainWorker *w, const int32_t *words, int n)
{
	w->nkept = subsample(train_keep(w->shared), &w->rng, words, n, w->kept);
	w->ntokens = n;
	w->next = 0;
	w->entered = 0;
	w->step.alpha = (float) wemb_train_alpha(w->shared);
	w->reach = draw_reach(w);
	for (int c = 0; c < w->nkept && c < TRAIN_AHEAD; c++)
		w->objective.prepare(w, c);
}

bool
wemb_train_step(TrainWorker *w)
{
	TrainShared *s = w->shared;
	int			end = w->nkept - w->next > w->step_centres ? w->next + w->step_centres : w->nkept;

	if (w->nkept > 1)
		train_centres(w, end);
	w->next = end;
	if (end < w->nkept)
		return true;
	__atomic_fetch_add(&s->words_done, w->ntokens, __ATOMIC_RELAXED);
	w->ntokens = 0;
	return false;
}
