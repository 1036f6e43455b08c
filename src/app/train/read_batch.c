/*
 * read_batch.c
 *		Texts tokenized by several processes at once.
 *
 * Files of batch b: "texts b", pieces of records (length, bytes), where a piece
 * has PIECE_BYTES or more; "tokens b m", the corpus of helper m, and "words b m",
 * its vocabulary: records (number, length, count, bytes).
 */
#include "pg/compat.h"

#include "miscadmin.h"
#include "port/atomics.h"
#include "utils/memutils.h"

#include "app/train/read_batch.h"
#include "pg/parallel.h"

#define PIECE_BYTES		(256 * 1024)	/* what a process takes at a time */
#define MAX_PIECES		1024	/* in a batch; the last one has all the rest */
#define STRETCH			8192	/* tokens moved at a time */

struct ReadBatch
{
	SharedFiles *files;
	Tokens	   *tokens;
	int			helpers;
	int			number;			/* of this batch */
	BufFile    *file;			/* NULL as long as it is empty */
	int64		bytes;
	int			npieces;
	int64		start[MAX_PIECES + 1];	/* of the pieces in the file */
};

/* What a helper found. */
typedef struct HelperResult
{
	int64		texts;
	uint64		skipped;
	uint64		pruned;
	int64		chunks;			/* of its corpus */
	uint32		words;
	uint32		numbers;
} HelperResult;

/* The task of the team. */
typedef struct BatchTask
{
	dsm_handle	files;
	int			number;
	int			npieces;
	char		tokenizer[4 * NAMEDATALEN + 8];	/* two identifiers, quoted */
	int64		start[MAX_PIECES + 1];
	pg_atomic_uint32 next_piece;
	HelperResult result[FLEXIBLE_ARRAY_MEMBER];
} BatchTask;

typedef struct WordRecord
{
	uint64		count;
	int32		number;
	uint32		len;
} WordRecord;

ReadBatch *
wemb_batch_create(SharedFiles *files, Tokens *tokens, int helpers)
{
	ReadBatch  *batch = palloc0(sizeof(ReadBatch));

	batch->files = files;
	batch->tokens = tokens;
	batch->helpers = helpers;
	return batch;
}

static char *
file_name(const char *kind, int batch, int member)
{
	return psprintf("wemb.%s.%d.%d", kind, batch, member);
}

void
wemb_batch_add(ReadBatch *batch, const char *text, size_t len)
{
	uint32		length = (uint32) len;

	if (batch->file == NULL)
		batch->file = wemb_files_new(batch->files, file_name("texts", batch->number, 0));
	if (batch->npieces == 0 ||
		(batch->bytes - batch->start[batch->npieces - 1] >= PIECE_BYTES && batch->npieces < MAX_PIECES))
		batch->start[batch->npieces++] = batch->bytes;
	BufFileWrite(batch->file, &length, sizeof(length));
	BufFileWrite(batch->file, unconstify(char *, text), len);
	batch->bytes += sizeof(length) + len;
	batch->start[batch->npieces] = batch->bytes;
}

int64
wemb_batch_bytes(const ReadBatch *batch)
{
	return batch->bytes;
}

/* Take in pieces until none is left. */
static void
take_pieces(BatchTask *task, SharedFiles *files, Tokens *tokens, TrainText *text)
{
	BufFile    *file = wemb_files_open(files, file_name("texts", task->number, 0));
	Size		room = PIECE_BYTES;
	char	   *bytes = palloc(room);
	uint32		piece;

	while ((piece = pg_atomic_fetch_add_u32(&task->next_piece, 1)) < (uint32) task->npieces)
	{
		int64		at = task->start[piece];

		wemb_file_seek(file, at);
		while (at < task->start[piece + 1])
		{
			uint32		len;

			CHECK_FOR_INTERRUPTS();
			wemb_file_read(file, &len, sizeof(len));
			if (len > room)
			{
				pfree(bytes);
				room = len;
				bytes = MemoryContextAllocHuge(CurrentMemoryContext, room);
			}
			wemb_file_read(file, bytes, len);
			wemb_train_text_take(text, tokens, bytes, len);
			at += sizeof(len) + len;
		}
	}
	pfree(bytes);
	BufFileClose(file);
}

static void
write_words(SharedFiles *files, const char *name, const Vocab *vocab)
{
	BufFile    *file = wemb_files_new(files, name);

	for (uint32 i = 0; i < vocab->nwords; i++)
	{
		const VocabWord *word = wemb_vocab_word(vocab, (int32) i);
		WordRecord	record = {word->count, word->number, word->len};

		BufFileWrite(file, &record, sizeof(record));
		BufFileWrite(file, unconstify(char *, wemb_vocab_text(vocab, (int32) i)), word->len);
	}
	wemb_files_export(file);
	BufFileClose(file);
}

void
wemb_batch_help(dsm_segment *segment, shm_toc *toc)
{
	BatchTask  *task = wemb_team_task(toc);
	HelperResult *result = &task->result[wemb_team_member()];
	SharedFiles *files = wemb_files_attach(task->files);
	Tokens	   *tokens = wemb_tokens_open(task->tokenizer);
	TrainText	text;

	wemb_train_text_init(&text, wemb_corpus_create(0, files, file_name("tokens", task->number, wemb_team_member())));
	take_pieces(task, files, tokens, &text);
	result->chunks = wemb_corpus_finish(text.corpus);
	wemb_corpus_share(text.corpus);
	write_words(files, file_name("words", task->number, wemb_team_member()), text.vocab);
	result->texts = text.texts;
	result->skipped = wemb_tokens_skipped(tokens);
	result->pruned = text.pruned;
	result->words = text.vocab->nwords;
	result->numbers = text.vocab->numbers;
	wemb_files_close(files);
}

/* Add a helper's words; returns the number here for each of the helper's numbers. */
static int32 *
merge_words(SharedFiles *files, const char *name, const HelperResult *result, TrainText *text)
{
	BufFile    *file = wemb_files_open(files, name);
	Size		size = (Size) result->numbers * sizeof(int32);
	int32	   *map = MemoryContextAllocHuge(CurrentMemoryContext, size + 1);
	char		bytes[TOKEN_MAX_BYTES];

	memset(map, 0xFF, size);
	for (uint32 i = 0; i < result->words; i++)
	{
		WordRecord	record;

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		wemb_file_read(file, &record, sizeof(record));
		wemb_file_read(file, bytes, record.len);
		map[record.number] = wemb_train_text_word(text, bytes, record.len, record.count);
	}
	BufFileClose(file);
	wemb_files_delete(files, name);
	return map;
}

/* Add what a helper found. */
static void
merge(ReadBatch *batch, int member, const HelperResult *result, TrainText *text)
{
	int32	   *map = merge_words(batch->files, file_name("words", batch->number, member), result, text);
	char	   *name = file_name("tokens", batch->number, member);
	CorpusReader *reader = wemb_corpus_attach(batch->files, name);
	int32	   *stretch = palloc(STRETCH * sizeof(int32));
	bool		end_of_text;
	int			n;

	wemb_corpus_seek(reader, 0, result->chunks);
	while ((n = wemb_corpus_next(reader, map, stretch, STRETCH, &end_of_text)) > 0)
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < n; i++)
			wemb_corpus_add(text->corpus, stretch[i]);
		if (end_of_text)
			wemb_corpus_end_text(text->corpus);
	}
	wemb_corpus_detach(reader);
	wemb_files_delete(batch->files, name);
	pfree(stretch);
	pfree(map);
	text->texts += result->texts;
	text->skipped += result->skipped;
	text->pruned = Max(text->pruned, result->pruned);
}

static BatchTask *
make_task(const ReadBatch *batch, Size *size)
{
	BatchTask  *task;

	*size = offsetof(BatchTask, result) + (batch->helpers + 1) * sizeof(HelperResult);
	task = palloc0(*size);
	task->files = wemb_files_handle(batch->files);
	task->number = batch->number;
	task->npieces = batch->npieces;
	strlcpy(task->tokenizer, wemb_tokens_name(batch->tokens), sizeof(task->tokenizer));
	memcpy(task->start, batch->start, sizeof(task->start));
	pg_atomic_init_u32(&task->next_piece, 0);
	return task;
}

void
wemb_batch_run(ReadBatch *batch, TrainText *text)
{
	Size		size;
	BatchTask  *task;
	Team		team;
	HelperResult *results;

	if (batch->file == NULL)
		return;
	wemb_files_export(batch->file);
	BufFileClose(batch->file);
	task = make_task(batch, &size);
	team = wemb_team_start("wemb_batch_help", batch->npieces > 1 ? batch->helpers : 0, task, size);
	take_pieces(team.task, batch->files, batch->tokens, text);
	wemb_team_wait(&team);
	results = palloc(size);
	memcpy(results, ((BatchTask *) team.task)->result, size - offsetof(BatchTask, result));
	wemb_team_end(&team);

	wemb_files_delete(batch->files, file_name("texts", batch->number, 0));
	for (int member = 1; member <= team.helpers; member++)
		merge(batch, member, &results[member], text);
	pfree(results);
	pfree(task);
	batch->number++;
	batch->file = NULL;
	batch->bytes = 0;
	batch->npieces = 0;
}
