/*
 * test_kernel.c
 *		Every kernel that this machine runs against double precision: all
 *		lengths up to a few registers, all alignments.  What a half is: test_half.c.
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
static Half a_halves[MAX_LEN + MAX_SHIFT],
			b_halves[MAX_LEN + MAX_SHIFT];

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

/* The same over halves: a and b have their values.  What lies behind them must not matter. */
static bool
half_distances_agree(const WembKernel *kernel, const Half *a, const Half *b, int n)
{
	float		x[MAX_LEN],
				y[MAX_LEN];
	Reference	r;
	CosineSums	sums = kernel->cosine_f16(a, b, n);

	for (int i = 0; i < n; i++)
	{
		x[i] = half_to_float(a[i]);
		y[i] = half_to_float(b[i]);
	}
	r = reference(x, y, n);
	return close_to(kernel->dot_f16(a, b, n), r.dot, r.dot_size, n) &&
		close_to(kernel->l2sq_f16(a, b, n), r.l2sq, 2 * r.l2sq, n) &&
		close_to(kernel->l1_f16(a, b, n), r.l1, 2 * r.l1, n) &&
		close_to(sums.ab, r.dot, r.dot_size, n) &&
		close_to(sums.aa, r.aa, r.aa, n) &&
		close_to(sums.bb, r.bb, r.bb, n);
}

/* Conversion both ways: right inside, untouched outside. */
static bool
conversions_agree(const WembKernel *kernel, const float *x, int shift, int n)
{
	Half		halves[MAX_LEN + MAX_SHIFT + 1];
	float		floats[MAX_LEN + MAX_SHIFT + 1];
	bool		ok = true;

	memset(halves, 0x7E, sizeof(halves));
	memset(floats, 0x7E, sizeof(floats));
	kernel->f16_from_f32(x, halves + shift, n);
	kernel->f32_from_f16(halves + shift, floats + shift, n);
	for (int i = 0; i < MAX_LEN + MAX_SHIFT + 1; i++)
	{
		bool		inside = i >= shift && i < shift + n;
		Half		half = inside ? half_from_float(x[i - shift]) : 0x7E7E;
		float		value = inside ? half_to_float(half) : 0;

		ok = ok && halves[i] == half && (inside ? floats[i] == value : half_bits_of_float(floats[i]) == 0x7E7E7E7E);
	}
	return ok;
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
				half_distances = true,
				conversions = true,
				updates = true;
	Rng			rng = rng_for(1, 1);

	for (int n = 0; n <= MAX_LEN; n++)
		for (int shift = 0; shift < MAX_SHIFT; shift++)
		{
			const float *a = a_block + shift,
					   *b = b_block + (shift * 5) % MAX_SHIFT;

			fill(a_block, MAX_LEN + MAX_SHIFT, &rng);
			fill(b_block, MAX_LEN + MAX_SHIFT, &rng);
			for (int i = 0; i < MAX_LEN + MAX_SHIFT; i++)
			{
				a_halves[i] = half_from_float(a_block[i]);
				b_halves[i] = half_from_float(b_block[i]);
			}
			distances = distances && distances_agree(kernel, a, b, n);
			half_distances = half_distances &&
				half_distances_agree(kernel, a_halves + shift, b_halves + (shift * 5) % MAX_SHIFT, n);
			conversions = conversions && conversions_agree(kernel, a, shift, n);
			updates = updates && updates_agree(kernel, a, shift, n);
		}
	verdict(kernel, "distances agree with double precision", distances);
	verdict(kernel, "distances of halves agree with double precision", half_distances);
	verdict(kernel, "halves to floats and back: the same as one by one, and in bounds", conversions);
	verdict(kernel, "axpy and scale agree and stay in bounds", updates);
}

/* No byte past the last element is read: the sanitizer watches the end of an allocation. */
static void
test_bounds(const WembKernel *kernel)
{
	double		total = 0;

	for (int n = 1; n <= MAX_LEN; n++)
	{
		float	   *x = calloc(n, sizeof(float));
		Half	   *h = calloc(n, sizeof(Half));

		total += kernel->dot_f32(x, x, n) + kernel->l2sq_f32(x, x, n) + kernel->l1_f32(x, x, n) +
			kernel->cosine_f32(x, x, n).ab + kernel->dot_f16(h, h, n) + kernel->l2sq_f16(h, h, n) +
			kernel->l1_f16(h, h, n) + kernel->cosine_f16(h, h, n).ab;
		kernel->f32_from_f16(h, x, n);
		kernel->f16_from_f32(x, h, n);
		free(x);
		free(h);
	}
	verdict(kernel, "nothing past the last element counts", total == 0);
}

/* Every half and back, and floats around every middle of two halves: the bits of half_from_float(). */
static void
test_conversion(const WembKernel *kernel)
{
	enum
	{
		ALL = 1 << 16
	};
	static Half halves[ALL],
				back[3 * ALL];
	static float floats[ALL],
				around[3 * ALL];
	bool		exact = true,
				nearest = true;

	for (int i = 0; i < ALL; i++)
		halves[i] = (Half) i;
	kernel->f32_from_f16(halves, floats, ALL);
	for (int i = 0; i < ALL; i++)
	{
		uint32_t	middle = half_bits_of_float(half_to_float(halves[i])) + 0x1000;

		exact = exact && half_bits_of_float(floats[i]) == half_bits_of_float(half_to_float(halves[i]));
		for (int k = -1; k <= 1; k++)
			around[3 * i + k + 1] = half_float_of_bits(middle + k);
	}
	kernel->f16_from_f32(around, back, 3 * ALL);
	for (int i = 0; i < 3 * ALL; i++)
		nearest = nearest && back[i] == half_from_float(around[i]);
	verdict(kernel, "every half becomes the right float", exact);
	verdict(kernel, "floats around every middle become the right half", nearest);
}

static void
test_not_finite(const WembKernel *kernel)
{
	bool		ok = true,
				ok_halves = true;

	for (int n = 1; n <= 70; n++)
		for (int bad = 0; bad < n; bad++)
		{
			float		a[70] = {0},
						b[70] = {0};

			Half		p[70] = {0},
						q[70] = {0};

			a[bad] = NAN;
			b[bad] = 1;
			p[bad] = half_from_float(NAN);
			q[bad] = half_from_float(1);
			ok = ok && isnan(kernel->dot_f32(a, b, n)) && isnan(kernel->l2sq_f32(a, b, n)) &&
				isnan(kernel->l1_f32(a, b, n)) && isnan(kernel->cosine_f32(a, b, n).aa);
			ok_halves = ok_halves && isnan(kernel->dot_f16(p, q, n)) && isnan(kernel->l2sq_f16(p, q, n)) &&
				isnan(kernel->l1_f16(p, q, n)) && isnan(kernel->cosine_f16(p, q, n).aa);
		}
	verdict(kernel, "NaN in, NaN out", ok);
	verdict(kernel, "NaN in, NaN out of halves", ok_halves);
}

#define MAX_STRIDE	112

typedef struct SgnsCase
{
	int			dim;
	int			ninputs;
	int			noutputs;
	int			nleft;			/* with targets; or -1: with labels */
} SgnsCase;

#define TARGETS		2
#define MAX_ROWS	(SGNS_MAX_OUTPUTS + TARGETS)

static float in_rows[SGNS_MAX_INPUTS][MAX_STRIDE],
			out_rows[MAX_ROWS][MAX_STRIDE];
static double in_exact[SGNS_MAX_INPUTS][MAX_STRIDE],
			out_exact[MAX_ROWS][MAX_STRIDE],
			p_exact[SGNS_MAX_OUTPUTS][SGNS_MAX_INPUTS];

/* Which row output i of input k is, and whether it is a true one; labels of both kinds in every tile. */
static int
row_of(const SgnsCase *c, int i, int k)
{
	return c->nleft >= 0 && i == 0 ? SGNS_MAX_OUTPUTS + (k >= c->nleft) : i;
}

static int
true_output(const SgnsCase *c, int i)
{
	return c->nleft >= 0 ? i == 0 : i % 5 == 0;
}

/* The step in double precision, in the same tiles of outputs; see sgns_impl.h. */
static void
exact_step(const SgnsCase *c, double alpha)
{
	static double in_new[SGNS_MAX_INPUTS][MAX_STRIDE],
				out_new[MAX_ROWS][MAX_STRIDE];

	for (int first = 0; first < c->noutputs; first += SGNS_TILE)
	{
		int			last = first + SGNS_TILE < c->noutputs ? first + SGNS_TILE : c->noutputs;

		memcpy(in_new, in_exact, sizeof(in_new));
		memcpy(out_new, out_exact, sizeof(out_new));
		for (int i = first; i < last; i++)
			for (int k = 0; k < c->ninputs; k++)
			{
				int			row = row_of(c, i, k);
				double		score = 0,
							g;

				for (int d = 0; d < c->dim; d++)
					score += in_exact[k][d] * out_exact[row][d];
				p_exact[i][k] = 1 / (1 + exp(-score));
				g = alpha * (true_output(c, i) - p_exact[i][k]);
				for (int d = 0; d < c->dim; d++)
				{
					in_new[k][d] += g * out_exact[row][d];
					out_new[row][d] += g * in_exact[k][d];
				}
			}
		memcpy(in_exact, in_new, sizeof(in_new));
		memcpy(out_exact, out_new, sizeof(out_new));
	}
}

/* Floats that a row of dim takes. */
static int
padded(int dim)
{
	return (dim + KERNEL_ROW_FLOATS - 1) / KERNEL_ROW_FLOATS * KERNEL_ROW_FLOATS;
}

static void
fill_rows(const SgnsCase *c, SgnsStep *step)
{
	Rng			rng = rng_for(c->dim * 10000 + c->ninputs * 100 + c->noutputs, 3);

	for (int k = 0; k < SGNS_MAX_INPUTS; k++)
	{
		fill(in_rows[k], MAX_STRIDE, &rng);
		step->inputs[k] = in_rows[k];
	}
	for (int i = 0; i < MAX_ROWS; i++)
		fill(out_rows[i], MAX_STRIDE, &rng);
	for (int i = 0; i < SGNS_MAX_OUTPUTS; i++)
	{
		step->outputs[i] = c->nleft >= 0 && i == 0 ? NULL : out_rows[i];
		step->label[i] = c->nleft >= 0 ? 0 : true_output(c, i);
	}
	step->target[0] = out_rows[SGNS_MAX_OUTPUTS];
	step->target[1] = out_rows[SGNS_MAX_OUTPUTS + 1];
	for (int d = 0; d < MAX_STRIDE; d++)
	{
		bool		padding = d >= c->dim && d < padded(c->dim);

		for (int i = 0; i < MAX_ROWS; i++)
			out_rows[i][d] *= !padding;
		for (int k = 0; k < SGNS_MAX_INPUTS; k++)
		{
			in_rows[k][d] *= padding ? 0 : 0.2f;	/* scores on both sides of the sigmoid's bend */
			in_exact[k][d] = in_rows[k][d];
		}
		for (int i = 0; i < MAX_ROWS; i++)
			out_exact[i][d] = out_rows[i][d];
	}
}

static bool
step_agrees(const WembKernel *kernel, const SgnsCase *c)
{
	static SgnsStep step;
	bool		ok = true;

	memset(&step, 0, sizeof(step));
	step.dim = c->dim;
	step.ninputs = c->ninputs;
	step.noutputs = c->noutputs;
	step.nleft = c->nleft;
	step.alpha = 0.05f;
	fill_rows(c, &step);
	exact_step(c, step.alpha);
	if (c->nleft >= 0)
		kernel->targets_step(&step);
	else
		kernel->labels_step(&step);

	for (int i = 0; i < c->noutputs; i++)
		for (int k = 0; k < c->ninputs; k++)
			ok = ok && fabs(sgns_probability(&step, i, k) - p_exact[i][k]) < 2e-5;
	for (int d = 0; d < MAX_STRIDE; d++)
	{
		for (int k = 0; k < SGNS_MAX_INPUTS; k++)
			ok = ok && fabs(in_rows[k][d] - in_exact[k][d]) < 2e-5;
		for (int i = 0; i < MAX_ROWS; i++)
			ok = ok && fabs(out_rows[i][d] - out_exact[i][d]) < 2e-5;
	}
	return ok;
}

static void
test_sgns_steps(const WembKernel *kernel)
{
	bool		labels = true,
				targets = true;

	for (int dim = 1; dim <= MAX_STRIDE; dim += 37)
		for (int n = 0; n <= 12; n++)
			for (int m = 0; m <= 20; m++)
			{
				labels = labels && step_agrees(kernel, &(SgnsCase) {dim, n, m, -1});
				for (int nleft = 0; nleft <= n && m > 0; nleft += 1 + n / 4)
					targets = targets && step_agrees(kernel, &(SgnsCase) {dim, n, m, nleft});
			}
	labels = labels && step_agrees(kernel, &(SgnsCase) {MAX_STRIDE, SGNS_MAX_INPUTS, SGNS_MAX_OUTPUTS, -1});
	targets = targets && step_agrees(kernel, &(SgnsCase) {MAX_STRIDE, SGNS_MAX_INPUTS, SGNS_MAX_OUTPUTS, 31});
	verdict(kernel, "a training step with labels agrees with double precision", labels);
	verdict(kernel, "a training step with targets agrees with double precision", targets);
}

#define ROWS_FLOATS		5000

/* Sums over rows and back to them, of which some come twice. */
static void
test_rows(const WembKernel *kernel)
{
	static float matrix[ROWS_FLOATS],
				before[ROWS_FLOATS];
	int32_t		index[20];
	float		x[MAX_STRIDE],
				sum[MAX_STRIDE];
	bool		ok = true;
	Rng			rng = rng_for(8, 8);

	for (int dim = 1; dim <= MAX_STRIDE; dim += 3)
		for (int n = 0; n <= 20; n++)
		{
			int			stride = padded(dim);
			RowList		list = {matrix, stride, dim, n, index};
			int			rows = ROWS_FLOATS / stride;

			fill(matrix, ROWS_FLOATS, &rng);
			for (int i = 0; i < ROWS_FLOATS; i++)
				matrix[i] *= i % stride < dim;
			memcpy(before, matrix, sizeof(matrix));
			fill(x, MAX_STRIDE, &rng);
			for (int d = dim; d < MAX_STRIDE; d++)
				x[d] = 0;
			memcpy(sum, x, sizeof(x));
			for (int k = 0; k < n; k++)
				index[k] = (int32_t) rng_below(&rng, rows / 4);
			kernel->sum_rows(&list, sum);
			kernel->add_to_rows(&list, x);
			for (int d = 0; d < MAX_STRIDE; d++)
			{
				double		exact = x[d];

				for (int k = 0; k < n && d < stride; k++)
					exact += before[index[k] * stride + d];
				ok = ok && fabs(sum[d] - exact) < 1e-5;
			}
			for (int i = 0; i < rows * stride; i++)
			{
				double		exact = before[i];

				for (int k = 0; k < n; k++)
					exact += index[k] == i / stride ? x[i % stride] : 0;
				ok = ok && fabs(matrix[i] - exact) < 1e-5;
			}
		}
	verdict(kernel, "sums over rows and back agree with double precision", ok);
}

/* The sigmoid over its whole range, through a step with rows of one number. */
static void
test_sigmoid(const WembKernel *kernel)
{
	static SgnsStep step;
	bool		ok = true;

	memset(&step, 0, sizeof(step));
	step.dim = KERNEL_ROW_FLOATS;
	step.ninputs = step.noutputs = 1;
	step.inputs[0] = in_rows[0];
	step.outputs[0] = out_rows[0];
	for (double x = -100; x <= 100; x += 0.01)
	{
		double		exact = 1 / (1 + exp(-x)),
					p;

		memset(in_rows[0], 0, sizeof(in_rows[0]));
		memset(out_rows[0], 0, sizeof(out_rows[0]));
		in_rows[0][3] = 1;
		out_rows[0][3] = (float) x;
		kernel->labels_step(&step);
		p = sgns_probability(&step, 0, 0);
		ok = ok && fabs(p - exact) < 1e-6 && (x < -30 || fabs(p - exact) < 1e-5 * exact);
	}
	verdict(kernel, "the sigmoid is exact to 1e-6", ok);
}

static bool
bits_agree(const WembKernel *kernel, const uint8_t *a, const uint8_t *b, int n)
{
	uint64_t	differing = 0,
				both = 0,
				either = 0;
	BitCounts	counts = kernel->common_bits(a, b, n);

	for (int bit = 0; bit < 8 * n; bit++)
	{
		int			x = a[bit / 8] >> (bit % 8) & 1,
					y = b[bit / 8] >> (bit % 8) & 1;

		differing += x != y;
		both += x && y;
		either += x || y;
	}
	return kernel->differing_bits(a, b, n) == differing && counts.both == both && counts.either == either;
}

static void
test_bits(const WembKernel *kernel)
{
	Rng			rng = {.state = 6};
	bool		ok = true;

	for (int n = 0; n <= MAX_LEN; n++)
	{
		for (int shift = 0; shift < MAX_SHIFT; shift++)
		{
			/* blocks that end with the strings, so that a byte read beyond them is found */
			uint8_t    *a = malloc(n + shift + 1);
			uint8_t    *b = malloc(n + 1);

			for (int i = 0; i < n; i++)
			{
				a[i + shift + 1] = n % 7 == 0 ? 0xFF : rng_below(&rng, 256);
				b[i + 1] = n % 7 == 0 && shift % 2 ? 0xFF : rng_below(&rng, 256);
			}
			ok = ok && bits_agree(kernel, a + shift + 1, b + 1, n);
			free(a);
			free(b);
		}
	}
	verdict(kernel, "bits are counted, at every length and alignment", ok);
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
		test_bounds(kernel);
		test_conversion(kernel);
		test_not_finite(kernel);
		test_bits(kernel);
		test_sgns_steps(kernel);
		test_rows(kernel);
		test_sigmoid(kernel);
	}
	return unit_done();
}
