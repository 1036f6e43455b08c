/*
 * window.c
 *		The words in reach of the centre, and the rows that stand for them.
 *
 * Without subwords a word has one row of the shared matrix, which is trained in
 * place.  With subwords its vector is the mean of many rows: it is made when
 * the word comes into reach, trained on in the window, and given back when it
 * leaves it, once a token instead of once a pair.
 */
#include "core/train/objective.h"

#include <string.h>

/* A word with subwords: its vector as it came in, and as it is now. */
typedef struct WindowSlot
{
	float	   *before;
	float	   *now;
} WindowSlot;

/* Places for words in reach, and for the one that comes next. */
static int
places(const TrainConfig *config)
{
	return 2 * config->window + 2;
}

/* Bytes of TrainWorker.window_rows. */
size_t
wemb_window_size(const TrainConfig *config)
{
	return config->buckets > 0 ? 2 * places(config) * train_row_floats(config) * sizeof(float) : 0;
}

void
wemb_window_enter_word(TrainWorker *w, int position)
{
	w->input[position] = train_in(w->shared, w->kept[position]);
	prefetch_row(w->input[position], w->shared->stride);
}

void
wemb_window_leave_word(TrainWorker *w, int position)
{
	(void) w;
	(void) position;
}

static WindowSlot
window_slot(const TrainWorker *w, int position)
{
	int			stride = w->shared->stride;
	float	   *rows = w->window_rows + (size_t) (position % places(&w->shared->config)) * 2 * stride;

	return (WindowSlot) {rows, rows + stride};
}

void
wemb_window_enter_subwords(TrainWorker *w, int position)
{
	TrainShared *s = w->shared;
	WindowSlot	slot = window_slot(w, position);
	int			word = w->kept[position];
	RowList		bag = train_bag(s, word);

	memcpy(slot.before, train_in(s, word), s->stride * sizeof(float));
	wemb_kernel->sum_rows(&bag, slot.before);
	wemb_kernel->scale_f32(1.0f / (1 + bag.n), slot.before, s->stride);
	memcpy(slot.now, slot.before, s->stride * sizeof(float));
	w->input[position] = slot.now;
}

/* Each of the word's rows moves by all that its vector has moved, so that the mean of the rows moves by the same. */
void
wemb_window_leave_subwords(TrainWorker *w, int position)
{
	TrainShared *s = w->shared;
	WindowSlot	slot = window_slot(w, position);
	int			word = w->kept[position];
	RowList		bag = train_bag(s, word);

	wemb_kernel->axpy_f32(-1.0f, slot.before, slot.now, s->stride);
	wemb_kernel->axpy_f32(1.0f, slot.now, train_in(s, word), s->stride);
	wemb_kernel->add_to_rows(&bag, slot.now);
}
