/*
 * test_bytes.c
 *		Vectors of bytes: the kernels' distances against double precision, on
 *		every kernel, and the encoder's promises.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/kernel/kernel.h"
#include "core/quant/bytes.h"
#include "unit.h"

#define MAX_LEN		130
#define MAX_SHIFT	5

/* Exact distances, and the magnitudes that kernel.h's promise is relative to. */
typedef struct Exact
{
	double		dot,
				dot_size,
				l2sq,
				l2sq_size,
				l1,
				l1_size;
} Exact;

/* One place: two numbers, their magnitudes for a product, and that of their difference. */
static void
add_place(Exact *e, double x, double y, double product_size, double difference_size)
{
	e->dot += x * y;
	e->dot_size += product_size;
	e->l2sq += (x - y) * (x - y);
	e->l2sq_size += difference_size * difference_size;
	e->l1 += fabs(x - y);
	e->l1_size += difference_size;
}

static double
number(const ByteVector *v, int i)
{
	return v->low + (double) v->step * v->bytes[i];
}

static double
size_of(const ByteVector *v, int i)
{
	return fabs(v->low) + (double) v->step * v->bytes[i];
}

static Exact
exact_float(const float *x, const ByteVector *b, int n)
{
	Exact		e = {0};

	for (int i = 0; i < n; i++)
		add_place(&e, x[i], number(b, i), fabs(x[i]) * size_of(b, i),
				  fabs((double) x[i] - b->low) + (double) b->step * b->bytes[i]);
	return e;
}

static Exact
exact_bytes(const ByteVector *a, const ByteVector *b, int n)
{
	Exact		e = {0};

	for (int i = 0; i < n; i++)
		add_place(&e, number(a, i), number(b, i), size_of(a, i) * size_of(b, i),
				  fabs((double) a->low - b->low) + (double) a->step * a->bytes[i] + (double) b->step * b->bytes[i]);
	return e;
}

static bool
close_to(double got, double exact, double size, int n)
{
	return fabs(got - exact) <= (n + 3) * ldexp(1, -23) * size;
}

/* Distances from moments, too, and the products that they are made of. */
static bool
points_agree(const WembKernel *kernel, const ByteVector *a, const ByteVector *b, int n)
{
	const WembKernel *before = wemb_kernel;
	Exact		e = exact_bytes(a, b, n);
	BytePoint	left = {*a, wemb_byte_moments(a->bytes, n)};
	BytePoint	right = {*b, wemb_byte_moments(b->bytes, n)};
	uint64_t	products = 0;
	bool		ok;

	for (int i = 0; i < n; i++)
		products += (uint64_t) a->bytes[i] * b->bytes[i];
	wemb_kernel_use(kernel);
	ok = kernel->products_u8(a->bytes, b->bytes, n) == products &&
		fabs(wemb_byte_dot(&left, &right, n) - e.dot) <= ldexp(1, -24) * fabs(e.dot) + 1e-13 * e.dot_size &&
		fabs(wemb_byte_l2sq(&left, &right, n) - e.l2sq) <= ldexp(1, -24) * e.l2sq + 1e-13 * e.l2sq_size &&
		wemb_byte_l2sq(&left, &left, n) == 0;
	wemb_kernel_use(before);
	return ok;
}

static bool
kernel_agrees(const WembKernel *kernel, const float *x, const ByteVector *a, const ByteVector *b, int n)
{
	Exact		e = exact_float(x, b, n);
	bool		ok = close_to(kernel->dot_f32_u8(x, b, n), e.dot, e.dot_size, n) &&
		close_to(kernel->l2sq_f32_u8(x, b, n), e.l2sq, e.l2sq_size, n) &&
		close_to(kernel->l1_f32_u8(x, b, n), e.l1, e.l1_size, n);

	e = exact_bytes(a, b, n);
	return ok && points_agree(kernel, a, b, n) && close_to(kernel->dot_u8(a, b, n), e.dot, e.dot_size, n) &&
		close_to(kernel->l2sq_u8(a, b, n), e.l2sq, e.l2sq_size, n) &&
		close_to(kernel->l1_u8(a, b, n), e.l1, e.l1_size, n);
}

/* Vectors in blocks that end with them, so that what is read beyond is found. */
static bool
agrees_at(const WembKernel *kernel, int n, int shift, float offset)
{
	Rng			rng = rng_for((uint64_t) n, (uint64_t) shift);
	int			other = (shift * 3 + 1) % MAX_SHIFT;
	float	   *x = calloc((size_t) (n + shift), sizeof(float));
	uint8_t    *a = calloc((size_t) (n + shift) + 1, 1);
	uint8_t    *b = calloc((size_t) (n + other) + 1, 1);
	ByteVector	left = {a + shift + 1, offset - rng_float(&rng), 0.01f * rng_float(&rng)};
	ByteVector	right = {b + other + 1, offset - rng_float(&rng), 0.01f * rng_float(&rng)};
	bool		ok;

	for (int i = 0; i < n; i++)
	{
		x[i + shift] = offset + rng_float(&rng) * 2 - 1;
		a[i + shift + 1] = shift == 1 ? 255 : (uint8_t) rng_next(&rng);
		b[i + other + 1] = shift == 1 ? 255 : (uint8_t) rng_next(&rng);
	}
	ok = kernel_agrees(kernel, x + shift, &left, &right, n);
	/* numbers that are nearly the same, then the same */
	for (int i = 0; i < n; i++)
		x[i + shift] = (float) number(&right, i);
	memcpy(a + shift + 1, b + other + 1, (size_t) n);
	left.low = right.low;
	left.step = nextafterf(right.step, 1);
	ok = ok && kernel_agrees(kernel, x + shift, &left, &right, n);
	left.step = right.step;
	ok = ok && kernel->l2sq_u8(&left, &right, n) <= 1e-12 * exact_bytes(&left, &right, n).l2sq_size;
	free(x);
	free(a);
	free(b);
	return ok;
}

static void
test_kernel(const WembKernel *kernel)
{
	static const int large[] = {255, 256, 300, 511, 768, 1000, 1537, 4000, 16000};
	static char group[100];

	unit_end_group();
	snprintf(group, sizeof(group), "%s: distances agree with double precision", kernel->name);
	unit_group(group);
	for (int n = 0; n <= MAX_LEN; n++)
		for (int shift = 0; shift < MAX_SHIFT; shift++)
			for (int offset = 0; offset <= 1; offset++)
				CHECK(agrees_at(kernel, n, shift, offset * 1000.0f), "%d bytes, shift %d, offset %d", n, shift, offset);
	for (int i = 0; i < (int) (sizeof(large) / sizeof(large[0])); i++)
		for (int shift = 0; shift < MAX_SHIFT; shift++)
			CHECK(agrees_at(kernel, large[i], shift, 0), "%d bytes, shift %d", large[i], shift);
}

/* ---- the encoder */

/* Wider than double, since low + step * byte may have more digits than that. */
static long double
distance(const float *q, const float *x, int n, bool l1)
{
	long double sum = 0;

	for (int i = 0; i < n; i++)
	{
		long double d = (long double) q[i] - x[i];

		sum += l1 ? fabsl(d) : d * d;
	}
	return l1 ? sum : sqrtl(sum);
}

static long double
distance_to_bytes(const float *q, const ByteVector *v, int n, bool l1)
{
	long double sum = 0;

	for (int i = 0; i < n; i++)
	{
		long double d = (long double) q[i] - v->low - (long double) v->step * v->bytes[i];

		sum += l1 ? fabsl(d) : d * d;
	}
	return l1 ? sum : sqrtl(sum);
}

/* A few queries: random ones, the vector, what its bytes stand for, and far beyond either. */
static bool
bound_holds(const float *x, int n, bool l1, Rng *rng)
{
	uint8_t		bytes[MAX_LEN + 1];
	float		q[MAX_LEN];
	ByteScale	scale;
	ByteVector	v;
	bool		ok = true;

	bytes[n] = 77;
	wemb_bytes_encode(x, n, l1, bytes, &scale);
	v = (ByteVector) {bytes, scale.low, scale.step};
	ok = ok && bytes[n] == 77 && scale.step >= 0 && isfinite(scale.step * 255.0f) && isfinite(scale.low);
	for (int k = 0; k < 6; k++)
	{
		long double to_x,
					to_bytes;

		for (int i = 0; i < n; i++)
		{
			float		other = (rng_float(rng) * 4 - 2) * (k == 3 ? 1 : fabsf(x[0]));
			double		near = number(&v, i);

			q[i] = k == 0 ? x[i] : k == 1 ? (float) near : k == 2 ? (float) (3 * near - 2 * x[i]) : other;
		}
		/* a query beyond floats shows nothing */
		to_x = distance(q, x, n, l1);
		to_bytes = distance_to_bytes(q, &v, n, l1);
		ok = ok && (!isfinite(to_x) || fabsl(to_x - to_bytes) <= scale.lost + 1e-16L * (to_x + to_bytes));
	}
	return ok;
}

/* The bytes are the nearest ones and use the whole scale; what is lost is no more than half a step a dimension. */
static bool
is_near(const float *x, int n, bool l1)
{
	uint8_t		bytes[MAX_LEN];
	ByteScale	scale;
	ByteVector	v;
	long double lost;
	bool		ok = true;

	wemb_bytes_encode(x, n, l1, bytes, &scale);
	v = (ByteVector) {bytes, scale.low, scale.step};
	for (int i = 0; i < n; i++)
		ok = ok && fabs(x[i] - number(&v, i)) <= scale.step * 0.50002;
	lost = distance_to_bytes(x, &v, n, l1);
	return ok && scale.lost >= lost && scale.lost <= lost * 1.000001L + 1e-12L * n * scale.step + 2e-45L;
}

/* Vector number kind of some that are hard. */
static void
fill_hard(float *x, int n, int kind, Rng *rng)
{
	for (int i = 0; i < n; i++)
	{
		float		r = rng_float(rng) * 2 - 1;
		float		values[] = {0, 3.3f, 1e38f, FLT_MAX, r * 1e-45f * 300, r * 1e-40f, i % 2 ? 1e-45f : 0, r * FLT_MAX,
			i % 2 ? FLT_MAX : -FLT_MAX, i == n / 2 ? 1e6f : r, i == 0 ? -1e38f : r * 1e-30f, 1e7f + (float) (i % 3),
			i == 0 ? 0.99609375f : i == 1 ? -1e-18f : 0.5f, -FLT_MIN * (float) i, 1000 + r * 1e-3f, r * 1.6e38f};

		x[i] = values[kind];
	}
}

#define HARD_KINDS	16

static void
test_encoder(void)
{
	static const float sizes[] = {1e-30f, 1e-3f, 1, 1e4f, 1e30f};
	float		x[MAX_LEN];
	uint8_t		bytes[MAX_LEN];
	ByteScale	scale;
	Rng			rng = rng_for(3, 3);

	unit_group("numbers become the nearest bytes, and what is lost is told");
	for (int n = 1; n <= MAX_LEN; n++)
		for (int size = 0; size < 5; size++)
			for (int l1 = 0; l1 < 2; l1++)
			{
				for (int i = 0; i < n; i++)
					x[i] = (rng_float(&rng) * 2 - 1 + (float) (n % 3)) * sizes[size];
				CHECK(is_near(x, n, l1 != 0), "%d numbers of %g", n, sizes[size]);
				CHECK(bound_holds(x, n, l1 != 0, &rng), "%d numbers of %g", n, sizes[size]);
			}

	unit_group("no distance is wrong by more than what is lost, however hard the vector");
	for (int n = 1; n <= MAX_LEN; n++)
		for (int kind = 0; kind < HARD_KINDS; kind++)
			for (int l1 = 0; l1 < 2; l1++)
			{
				fill_hard(x, n, kind, &rng);
				CHECK(bound_holds(x, n, l1 != 0, &rng), "%d numbers of kind %d", n, kind);
			}

	unit_group("the scale goes from the least number to the largest");
	for (int i = 0; i < 256; i++)
	{
		x[0] = x[1] = x[2] = -0.5f * (float) (i % 3);
		x[3] = -8 + 0.0625f * (float) i;
		x[4] = -8;
		x[5] = -8 + 0.0625f * 255;
		wemb_bytes_encode(x, 6, false, bytes, &scale);
		CHECK(scale.low == -8 && scale.step == 0.0625f && bytes[3] == i && scale.lost <= 1e-13f, "byte %d is %d, %g lost", i,
			  bytes[3], scale.lost);
	}

	unit_group("a constant vector loses nothing");
	for (int i = 0; i < 7; i++)
		x[i] = 0.1f;
	wemb_bytes_encode(x, 7, false, bytes, &scale);
	CHECK(scale.low == 0.1f && scale.step == 0 && scale.lost == 0 && bytes[6] == 0, "%g lost", scale.lost);
}

int
main(void)
{
	const WembKernel *kernel;

	test_encoder();
	for (int i = 0; (kernel = wemb_kernel_at(i)) != NULL; i++)
		test_kernel(kernel);
	return unit_done();
}
