/*
 * train_text.c
 *		Texts taken in.
 */
#include "pg/compat.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "app/train/train_text.h"
#include "pg/memory.h"

#define FIRST_WORDS		(64 * 1024)
#define FIRST_TEXT		(512 * 1024)
#define PRUNED_SHARE	0.7		/* of a full vocabulary, at most, is left after dropping words (as in word2vec) */

Size
wemb_train_corpus_memory(int corpora)
{
	return Min((Size) maintenance_work_mem * 1024, wemb_memory_available() / 4) / corpora;
}

Size
wemb_train_text_memory(const TrainText *text)
{
	return wemb_corpus_memory(text->corpus) +
		(text->vocab == NULL ? 0 : wemb_vocab_size(text->vocab->max_words, text->vocab->max_text));
}

/*
 * A larger vocabulary with all that is in the present one (or none); false if memory does not allow it: for a
 * while there are both.
 */
static bool
make_vocab(TrainText *text, uint32 max_words, uint64 max_text)
{
	MemoryContext context = AllocSetContextCreate(text->context, "wemb vocabulary", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Size		size = wemb_vocab_size(max_words, max_text);
	Size		held = wemb_train_text_memory(text);
	void	   *block = size + held <= wemb_memory_limit(held) ? wemb_block_alloc(size) : NULL;
	Vocab	   *vocab;

	MemoryContextSwitchTo(caller);
	if (block == NULL)
	{
		MemoryContextDelete(context);
		return false;
	}
	vocab = wemb_vocab_init(block, max_words, max_text);
	if (text->vocab != NULL)
	{
		wemb_vocab_copy(vocab, text->vocab);
		MemoryContextDelete(text->vocab_context);
	}
	text->vocab = vocab;
	text->vocab_context = context;
	return true;
}

void
wemb_train_text_init(TrainText *text, Corpus *corpus)
{
	memset(text, 0, sizeof(*text));
	text->context = CurrentMemoryContext;
	text->corpus = corpus;
	if (!make_vocab(text, FIRST_WORDS, FIRST_TEXT))
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("the vocabulary needs %s of memory, but only %s is available",
						wemb_size_pretty(wemb_vocab_size(FIRST_WORDS, FIRST_TEXT)),
						wemb_size_pretty(wemb_memory_available())),
				 errdetail("It begins with room for %d words.", FIRST_WORDS),
				 errhint("Raise wemb.max_memory if it is set.")));
}

/* Drop rare words until there is room. */
static void
prune(TrainText *text)
{
	Vocab	   *vocab = text->vocab;

	if (vocab->numbers >= VOCAB_MAX_NUMBERS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than %d different words", VOCAB_MAX_NUMBERS)));
	do
	{
		CHECK_FOR_INTERRUPTS();
		text->pruned += 1 + text->pruned / 4;
		wemb_vocab_prune(vocab, text->pruned + 1);
	} while (vocab->nwords > PRUNED_SHARE * vocab->max_words || vocab->text_used > PRUNED_SHARE * vocab->max_text);
}

int32
wemb_train_text_word(TrainText *text, const char *word, size_t len, uint64 count)
{
	int32		number;

	while ((number = wemb_vocab_add(text->vocab, word, len, count)) < 0)
	{
		const Vocab *full = text->vocab;

		if (full->numbers >= VOCAB_MAX_NUMBERS || full->max_words >= VOCAB_MAX_WORDS ||
			!make_vocab(text, full->max_words * 2, full->max_text * 2))
			prune(text);
	}
	return number;
}

void
wemb_train_text_take(TrainText *text, Tokens *tokens, const char *bytes, size_t len)
{
	bool		any = false;
	Token		token;

	wemb_tokens_start(tokens, bytes, len);
	while (wemb_tokens_next(tokens, &token))
	{
		any = true;
		wemb_corpus_add(text->corpus, wemb_train_text_word(text, token.text, token.len, 1));
	}
	if (any)
	{
		text->texts++;
		wemb_corpus_end_text(text->corpus);
	}
}
