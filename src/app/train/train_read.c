/*
 * train_read.c
 *		Reading the source once.
 */
#include "pg/compat.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "app/tokenize/tokens.h"
#include "app/train/train_progress.h"
#include "app/train/train_read.h"
#include "pg/memory.h"

#define FIRST_WORDS		(64 * 1024)
#define FIRST_TEXT		(512 * 1024)

typedef struct Reader
{
	TrainText  *result;
	Tokens	   *tokens;
	MemoryContext context;		/* of the result */
	MemoryContext vocab_context;	/* holds the vocabulary's block alone */
	TrainProgress *progress;
} Reader;

/* A vocabulary with at least this much room, holding what old (or NULL) holds; old is gone. */
static Vocab *
make_vocab(Reader *reader, uint32 max_words, uint64 max_text, const Vocab *old)
{
	MemoryContext context = AllocSetContextCreate(reader->context, "wemb vocabulary",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Size		size = wemb_vocab_size(max_words, max_text);
	void	   *block = size <= wemb_memory_available() ? wemb_block_alloc(size) : NULL;
	Vocab	   *vocab;

	if (block == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("the vocabulary needs %s of memory, but only %s is available",
						wemb_size_pretty(size), wemb_size_pretty(wemb_memory_available())),
				 errdetail("There are %u different words so far, and it must have room for %u.",
						   old == NULL ? 0 : old->nwords, max_words),
				 errhint("Train on fewer or cleaner texts, or raise wemb.max_memory.")));
	vocab = wemb_vocab_init(block, max_words, max_text);
	if (old != NULL)
	{
		wemb_vocab_copy(vocab, old);
		MemoryContextDelete(reader->vocab_context);
	}
	reader->vocab_context = context;
	MemoryContextSwitchTo(caller);
	return vocab;
}

static int32
add_word(Reader *reader, const Token *token)
{
	TrainText  *result = reader->result;
	int32		number;

	while ((number = wemb_vocab_add(result->vocab, token->text, token->len)) < 0)
	{
		const Vocab *full = result->vocab;

		if (full->max_words >= VOCAB_MAX_WORDS)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("there are more than %d different words", VOCAB_MAX_WORDS)));
		result->vocab = make_vocab(reader, full->max_words * 2, full->max_text * 2, full);
	}
	return number;
}

static void
take_text(void *arg, const char *text, size_t len)
{
	Reader	   *reader = arg;
	TrainText  *result = reader->result;
	uint64		before = result->vocab->tokens;
	Token		token;

	wemb_tokens_start(reader->tokens, text, len);
	while (wemb_tokens_next(reader->tokens, &token))
	{
		wemb_corpus_add(result->corpus, add_word(reader, &token));
		if (result->vocab->tokens % 65536 == 0)
			wemb_progress_reading(reader->progress, result->texts, result->vocab->tokens);
	}
	if (result->vocab->tokens > before)
	{
		result->texts++;
		wemb_corpus_end_text(result->corpus);
	}
	wemb_progress_reading(reader->progress, result->texts, result->vocab->tokens);
}

void
wemb_train_read(const char *query, const char *tokenizer, TrainProgress *progress, TrainText *result)
{
	Reader		reader = {.result = result, .context = CurrentMemoryContext,
	.tokens = wemb_tokens_open(tokenizer), .progress = progress};

	memset(result, 0, sizeof(*result));
	result->tokenizer = wemb_tokens_name(reader.tokens);
	result->corpus = wemb_corpus_create((Size) maintenance_work_mem * 1024);
	result->vocab = make_vocab(&reader, FIRST_WORDS, FIRST_TEXT, NULL);
	wemb_progress_phase(progress, TRAIN_PHASE_READING, 0);
	result->counts = wemb_text_read(query, take_text, &reader);
	result->skipped = wemb_tokens_skipped(reader.tokens);
}
