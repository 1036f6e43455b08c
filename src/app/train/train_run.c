/*
 * train_run.c
 *		Training on a corpus that has been read.
 *
 * The server owns the loop and looks for interrupts between stretches of text
 * of a few milliseconds; the core trains.
 */
#include "pg/compat.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "app/train/train_progress.h"
#include "app/train/train_run.h"
#include "core/model/subword.h"
#include "pg/memory.h"

#define INIT_ROWS		1024	/* rows between two looks for interrupts; a row has up to 16000 floats */

/* The vocabulary in the order of the model. */
typedef struct RankedVocab
{
	const Vocab *vocab;
	const int32 *order;
} RankedVocab;

static const char *
ranked_word(void *arg, int i, size_t *len, uint64_t *count)
{
	const RankedVocab *ranked = arg;
	const VocabWord *word = wemb_vocab_word(ranked->vocab, ranked->order[i]);

	*len = word->len;
	*count = word->count;
	return wemb_vocab_text(ranked->vocab, ranked->order[i]);
}

/* Choose the words of the model; rank maps all words of the vocabulary to them. */
static void
choose_words(TrainOptions *options, const TrainText *text, int32 *order, int32 *rank)
{
	uint64		tokens;
	uint32		words;
	void	   *scratch;

	if (text->vocab->tokens == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("there is no text to train on"),
				 text->counts.rows == 0 ? errdetail("The source has no rows.") :
				 errdetail("Of " INT64_FORMAT " rows, " INT64_FORMAT " are NULL, " INT64_FORMAT
						   " are empty, and the rest have no word.",
						   text->counts.rows, text->counts.nulls, text->counts.empty),
				 errhint("Rows that you cannot see because of row security do not count.")));
	wemb_train_options_choose_min_count(options, text->vocab->tokens);
	scratch = MemoryContextAllocHuge(CurrentMemoryContext,
									 wemb_vocab_rank_scratch(wemb_vocab_count(text->vocab, options->min_count)) + 1);
	words = wemb_vocab_rank(text->vocab, options->min_count, options->max_vocab, order, rank, scratch, &tokens);
	pfree(scratch);
	if (words == 0)
	{
		uint64		most = 0;

		for (uint32 i = 0; i < text->vocab->nwords; i++)
			most = Max(most, wemb_vocab_word(text->vocab, i)->count);
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("no word occurs " INT64_FORMAT " times or more", options->min_count),
				 errdetail("There are " UINT64_FORMAT " tokens of %u different words; the most frequent one occurs "
						   UINT64_FORMAT " times.", text->vocab->tokens, text->vocab->nwords, most),
				 errhint("Lower min_count, or train on more text.")));
	}
	wemb_train_options_choose(options, tokens, words);
}

/* How many subword rows all words have together. */
static uint64
count_subword_entries(const TrainConfig *config, const RankedVocab *ranked)
{
	uint64		entries = 0;

	for (int i = 0; i < config->words; i++)
	{
		size_t		len;
		uint64_t	count;
		const char *word = ranked_word((void *) ranked, i, &len, &count);

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		entries += wemb_subword_rows(word, len, config->min_n, config->max_n, config->buckets, NULL, 0);
	}
	return entries;
}

static void
report_no_memory(const TrainConfig *config, Size needed, Size available)
{
	ereport(ERROR,
			(errcode(ERRCODE_OUT_OF_MEMORY),
			 needed == SIZE_MAX ?
			 errmsg("training needs more memory than there can be") :
			 errmsg("training needs %s of memory, but only %s is available",
					wemb_size_pretty(needed), wemb_size_pretty(available)),
			 errdetail("Two matrices of %d words (and %d subword rows) by %d dimensions have to be in memory.",
					   config->words, config->buckets, config->dim),
			 errhint("Lower dimensions, max_vocab or buckets, raise min_count, or raise wemb.max_memory if it is set.")));
}

/* The matrices, with their random start; ERROR before any of it is touched if it does not fit. */
static TrainShared *
make_shared(const TrainConfig *config, const RankedVocab *ranked)
{
	Size		size = wemb_train_shared_size(config);
	Size		scratch_size = wemb_train_scratch_size(config);
	Size		available = wemb_memory_available();
	Size		needed = size == SIZE_MAX ? SIZE_MAX : size + scratch_size + wemb_train_worker_size(config);
	void	   *block = needed <= available ? wemb_block_alloc(size) : NULL;
	void	   *scratch = block != NULL ? MemoryContextAllocExtended(CurrentMemoryContext, scratch_size,
																	 MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM) : NULL;
	TrainWords	words = {(void *) ranked, ranked_word};
	TrainShared *shared;
	int			row = 0;

	if (scratch == NULL)
		report_no_memory(config, needed, available);
	shared = wemb_train_shared_init(block, config, &words, scratch);
	do
	{
		CHECK_FOR_INTERRUPTS();
		row = wemb_train_init_rows(shared, &words, row, INIT_ROWS);
	} while (row > 0);
	pfree(scratch);
	return shared;
}

/* One pass over the corpus. */
static void
train_epoch(TrainWorker *worker, Corpus *corpus, const int32 *rank, TrainProgress *progress)
{
	int32	   *sentence = palloc(TRAIN_MAX_SENTENCE * sizeof(int32));
	int			n;

	worker->loss = 0;
	worker->pairs = 0;
	wemb_corpus_rewind(corpus);
	while ((n = wemb_corpus_next(corpus, rank, sentence, TRAIN_MAX_SENTENCE)) > 0)
	{
		wemb_train_begin(worker, sentence, n);
		do
		{
			CHECK_FOR_INTERRUPTS();
		} while (wemb_train_step(worker));
		wemb_progress_step(progress, (double) wemb_train_words_done(worker->shared),
						   worker->pairs > 0 ? worker->loss / worker->pairs : NAN);
	}
	pfree(sentence);
}

static EpochLog
log_epoch(const TrainWorker *worker, const TrainConfig *config, const TrainProgress *progress, int epoch)
{
	EpochLog	log = {
		.loss = worker->pairs > 0 ? worker->loss / worker->pairs : 0,
		.alpha = wemb_train_alpha(worker->shared),
		.seconds = wemb_progress_phase_seconds(progress),
		.words = config->tokens,
	};

	if (!isfinite(log.loss))
		ereport(ERROR,
				(errcode(ERRCODE_FLOATING_POINT_EXCEPTION),
				 errmsg("training has diverged in epoch %d", epoch),
				 errdetail("The loss is no longer a finite number."),
				 errhint("Lower alpha, which is %g.", config->alpha)));
	return log;
}

void
wemb_train_run(TrainOptions *options, const TrainText *text, TrainProgress *progress, TrainRun *run)
{
	TrainConfig *config = &options->config;
	Size		numbers = (Size) text->vocab->nwords * sizeof(int32) + 1;
	int32	   *rank = MemoryContextAllocHuge(CurrentMemoryContext, numbers);
	RankedVocab ranked = {text->vocab};
	TrainWorker *worker;

	run->order = MemoryContextAllocHuge(CurrentMemoryContext, numbers);
	choose_words(options, text, run->order, rank);
	ranked.order = run->order;
	if (config->buckets > 0)
		config->subword_entries = count_subword_entries(config, &ranked);

	wemb_progress_phase(progress, TRAIN_PHASE_PREPARING, 0);
	run->shared = make_shared(config, &ranked);
	worker = wemb_block_alloc(wemb_train_worker_size(config));
	if (worker == NULL)
		report_no_memory(config, wemb_train_worker_size(config), wemb_memory_available());
	wemb_train_worker_init(worker, run->shared, 0);

	run->log = MemoryContextAllocHuge(CurrentMemoryContext, config->epochs * sizeof(EpochLog));
	wemb_progress_phase(progress, TRAIN_PHASE_TRAINING, (double) config->tokens * config->epochs);
	for (int epoch = 0; epoch < config->epochs; epoch++)
	{
		wemb_progress_epoch(progress, epoch + 1);
		train_epoch(worker, text->corpus, rank, progress);
		run->log[epoch] = log_epoch(worker, config, progress, epoch + 1);
	}
	run->seconds = wemb_progress_phase_seconds(progress);
	pfree(rank);
}
