/*
 * cbow.c
 *		CBOW: the mean of the window's words predicts the centre.
 */
#include "core/train/objective.h"

#include <string.h>

/* How many rows a word's vector is the mean of. */
static int
rows_of(const TrainWorker *w, int position)
{
	int			nrows;

	train_bag(w->shared, w->kept[position], &nrows);
	return 1 + nrows;
}

/* The mean of all rows of the window's words, as the step's only input, and a copy of it behind. */
static void
gather_mean(TrainWorker *w, const Window *window, int c)
{
	int			stride = w->shared->stride;
	int			nrows = 0;

	memset(w->mean, 0, stride * sizeof(float));
	for (int k = window->first; k <= window->last; k++)
		if (k != c)
		{
			wemb_kernel->axpy_f32((float) rows_of(w, k), w->input[k], w->mean, stride);
			nrows += rows_of(w, k);
		}
	wemb_kernel->scale_f32(1.0f / nrows, w->mean, stride);
	memcpy(w->mean + stride, w->mean, stride * sizeof(float));
	w->step.inputs[0] = w->mean;
	w->step.ninputs = 1;
}

/* Move every word of the window by what the mean has moved. */
static void
scatter_mean(TrainWorker *w, const Window *window, int c)
{
	int			stride = w->shared->stride;

	wemb_kernel->axpy_f32(-1.0f, w->mean + stride, w->mean, stride);
	for (int k = window->first; k <= window->last; k++)
		if (k != c)
			wemb_kernel->axpy_f32(1.0f, w->mean, w->input[k], stride);
}

void
wemb_cbow_negatives(TrainWorker *w, int c)
{
	Window		window = draw_window(w, c);

	wemb_count_centre(w, 1);
	gather_mean(w, &window, c);
	wemb_negatives_train(w, w->kept[c], &w->gap[c % 3]);
	scatter_mean(w, &window, c);
}

void
wemb_cbow_path(TrainWorker *w, int c)
{
	Window		window = draw_window(w, c);

	wemb_count_centre(w, 1);
	gather_mean(w, &window, c);
	wemb_path_train(w, w->kept[c]);
	scatter_mean(w, &window, c);
}
