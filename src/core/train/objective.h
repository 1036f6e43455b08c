/*
 * objective.h
 *		The parts that an objective is made of; worker.c chooses among them.
 *
 * For each centre, in order: words that have left the window's reach for good
 * leave, new ones enter, the outputs of the next centre are asked for, the
 * centre is trained.  So rows come from memory while the centre before theirs
 * is worked on: with large vocabularies most of the time would otherwise be
 * spent waiting.
 */
#ifndef WEMB_OBJECTIVE_H
#define WEMB_OBJECTIVE_H

#include "core/train/train_layout.h"

#define TRAIN_CACHE_LINE	64

/* window.c: what a word of the window is to the inputs, TrainWorker.input */
extern size_t wemb_window_size(const TrainConfig *config);
extern void wemb_window_enter_word(TrainWorker *w, int position);
extern void wemb_window_leave_word(TrainWorker *w, int position);
extern void wemb_window_enter_subwords(TrainWorker *w, int position);
extern void wemb_window_leave_subwords(TrainWorker *w, int position);

/* outputs.c: the outputs of a centre */
extern void wemb_negatives_start(TrainWorker *w);
extern void wemb_negatives_prepare(TrainWorker *w, int position);
extern void wemb_path_prepare(TrainWorker *w, int position);

/*
 * Train the inputs gathered in w->step on their targets and the negatives of the
 * centre there, or on a centre's path; then there are none gathered.  Before the
 * first of a centre, wemb_count_centre().
 */
extern void wemb_negatives_train(TrainWorker *w, int position);
extern void wemb_path_train(TrainWorker *w, int32_t centre);
extern void wemb_count_centre(TrainWorker *w, int inputs);

/* skipgram.c and cbow.c: the centre at a position with its window */
extern void wemb_skipgram_negatives(TrainWorker *w, int position);
extern void wemb_skipgram_path(TrainWorker *w, int position);
extern int	wemb_cbow_gather_words(TrainWorker *w, int first, int last, float *sum);
extern int	wemb_cbow_gather_subwords(TrainWorker *w, int first, int last, float *sum);
extern void wemb_cbow_scatter_words(TrainWorker *w, int first, int last, const float *x);
extern void wemb_cbow_scatter_subwords(TrainWorker *w, int first, int last, const float *x);
extern void wemb_cbow_negatives(TrainWorker *w, int position);
extern void wemb_cbow_path(TrainWorker *w, int position);

typedef struct Window
{
	int			first;			/* positions, the centre among them */
	int			last;
} Window;

/* How far a centre's window reaches to each side, drawn so that near words, which are in more windows, count more. */
static inline int
draw_reach(TrainWorker *w)
{
	return 1 + (int) rng_below(&w->rng, w->shared->config.window);
}

static inline Window
draw_window(TrainWorker *w, int position)
{
	int			reach = draw_reach(w);

	return (Window) {position > reach ? position - reach : 0,
		position + reach < w->nkept ? position + reach : w->nkept - 1};
}

static inline void
prefetch_row(const float *row, int stride)
{
	for (int d = 0; d < stride; d += TRAIN_CACHE_LINE / (int) sizeof(float))
		__builtin_prefetch(row + d, 1);
}

#endif							/* WEMB_OBJECTIVE_H */
