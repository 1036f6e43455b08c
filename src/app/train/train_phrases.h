/*
 * train_phrases.h
 *		Phrases in the texts of a training, found and joined into words.
 */
#ifndef WEMB_TRAIN_PHRASES_H
#define WEMB_TRAIN_PHRASES_H

#include "postgres.h"

#include "app/train/train_progress.h"
#include "app/train/train_start.h"

/*
 * Least count and discount of a phrase, unless rarer words are left out anyway.
 * A pair that occurs twice scores high wherever its words are rare.
 */
#define TRAIN_PHRASE_MIN_COUNT	5

/* What to look for, and where. */
typedef struct PhraseSearch
{
	TrainText  *text;			/* complete */
	SharedFiles *files;			/* for its new corpora */
	int			passes;
	int64		min_count;		/* least count and discount */
	const TrainStart *known;	/* NULL, or a model whose words that are phrases are joined however rare they are */
	TrainProgress *progress;
} PhraseSearch;

/* What was found. */
typedef struct TrainPhrases
{
	int64		phrases;		/* different ones, of all passes */
	uint64		joined;			/* how often two words became one */
	uint64		lost;			/* memory was short: pairs were counted too low by this at most; 0 = none */
} TrainPhrases;

/*
 * Find phrases (core/train/phrases.h) and join their words, as many times as
 * passes says; each pass can join what the one before has made, and the first to
 * find none is the last.  The text is then as if the
 * phrases had stood there as words, but for words of which nothing is left: these
 * stay, with a count of 0.  Its corpus is finished; if it is another one than before,
 * the old one is closed, and its file is TRAIN_CORPUS_NAME with "." and the
 * number of the pass behind it, among files.
 *
 * Keeps at most half of maintenance_work_mem for pairs, and then as much for the
 * new corpus; besides, 16 bytes for each number of the vocabulary.  Can be cancelled.
 */
extern void wemb_train_phrases(const PhraseSearch *search, TrainPhrases *result);

#endif							/* WEMB_TRAIN_PHRASES_H */
