/*
 * train_words.c
 *		The words of the model.
 */
#include "pg/compat.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "app/train/train_choose.h"
#include "app/train/train_words.h"

static void
report_no_text(const TextCounts *counts)
{
	ereport(ERROR,
			(errcode(ERRCODE_NO_DATA_FOUND),
			 errmsg("there is no text to train on"),
			 counts->rows == 0 ? errdetail("The source has no rows.") :
			 errdetail("Of " INT64_FORMAT " rows, " INT64_FORMAT " are NULL, " INT64_FORMAT
					   " are empty, and the rest have no word.",
					   counts->rows, counts->nulls, counts->empty),
			 errhint("Rows that you cannot see because of row security do not count.")));
}

static void
report_no_word(const TrainText *text, int64 min_count)
{
	const Vocab *vocab = text->vocab;
	uint64		most = 0;

	for (uint32 i = 0; i < vocab->nwords; i++)
		most = Max(most, wemb_vocab_word(vocab, (int32) i)->count);
	ereport(ERROR,
			(errcode(ERRCODE_NO_DATA_FOUND),
			 errmsg("no word occurs " INT64_FORMAT " times or more", min_count),
			 text->pruned > 0 ?
			 errdetail("There are " UINT64_FORMAT " tokens; words that had occurred " UINT64_FORMAT " times or less were dropped "
					   "on the way because memory was short, and the most frequent one left occurs " UINT64_FORMAT " times.",
					   vocab->tokens, text->pruned, most) :
			 errdetail("There are " UINT64_FORMAT " tokens of %u different words; the most frequent one occurs "
					   UINT64_FORMAT " times.", vocab->tokens, vocab->nwords, most),
			 errhint("Lower min_count, or train on more text.")));
}

/* Characters of a word a mean: of code points in UTF-8, about that elsewhere. */
static double
mean_length(const RankedWords *ranked)
{
	uint64		characters = 0;

	for (int i = 0; i < ranked->words; i++)
	{
		size_t		len;
		uint64		count;
		const char *word = wemb_ranked_word(ranked, i, &len, &count);

		for (size_t k = 0; k < len; k++)
			characters += ((unsigned char) word[k] & 0xC0) != 0x80;
	}
	return (double) characters / ranked->words;
}

void
wemb_train_rank(TrainOptions *options, const TrainSource *source, RankedWords *ranked)
{
	const Vocab *vocab = source->text.vocab;
	void	   *scratch;

	if (vocab->tokens == 0)
		report_no_text(&source->counts);
	wemb_train_choose_min_count(options, vocab->tokens);
	ranked->vocab = vocab;
	ranked->numbers = vocab->numbers;
	ranked->rank = MemoryContextAllocHuge(CurrentMemoryContext, (Size) vocab->numbers * sizeof(int32));
	ranked->place = MemoryContextAllocHuge(CurrentMemoryContext, (Size) vocab->nwords * sizeof(int32) + 1);
	scratch = MemoryContextAllocHuge(CurrentMemoryContext,
									 wemb_vocab_rank_scratch(wemb_vocab_count(vocab, options->min_count)) + 1);
	ranked->words = (int) wemb_vocab_rank(vocab, options->min_count, options->max_vocab, ranked->place, ranked->rank,
										  scratch, &ranked->tokens);
	ranked->epoch_tokens = ranked->tokens;
	pfree(scratch);
	if (ranked->words == 0)
		report_no_word(&source->text, options->min_count);
	ranked->mean_length = mean_length(ranked);
}

Size
wemb_ranked_memory(const RankedWords *ranked, const TrainText *text)
{
	return wemb_train_text_memory(text) + ((Size) ranked->numbers + ranked->vocab->nwords) * sizeof(int32);
}

const char *
wemb_ranked_word(const RankedWords *ranked, int i, size_t *len, uint64 *count)
{
	const VocabWord *word = wemb_vocab_word(ranked->vocab, ranked->place[i]);

	*len = word->len;
	*count = word->count;
	return wemb_vocab_text(ranked->vocab, ranked->place[i]);
}
