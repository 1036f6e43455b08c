/*
 * train_read.c
 *		Reading the source once.
 *
 * This process tokenizes the first megabytes itself: most sources end there,
 * and starting helpers would take longer.
 */
#include "pg/compat.h"

#include "miscadmin.h"

#include "app/train/read_batch.h"
#include "app/train/train_read.h"

#define ALONE_BYTES		(8 * 1024 * 1024)	/* of text, before helpers are thought of */
#define BATCH_BYTES		(64 * 1024 * 1024)	/* of text in the file at a time */

typedef struct Reader
{
	TrainSource *source;
	Tokens	   *tokens;
	ReadBatch  *batch;			/* NULL if this process works alone */
	int64		bytes;			/* read so far */
	TrainProgress *progress;
} Reader;

static void
take_text(void *arg, const char *text, size_t len)
{
	Reader	   *reader = arg;
	TrainSource *source = reader->source;

	reader->bytes += len;
	if (reader->batch != NULL && reader->bytes > ALONE_BYTES)
		wemb_batch_add(reader->batch, text, len);
	else
		wemb_train_text_take(&source->text, reader->tokens, text, len);
	wemb_progress_reading(reader->progress, source->text.texts, source->text.vocab->tokens);
}

static void
take_batch(void *arg)
{
	Reader	   *reader = arg;

	if (reader->batch != NULL && wemb_batch_bytes(reader->batch) >= BATCH_BYTES)
		wemb_batch_run(reader->batch, &reader->source->text);
}

void
wemb_train_read(const TrainReading *reading, TrainProgress *progress, TrainSource *source)
{
	Reader		reader = {.source = source, .tokens = wemb_tokens_open(reading->tokenizer), .progress = progress};
	TextConsumer consumer = {&reader, take_text, take_batch};

	memset(source, 0, sizeof(*source));
	source->tokenizer = wemb_tokens_name(reader.tokens);
	if (reading->helpers > 0)
	{
		source->files = wemb_files_create(&source->alone);
		if (source->files != NULL)
			reader.batch = wemb_batch_create(source->files, reader.tokens, reading->helpers);
	}
	wemb_train_text_init(&source->text, wemb_corpus_create(reading->memory, source->files, TRAIN_CORPUS_NAME));
	source->counts = wemb_text_read(reading->query, &consumer);
	if (reader.batch != NULL)
		wemb_batch_run(reader.batch, &source->text);
	source->tokens = source->text.vocab->tokens;
	source->text.skipped += wemb_tokens_skipped(reader.tokens);
}

void
wemb_train_source_close(TrainSource *source)
{
	wemb_corpus_close(source->text.corpus);
	if (source->files != NULL)
		wemb_files_close(source->files);
	source->files = NULL;
}
