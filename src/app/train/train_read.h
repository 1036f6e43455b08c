/*
 * train_read.h
 *		Reading the source once: texts become tokens, tokens become numbers.
 */
#ifndef WEMB_TRAIN_READ_H
#define WEMB_TRAIN_READ_H

#include "postgres.h"

#include "app/train/corpus.h"
#include "app/train/train_progress.h"
#include "core/model/vocab.h"
#include "pg/text_source.h"

typedef struct TrainText
{
	Vocab	   *vocab;
	Corpus	   *corpus;
	const char *tokenizer;		/* as the model remembers it */
	TextCounts	counts;
	int64		texts;			/* rows with at least one token */
	uint64		skipped;		/* tokens that are too long to be words */
} TrainText;

/*
 * Run query (one text column) and take in all its texts.  Everything is
 * allocated in CurrentMemoryContext.  Needs an SPI connection.
 */
extern void wemb_train_read(const char *query, const char *tokenizer, TrainProgress *progress, TrainText *text);

#endif							/* WEMB_TRAIN_READ_H */
