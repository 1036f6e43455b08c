/*
 * gram.c
 *		Orthonormal columns and eigenvectors through a Gram matrix.
 */
#include "core/train/gram.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "core/kernel/kernel.h"

/* What is left of a column's squared length when all before it are taken out, if rounding alone is left. */
#define DEPENDENT		1e-6

/* Two rows are orthogonal if the cosine between them is less than this. */
#define ORTHOGONAL		1e-11

/* A direction so much shorter than another, squared, is rounding. */
#define NEGLIGIBLE		1e-24

void
wemb_gram_add(double *gram, const float *rows, int n, int k, int stride, float *scratch)
{
	/* columns in one stretch each, for the dot products */
	for (int r = 0; r < n; r++)
		for (int i = 0; i < k; i++)
			scratch[(size_t) i * GRAM_ROWS + r] = rows[(size_t) r * stride + i];
	for (int i = 0; i < k; i++)
		for (int j = 0; j <= i; j++)
			gram[(size_t) i * k + j] += wemb_kernel->dot_f32(scratch + (size_t) i * GRAM_ROWS,
															 scratch + (size_t) j * GRAM_ROWS, n);
}

/* y[i] -= factor * x[i] */
static void
subtract(double *y, double factor, const double *x, int n)
{
	for (int i = 0; i < n; i++)
		y[i] -= factor * x[i];
}

/* Fill the upper half. */
static void
mirror(double *gram, int k)
{
	for (int i = 0; i < k; i++)
		for (int j = 0; j < i; j++)
			gram[(size_t) j * k + i] = gram[(size_t) i * k + j];
}

void
wemb_gram_inverse_begin(double *gram, double *c, double *diagonal, int k)
{
	mirror(gram, k);
	memset(c, 0, (size_t) k * k * sizeof(double));
	for (int j = 0; j < k; j++)
	{
		c[(size_t) j * k + j] = 1;
		diagonal[j] = gram[(size_t) j * k + j];
	}
}

/* Elimination in the rows below j, in gram and, from the unit matrix on, in c. */
void
wemb_gram_inverse_step(double *gram, double *c, const double *diagonal, int k, int j)
{
	double	   *pivot_row = gram + (size_t) j * k;
	double	   *c_row = c + (size_t) j * k;
	double		pivot = pivot_row[j];

	if (!(pivot > DEPENDENT * diagonal[j]))
	{
		memset(c_row, 0, k * sizeof(double));
		return;
	}
	for (int i = j + 1; i < k; i++)
	{
		double		factor = gram[(size_t) i * k + j] / pivot;

		subtract(gram + (size_t) i * k + j, factor, pivot_row + j, k - j);
		subtract(c + (size_t) i * k, factor, c_row, j + 1);
	}
	for (int i = 0; i <= j; i++)
		c_row[i] /= sqrt(pivot);
}

void
wemb_gram_eigen_begin(double *gram, int k)
{
	mirror(gram, k);
}

static double
dot(const double *a, const double *b, int n)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Turn a and b in their plane by the angle with this cosine and sine. */
static void
rotate(double *a, double *b, double cosine, double sine, int n)
{
	for (int i = 0; i < n; i++)
	{
		double		x = a[i];
		double		y = b[i];

		a[i] = cosine * x - sine * y;
		b[i] = sine * x + cosine * y;
	}
}

/* Make row j orthogonal to each row behind it. */
bool
wemb_gram_eigen_step(double *gram, int k, int j)
{
	double	   *a = gram + (size_t) j * k;
	bool		changed = false;

	for (int i = j + 1; i < k; i++)
	{
		double	   *b = gram + (size_t) i * k;
		double		aa = dot(a, a, k);
		double		bb = dot(b, b, k);
		double		ab = dot(a, b, k);
		double		zeta,
					tangent,
					cosine;

		if (fmin(aa, bb) <= NEGLIGIBLE * fmax(aa, bb) || fabs(ab) <= ORTHOGONAL * sqrt(aa) * sqrt(bb))
			continue;
		zeta = (bb - aa) / (2 * ab);
		tangent = copysign(1 / (fabs(zeta) + sqrt(1 + zeta * zeta)), zeta);
		cosine = 1 / sqrt(1 + tangent * tangent);
		rotate(a, b, cosine, cosine * tangent, k);
		changed = true;
	}
	return changed;
}

void
wemb_gram_transform(float *rows, int n, int stride, const float *c, int nout, float *spare)
{
	memset(spare, 0, stride * sizeof(float));
	for (int r = 0; r < n; r++)
	{
		float	   *row = rows + (size_t) r * stride;

		for (int i = 0; i < nout; i++)
			spare[i] = wemb_kernel->dot_f32(row, c + (size_t) i * stride, stride);
		memcpy(row, spare, stride * sizeof(float));
	}
}
