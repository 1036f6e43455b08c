/*
 * glove.c
 *		AdaGrad over the entries of a co-occurrence matrix.
 */
#include "core/train/glove.h"

#include <math.h>
#include <string.h>

#include "core/kernel/kernel.h"
#include "core/train/block.h"

#define AHEAD			6		/* entries between asking for rows and using them */
#define CACHE_FLOATS	16		/* of a cache line */
#define ERROR_CLIP		100.0f	/* weighted errors are cut to this */
#define FIRST_SQUARES	1.0f	/* start of a sum of squared gradients */

struct GloveShared
{
	GloveConfig config;
	int			stride;			/* floats of a vector, its bias, and zeros */
	size_t		rows;			/* offset in bytes: float [2 * words][2][stride], w then w~; values, then squares */
	size_t		size;
};

static GloveShared
lay_out(const GloveConfig *config)
{
	GloveShared s = {.config = *config};
	size_t		end = 0;

	block_reserve(&end, 1, sizeof(GloveShared));
	s.stride = (config->dim + 1 + KERNEL_ROW_FLOATS - 1) / KERNEL_ROW_FLOATS * KERNEL_ROW_FLOATS;
	s.rows = block_reserve(&end, 2 * (size_t) config->words, 2 * s.stride * sizeof(float));
	s.size = end;
	return s;
}

size_t
wemb_glove_shared_size(const GloveConfig *config)
{
	return lay_out(config).size;
}

GloveShared *
wemb_glove_shared_init(void *block, const GloveConfig *config)
{
	GloveShared *s = block;

	*s = lay_out(config);
	return s;
}

/* Row r: that of word r in w, or of word r - words in w~. */
static inline float *
get_row(const GloveShared *s, size_t r)
{
	return (float *) ((char *) s + s->rows) + r * 2 * s->stride;
}

int
wemb_glove_init_rows(GloveShared *s, const double *sums, double total, int first, int n)
{
	int			words = s->config.words;
	int			dim = s->config.dim;
	int			end = n < words - first ? first + n : words;

	for (int word = first; word < end; word++)
		for (int side = 0; side < 2; side++)
		{
			size_t		r = (size_t) side * words + word;
			Rng			rng = rng_for(s->config.seed, r);
			float	   *row = get_row(s, r);

			for (int d = 0; d < dim; d++)
				row[d] = (rng_float(&rng) - 0.5f) / (float) dim;
			memset(row + dim, 0, (s->stride - dim) * sizeof(float));
			if (sums[word] > 0)
				row[dim] = (float) (log(sums[word]) - 0.5 * log(total));
			for (int d = 0; d < s->stride; d++)
				row[s->stride + d] = FIRST_SQUARES;
		}
	return end < words ? end : 0;
}

void
wemb_glove_set_vector(GloveShared *s, int word, const float *vector)
{
	for (int side = 0; side < 2; side++)
	{
		float	   *row = get_row(s, (size_t) side * s->config.words + word);

		for (int d = 0; d < s->config.dim; d++)
			row[d] = 0.5f * vector[d];
	}
}

void
wemb_glove_shuffle(GloveEntry *entries, int n, Rng *rng)
{
	for (int i = n - 1; i > 0; i--)
	{
		uint32_t	k = rng_below(rng, (uint32_t) i + 1);
		GloveEntry	swap = entries[i];

		entries[i] = entries[k];
		entries[k] = swap;
	}
}

/*
 * 1 / sqrt(x) for x >= 1, within 0.2 %, which is plenty for the size of a step:
 * half the exponent by a shift, then one step of Newton's.  Unlike sqrtf() it
 * is made of operations that every compiler vectorizes.
 */
static inline float
inverse_sqrt(float x)
{
	uint32_t	bits;
	float		y;

	memcpy(&bits, &x, sizeof(bits));
	bits = UINT32_C(0x5F375A86) - (bits >> 1);
	memcpy(&y, &bits, sizeof(y));
	return y * (1.5f - 0.5f * x * y * y);
}

/* One AdaGrad step of both rows for the product of a and b, which error is the derivative of. */
static void
update_rows(float *restrict a, float *restrict b, float alpha, float error, int stride)
{
	float	   *restrict a_squares = a + stride;
	float	   *restrict b_squares = b + stride;

	for (int d = 0; d < stride; d++)
	{
		float		a_gradient = error * b[d];
		float		b_gradient = error * a[d];

		a[d] -= alpha * a_gradient * inverse_sqrt(a_squares[d]);
		b[d] -= alpha * b_gradient * inverse_sqrt(b_squares[d]);
		a_squares[d] += a_gradient * a_gradient;
		b_squares[d] += b_gradient * b_gradient;
	}
}

static inline void
update_bias(float *bias, float *squares, float alpha, float error)
{
	*bias -= alpha * error * inverse_sqrt(*squares);
	*squares += error * error;
}

static void
prefetch_row(const float *row, int stride)
{
	for (int d = 0; d < 2 * stride; d += CACHE_FLOATS)
		__builtin_prefetch(row + d, 1);
}

static double
train_entry(GloveShared *s, const GloveEntry *entry, float log_x_max)
{
	int			dim = s->config.dim;
	int			stride = s->stride;
	float		alpha = (float) s->config.alpha;
	float	   *a = get_row(s, entry->row);
	float	   *b = get_row(s, (size_t) s->config.words + entry->column);
	float		log_x = logf(entry->x);
	float		error = wemb_kernel->dot_f32(a, b, dim) + a[dim] + b[dim] - log_x;
	float		weight = log_x < log_x_max ? expf((float) s->config.power * (log_x - log_x_max)) : 1.0f;
	float		step = fmaxf(-ERROR_CLIP, fminf(ERROR_CLIP, weight * error));

	update_rows(a, b, alpha, step, dim);
	update_bias(&a[dim], &a[stride + dim], alpha, step);
	update_bias(&b[dim], &b[stride + dim], alpha, step);
	return 0.5 * weight * error * error;
}

double
wemb_glove_train(GloveShared *s, const GloveEntry *entries, int n)
{
	float		log_x_max = (float) log(s->config.x_max);
	double		loss = 0;

	for (int i = 0; i < n; i++)
	{
		if (i + AHEAD < n)
		{
			prefetch_row(get_row(s, entries[i + AHEAD].row), s->stride);
			prefetch_row(get_row(s, (size_t) s->config.words + entries[i + AHEAD].column), s->stride);
		}
		loss += train_entry(s, &entries[i], log_x_max);
	}
	return loss;
}

void
wemb_glove_word_vector(const GloveShared *s, int word, bool unit_length, float *out)
{
	int			dim = s->config.dim;
	const float *a = get_row(s, word);
	const float *b = get_row(s, (size_t) s->config.words + word);
	double		norm2 = 0;

	for (int d = 0; d < dim; d++)
	{
		out[d] = a[d] + b[d];
		norm2 += (double) out[d] * out[d];
	}
	if (unit_length && norm2 > 0)
		wemb_kernel->scale_f32((float) (1.0 / sqrt(norm2)), out, dim);
}
