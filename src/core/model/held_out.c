/*
 * held_out.c
 *		How good word vectors are, by texts that they were not trained on.
 */
#include "core/model/held_out.h"

#include <math.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/kernel/kernel.h"
#include "core/model/compose.h"

#define DRAWS	16				/* until a word is taken though it says little */

size_t
wemb_held_out_scratch(int dim)
{
	return wemb_compose_size(dim) + 3 * (size_t) dim * sizeof(float);
}

/* The part of scratch for three vectors; the rest is the composer's. */
static float *
scratch_vectors(void *scratch, int dim)
{
	return (float *) ((char *) scratch + wemb_compose_size(dim));
}

static void
half_vector(const int32_t *words, int n, const TriedVectors *tried, void *scratch, float *out)
{
	Composer   *composer = wemb_compose_init(scratch, tried->dim);
	float	   *vector = scratch_vectors(scratch, tried->dim);

	for (int i = 0; i < n; i++)
	{
		tried->vector(tried->arg, words[i], vector);
		wemb_compose_add(composer, vector, tried->weight(tried->arg, words[i]));
	}
	if (wemb_compose_finish(composer, true, out) != COMPOSE_OK)
		memset(out, 0, tried->dim * sizeof(float));
}

void
wemb_held_out_halves(const Excerpts *excerpts, int i, const TriedVectors *tried, void *scratch,
					 float *first, float *second)
{
	const int32_t *words = excerpts->words + excerpts->start[i];
	int			n = excerpts->start[i + 1] - excerpts->start[i];

	half_vector(words, n / 2, tried, scratch, first);
	half_vector(words + n / 2, n - n / 2, tried, scratch, second);
}

/* A place in an excerpt, most probably one whose word says something. */
static int
draw_place(const Excerpts *excerpts, int i, const TriedVectors *tried, Rng *rng)
{
	int			n = excerpts->start[i + 1] - excerpts->start[i];
	int			place = 0;

	for (int draw = 0; draw < DRAWS; draw++)
	{
		place = excerpts->start[i] + (int) rng_below(rng, (uint32_t) n);
		if (rng_float(rng) < tried->weight(tried->arg, excerpts->words[place]))
			break;
	}
	return place;
}

/* A place near another one of the same excerpt. */
static int
draw_neighbour(const Excerpts *excerpts, int i, const TriedVectors *tried, int place, Rng *rng)
{
	int			low = place - HELD_OUT_WINDOW > excerpts->start[i] ? place - HELD_OUT_WINDOW : excerpts->start[i];
	int			high = place + HELD_OUT_WINDOW < excerpts->start[i + 1] - 1 ? place + HELD_OUT_WINDOW :
		excerpts->start[i + 1] - 1;
	int			neighbour = low;

	for (int draw = 0; draw < DRAWS; draw++)
	{
		neighbour = low + (int) rng_below(rng, (uint32_t) (high - low));
		neighbour += neighbour >= place;
		if (rng_float(rng) < tried->weight(tried->arg, excerpts->words[neighbour]))
			break;
	}
	return neighbour;
}

double
wemb_held_out_neighbours(const Excerpts *excerpts, int i, const TriedVectors *tried, void *scratch, uint64_t seed)
{
	int			dim = tried->dim;
	float	   *vector = scratch_vectors(scratch, dim);
	Rng			rng = rng_for(seed, (uint64_t) i);
	double		right = 0;

	for (int pair = 0; pair < HELD_OUT_PAIRS; pair++)
	{
		int			other = (int) rng_below(&rng, (uint32_t) excerpts->n - 1);
		int			place = draw_place(excerpts, i, tried, &rng);
		int			neighbour = draw_neighbour(excerpts, i, tried, place, &rng);
		int			stranger = draw_place(excerpts, other + (other >= i), tried, &rng);
		float		near;
		float		far;

		tried->vector(tried->arg, excerpts->words[place], vector);
		tried->vector(tried->arg, excerpts->words[neighbour], vector + dim);
		tried->vector(tried->arg, excerpts->words[stranger], vector + 2 * dim);
		near = wemb_kernel->dot_f32(vector, vector + dim, dim);
		far = wemb_kernel->dot_f32(vector, vector + 2 * dim, dim);
		right += near > far ? 1 : near == far ? 0.5 : 0;
	}
	return right / HELD_OUT_PAIRS;
}

double
wemb_held_out_retrieval(const float *first, const float *second, int n, int dim, int i)
{
	float		own = wemb_kernel->dot_f32(first, second + (size_t) i * dim, dim);
	double		rank = 1;

	for (int other = 0; other < n; other++)
	{
		float		theirs = wemb_kernel->dot_f32(first, second + (size_t) other * dim, dim);

		if (other != i)
			rank += theirs > own ? 1 : theirs == own ? 0.5 : 0;
	}
	return 1 / rank;
}

double
wemb_held_out_lead(const double *a, const double *b, int n, double *error)
{
	double		sum = 0;
	double		squares = 0;
	double		mean;

	for (int i = 0; i < n; i++)
		sum += a[i] - b[i];
	mean = sum / n;
	for (int i = 0; i < n; i++)
		squares += (a[i] - b[i] - mean) * (a[i] - b[i] - mean);
	*error = sqrt(squares / (n - 1) / n);
	return mean;
}
