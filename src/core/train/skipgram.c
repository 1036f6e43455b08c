/*
 * skipgram.c
 *		Skip-gram: every word of the window predicts the centre.
 */
#include "core/train/objective.h"

/* Train the words from first to last, all on one side of the centre. */
static void
train_side(TrainWorker *w, int first, int last, int32_t centre, const Negatives *negatives)
{
	for (int k = first; k <= last; k++)
	{
		w->step.inputs[w->step.ninputs++] = w->input[k];
		if (w->step.ninputs == SGNS_MAX_INPUTS)
			wemb_negatives_train(w, centre, negatives);
	}
	if (w->step.ninputs > 0)
		wemb_negatives_train(w, centre, negatives);
}

/*
 * A set of negatives is drawn for each gap between two words, and serves the
 * words after the one and those before the other.  So each side of a window has
 * its own, which one set for the whole window did not reach in quality, yet only
 * one set is drawn and fetched for each word.
 */
void
wemb_skipgram_negatives(TrainWorker *w, int c)
{
	Window		window = draw_window(w, c);

	wemb_count_centre(w, window.last - window.first);
	train_side(w, window.first, c - 1, w->kept[c], &w->gap[(c + 2) % 3]);
	train_side(w, c + 1, window.last, w->kept[c], &w->gap[c % 3]);
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
