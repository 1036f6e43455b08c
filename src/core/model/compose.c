/*
 * compose.c
 *		Vectors of words to the vector of a text.
 */
#include "core/model/compose.h"

#include <math.h>
#include <string.h>

#include "core/kernel/kernel.h"

#define BLOCK_VECTORS	256		/* vectors summed up in float */
#define UNIT_TOLERANCE	1e-5	/* of a squared length: what storing floats may have cost */

struct Composer
{
	int			dim;
	int			nblock;			/* vectors in the block */
	int64_t		nvectors;		/* all of them */
	double		weight;			/* sum of the weights */
	double		sums[];			/* dim doubles; then dim floats, the block; then dim floats, the first vector */
};

static float *
block_of(Composer *composer)
{
	return (float *) (composer->sums + composer->dim);
}

static float *
first_of(Composer *composer)
{
	return block_of(composer) + composer->dim;
}

size_t
wemb_compose_size(int dim)
{
	return sizeof(Composer) + (size_t) dim * (sizeof(double) + 2 * sizeof(float));
}

Composer *
wemb_compose_init(void *block, int dim)
{
	memset(block, 0, wemb_compose_size(dim));
	((Composer *) block)->dim = dim;
	return block;
}

/* Empty the block into the sums. */
static void
end_block(Composer *composer)
{
	float	   *block = block_of(composer);

	for (int i = 0; i < composer->dim; i++)
	{
		composer->sums[i] += block[i];
		block[i] = 0.0f;
	}
	composer->nblock = 0;
}

void
wemb_compose_add(Composer *composer, const float *vec, double weight)
{
	if (composer->nvectors == 0)
		memcpy(first_of(composer), vec, composer->dim * sizeof(float));
	wemb_kernel->axpy_f32((float) weight, vec, block_of(composer), composer->dim);
	composer->nvectors++;
	composer->weight += weight;
	if (++composer->nblock == BLOCK_VECTORS)
		end_block(composer);
}

/* Turn the sums into the mean. */
static void
divide_sums(Composer *composer)
{
	end_block(composer);
	if (composer->nvectors == 1)
	{
		for (int i = 0; i < composer->dim; i++)
			composer->sums[i] = first_of(composer)[i];
		return;
	}
	for (int i = 0; i < composer->dim; i++)
		composer->sums[i] /= composer->weight;
}

ComposeResult
wemb_compose_finish(Composer *composer, bool unit_length, float *result)
{
	double		squares = 0.0;
	double		scale = 1.0;

	if (composer->nvectors == 0)
		return COMPOSE_NOTHING;
	divide_sums(composer);
	for (int i = 0; i < composer->dim; i++)
		squares += composer->sums[i] * composer->sums[i];
	if (squares == 0.0)
		return COMPOSE_NOTHING;
	if (!isfinite(squares))
		return COMPOSE_OVERFLOW;
	if (unit_length && !(composer->nvectors == 1 && fabs(squares - 1.0) <= UNIT_TOLERANCE))
		scale = 1.0 / sqrt(squares);
	for (int i = 0; i < composer->dim; i++)
		result[i] = (float) (composer->sums[i] * scale);
	return COMPOSE_OK;
}
