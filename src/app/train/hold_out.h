/*
 * hold_out.h
 *		Texts that a training does not see, to judge its vectors by.
 *
 * Texts are held out at random, one in ten and some thousands at most.  Long
 * ones are cut into pieces of HOLD_OUT_PIECE words first, each of which counts as a text
 * of its own, so that one long text can be learned from and judged by as well.
 */
#ifndef WEMB_HOLD_OUT_H
#define WEMB_HOLD_OUT_H

#include "postgres.h"

#include "app/train/train_progress.h"
#include "app/train/train_read.h"
#include "app/train/train_words.h"
#include "core/model/held_out.h"

#define HOLD_OUT_PIECE		1000
#define HOLD_OUT_EXCERPT	50	/* words, at most */
#define HOLD_OUT_EXCERPTS	2000	/* at most ... */
#define HOLD_OUT_LEAST		20	/* ... and at least */

typedef struct HeldOutTexts HeldOutTexts;

/*
 * Take the texts that are to be held out from those that were read, and leave at
 * most so many tokens of the others, about, chosen at random (0: all).  The
 * vocabulary counts what is left.  Everything is allocated in CurrentMemoryContext.
 */
extern HeldOutTexts *wemb_hold_out(TrainSource *source, uint64 most, uint64 seed, TrainProgress *progress);

/* How many texts, or pieces, were held out. */
extern int64 wemb_hold_out_texts(const HeldOutTexts *held);

/*
 * Excerpts of what was held out, in words of the model, all others left out; ERROR
 * if there are too few.
 */
extern Excerpts wemb_hold_out_excerpts(const HeldOutTexts *held, const RankedWords *ranked);

#endif							/* WEMB_HOLD_OUT_H */
