/*
 * test_rotation.c
 *		Random rotations: orthogonal, thorough, and the same bits everywhere.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/rng.h"
#include "core/kernel/kernel.h"
#include "core/quant/rotation.h"
#include "unit.h"

#define LARGEST 16000

static uint8_t signs[ROTATION_SIGN_BYTES(LARGEST)];
static float x_block[LARGEST],
			y_block[LARGEST];

static void
fill(float *x, int n, Rng *rng)
{
	for (int i = 0; i < n; i++)
		x[i] = rng_float(rng) * 4 - 2;
}

static double
dot(const float *x, const float *y, int n)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += (double) x[i] * y[i];
	return sum;
}

static void
test_orthogonal(void)
{
	static const int sizes[] = {64, 128, 192, 256, 320, 448, 512, 576, 960, 1024, 1536, 4096, 15936, LARGEST};
	Rng			rng = rng_for(3, 3);

	unit_group("lengths and angles stay");
	for (int i = 0; i < (int) (sizeof(sizes) / sizeof(sizes[0])); i++)
	{
		int			n = sizes[i];
		double		xx,
					yy,
					xy;

		wemb_rotation_init(signs, n, (uint64_t) i);
		fill(x_block, n, &rng);
		fill(y_block, n, &rng);
		xx = dot(x_block, x_block, n);
		yy = dot(y_block, y_block, n);
		xy = dot(x_block, y_block, n);
		wemb_rotation_apply(signs, x_block, n, 0.5f);
		wemb_rotation_apply(signs, y_block, n, 2);
		CHECK(fabs(dot(x_block, x_block, n) * 4 / xx - 1) < 1e-5, "length, %d", n);
		CHECK(fabs(dot(y_block, y_block, n) / 4 / yy - 1) < 1e-5, "length, %d", n);
		CHECK(fabs(dot(x_block, y_block, n) - xy) < 1e-5 * sqrt(xx * yy), "angle, %d", n);
	}

	unit_group("the columns of the matrix are orthonormal");
	for (int i = 0; i < 6; i++)
	{
		int			n = sizes[i];
		float	   *columns = calloc((size_t) (n * n), sizeof(float));

		wemb_rotation_init(signs, n, 4);
		for (int column = 0; column < n; column++)
		{
			columns[column * n + column] = 1;
			wemb_rotation_apply(signs, columns + column * n, n, 1);
			for (int other = 0; other <= column; other++)
				CHECK(fabs(dot(columns + column * n, columns + other * n, n) - (column == other)) < 1e-5,
					  "%d: %d and %d", n, column, other);
		}
		free(columns);
	}
}

/* Where the numbers of a unit vector go, over all unit vectors and a few seeds: as on a random sphere. */
static void
test_thorough(void)
{
	static const int sizes[] = {64, 128, 192, 320, 448, 960};

	unit_group("what was one number is spread over all, as in a random direction");
	for (int i = 0; i < 6; i++)
	{
		int			n = sizes[i];
		double		fourth = 0,
					largest = 0,
					worst = 0;
		double		share[960] = {0};

		for (int seed = 0; seed < 40; seed++)
		{
			wemb_rotation_init(signs, n, (uint64_t) seed);
			for (int unit = 0; unit < n; unit += 7)
			{
				memset(x_block, 0, sizeof(float) * (size_t) n);
				x_block[unit] = 1;
				wemb_rotation_apply(signs, x_block, n, 1);
				for (int d = 0; d < n; d++)
				{
					double		square = (double) x_block[d] * x_block[d];

					fourth += square * square * n / ((n + 6) / 7 * 40.0);
					largest = square > largest ? square : largest;
					share[d] += square * n / ((n + 6) / 7 * 40.0);
				}
			}
		}
		for (int d = 0; d < n; d++)
			worst = fabs(share[d] - 1) > worst ? fabs(share[d] - 1) : worst;
		/* on a sphere the fourth moment is 3 n / (n + 2) */
		CHECK(fabs(fourth - 3.0 * n / (n + 2)) < 0.25, "%d: fourth moment %g", n, fourth);
		CHECK(largest * n < 40, "%d: one number has %g times its share", n, largest * n);
		CHECK(worst < 0.3, "%d: a place gets %g more or less than its share", n, worst);
	}
}

static void
test_same_bits(void)
{
	const WembKernel *kernel;

	unit_group("the same seed gives the same bits on every kernel and machine");
	for (int k = 0; (kernel = wemb_kernel_at(k)) != NULL; k++)
	{
		uint64_t	sum = 0;

		wemb_kernel_use(kernel);
		for (int n = 64; n <= LARGEST; n += n < 700 ? 64 : 1856)
		{
			Rng			rng = rng_for(9, (uint64_t) n);

			wemb_rotation_init(signs, n, 11);
			fill(x_block, n, &rng);
			wemb_rotation_apply(signs, x_block, n, 0.25f);
			sum = sum * 31 + wemb_hash((const char *) x_block, sizeof(float) * (size_t) n);
		}
		CHECK(sum == UINT64_C(0xCF0F477612CC613E), "%s: %llx", kernel->name, (unsigned long long) sum);
	}
	wemb_kernel_init();
}

/* The transform by its definition: the sign of a product is the parity of the common bits of the two places. */
static void
test_hadamard(void)
{
	const WembKernel *kernel;
	Rng			rng = rng_for(2, 2);

	unit_group("every kernel's transform is Walsh and Hadamard's");
	for (int k = 0; (kernel = wemb_kernel_at(k)) != NULL; k++)
		for (int n = 64; n <= 512; n *= 2)
		{
			fill(x_block, n, &rng);
			memcpy(y_block, x_block, sizeof(float) * (size_t) n);
			kernel->hadamard(y_block, n);
			for (int i = 0; i < n; i++)
			{
				double		sum = 0;

				for (int j = 0; j < n; j++)
					sum += __builtin_parity((unsigned) (i & j)) ? -x_block[j] : x_block[j];
				CHECK(fabs(y_block[i] - sum) < 1e-3, "%s, %d: place %d is %g, not %g", kernel->name, n, i, y_block[i], sum);
			}
		}
}

int
main(void)
{
	wemb_kernel_init();
	test_orthogonal();
	test_thorough();
	test_hadamard();
	test_same_bits();
	return unit_done();
}
