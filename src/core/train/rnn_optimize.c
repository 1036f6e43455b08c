/*
 * rnn_optimize.c
 *		From a batch's gradients to a step of the shared weights.
 *
 * The network's gradient is the mean over the positions, a row's of W or C the
 * sum: a word stands at few of them.
 */
#include "core/train/rnn_worker.h"

#include <math.h>

/* Adam's usual settings, and AdaGrad's against division by zero */
#define KEEP_MEAN		0.9
#define KEEP_SQUARE		0.999
#define ADAM_EPSILON	1e-8f
#define ADAGRAD_EPSILON	1e-8f

/* One step along a gradient of n floats, which stands in the weights at a row of W, of C, or of the network. */
typedef struct Step
{
	const RnnShared *shared;
	float		alpha;
	float		rate;			/* Adam's, for this batch */
} Step;

/* The factor that makes a gradient no longer than clip. */
static float
clipped(const RnnConfig *config, const float *gradient, int n, float scale)
{
	float		length = scale * sqrtf(wemb_kernel->dot_f32(gradient, gradient, n));

	return length > config->clip ? scale * (float) config->clip / length : scale;
}

/* weight stands among the weights, its moments as far behind it as theirs. */
static void
take_step(const Step *step, float *weight, float *gradient, int n)
{
	const RnnShared *s = step->shared;
	AdamStep	adam = {
		.weight = weight,
		.square = weight + RNN_SQUARES * (s->moment_size / sizeof(float)),
		.mean = weight + RNN_MEANS * (s->moment_size / sizeof(float)),
		.keep_mean = KEEP_MEAN,
		.keep_square = KEEP_SQUARE,
	};

	switch (s->config.optimizer)
	{
		case RNN_ADAM:
			adam.rate = step->rate;
			adam.epsilon = ADAM_EPSILON;
			wemb_kernel->adam_step(&adam, gradient, n);
			break;
		case RNN_ADAGRAD:
			adam.rate = step->alpha;
			adam.epsilon = ADAGRAD_EPSILON;
			wemb_kernel->adagrad_step(&adam, gradient, n);
			break;
		case RNN_SGD:
			wemb_kernel->axpy_f32(-step->alpha, gradient, weight, n);
	}
}

/* The rows of a matrix that begins so many floats behind W. */
static void
optimize_rows(const Step *step, RnnRows *rows, size_t at)
{
	const RnnShared *s = step->shared;

	for (int i = 0; i < rows->n; i++)
	{
		float	   *gradient = rows->gradient + (size_t) i * s->stride;
		float	   *weight = rnn_in(s, RNN_WEIGHTS, rows->word[i]) + at;

		wemb_kernel->scale_f32(clipped(&s->config, gradient, s->stride, 1), gradient, s->stride);
		take_step(step, weight, gradient, s->stride);
		rows->slot[rows->word[i]] = -1;
	}
	rows->n = 0;
}

void
wemb_rnn_optimize(RnnWorker *w)
{
	RnnShared  *s = w->shared;
	uint64_t	batches = __atomic_add_fetch(&s->batches, 1, __ATOMIC_RELAXED);
	float		alpha = (float) wemb_rnn_alpha(s);
	Step		step = {
		.shared = s,
		.alpha = alpha,
		.rate = alpha * (float) (sqrt(1 - pow(KEEP_SQUARE, (double) batches)) / (1 - pow(KEEP_MEAN, (double) batches))),
	};
	int			n = wemb_rnn_network_floats(&s->config);

	wemb_kernel->scale_f32(clipped(&s->config, w->d_network, n, 1.0f / (float) rnn_positions(w)), w->d_network, n);
	take_step(&step, rnn_net(s, RNN_WEIGHTS), w->d_network, n);
	optimize_rows(&step, &w->in, 0);
	optimize_rows(&step, &w->out, s->output_at);
}
