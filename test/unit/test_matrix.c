/*
 * test_matrix.c
 *		Products of matrices, cells and optimizers' steps of every kernel against
 *		the same in double.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/kernel/kernel.h"
#include "unit.h"

#define MAX_ROWS	29
#define MAX_COLUMNS	80
#define MAX_DEPTH	70
#define STRIDE		96			/* of b and c */
#define NUMBERS		32			/* of a row of a cell */
#define MARK		12345.0f	/* where nothing may be written */

static float
random_float(Rng *rng)
{
	return 4 * rng_float(rng) - 2;
}

static void
fill(Rng *rng, float *x, int n)
{
	for (int i = 0; i < n; i++)
		x[i] = random_float(rng);
}

/* ---- products ---- */

static void
check_product(const MatrixProduct *p, const float *before)
{
	int			columns = (p->columns + KERNEL_ROW_FLOATS - 1) / KERNEL_ROW_FLOATS * KERNEL_ROW_FLOATS;

	for (int i = 0; i <= p->rows; i++)
		for (int j = 0; j < STRIDE; j++)
		{
			float		is = p->c[i * STRIDE + j];
			double		sum = p->add ? before[i * STRIDE + j] : 0,
						size = fabs(sum);

			for (int k = 0; i < p->rows && k < p->depth; k++)
			{
				double		term = (double) p->a[i * p->a_row + k * p->a_step] * p->b[k * STRIDE + j];

				sum += term;
				size += fabs(term);
			}
			if (i == p->rows || j >= columns)
				CHECK(is == before[i * STRIDE + j], "%d x %d: row %d, column %d was written", p->rows, p->columns, i, j);
			else if (j < p->columns)
				CHECK(fabs(is - sum) <= (p->depth + 1) * 0x1p-23 * size, "%d x %d of %d: row %d, column %d: %g, not %g",
					  p->rows, p->columns, p->depth, i, j, is, sum);
		}
}

/* All small shapes, a stored by rows and by columns, and a column of a that is always the same. */
static void
test_products(void)
{
	static const int depths[] = {0, 1, 2, 7, MAX_DEPTH};
	static float a[MAX_ROWS * MAX_DEPTH],
				b[MAX_DEPTH * STRIDE],
				c[(MAX_ROWS + 1) * STRIDE],
				before[(MAX_ROWS + 1) * STRIDE];
	Rng			rng = {5};

	fill(&rng, a, MAX_ROWS * MAX_DEPTH);
	fill(&rng, b, MAX_DEPTH * STRIDE);
	for (int rows = 0; rows <= MAX_ROWS; rows++)
		for (int columns = 1; columns <= MAX_COLUMNS; columns += columns < 4 ? 1 : 7)
			for (int shape = 0; shape < 6 * 5; shape++)
			{
				MatrixProduct p = {.rows = rows, .columns = columns, .depth = depths[shape / 6], .a = a, .b = b,
					.b_stride = STRIDE, .c = c, .c_stride = STRIDE, .add = shape % 2};

				p.a_row = shape % 6 < 2 ? MAX_DEPTH : 1;
				p.a_step = shape % 6 < 2 ? 1 : shape % 6 < 4 ? MAX_ROWS : 0;
				fill(&rng, c, (MAX_ROWS + 1) * STRIDE);
				memcpy(before, c, sizeof(c));
				wemb_kernel->matrix_product(&p);
				check_product(&p, before);
			}
}

/* ---- cells ---- */

/* Arrays of a CellRows, and a copy of them. */
enum
{
	STATE = CELL_GATES,
	BEFORE,
	INNER,
	INNER_BEFORE,
	SQUASHED,
	D_STATE,
	D_BEFORE,
	D_INNER,
	D_INNER_BEFORE,
	CELL_ARRAYS
};

typedef float CellNumbers[CELL_ARRAYS][NUMBERS];

static CellRows
rows_over(CellNumbers x)
{
	CellRows	rows = {.n = NUMBERS, .state = x[STATE], .before = x[BEFORE], .inner = x[INNER],
		.inner_before = x[INNER_BEFORE], .squashed = x[SQUASHED], .d_state = x[D_STATE], .d_before = x[D_BEFORE],
		.d_inner = x[D_INNER], .d_inner_before = x[D_INNER_BEFORE]};

	for (int g = 0; g < CELL_GATES; g++)
		rows.gate[g] = x[g];
	return rows;
}

static double
sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

static void
check_near(CellNumbers is, int array, int i, double expected)
{
	CHECK(fabs(is[array][i] - expected) < 2e-6 * (1 + fabs(expected)), "array %d, number %d: %g, not %g", array, i,
		  is[array][i], expected);
}

/* Forward on numbers x, of which was is a copy. */
static void
test_forward(void)
{
	CellNumbers was,
				x;
	CellRows	rows = rows_over(x);
	Rng			rng = {6};

	for (int a = 0; a < CELL_ARRAYS; a++)
		fill(&rng, was[a], NUMBERS);
	for (int i = 0; i < 8; i++)	/* far out, where functions end */
		was[i % CELL_GATES][i] = i % 2 ? 200 : -200;
	memcpy(x, was, sizeof(x));
	wemb_kernel->elman_forward(&rows);
	for (int i = 0; i < NUMBERS; i++)
		check_near(x, STATE, i, tanh(was[0][i]));

	memcpy(x, was, sizeof(x));
	wemb_kernel->gru_forward(&rows);
	for (int i = 0; i < NUMBERS; i++)
	{
		double		z = sigmoid(was[GRU_UPDATE][i]),
					r = sigmoid(was[GRU_RESET][i]),
					n = tanh(was[GRU_NEW][i] + r * was[INNER][i]);

		check_near(x, STATE, i, (1 - z) * n + z * was[BEFORE][i]);
		check_near(x, GRU_UPDATE, i, z);
		check_near(x, GRU_RESET, i, r);
		check_near(x, GRU_NEW, i, n);
	}

	memcpy(x, was, sizeof(x));
	wemb_kernel->lstm_forward(&rows);
	for (int i = 0; i < NUMBERS; i++)
	{
		double		c = sigmoid(was[LSTM_FORGET][i]) * was[INNER_BEFORE][i] +
			sigmoid(was[LSTM_IN][i]) * tanh(was[LSTM_NEW][i]);

		check_near(x, INNER, i, c);
		check_near(x, SQUASHED, i, tanh(c));
		check_near(x, STATE, i, sigmoid(was[LSTM_OUT][i]) * tanh(c));
		check_near(x, LSTM_OUT, i, sigmoid(was[LSTM_OUT][i]));
	}
}

/* Backward, from numbers as forward leaves them. */
static void
test_backward(void)
{
	CellNumbers was,
				x;
	CellRows	rows = rows_over(x);
	Rng			rng = {7};

	for (int a = 0; a < CELL_ARRAYS; a++)
		for (int i = 0; i < NUMBERS; i++)
			was[a][i] = rng_float(&rng);
	memcpy(x, was, sizeof(x));
	wemb_kernel->elman_backward(&rows);
	for (int i = 0; i < NUMBERS; i++)
		check_near(x, 0, i, was[D_STATE][i] * (1 - pow(was[STATE][i], 2)));

	memcpy(x, was, sizeof(x));
	wemb_kernel->gru_backward(&rows);
	for (int i = 0; i < NUMBERS; i++)
	{
		double		d = was[D_STATE][i],
					z = was[GRU_UPDATE][i],
					r = was[GRU_RESET][i],
					n = was[GRU_NEW][i],
					dn = d * (1 - z) * (1 - n * n);

		check_near(x, GRU_UPDATE, i, d * (was[BEFORE][i] - n) * z * (1 - z));
		check_near(x, GRU_NEW, i, dn);
		check_near(x, GRU_RESET, i, dn * was[INNER][i] * r * (1 - r));
		check_near(x, INNER, i, dn * r);
		check_near(x, D_BEFORE, i, was[D_BEFORE][i] + d * z);
	}

	memcpy(x, was, sizeof(x));
	wemb_kernel->lstm_backward(&rows);
	for (int i = 0; i < NUMBERS; i++)
	{
		double		d = was[D_STATE][i],
					in = was[LSTM_IN][i],
					f = was[LSTM_FORGET][i],
					o = was[LSTM_OUT][i],
					g = was[LSTM_NEW][i],
					dc = was[D_INNER][i] + d * o * (1 - pow(was[SQUASHED][i], 2));

		check_near(x, LSTM_IN, i, dc * g * in * (1 - in));
		check_near(x, LSTM_FORGET, i, dc * was[INNER_BEFORE][i] * f * (1 - f));
		check_near(x, LSTM_OUT, i, d * was[SQUASHED][i] * o * (1 - o));
		check_near(x, LSTM_NEW, i, dc * in * (1 - g * g));
		check_near(x, D_INNER_BEFORE, i, dc * f);
	}
}

/* ---- errors and steps ---- */

static void
test_squared_error(void)
{
	float		x[NUMBERS],
				was[NUMBERS];
	Rng			rng = {8};
	double		sum = 0;

	fill(&rng, x, NUMBERS);
	x[3] = -1e9f;				/* how a place without a word is marked */
	x[4] = 50;
	memcpy(was, x, sizeof(x));

	float		is = wemb_kernel->squared_error(x, NUMBERS, 0.25f);

	for (int i = 0; i < NUMBERS; i++)
	{
		double		p = sigmoid(was[i]);

		sum += p * p;
		CHECK(fabs(x[i] - 0.25 * 2 * p * p * (1 - p)) < 1e-6, "derivative %g at %g", x[i], was[i]);
	}
	CHECK(fabs(is - sum) < 1e-5 * sum, "%g, not %g", is, sum);
	CHECK(x[3] >= 0 && x[3] < 1e-20, "a place without a word counts: %g", x[3]);
}

/* Some steps of Adam and AdaGrad, on numbers of which those beyond n must stay. */
static void
test_steps(void)
{
	float		x[3][NUMBERS];
	double		e[3][NUMBERS];
	Rng			rng = {9};
	int			n = NUMBERS - KERNEL_ROW_FLOATS;
	AdamStep	step = {.rate = 0.1f, .keep_mean = 0.9f, .keep_square = 0.99f, .epsilon = 1e-3f, .weight = x[0],
		.mean = x[1], .square = x[2]};

	for (int adam = 0; adam < 2; adam++)
	{
		memset(x, 0, sizeof(x));
		memset(e, 0, sizeof(e));
		x[0][n] = x[1][n] = x[2][n] = MARK;
		for (int i = 0; i < n; i++)
			e[0][i] = x[0][i] = random_float(&rng);
		for (int s = 0; s < 5; s++)
		{
			float		g[NUMBERS];

			fill(&rng, g, NUMBERS);
			(adam ? wemb_kernel->adam_step : wemb_kernel->adagrad_step) (&step, g, n);
			for (int i = 0; i < n; i++)
			{
				e[1][i] = 0.9 * e[1][i] + 0.1 * g[i];
				e[2][i] = adam ? 0.99 * e[2][i] + 0.01 * g[i] * g[i] : e[2][i] + g[i] * g[i];
				e[0][i] -= 0.1 * (adam ? e[1][i] : g[i]) / (sqrt(e[2][i]) + 1e-3);
			}
		}
		for (int i = 0; i < n; i++)
			CHECK(fabs(x[0][i] - e[0][i]) < 1e-5, "%s: weight %g, not %g", adam ? "Adam" : "AdaGrad", x[0][i], e[0][i]);
		CHECK(x[0][n] == MARK && x[1][n] == MARK && x[2][n] == MARK, "numbers beyond the last changed");
	}
}

/* A group of the kernel in use. */
static void
kernel_group(const char *what)
{
	static char name[100];

	unit_end_group();			/* which still reads the name before */
	snprintf(name, sizeof(name), "%s: %s", wemb_kernel->name, what);
	unit_group(name);
}

int
main(void)
{
	for (int i = 0; wemb_kernel_at(i) != NULL; i++)
	{
		wemb_kernel_use(wemb_kernel_at(i));
		kernel_group("products of matrices");
		test_products();
		kernel_group("cells forward");
		test_forward();
		kernel_group("cells backward");
		test_backward();
		kernel_group("squared errors");
		test_squared_error();
		kernel_group("Adam and AdaGrad");
		test_steps();
	}
	return unit_done();
}
