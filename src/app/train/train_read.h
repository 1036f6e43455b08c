/*
 * train_read.h
 *		Reading the source once: texts become tokens, tokens become numbers.
 */
#ifndef WEMB_TRAIN_READ_H
#define WEMB_TRAIN_READ_H

#include "postgres.h"

#include "app/train/train_progress.h"
#include "app/train/train_text.h"
#include "pg/text_source.h"

typedef struct TrainSource
{
	TrainText	text;
	const char *tokenizer;		/* as the model remembers it */
	TextCounts	counts;
	uint64		tokens;			/* read */
	SharedFiles *files;			/* of the text's corpus; NULL if only this process may work on it ... */
	char	   *alone;			/* ... which is then why, if helpers were asked for */
} TrainSource;

/* How to read. */
typedef struct TrainReading
{
	const char *query;			/* one column of text */
	const char *tokenizer;
	int			helpers;		/* at most, when there is much text */
	Size		memory;			/* that the corpus may take */
} TrainReading;

/*
 * Run the query and take in all its texts.  Everything is allocated in
 * CurrentMemoryContext.  Needs an SPI connection.
 */
extern void wemb_train_read(const TrainReading *reading, TrainProgress *progress, TrainSource *source);

/* Give back the temporary files. */
extern void wemb_train_source_close(TrainSource *source);

#endif							/* WEMB_TRAIN_READ_H */
