/*
 * test_kernel.c
 *		Every kernel that this machine runs against double precision: all
 *		lengths up to a few registers, all alignments.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/kernel/kernel.h"
#include "unit.h"

#define MAX_LEN		200
#define MAX_SHIFT	16			/* floats: a cache line */

static float a_block[MAX_LEN + MAX_SHIFT],
			b_block[MAX_LEN + MAX_SHIFT];

/* A group of its own for one kernel. */
static void
verdict(const WembKernel *kernel, const char *what, bool ok)
{
	static char group[100];

	unit_end_group();
	snprintf(group, sizeof(group), "%s: %s", kernel->name, what);
	unit_group(group);
	CHECK(ok, "it does not hold");
}

static void
fill(float *x, int n, Rng *rng)
{
	for (int i = 0; i < n; i++)
		x[i] = rng_float(rng) * 4 - 2;
}

/* kernel.h's promise, with the sum of magnitudes. */
static bool
close_to(double got, double exact, double magnitude, int n)
{
	return fabs(got - exact) <= (n + 1) * ldexp(1, -23) * magnitude + 1e-30;
}

typedef struct Reference
{
	double		dot,
				dot_size,
				l2sq,
				l1,
				aa,
				bb;
} Reference;

static Reference
reference(const float *a, const float *b, int n)
{
	Reference	r = {0};

	for (int i = 0; i < n; i++)
	{
		double		x = a[i],
					y = b[i];

		r.dot += x * y;
		r.dot_size += fabs(x * y);
		r.l2sq += (x - y) * (x - y);
		r.l1 += fabs(x - y);
		r.aa += x * x;
		r.bb += y * y;
	}
	return r;
}

static bool
distances_agree(const WembKernel *kernel, const float *a, const float *b, int n)
{
	Reference	r = reference(a, b, n);
	CosineSums	sums = kernel->cosine_f32(a, b, n);

	return close_to(kernel->dot_f32(a, b, n), r.dot, r.dot_size, n) &&
		close_to(kernel->l2sq_f32(a, b, n), r.l2sq, 2 * r.l2sq, n) &&
		close_to(kernel->l1_f32(a, b, n), r.l1, 2 * r.l1, n) &&
		close_to(sums.ab, r.dot, r.dot_size, n) &&
		close_to(sums.aa, r.aa, r.aa, n) &&
		close_to(sums.bb, r.bb, r.bb, n);
}

/* axpy and scale: right inside, untouched outside. */
static bool
updates_agree(const WembKernel *kernel, const float *x, int shift, int n)
{
	float		y[MAX_LEN + MAX_SHIFT + 1],
				before[MAX_LEN + MAX_SHIFT + 1];
	Rng			rng = rng_for(7, n);

	fill(y, MAX_LEN + MAX_SHIFT + 1, &rng);
	memcpy(before, y, sizeof(y));
	kernel->axpy_f32(0.75f, x, y + shift, n);
	for (int i = 0; i < MAX_LEN + MAX_SHIFT + 1; i++)
	{
		bool		inside = i >= shift && i < shift + n;
		double		exact = before[i] + (inside ? 0.75 * x[i - shift] : 0);

		if (inside ? !close_to(y[i], exact, 4, 1) : y[i] != before[i])
			return false;
	}
	memcpy(before, y, sizeof(y));
	kernel->scale_f32(-3.0f, y + shift, n);
	for (int i = 0; i < MAX_LEN + MAX_SHIFT + 1; i++)
	{
		bool		inside = i >= shift && i < shift + n;

		if (y[i] != (inside ? -3.0f * before[i] : before[i]))
			return false;
	}
	return true;
}

static void
test_vectors(const WembKernel *kernel)
{
	bool		distances = true,
				updates = true;
	Rng			rng = rng_for(1, 1);

	for (int n = 0; n <= MAX_LEN; n++)
		for (int shift = 0; shift < MAX_SHIFT; shift++)
		{
			const float *a = a_block + shift,
					   *b = b_block + (shift * 5) % MAX_SHIFT;

			fill(a_block, MAX_LEN + MAX_SHIFT, &rng);
			fill(b_block, MAX_LEN + MAX_SHIFT, &rng);
			distances = distances && distances_agree(kernel, a, b, n);
			updates = updates && updates_agree(kernel, a, shift, n);
		}
	verdict(kernel, "distances agree with double precision", distances);
	verdict(kernel, "axpy and scale agree and stay in bounds", updates);
}

static void
test_not_finite(const WembKernel *kernel)
{
	bool		ok = true;

	for (int n = 1; n <= 70; n++)
		for (int bad = 0; bad < n; bad++)
		{
			float		a[70] = {0},
						b[70] = {0};

			a[bad] = NAN;
			b[bad] = 1;
			ok = ok && isnan(kernel->dot_f32(a, b, n)) && isnan(kernel->l2sq_f32(a, b, n)) &&
				isnan(kernel->l1_f32(a, b, n)) && isnan(kernel->cosine_f32(a, b, n).aa);
		}
	verdict(kernel, "NaN in, NaN out", ok);
}

#define MAX_STRIDE	112

typedef struct SgnsCase
{
	int			stride;
	int			ninputs;
	int			noutputs;
} SgnsCase;

static float in_rows[SGNS_MAX_INPUTS][MAX_STRIDE],
			out_rows[SGNS_MAX_OUTPUTS][MAX_STRIDE],
			spare[MAX_STRIDE];
static double in_exact[SGNS_MAX_INPUTS][MAX_STRIDE],
			out_exact[SGNS_MAX_OUTPUTS][MAX_STRIDE];

/* Labels of both kinds in every group of outputs. */
static int
true_output(int i)
{
	return i % 5 == 0;
}

/* The step in double precision, in the same groups of outputs; see sgns_impl.h. */
static void
exact_step(const SgnsCase *c, double alpha, double probability[SGNS_MAX_OUTPUTS][SGNS_MAX_INPUTS])
{
	static double in_new[SGNS_MAX_INPUTS][MAX_STRIDE];

	for (int first = 0; first < c->noutputs; first += SGNS_TILE)
	{
		int			last = first + SGNS_TILE < c->noutputs ? first + SGNS_TILE : c->noutputs;

		memcpy(in_new, in_exact, sizeof(in_new));
		for (int i = first; i < last; i++)
		{
			double		delta[MAX_STRIDE] = {0};

			for (int k = 0; k < c->ninputs; k++)
			{
				double		score = 0,
							g;

				for (int d = 0; d < c->stride; d++)
					score += in_exact[k][d] * out_exact[i][d];
				probability[i][k] = 1 / (1 + exp(-score));
				g = alpha * (true_output(i) - probability[i][k]);
				for (int d = 0; d < c->stride; d++)
				{
					in_new[k][d] += g * out_exact[i][d];
					delta[d] += g * in_exact[k][d];
				}
			}
			for (int d = 0; d < c->stride; d++)
				out_exact[i][d] += delta[d];
		}
		memcpy(in_exact, in_new, sizeof(in_new));
	}
}

static void
fill_rows(const SgnsCase *c, SgnsStep *step)
{
	Rng			rng = rng_for(c->stride * 10000 + c->ninputs * 100 + c->noutputs, 3);

	for (int k = 0; k < SGNS_MAX_INPUTS; k++)
	{
		fill(in_rows[k], MAX_STRIDE, &rng);
		step->inputs[k] = in_rows[k];
	}
	for (int i = 0; i < SGNS_MAX_OUTPUTS; i++)
	{
		fill(out_rows[i], MAX_STRIDE, &rng);
		step->outputs[i] = out_rows[i];
		step->label[i] = true_output(i);
	}
	for (int k = 0; k < SGNS_MAX_INPUTS; k++)
		for (int d = 0; d < MAX_STRIDE; d++)
		{
			in_rows[k][d] *= 0.2f;	/* scores on both sides of the sigmoid's bend */
			in_exact[k][d] = in_rows[k][d];
			out_exact[k][d] = out_rows[k][d];
		}
}

static bool
step_agrees(const WembKernel *kernel, const SgnsCase *c)
{
	static SgnsStep step;
	static double probability[SGNS_MAX_OUTPUTS][SGNS_MAX_INPUTS];
	bool		ok = true;

	memset(&step, 0, sizeof(step));
	step.stride = c->stride;
	step.ninputs = c->ninputs;
	step.noutputs = c->noutputs;
	step.alpha = 0.05f;
	step.spare = spare;
	fill_rows(c, &step);
	exact_step(c, step.alpha, probability);
	kernel->sgns_step(&step);

	for (int i = 0; i < c->noutputs; i++)
		for (int k = 0; k < c->ninputs; k++)
			ok = ok && fabs(step.probability[i][k] - probability[i][k]) < 2e-5;
	for (int k = 0; k < SGNS_MAX_INPUTS; k++)
		for (int d = 0; d < MAX_STRIDE; d++)
			ok = ok && fabs(in_rows[k][d] - in_exact[k][d]) < 2e-5;
	for (int i = 0; i < SGNS_MAX_OUTPUTS; i++)
		for (int d = 0; d < MAX_STRIDE; d++)
			ok = ok && fabs(out_rows[i][d] - out_exact[i][d]) < 2e-5;
	for (int d = 0; d < MAX_STRIDE; d++)
		ok = ok && spare[d] == 0;
	return ok;
}

static void
test_sgns_step(const WembKernel *kernel)
{
	bool		ok = true;

	for (int stride = KERNEL_ROW_FLOATS; stride <= MAX_STRIDE; stride += KERNEL_ROW_FLOATS)
		for (int n = 0; n <= 20; n++)
			for (int m = 1; m <= 20; m++)
				ok = ok && step_agrees(kernel, &(SgnsCase) {stride, n, m});
	ok = ok && step_agrees(kernel, &(SgnsCase) {MAX_STRIDE, SGNS_MAX_INPUTS, SGNS_MAX_OUTPUTS});
	verdict(kernel, "a training step agrees with double precision", ok);
}

/* The sigmoid over its whole range, through a step with rows of one number. */
static void
test_sigmoid(const WembKernel *kernel)
{
	static SgnsStep step;
	bool		ok = true;

	memset(&step, 0, sizeof(step));
	step.stride = KERNEL_ROW_FLOATS;
	step.ninputs = step.noutputs = 1;
	step.spare = spare;
	step.inputs[0] = in_rows[0];
	step.outputs[0] = out_rows[0];
	for (double x = -100; x <= 100; x += 0.01)
	{
		double		exact = 1 / (1 + exp(-x));

		memset(in_rows[0], 0, sizeof(in_rows[0]));
		memset(out_rows[0], 0, sizeof(out_rows[0]));
		in_rows[0][3] = 1;
		out_rows[0][3] = (float) x;
		kernel->sgns_step(&step);
		ok = ok && fabs(step.probability[0][0] - exact) < 1e-6 &&
			(x < -30 || fabs(step.probability[0][0] - exact) < 1e-5 * exact);
	}
	verdict(kernel, "the sigmoid is exact to 1e-6", ok);
}

static void
test_choice(void)
{
	const WembKernel *best = NULL;

	wemb_kernel_init();
	for (int i = 0; wemb_kernel_at(i) != NULL; i++)
		best = wemb_kernel_at(i);
	unit_group("the fastest kernel is chosen, and others by name");
	CHECK(wemb_kernel == best, "%s is", wemb_kernel->name);
	CHECK(wemb_kernel_by_name(best->name) == best, "%s is not found", best->name);
	CHECK(wemb_kernel_by_name("abacus") == NULL, "there is no such kernel");
	wemb_kernel_use(wemb_kernel_by_name("portable"));
	CHECK(strcmp(wemb_kernel->name, "portable") == 0, "%s is", wemb_kernel->name);
}

int
main(void)
{
	const WembKernel *kernel;

	test_choice();
	for (int i = 0; (kernel = wemb_kernel_at(i)) != NULL; i++)
	{
		test_vectors(kernel);
		test_not_finite(kernel);
		test_sgns_step(kernel);
		test_sigmoid(kernel);
	}
	return unit_done();
}
