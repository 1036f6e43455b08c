/*
 * test_half.c
 *		Halves against what IEEE 754 says of binary16, in double precision.
 */
#include <math.h>

#include "core/kernel/half.h"
#include "unit.h"

/* What the bits of a half mean. */
static double
meaning(Half half)
{
	int			exponent = half >> 10 & 31;
	double		mantissa = half & 0x3FF;
	double		size = exponent == 0 ? ldexp(mantissa, -24) : ldexp(mantissa + 1024, exponent - 25);

	if (exponent == 31)
		size = mantissa == 0 ? INFINITY : NAN;
	return half & 0x8000 ? -size : size;
}

/* The half nearest to a finite value, looked for among all: they are in order, so between two neighbours. */
static Half
nearest(double value)
{
	int			low = 0,
				high = 0x7C00;
	Half		sign = signbit(value) ? 0x8000 : 0;
	double		size = fabs(value),
				below,
				above;

	while (high - low > 1)
	{
		int			middle = (low + high) / 2;

		if (meaning((Half) middle) <= size)
			low = middle;
		else
			high = middle;
	}
	below = size - meaning((Half) low);
	/* where the range ends, the next step would be one more of the last size */
	above = (high == 0x7C00 ? 65536 : meaning((Half) high)) - size;
	if (above < below || (above == below && high % 2 == 0))
		low = high;
	return (Half) (sign | low);
}

static void
test_to_float(void)
{
	unit_group("every half becomes the float that it means");
	for (int i = 0; i < 1 << 16; i++)
	{
		double		exact = meaning((Half) i);
		float		got = half_to_float((Half) i);

		CHECK(isnan(exact) ? isnan(got) : got == exact && !signbit(got) == !signbit(exact), "%x becomes %g", i, got);
		CHECK(isnan(exact) || half_from_float(got) == i, "%x does not come back", i);
	}
}

static void
test_from_float(void)
{
	int			nbad = 0;

	unit_group("floats become the nearest half, ties the even one");
	for (int i = 0; i < 0x7C00; i++)
	{
		double		middle = (meaning((Half) i) + (i == 0x7BFF ? 65536 : meaning((Half) (i + 1)))) / 2;
		float		around[] = {(float) middle, nextafterf((float) middle, 0), nextafterf((float) middle, INFINITY)};

		for (int k = 0; k < 3; k++)
			nbad += half_from_float(around[k]) != nearest(around[k]) ||
				half_from_float(-around[k]) != nearest(-around[k]);
	}
	CHECK(nbad == 0, "%d around a middle do not", nbad);
	/* a prime step through all floats */
	for (uint64_t bits = 0; bits < UINT64_C(1) << 32; bits += 65537 * 3)
	{
		float		f = half_float_of_bits((uint32_t) bits);

		nbad += isfinite(f) && half_from_float(f) != nearest(f);
	}
	CHECK(nbad == 0, "%d of all floats do not", nbad);
}

static void
test_limits(void)
{
	unit_group("limits of halves");
	CHECK(half_from_float(HALF_MAX) == 0x7BFF && half_to_float(0x7BFF) == HALF_MAX, "the largest");
	CHECK(half_from_float(HALF_MAX_ROUNDED) == 0x7BFF, "the largest float that is not too large");
	CHECK(half_from_float(nextafterf(HALF_MAX_ROUNDED, INFINITY)) == 0x7C00, "the float after it");
	CHECK(half_from_float(-3e38f) == 0xFC00 && half_from_float(INFINITY) == 0x7C00, "infinity");
	CHECK(half_from_float(0x1p-24f) == 1 && half_from_float(0x1p-25f) == 0 && half_from_float(0x1.8p-25f) == 1,
		  "the smallest");
	CHECK(half_from_float(-0.0f) == 0x8000 && half_from_float(-1e-45f) == 0x8000, "the sign of zero");
	CHECK((half_from_float(NAN) & 0x7E00) == 0x7E00 && isnan(half_to_float(0x7C01)), "NaN");
}

int
main(void)
{
	test_to_float();
	test_from_float();
	test_limits();
	return unit_done();
}
