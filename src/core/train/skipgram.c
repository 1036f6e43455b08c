/*
 * skipgram.c
 *		Skip-gram: every word of the window predicts the centre.
 */
#include "core/train/objective.h"

/* Add words first to last to the step's inputs, until there are limit of them; returns the next one. */
static int
add_inputs(TrainWorker *w, int first, int last, int limit)
{
	SgnsStep   *step = &w->step;

	while (first <= last && step->ninputs < limit)
		step->inputs[step->ninputs++] = w->input[first++];
	return first;
}

/*
 * Train the gap between the words at c and c + 1: the words before it that have
 * c + 1 in their window predict that, those behind it that have c in theirs
 * predict c, and all share a set of negatives.  So each side of a window has
 * negatives of its own, which one set for the whole window did not reach in
 * quality, yet only one set is drawn and fetched for each word.
 */
void
wemb_skipgram_negatives(TrainWorker *w, int c)
{
	SgnsStep   *step = &w->step;
	int			last = c + w->reach,
				first;

	if (c + 1 >= w->nkept)
		return;
	w->reach = draw_reach(w);
	first = c + 1 - w->reach;
	if (first < 0)
		first = 0;
	if (last >= w->nkept)
		last = w->nkept - 1;
	wemb_count_centre(w, last - first + 1);
	step->target[0] = train_out(w->shared, w->kept[c + 1]);
	step->target[1] = train_out(w->shared, w->kept[c]);
	for (int left = first, right = c + 1; left <= c || right <= last;)
	{
		left = add_inputs(w, left, c, SGNS_MAX_INPUTS / 2);
		step->nleft = step->ninputs;
		right = add_inputs(w, right, last, SGNS_MAX_INPUTS);
		wemb_negatives_train(w, c);
	}
}

void
wemb_skipgram_path(TrainWorker *w, int c)
{
	Window		window = draw_window(w, c);

	wemb_count_centre(w, window.last - window.first);
	for (int k = window.first; k <= window.last; k++)
	{
		if (k != c)
			w->step.inputs[w->step.ninputs++] = w->input[k];
		if (w->step.ninputs == SGNS_MAX_INPUTS || k == window.last)
			wemb_path_train(w, w->kept[c]);
	}
}
