/*
 * train.c
 *		wemb_train(), wemb_train_query(): from texts to a model.
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
#include "app/train/train_options.h"
#include "app/train/train_progress.h"
#include "app/train/train_read.h"
#include "app/train/train_run.h"
#include "pg/srf.h"
#include "pg/text_source.h"
#include "type/vector.h"

PG_FUNCTION_INFO_V1(wemb_train);
PG_FUNCTION_INFO_V1(wemb_train_query);

/* Store the log and the subword table. */
static void
write_parts(ModelWriter *writer, const TrainRun *run, const TrainConfig *config)
{
	for (int i = 0; i < run->log.n; i++)
	{
		char	   *json = wemb_train_log_json(&run->log.events[i]);

		wemb_model_write_part(writer, "log", i + 1, NULL, json);
		pfree(json);
	}
	for (int i = 0; i < config->buckets; i++)
		wemb_model_write_part(writer, "subword", i, wemb_train_subword_row(run->shared, i), NULL);
}

/* Store the model and return its words. */
static void
store(FunctionCallInfo fcinfo, ModelTarget *target, const TrainOptions *options,
	  const TrainSource *source, const TrainRun *run)
{
	const TrainConfig *config = &options->config;
	ModelWriter *writer = wemb_model_write_begin(target, config->words);
	ModelOptions facts = {
		.tokenizer = source->tokenizer,
		.unit_length = options->unit_length,
		.min_n = config->min_n,
		.max_n = config->max_n,
		.buckets = config->buckets,
		.tokens = (int64) config->tokens,
		.texts = source->text.texts,
	};
	Vector	   *vec = wemb_vector_alloc(config->dim);
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "wemb model row", ALLOCSET_DEFAULT_SIZES);

	wemb_model_write_options(writer, &facts, wemb_train_options_json(options, run->epochs));
	for (int i = 0; i < config->words; i++)
	{
		size_t		len;
		uint64		count;
		const char *bytes = wemb_ranked_word(&run->ranked, i, &len, &count);
		MemoryContext caller = MemoryContextSwitchTo(row_context);
		Datum		values[3];
		bool		nulls[3] = {false, false, false};

		CHECK_FOR_INTERRUPTS();
		run->word_vector(run->weights, i, options->unit_length, vec->x);
		wemb_model_write_word(writer, bytes, len, (int64) count, vec->x);
		values[0] = PointerGetDatum(cstring_to_text_with_len(bytes, (int) len));
		values[1] = Int64GetDatum((int64) count);
		values[2] = PointerGetDatum(vec);
		wemb_srf_row(fcinfo, values, nulls);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(row_context);
	}
	write_parts(writer, run, config);
	wemb_model_write_end(writer);
	MemoryContextDelete(row_context);
}

/* The rest of what a user should know of a training, sentence by sentence. */
static char *
report_detail(const TrainOptions *options, const TrainSource *source, const TrainRun *run)
{
	const TrainConfig *config = &options->config;
	double		loss = run->log.n > 0 ? run->log.events[run->log.n - 1].loss : NAN;
	StringInfoData detail;

	initStringInfo(&detail);
	if (options->chosen.len > 0)
		appendStringInfo(&detail, "Chosen from the data: %s. ", options->chosen.data);
	appendStringInfo(&detail, "Trained at %.0f words/s", (double) config->tokens * run->epochs / Max(run->seconds, 1e-3));
	if (run->processes > 1)
		appendStringInfo(&detail, " by %d processes", run->processes);
	if (isfinite(loss))
		appendStringInfo(&detail, "; loss %.4f in the last epoch", loss);
	appendStringInfoChar(&detail, '.');
	if (run->epochs < config->epochs)
		appendStringInfo(&detail, " The loss converged after %d of %d epochs.", run->epochs, config->epochs);
	if (source->counts.nulls > 0)
		appendStringInfo(&detail, " Rows skipped because they are NULL: " INT64_FORMAT ".", source->counts.nulls);
	if (source->counts.rows - source->counts.nulls > source->text.texts)
		appendStringInfo(&detail, " Rows skipped because they have no word: " INT64_FORMAT ".",
						 source->counts.rows - source->counts.nulls - source->text.texts);
	if (source->text.skipped > 0)
		appendStringInfo(&detail, " Tokens skipped because they are too long: " UINT64_FORMAT ".", source->text.skipped);
	if (source->text.pruned > 0)
		appendStringInfo(&detail, " Words were dropped on the way because memory was short, if they had occurred "
						 UINT64_FORMAT " times or less by then.", source->text.pruned);
	return detail.data;
}

/* What was done, and what was decided on the user's behalf. */
static void
report(const ModelTarget *target, const TrainOptions *options, const TrainSource *source, const TrainRun *run,
	   double seconds)
{
	ereport(NOTICE,
			(errmsg("model %s: %d words by %d dimensions, from " INT64_FORMAT " texts with " UINT64_FORMAT
					" tokens, in %.1f s",
					wemb_model_target_name(target), options->config.words, options->config.dim, source->text.texts,
					source->text.vocab->tokens, seconds),
			 errdetail_internal("%s", report_detail(options, source, run))));
}

/* Train on the texts that query returns; the options begin at argument first. */
static void
train(FunctionCallInfo fcinfo, const char *query, int first)
{
	TrainOptions options;
	TrainSource source;
	TrainRun	run;
	TrainProgress *progress;
	ModelTarget *target;
	int			helpers;

	wemb_train_options_read(fcinfo, first, &options);
	target = wemb_model_target(options.model, options.config.dim);
	wemb_srf_begin(fcinfo);
	helpers = wemb_train_options_max_helpers(&options);

	SPI_connect();
	progress = wemb_progress_begin(wemb_model_target_name(target));
	wemb_progress_phase(progress, TRAIN_PHASE_READING, 0);
	wemb_train_read(query, options.tokenizer, helpers, progress, &source);
	wemb_progress_phase(progress, TRAIN_PHASE_PREPARING, 0);
	wemb_train_rank(&options, &source, &run.ranked);
	wemb_train_options_choose(&options, run.ranked.tokens, run.ranked.words);
	helpers = source.files == NULL ? 0 : Min(helpers, wemb_train_options_helpers(&options));
	wemb_train_run(&options, &source, helpers, progress, &run);
	wemb_train_source_close(&source);
	wemb_progress_phase(progress, TRAIN_PHASE_STORING, options.config.words);
	store(fcinfo, target, &options, &source, &run);
	wemb_train_block_release(&run.block);
	report(target, &options, &source, &run, wemb_progress_seconds(progress));
	wemb_progress_end(progress);
	SPI_finish();
}

static void
require_source(FunctionCallInfo fcinfo, int arg, const char *name)
{
	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
}

Datum
wemb_train(PG_FUNCTION_ARGS)
{
	require_source(fcinfo, 0, "source");
	require_source(fcinfo, 1, "text_column");
	train(fcinfo, wemb_text_query(PG_GETARG_OID(0), NameStr(*PG_GETARG_NAME(1))), 2);
	return (Datum) 0;
}

Datum
wemb_train_query(PG_FUNCTION_ARGS)
{
	require_source(fcinfo, 0, "query");
	train(fcinfo, wemb_text_query_check(text_to_cstring(PG_GETARG_TEXT_PP(0))), 1);
	return (Datum) 0;
}
