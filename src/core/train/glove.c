/*
 * glove.c
 *		AdaGrad over the entries of a co-occurrence matrix.
 */
#include "core/train/glove.h"

#include <math.h>
#include <string.h>

#include "core/base/block.h"
#include "core/kernel/kernel.h"

#define AHEAD			6		/* entries between asking for rows and using them */
#define CACHE_FLOATS	16		/* of a cache line */
#define ERROR_CLIP		100.0f	/* weighted errors are cut to this */
#define FIRST_SQUARES	1.0f	/* start of a sum of squared gradients */

/* What stands in a row behind the vector, from element dim on. */
typedef enum RowTail
{
	ROW_BIAS,
	ROW_SQUARES,				/* of the vector's gradients: the mean over its elements, summed over the steps */
	ROW_BIAS_SQUARES,
	ROW_TAIL
} RowTail;

struct GloveShared
{
	GloveConfig config;
	int			stride;			/* floats of a row: the vector, then as RowTail says */
	size_t		rows;			/* offset in bytes: float [2 * words][stride], w then w~ */
	size_t		size;
};

static GloveShared
lay_out(const GloveConfig *config)
{
	GloveShared s = {.config = *config};
	size_t		end = 0;

	block_reserve(&end, 1, sizeof(GloveShared));
	s.stride = (config->dim + ROW_TAIL + KERNEL_ROW_FLOATS - 1) / KERNEL_ROW_FLOATS * KERNEL_ROW_FLOATS;
	s.rows = block_reserve(&end, 2 * (size_t) config->words, s.stride * sizeof(float));
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
	return (float *) ((char *) s + s->rows) + r * s->stride;
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
				row[dim + ROW_BIAS] = (float) (log(sums[word]) - 0.5 * log(total));
			row[dim + ROW_SQUARES] = row[dim + ROW_BIAS_SQUARES] = FIRST_SQUARES;
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

void *
wemb_glove_weights(GloveShared *s, size_t *size)
{
	*size = s->size - s->rows;
	return get_row(s, 0);
}

void
wemb_glove_set_alpha(GloveShared *s, double alpha)
{
	s->config.alpha = alpha;
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
 * AdaGrad steps of both rows; error is the derivative of the loss by what the
 * model makes of them.  With a' = a + p b and, at the same time,
 * b' = b + q a follows b' = (1 - q p) b + q a', which needs no copy of a.
 */
static void
update_rows(const GloveShared *s, float *a, float *b, float error)
{
	int			dim = s->config.dim;
	float		alpha = (float) s->config.alpha;
	float		aa = wemb_kernel->dot_f32(a, a, dim);
	float		bb = wemb_kernel->dot_f32(b, b, dim);
	float		p = -alpha * error / sqrtf(a[dim + ROW_SQUARES]);
	float		q = -alpha * error / sqrtf(b[dim + ROW_SQUARES]);

	a[dim + ROW_SQUARES] += error * error * bb / (float) dim;
	b[dim + ROW_SQUARES] += error * error * aa / (float) dim;
	wemb_kernel->axpy_f32(p, b, a, dim);
	wemb_kernel->scale_f32(1 - q * p, b, dim);
	wemb_kernel->axpy_f32(q, a, b, dim);
}

static inline void
update_bias(float *tail, float alpha, float error)
{
	tail[ROW_BIAS] -= alpha * error / sqrtf(tail[ROW_BIAS_SQUARES]);
	tail[ROW_BIAS_SQUARES] += error * error;
}

static void
prefetch_row(const float *row, int stride)
{
	for (int d = 0; d < stride; d += CACHE_FLOATS)
		__builtin_prefetch(row + d, 1);
}

static double
train_entry(GloveShared *s, const GloveEntry *entry, float log_x_max)
{
	int			dim = s->config.dim;
	float	   *a = get_row(s, entry->row);
	float	   *b = get_row(s, (size_t) s->config.words + entry->column);
	float		log_x = logf(entry->x);
	float		error = wemb_kernel->dot_f32(a, b, dim) + a[dim + ROW_BIAS] + b[dim + ROW_BIAS] - log_x;
	float		weight = log_x < log_x_max ? expf((float) s->config.power * (log_x - log_x_max)) : 1.0f;
	float		step = fmaxf(-ERROR_CLIP, fminf(ERROR_CLIP, weight * error));

	update_rows(s, a, b, step);
	update_bias(a + dim, (float) s->config.alpha, step);
	update_bias(b + dim, (float) s->config.alpha, step);
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
