/*
 * ppmi_svd.c
 *		Randomized subspace iteration over streamed counts.
 *
 * Passes alternate: an even one multiplies by M, an odd one by M^T, each
 * what the one before has left, its columns made orthonormal.  Before the last
 * pass, a basis Q of M's range is there.  The last makes Z = M^T Q, and from
 * Z^T Z = W S^2 W^T follows U = Q W.
 */
#include "core/train/ppmi_svd.h"

#include <math.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/base/block.h"
#include "core/kernel/kernel.h"
#include "core/train/cooccur.h"
#include "core/train/gram.h"

#define OVERSAMPLING	10
#define PREFETCH		8		/* entries between asking for a row and using it */
#define CACHE_FLOATS	16		/* of a cache line */
#define STEP_PRODUCTS	20000000	/* of two floats, about, that a step takes */
#define LEAST_SINGULAR	1e-5	/* relative to the largest one; less is rounding */

typedef enum SvdPhase
{
	SVD_MULTIPLY,				/* the callers' */
	SVD_GRAM,
	SVD_INVERSE,
	SVD_EIGEN,
	SVD_TRANSFORM
} SvdPhase;

struct SvdShared
{
	SvdConfig	config;
	int			k;				/* columns: dim + OVERSAMPLING */
	int			stride;			/* floats a row of the matrices */
	size_t		sums;			/* double [words] */
	size_t		logs;			/* float [words]: of the sums */
	size_t		matrix[2];		/* float [words][stride] */
	size_t		gram;			/* double [k][k] */
	size_t		inverse;		/* double [k][k] */
	size_t		diagonal;		/* double [k]; at the end, the singular values */
	size_t		coefficients;	/* float [k][stride] */
	size_t		scratch;		/* float [k][GRAM_ROWS] */
	size_t		spare;			/* float [stride] */
	size_t		size;

	int			source;			/* number of the matrix that is multiplied; the other takes the product */
	int			pass;
	float		log_total;		/* ln N */
	float		row_power;		/* of a row's sum, and of a column's, in this pass */
	float		column_power;

	SvdPhase	phase;
	int			rounds;			/* how often the columns are still made orthonormal */
	int			next;			/* row or column that comes next in the phase */
	int			sweeps;
	bool		changed;
};

static inline void *
at(const SvdShared *s, size_t offset)
{
	return (char *) s + offset;
}

static inline float *
matrix_row(const SvdShared *s, int number, int row)
{
	return (float *) at(s, s->matrix[number]) + (size_t) row * s->stride;
}

static SvdShared
lay_out(const SvdConfig *config)
{
	SvdShared	s = {.config = *config};
	size_t		end = 0;
	size_t		words = config->words;
	size_t		k = config->dim + OVERSAMPLING;

	block_reserve(&end, 1, sizeof(SvdShared));
	s.k = (int) k;
	s.stride = (s.k + KERNEL_ROW_FLOATS - 1) / KERNEL_ROW_FLOATS * KERNEL_ROW_FLOATS;
	s.sums = block_reserve(&end, words, sizeof(double));
	s.logs = block_reserve(&end, words, sizeof(float));
	s.matrix[0] = block_reserve(&end, words, s.stride * sizeof(float));
	s.matrix[1] = block_reserve(&end, words, s.stride * sizeof(float));
	s.gram = block_reserve(&end, k, k * sizeof(double));
	s.inverse = block_reserve(&end, k, k * sizeof(double));
	s.diagonal = block_reserve(&end, k, sizeof(double));
	s.coefficients = block_reserve(&end, k, s.stride * sizeof(float));
	s.scratch = block_reserve(&end, k, GRAM_ROWS * sizeof(float));
	s.spare = block_reserve(&end, s.stride, sizeof(float));
	s.size = end;
	return s;
}

size_t
wemb_svd_shared_size(const SvdConfig *config)
{
	return lay_out(config).size;
}

SvdShared *
wemb_svd_shared_init(void *block, const SvdConfig *config)
{
	SvdShared  *s = block;

	*s = lay_out(config);
	memset(at(s, s->sums), 0, config->words * sizeof(double));
	return s;
}

/* As good as Gaussian numbers (Halko, Martinsson and Tropp, section 4.6), and cheaper: uniform in (-1, 1). */
int
wemb_svd_init_rows(SvdShared *s, int first, int n)
{
	int			end = n < s->config.words - first ? first + n : s->config.words;

	for (int row = first; row < end; row++)
	{
		Rng			rng = rng_for(s->config.seed, row);
		float	   *x = matrix_row(s, 0, row);

		memset(x, 0, s->stride * sizeof(float));
		memset(matrix_row(s, 1, row), 0, s->stride * sizeof(float));
		for (int d = 0; d < s->k; d++)
			x[d] = 2 * rng_float(&rng) - 1;
	}
	return end < s->config.words ? end : 0;
}

double *
wemb_svd_sums(SvdShared *s)
{
	return at(s, s->sums);
}

static void
begin_pass(SvdShared *s)
{
	bool		transposed = s->pass % 2 == 1;

	s->row_power = transposed ? (float) s->config.smoothing : 1;
	s->column_power = transposed ? 1 : (float) s->config.smoothing;
	s->phase = SVD_MULTIPLY;
}

void
wemb_svd_begin(SvdShared *s)
{
	const double *sums = at(s, s->sums);
	float	   *logs = at(s, s->logs);
	double		total = 0;

	/* a word without neighbours has no entries either, and what its logarithm is does not matter */
	for (int i = 0; i < s->config.words; i++)
	{
		logs[i] = sums[i] > 0 ? (float) log(sums[i]) : 0;
		total += sums[i] > 0 ? pow(sums[i], s->config.smoothing) : 0;
	}
	s->log_total = total > 0 ? (float) log(total) : 0;
	s->source = 0;
	s->pass = 0;
	begin_pass(s);
}

int
wemb_svd_passes(const SvdConfig *config)
{
	return 2 * config->power_iterations + 2;
}

static void
multiply_record(SvdShared *s, const CooccurRecord *record)
{
	const float *logs = at(s, s->logs);
	float	   *product = matrix_row(s, 1 - s->source, record->row);
	float		row_log = s->log_total - s->row_power * logs[record->row];

	for (int i = 0; i < record->n; i++)
	{
		const CooccurEntry *entry = &record->entries[i];
		float		pmi = logf(entry->weight) + row_log - s->column_power * logs[entry->column];

		if (i + PREFETCH < record->n)
		{
			const float *ahead = matrix_row(s, s->source, entry[PREFETCH].column);

			for (int d = 0; d < s->stride; d += CACHE_FLOATS)
				__builtin_prefetch(ahead + d);
		}
		if (pmi > 0)
			wemb_kernel->axpy_f32(pmi, matrix_row(s, s->source, entry->column), product, s->stride);
	}
}

void
wemb_svd_multiply(SvdShared *s, const void *page)
{
	const CooccurRecord *record = NULL;

	while ((record = cooccur_next_record(page, record)) != NULL)
		multiply_record(s, record);
}

/* ---- between passes */

static bool
is_last_pass(const SvdShared *s)
{
	return s->pass + 1 == wemb_svd_passes(&s->config);
}

/* The matrix whose rows are transformed: the product, and at the end the basis. */
static int
target(const SvdShared *s)
{
	return is_last_pass(s) ? s->source : 1 - s->source;
}

/* How many rows make a step, at k^2 products each. */
static int
step_rows(const SvdShared *s)
{
	double		rows = STEP_PRODUCTS / ((double) s->k * s->k);

	return rows > 1 ? (int) rows : 1;
}

/* Row i of the coefficients, as factor times x (k). */
static void
set_coefficients(SvdShared *s, int i, double factor, const double *x)
{
	float	   *row = (float *) at(s, s->coefficients) + (size_t) i * s->stride;

	memset(row, 0, s->stride * sizeof(float));
	for (int d = 0; d < s->k; d++)
		row[d] = (float) (factor * x[d]);
}

static void
begin_phase(SvdShared *s, SvdPhase phase)
{
	s->phase = phase;
	s->next = 0;
}

static void
begin_gram(SvdShared *s)
{
	memset(at(s, s->gram), 0, (size_t) s->k * s->k * sizeof(double));
	begin_phase(s, SVD_GRAM);
}

static void
gram_step(SvdShared *s)
{
	int			product = 1 - s->source;

	for (int done = 0; done < step_rows(s) && s->next < s->config.words; done += GRAM_ROWS)
	{
		int			left = s->config.words - s->next;
		int			n = left < GRAM_ROWS ? left : GRAM_ROWS;

		wemb_gram_add(at(s, s->gram), matrix_row(s, product, s->next), n, s->k, s->stride, at(s, s->scratch));
		s->next += n;
	}
	if (s->next < s->config.words)
		return;
	if (is_last_pass(s))
	{
		wemb_gram_eigen_begin(at(s, s->gram), s->k);
		begin_phase(s, SVD_EIGEN);
		s->sweeps = 0;
		s->changed = false;
	}
	else
	{
		wemb_gram_inverse_begin(at(s, s->gram), at(s, s->inverse), at(s, s->diagonal), s->k);
		begin_phase(s, SVD_INVERSE);
	}
}

static void
inverse_step(SvdShared *s)
{
	double	   *c = at(s, s->inverse);

	wemb_gram_inverse_step(at(s, s->gram), c, at(s, s->diagonal), s->k, s->next);
	set_coefficients(s, s->next, 1, c + (size_t) s->next * s->k);
	if (++s->next == s->k)
		begin_phase(s, SVD_TRANSFORM);
}

static double
length(const double *x, int n)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += x[i] * x[i];
	return sqrt(sum);
}

/*
 * Coefficients of the dimensions, the largest first, from the eigenvectors:
 * k rows, each as long as its eigenvalue.
 */
static void
choose_dimensions(SvdShared *s)
{
	double	   *gram = at(s, s->gram);
	double	   *singular = at(s, s->diagonal);
	double	   *lengths = at(s, s->inverse);

	for (int i = 0; i < s->k; i++)
		lengths[i] = length(gram + (size_t) i * s->k, s->k);
	for (int i = 0; i < s->config.dim; i++)
	{
		int			best = 0;
		double		factor = 0;

		for (int j = 1; j < s->k; j++)
			if (lengths[j] > lengths[best])
				best = j;
		singular[i] = sqrt(lengths[best]);
		if (singular[i] > LEAST_SINGULAR * singular[0])
			factor = pow(singular[i], s->config.eigen_power) / lengths[best];
		else
			singular[i] = 0;
		set_coefficients(s, i, factor, gram + (size_t) best * s->k);
		lengths[best] = -1;
	}
}

static void
eigen_step(SvdShared *s)
{
	if (wemb_gram_eigen_step(at(s, s->gram), s->k, s->next))
		s->changed = true;
	if (++s->next < s->k)
		return;
	s->next = 0;
	if (s->changed && ++s->sweeps < GRAM_MAX_SWEEPS)
	{
		s->changed = false;
		return;
	}
	choose_dimensions(s);
	begin_phase(s, SVD_TRANSFORM);
}

/* Rows get their new values; those of the source, which the next pass writes, become zero. */
static void
transform_step(SvdShared *s)
{
	int			left = s->config.words - s->next;
	int			n = left < step_rows(s) ? left : step_rows(s);
	int			nout = is_last_pass(s) ? s->config.dim : s->k;

	wemb_gram_transform(matrix_row(s, target(s), s->next), n, s->stride, at(s, s->coefficients), nout,
						at(s, s->spare));
	if (!is_last_pass(s))
		memset(matrix_row(s, s->source, s->next), 0, (size_t) n * s->stride * sizeof(float));
	s->next += n;
	if (s->next < s->config.words)
		return;
	if (--s->rounds > 0)
	{
		begin_gram(s);
		return;
	}
	s->source = target(s);
	s->pass++;
	begin_pass(s);
}

bool
wemb_svd_end_pass_step(SvdShared *s)
{
	int			pass = s->pass;

	switch (s->phase)
	{
		case SVD_MULTIPLY:

			/*
			 * Once makes the columns independent, which is all that another
			 * pass needs; the basis of the last one must be orthonormal, up to
			 * what rounding allows.
			 */
			s->rounds = pass + 2 == wemb_svd_passes(&s->config) ? 2 : 1;
			begin_gram(s);
			break;
		case SVD_GRAM:
			gram_step(s);
			break;
		case SVD_INVERSE:
			inverse_step(s);
			break;
		case SVD_EIGEN:
			eigen_step(s);
			break;
		case SVD_TRANSFORM:
			transform_step(s);
			break;
	}
	return s->pass == pass;
}

double
wemb_svd_singular_value(const SvdShared *s, int i)
{
	return ((const double *) at(s, s->diagonal))[i];
}

void
wemb_svd_word_vector(const SvdShared *s, int word, bool unit_length, float *out)
{
	int			dim = s->config.dim;
	double		norm2 = 0;

	memcpy(out, matrix_row(s, s->source, word), dim * sizeof(float));
	for (int d = 0; d < dim; d++)
		norm2 += (double) out[d] * out[d];
	if (unit_length && norm2 > 0)
		wemb_kernel->scale_f32((float) (1.0 / sqrt(norm2)), out, dim);
}
