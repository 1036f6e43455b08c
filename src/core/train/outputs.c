/*
 * outputs.c
 *		What inputs are trained to tell apart: the centre from negatives, or the
 *		branches on the centre's path.
 */
#include "core/train/objective.h"

#include <math.h>

#define LEAST_P		1e-30		/* of a decision in the loss, so that its logarithm is finite */

void
wemb_count_centre(TrainWorker *w, int inputs)
{
	w->loss_now = w->centres++ % w->loss_every == 0;
	if (w->loss_now)
		w->pairs += inputs;
}

/* The outputs gathered in step against its inputs; then there are no outputs. */
static void
run_step(TrainWorker *w)
{
	SgnsStep   *step = &w->step;

	wemb_kernel->sgns_step(step);
	if (w->loss_now)
		for (int i = 0; i < step->noutputs; i++)
			for (int k = 0; k < step->ninputs; k++)
			{
				double		p = step->probability[i][k];

				w->loss -= log(fmax(step->label[i] > 0 ? p : 1.0 - p, LEAST_P));
			}
	step->noutputs = 0;
}

/* Draw the negatives of the gap after a position.  A draw that is there already is dropped. */
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

void
wemb_negatives_prepare(TrainWorker *w, int position)
{
	prefetch_row(train_out(w->shared, w->kept[position]), w->shared->stride);
	draw_negatives(w, &w->gap[position % 3]);
}

static void
add_output(SgnsStep *step, float *row, float label)
{
	step->outputs[step->noutputs] = row;
	step->label[step->noutputs++] = label;
}

void
wemb_negatives_train(TrainWorker *w, int32_t centre, const Negatives *negatives)
{
	TrainShared *s = w->shared;

	add_output(&w->step, train_out(s, centre), 1);
	for (int i = 0; i < negatives->n; i++)
		if (negatives->word[i] != centre)
			add_output(&w->step, train_out(s, negatives->word[i]), 0);
	run_step(w);
	w->step.ninputs = 0;
}

void
wemb_path_prepare(TrainWorker *w, int position)
{
	const HuffmanLink *tree = train_tree(w->shared);

	for (HuffmanLink link = tree[w->kept[position]]; link.node >= 0; link = tree[w->shared->config.words + link.node])
		prefetch_row(train_out(w->shared, link.node), w->shared->stride);
}

void
wemb_path_train(TrainWorker *w, int32_t centre)
{
	TrainShared *s = w->shared;
	const HuffmanLink *tree = train_tree(s);

	for (HuffmanLink link = tree[centre]; link.node >= 0; link = tree[s->config.words + link.node])
	{
		add_output(&w->step, train_out(s, link.node), link.branch == 0);
		if (w->step.noutputs == SGNS_MAX_OUTPUTS)
			run_step(w);
	}
	run_step(w);
	w->step.ninputs = 0;
}
