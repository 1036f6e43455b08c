/*
 * train_layout.h
 *		The shared block of a training run: one header, then arrays at offsets
 *		from its start, each 64-byte aligned.
 *
 *	array			elements		what
 *	in				rows x stride	float: words' own rows, then the subword table
 *	out				rows x stride	float: one a word, or one an inner node of the tree; follows in directly
 *	keep			words			uint32: keep a token if 32 random bits are at most this
 *	negatives		words			AliasEntry: words in proportion to count^0.5 (only with negative sampling)
 *	tree			2 words - 1		HuffmanLink (only with hierarchical softmax)
 *	bag_start		words + 1		uint64: where a word's subword rows begin in bag (only with subwords)
 *	bag				entries			int32: rows of in
 *
 * Everything but in, out and words_done is constant while workers train.
 */
#ifndef WEMB_TRAIN_LAYOUT_H
#define WEMB_TRAIN_LAYOUT_H

#include "core/train/alias.h"
#include "core/train/huffman.h"
#include "core/train/trainer.h"

struct TrainShared
{
	TrainConfig config;
	int			stride;			/* floats a row */
	size_t		in;				/* offsets in bytes */
	size_t		out;
	size_t		keep;
	size_t		negatives;
	size_t		tree;
	size_t		bag_start;
	size_t		bag;
	size_t		size;			/* of the whole block */
	double		alpha_factor;	/* of both learning rates */

	uint64_t	words_done __attribute__((aligned(64)));	/* atomic */
};

/* Floats in a row of the matrices. */
static inline size_t
train_row_floats(const TrainConfig *config)
{
	return (config->dim + KERNEL_ROW_FLOATS - 1) / KERNEL_ROW_FLOATS * KERNEL_ROW_FLOATS;
}

static inline float *
train_in(const TrainShared *s, int row)
{
	return (float *) ((char *) s + s->in) + (size_t) row * s->stride;
}

static inline float *
train_out(const TrainShared *s, int row)
{
	return (float *) ((char *) s + s->out) + (size_t) row * s->stride;
}

static inline uint32_t *
train_keep(const TrainShared *s)
{
	return (uint32_t *) ((char *) s + s->keep);
}

static inline AliasEntry *
train_negatives(const TrainShared *s)
{
	return (AliasEntry *) ((char *) s + s->negatives);
}

static inline HuffmanLink *
train_tree(const TrainShared *s)
{
	return (HuffmanLink *) ((char *) s + s->tree);
}

/* These rows of in. */
static inline RowList
train_rows(const TrainShared *s, const int32_t *index, int n)
{
	return (RowList) {train_in(s, 0), s->stride, s->config.dim, n, index};
}

/* The rows of word's n-grams; with subwords only. */
static inline RowList
train_bag(const TrainShared *s, int word)
{
	const uint64_t *start = (const uint64_t *) ((const char *) s + s->bag_start);

	const int32_t *rows = (const int32_t *) ((const char *) s + s->bag);

	return train_rows(s, rows + start[word], (int) (start[word + 1] - start[word]));
}

#endif							/* WEMB_TRAIN_LAYOUT_H */
