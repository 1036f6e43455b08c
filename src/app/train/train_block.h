/*
 * train_block.h
 *		The large block of memory that holds a training's weights.
 */
#ifndef WEMB_TRAIN_BLOCK_H
#define WEMB_TRAIN_BLOCK_H

#include "postgres.h"

#include "storage/dsm.h"

typedef struct TrainBlock
{
	void	   *address;		/* 64-byte aligned */
	dsm_segment *segment;		/* NULL if it is private, and only this process can train */
} TrainBlock;

/* WARN that there are no helpers, for want of size bytes of shared memory; why is the server's message. */
extern void wemb_train_alone_warn(Size size, const char *why);

/*
 * A block of size bytes, shared if there are to be helpers: with a WARNING,
 * private if so much shared memory cannot be had.  others is how much memory
 * is needed besides.  ERROR, before anything is touched, if it does not fit;
 * what is the error's detail.
 */
extern TrainBlock wemb_train_block_make(Size size, Size others, int helpers, const char *what);

/* Give back what is shared; private memory goes with its context. */
extern void wemb_train_block_release(TrainBlock *block);

#endif							/* WEMB_TRAIN_BLOCK_H */
