/*
 * train_layout.c
 *		Sizing and formatting the shared block of a training run.
 */
#include "core/train/train_layout.h"

#include <math.h>
#include <string.h>

#include "core/base/block.h"
#include "core/model/subword.h"
#include "core/train/finite.h"
#include "core/train/subsample.h"

/*
 * Negatives are drawn in proportion to a power of the count.  Skip-gram does best
 * with fastText's 0.5: word2vec's 0.75 (Mikolov et al. 2013, section 2.2) gave
 * 0.01 less in WordSim-353 and SimLex-999 on 16 million tokens, at the same
 * analogies.  CBOW does best with 0.75: 0.5 gave 0.013 less in analogies.
 */
static double
negative_power(const TrainConfig *config)
{
	return config->architecture == TRAIN_CBOW ? 0.75 : 0.5;
}

int
wemb_train_input_rows(const TrainConfig *config)
{
	return config->words + config->buckets;
}

int
wemb_train_output_rows(const TrainConfig *config)
{
	return config->loss == TRAIN_HIERARCHICAL_SOFTMAX ? config->words - 1 : config->words;
}

static TrainShared
lay_out(const TrainConfig *config)
{
	TrainShared s = {.config = *config, .alpha_factor = 1.0};
	size_t		end = (sizeof(TrainShared) + 63) & ~(size_t) 63;
	size_t		words = config->words;
	size_t		row;

	s.stride = (int) train_row_floats(config);
	row = s.stride * sizeof(float);
	s.in = block_reserve(&end, words + config->buckets, row);
	s.out = block_reserve(&end, wemb_train_output_rows(config), row);
	s.keep = block_reserve(&end, words, sizeof(uint32_t));
	if (config->loss == TRAIN_HIERARCHICAL_SOFTMAX)
		s.tree = block_reserve(&end, huffman_size(config->words), sizeof(HuffmanLink));
	else
		s.negatives = block_reserve(&end, words, sizeof(AliasEntry));
	if (config->buckets > 0)
	{
		s.bag_start = block_reserve(&end, words + 1, sizeof(uint64_t));
		s.bag = block_reserve(&end, config->subword_entries, sizeof(int32_t));
	}
	s.size = end;
	return s;
}

size_t
wemb_train_shared_size(const TrainConfig *config)
{
	return lay_out(config).size;
}

size_t
wemb_train_scratch_size(const TrainConfig *config)
{
	size_t		of_word = config->loss == TRAIN_HIERARCHICAL_SOFTMAX ? 2 * sizeof(uint64_t) :
		sizeof(double) + sizeof(int32_t);

	return config->words * of_word;
}

static uint64_t
count_of(const TrainWords *words, int i)
{
	size_t		len;
	uint64_t	count;

	words->word(words->arg, i, &len, &count);
	return count;
}

static void
init_keep(TrainShared *s, const TrainWords *words)
{
	const TrainConfig *config = &s->config;

	for (int i = 0; i < config->words; i++)
		train_keep(s)[i] = keep_threshold(config->sample, count_of(words, i), config->tokens);
}

static void
init_negatives(TrainShared *s, const TrainWords *words, void *scratch)
{
	int			n = s->config.words;
	double	   *weight = scratch;

	for (int i = 0; i < n; i++)
		weight[i] = pow((double) count_of(words, i), negative_power(&s->config));
	wemb_alias_init(train_negatives(s), weight, n, (int32_t *) (weight + n));
}

static void
init_tree(TrainShared *s, const TrainWords *words, void *scratch)
{
	int			n = s->config.words;
	uint64_t   *count = scratch;

	for (int i = 0; i < n; i++)
		count[i] = count_of(words, i);
	wemb_huffman_init(train_tree(s), count, n, count + n);
}

/* List the rows of a word's n-grams, behind those of the words before it. */
static void
init_bag(TrainShared *s, const TrainWords *words, int i)
{
	const TrainConfig *config = &s->config;
	uint64_t   *start = (uint64_t *) ((char *) s + s->bag_start);
	int32_t    *rows = (int32_t *) ((char *) s + s->bag) + start[i];
	uint64_t	room = config->subword_entries - start[i];
	size_t		len;
	uint64_t	count;
	const char *word = words->word(words->arg, i, &len, &count);
	int			n = 0;

	if (room > 0)				/* no room would ask for the number alone */
		n = wemb_subword_rows(word, len, config->min_n, config->max_n, config->buckets,
							  rows, room > INT32_MAX ? INT32_MAX : (int) room);
	for (int k = 0; k < n; k++)
		rows[k] += config->words;
	start[i + 1] = start[i] + n;
}

TrainShared *
wemb_train_shared_init(void *block, const TrainConfig *config, const TrainWords *words,
					   void *scratch)
{
	TrainShared *s = block;

	*s = lay_out(config);
	init_keep(s, words);
	if (config->loss == TRAIN_HIERARCHICAL_SOFTMAX)
		init_tree(s, words, scratch);
	else
		init_negatives(s, words, scratch);
	if (config->buckets > 0)
		*(uint64_t *) ((char *) s + s->bag_start) = 0;
	return s;
}

int
wemb_train_init_rows(TrainShared *s, const TrainWords *words, int first, int n)
{
	const TrainConfig *config = &s->config;
	int			rows = wemb_train_input_rows(config);
	int			end = n < rows - first ? first + n : rows;

	for (int row = first; row < end; row++)
	{
		Rng			rng = rng_for(config->seed, row);
		float	   *x = train_in(s, row);

		for (int d = 0; d < config->dim; d++)
			x[d] = (rng_float(&rng) - 0.5f) / config->dim;
		memset(x + config->dim, 0, (s->stride - config->dim) * sizeof(float));
		if (row < wemb_train_output_rows(config))
			memset(train_out(s, row), 0, s->stride * sizeof(float));
		if (row < config->words && config->buckets > 0)
			init_bag(s, words, row);
	}
	return end < rows ? end : 0;
}

void
wemb_train_word_vector(const TrainShared *s, int word, bool unit_length, float *out)
{
	int			dim = s->config.dim;
	double		scale = 1.0;

	memcpy(out, train_in(s, word), dim * sizeof(float));
	if (s->config.buckets > 0)
	{
		RowList		bag = train_bag(s, word);

		for (int k = 0; k < bag.n; k++)
			wemb_kernel->axpy_f32(1.0f, train_in(s, bag.index[k]), out, dim);
		scale = 1.0 / (1 + bag.n);
	}
	if (unit_length)
	{
		double		norm2 = 0;

		for (int d = 0; d < dim; d++)
			norm2 += (double) out[d] * out[d];
		if (norm2 > 0)
			scale = 1.0 / sqrt(norm2);
	}
	wemb_kernel->scale_f32((float) scale, out, dim);
}

const float *
wemb_train_subword_row(const TrainShared *s, int bucket)
{
	return train_in(s, s->config.words + bucket);
}

float *
wemb_train_input_row(TrainShared *s, int row)
{
	return train_in(s, row);
}

float *
wemb_train_output_row(TrainShared *s, int row)
{
	return train_out(s, row);
}

void
wemb_train_shift_rows(TrainShared *s, int first, int n, const float *by)
{
	for (int row = first; row < first + n; row++)
		wemb_kernel->axpy_f32(1.0f, by, train_in(s, row), s->config.dim);
}

void *
wemb_train_weights(TrainShared *s, size_t *size)
{
	float	   *first = train_in(s, 0);

	*size = (char *) train_out(s, wemb_train_output_rows(&s->config)) - (char *) first;
	return first;
}

bool
wemb_train_finite(const TrainShared *s, int first, int n)
{
	int			rows[2] = {wemb_train_input_rows(&s->config), wemb_train_output_rows(&s->config)};
	const float *start[2] = {train_in(s, first), train_out(s, first)};

	for (int i = 0; i < 2; i++)
		if (first < rows[i] &&
			!all_finite(start[i], (size_t) (n < rows[i] - first ? n : rows[i] - first) * s->stride))
			return false;
	return true;
}

const TrainConfig *
wemb_train_config(const TrainShared *s)
{
	return &s->config;
}

void
wemb_train_set_word_vector(TrainShared *s, int word, const float *vector)
{
	int			dim = s->config.dim;
	float	   *own = train_in(s, word);
	RowList		bag = {0};

	if (s->config.buckets > 0)
		bag = train_bag(s, word);
	for (int d = 0; d < dim; d++)
		own[d] = vector[d] * (1 + bag.n);
	for (int k = 0; k < bag.n; k++)
		wemb_kernel->axpy_f32(-1.0f, train_in(s, bag.index[k]), own, dim);
}
