/*
 * train_block.h
 *		The large block of memory that holds a training's weights.
 */
#ifndef WEMB_TRAIN_BLOCK_H
#define WEMB_TRAIN_BLOCK_H

#include "postgres.h"

#include "storage/dsm.h"

#include "app/train/train_options.h"
#include "app/train/train_words.h"

/* The most memory that a training takes from its start to its end, in bytes; SIZE_MAX if there is no such number. */
typedef struct TrainNeeds
{
	Size		block;			/* of weights; processes share it */
	Size		held;			/* the vocabulary, and the text as numbers: is there already */
	Size		scratch;		/* of this process, while the block is formatted */
	Size		each;			/* of every process, while it trains */
	Size		store;			/* to store the model once it is trained, in place of these and of text in memory */
	int			helpers;
	const char *weights;		/* says what the block is for */
} TrainNeeds;

typedef struct TrainBlock
{
	void	   *address;		/* 64-byte aligned */
	dsm_segment *segment;		/* NULL if it is private, and only this process can train */
} TrainBlock;

/* WARN that there are no helpers, for want of size bytes of shared memory; why is the server's message. */
extern void wemb_train_alone_warn(Size size, const char *why);

/* What there is with any algorithm: the block, weights, scratch and each are left to be filled in. */
extern TrainNeeds wemb_train_needs(const TrainOptions *options, const RankedWords *ranked, const TrainText *text,
								   int helpers);

/*
 * A block for the weights, shared if there are to be helpers: with a WARNING,
 * private if so much shared memory cannot be had.  ERROR, before anything is
 * touched, if a training does not fit that needs so much.
 */
extern TrainBlock wemb_train_block_make(const TrainNeeds *needs);

/* Give back what is shared; private memory goes with its context. */
extern void wemb_train_block_release(TrainBlock *block);

#endif							/* WEMB_TRAIN_BLOCK_H */
