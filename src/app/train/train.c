/*
 * train.c
 *		wemb_train(): from a text column to a model.
 *
 * Read and count, train, store, return the words: all in the caller's
 * transaction, so that an error, a cancel or a rollback at any point leaves
 * what was there before.
 */
#include "pg/compat.h"

#include <math.h>

#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "app/model/model_store.h"
#include "app/train/corpus.h"
#include "app/train/train_options.h"
#include "app/train/train_progress.h"
#include "app/train/train_read.h"
#include "app/train/train_run.h"
#include "pg/srf.h"
#include "pg/text_source.h"
#include "type/vector.h"

PG_FUNCTION_INFO_V1(wemb_train);

/* Store the log and the subword table. */
static void
write_parts(ModelWriter *writer, const TrainRun *run, const TrainConfig *config)
{
	for (int i = 0; i < config->epochs; i++)
	{
		const EpochLog *log = &run->log[i];
		char	   *json = psprintf("{\"epoch\": %d, \"loss\": %.6f, \"alpha\": %.8f, \"words\": " UINT64_FORMAT ", \"seconds\": %.3f}",
									i + 1, log->loss, log->alpha, log->words, log->seconds);

		wemb_model_write_part(writer, "log", i + 1, NULL, json);
		pfree(json);
	}
	for (int i = 0; i < config->buckets; i++)
		wemb_model_write_part(writer, "subword", i, wemb_train_subword_row(run->shared, i), NULL);
}

/* Store the model and return its words. */
static void
store(FunctionCallInfo fcinfo, ModelTarget *target, const TrainOptions *options,
	  const TrainText *text, const TrainRun *run, TrainProgress *progress)
{
	const TrainConfig *config = &options->config;
	ModelWriter *writer = wemb_model_write_begin(target, config->words);
	ModelOptions facts = {
		.tokenizer = text->tokenizer,
		.unit_length = options->unit_length,
		.min_n = config->min_n,
		.max_n = config->max_n,
		.buckets = config->buckets,
		.tokens = (int64) config->tokens,
		.texts = text->texts,
	};
	Vector	   *vec = wemb_vector_alloc(config->dim);
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "wemb model row", ALLOCSET_DEFAULT_SIZES);

	wemb_model_write_options(writer, &facts, wemb_train_options_json(options));
	for (int i = 0; i < config->words; i++)
	{
		const VocabWord *word = wemb_vocab_word(text->vocab, run->order[i]);
		const char *bytes = wemb_vocab_text(text->vocab, run->order[i]);
		MemoryContext caller = MemoryContextSwitchTo(row_context);
		Datum		values[3];
		bool		nulls[3] = {false, false, false};

		CHECK_FOR_INTERRUPTS();
		wemb_progress_step(progress, i, NAN);
		wemb_train_word_vector(run->shared, i, options->unit_length, vec->x);
		wemb_model_write_word(writer, bytes, word->len, (int64) word->count, vec->x);
		values[0] = PointerGetDatum(cstring_to_text_with_len(bytes, (int) word->len));
		values[1] = Int64GetDatum((int64) word->count);
		values[2] = PointerGetDatum(vec);
		wemb_srf_row(fcinfo, values, nulls);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(row_context);
	}
	write_parts(writer, run, config);
	wemb_model_write_end(writer);
	MemoryContextDelete(row_context);
}

/* What was done, and what was decided on the user's behalf. */
static void
report(const ModelTarget *target, const TrainOptions *options, const TrainText *text, const TrainRun *run,
	   double seconds)
{
	const TrainConfig *config = &options->config;
	double		loss = run->log[config->epochs - 1].loss;
	StringInfoData detail;

	initStringInfo(&detail);
	if (options->chosen.len > 0)
		appendStringInfo(&detail, "Chosen from the data: %s. ", options->chosen.data);
	appendStringInfo(&detail, "Trained at %.0f words/s", (double) config->tokens * config->epochs / Max(run->seconds, 1e-3));
	if (loss > 0)
		appendStringInfo(&detail, "; loss %.4f in the last epoch", loss);
	appendStringInfoChar(&detail, '.');
	if (text->counts.nulls > 0)
		appendStringInfo(&detail, " Rows skipped because they are NULL: " INT64_FORMAT ".", text->counts.nulls);
	if (text->counts.rows - text->counts.nulls > text->texts)
		appendStringInfo(&detail, " Rows skipped because they have no word: " INT64_FORMAT ".",
						 text->counts.rows - text->counts.nulls - text->texts);
	if (text->skipped > 0)
		appendStringInfo(&detail, " Tokens skipped because they are too long: " UINT64_FORMAT ".", text->skipped);
	ereport(NOTICE,
			(errmsg("model %s: %d words by %d dimensions, from " INT64_FORMAT " texts with " UINT64_FORMAT
					" tokens, in %.1f s",
					wemb_model_target_name(target), config->words, config->dim, text->texts,
					text->vocab->tokens, seconds),
			 errdetail_internal("%s", detail.data)));
}

Datum
wemb_train(PG_FUNCTION_ARGS)
{
	TrainOptions options;
	TrainText	text;
	TrainRun	run;
	TrainProgress *progress;
	ModelTarget *target;
	char	   *query;

	wemb_train_options_read(fcinfo, &options);
	query = wemb_text_query(PG_GETARG_OID(TRAIN_SOURCE), NameStr(*PG_GETARG_NAME(TRAIN_TEXT_COLUMN)));
	target = wemb_model_target(options.model, options.config.dim);
	wemb_srf_begin(fcinfo);
	progress = wemb_progress_begin(wemb_model_target_name(target));

	SPI_connect();
	wemb_train_read(query, options.tokenizer, progress, &text);
	wemb_train_run(&options, &text, progress, &run);
	wemb_corpus_close(text.corpus);
	wemb_progress_phase(progress, TRAIN_PHASE_STORING, options.config.words);
	store(fcinfo, target, &options, &text, &run, progress);
	report(target, &options, &text, &run, wemb_progress_seconds(progress));
	SPI_finish();
	wemb_progress_end(progress);
	return (Datum) 0;
}
