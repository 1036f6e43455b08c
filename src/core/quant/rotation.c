/*
 * rotation.c
 *		Random rotations from signs and Walsh-Hadamard transforms.
 */
#include "core/quant/rotation.h"

#include <math.h>
#include <stdbool.h>

#include "core/base/rng.h"
#include "core/kernel/kernel.h"

void
wemb_rotation_init(uint8_t *signs, int n, uint64_t seed)
{
	Rng			rng = rng_for(seed, (uint64_t) n);

	for (int i = 0; i < ROTATION_SIGN_BYTES(n); i += 8)
	{
		uint64_t	bits = rng_next(&rng);

		for (int byte = 0; byte < 8; byte++)
			signs[i + byte] = (uint8_t) (bits >> (8 * byte));
	}
}

/* Transform a part of x, whose length is a power of two. */
static void
transform(float *part, int length)
{
	wemb_kernel->hadamard(part, length);
	wemb_kernel->scale_f32(1.0f / sqrtf((float) length), part, length);
}

void
wemb_rotation_apply(const uint8_t *signs, float *x, int n, float scale)
{
	bool		whole = (n & (n - 1)) == 0;

	for (int round = 0; round < ROTATION_ROUNDS; round++)
	{
		int			left = n;
		float	   *part = x;

		wemb_kernel->flip_signs(x, signs + round * (n / 8), n);
		while (left > 0)
		{
			int			last = left & -left,
						first = 1 << (31 - __builtin_clz((unsigned) left));
			int			length = round % 2 == 0 ? first : last;

			transform(part, length);
			part += length;
			left -= length;
		}
		if (!whole)
			wemb_kernel->sums_and_differences(x, x + n / 2, n / 2);
	}
	/* each round of sums and differences made lengths sqrt(2) times as large */
	wemb_kernel->scale_f32(whole ? scale : scale / 4, x, n);
}
