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
#include "storage/sharedfileset.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "app/model/model_store.h"
#include "app/train/count_run.h"
#include "app/train/train.h"
#include "app/train/train_choose.h"
#include "app/train/train_progress.h"
#include "app/train/train_read.h"
#include "app/train/train_run.h"
#include "core/kernel/kernel.h"
#include "pg/srf.h"
#include "pg/text_source.h"
#include "type/vector.h"

PG_FUNCTION_INFO_V1(wemb_train);
PG_FUNCTION_INFO_V1(wemb_train_query);

/*
 * What it takes to go on with a word: its output weights, how long its vector was before it was scaled, and what
 * goes into a network for it.
 */
static void
write_word_parts(ModelWriter *writer, const TrainRun *run, int i, const char *word, size_t len, double norm)
{
	const TrainMethod *method = run->method;
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoString(&json, "{\"word\": ");
	escape_json(&json, pnstrdup(word, len));
	if (method->input_row != NULL)
		wemb_model_write_part(writer, "input", i, method->input_row(run->weights, i), psprintf("%s}", json.data));
	appendStringInfo(&json, ", \"norm\": %.9g}", norm);
	wemb_model_write_part(writer, "output", i, method->output_row(run->weights, i), json.data);
}

/* A network's weights, as many a row as a vector has; zeros fill up the last one. */
static void
write_network(ModelWriter *writer, const TrainRun *run, const TrainOptions *options)
{
	int			dim = options->config.dim;
	float	   *row = palloc(dim * sizeof(float));
	int			n;
	const float *weights = run->method->network(run->weights, &n);

	for (int i = 0; i * dim < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		memset(row, 0, dim * sizeof(float));
		memcpy(row, weights + i * dim, Min(dim, n - i * dim) * sizeof(float));
		wemb_model_write_part(writer, "network", i, row,
							  i == 0 ? psprintf("{\"cell\": \"%s\"}", run->method->network_name(options)) : NULL);
	}
	pfree(row);
}

/* Store the log, the mean, the network and the subword table. */
static void
write_parts(ModelWriter *writer, const TrainRun *run, const TrainOptions *options)
{
	for (int i = 0; i < run->log.n; i++)
	{
		char	   *json = wemb_train_log_json(&run->log.events[i]);

		wemb_model_write_part(writer, "log", i + 1, NULL, json);
		pfree(json);
	}
	if (run->mean != NULL)
		wemb_model_write_part(writer, "mean", 0, run->mean, NULL);
	if (run->method != NULL && run->method->network != NULL)
		write_network(writer, run, options);
	for (int i = 0; i < options->config.buckets; i++)
		wemb_model_write_part(writer, "subword", i, run->method->subword_row(run->weights, i), NULL);
}

/* The vector of a word, of length 1 if it should be; returns how long it was. */
static double
read_vector(const TrainRun *run, int word, bool unit_length, Vector *vec)
{
	double		norm;

	run->word_vector(run->weights, word, false, vec->x);
	norm = sqrt(wemb_kernel->dot_f32(vec->x, vec->x, vec->dim));
	if (unit_length && norm > 0)
		run->word_vector(run->weights, word, true, vec->x);
	return norm;
}

/* Store the model and return its words. */
static void
store(FunctionCallInfo fcinfo, ModelTarget *target, const TrainOptions *options,
	  const TrainSource *source, const TrainRun *run, TrainProgress *progress)
{
	const TrainConfig *config = &options->config;
	ModelWriter *writer = wemb_model_write_begin(target, config->words);
	ModelOptions facts = {
		.tokenizer = source->tokenizer,
		.unit_length = options->unit_length,
		.phrases = options->phrases,
		.min_n = config->min_n,
		.max_n = config->max_n,
		.buckets = config->buckets,
		.tokens = (int64) config->tokens,
		.texts = source->text.texts + (run->going_on ? wemb_start_options(run->start)->texts : 0),
	};
	Vector	   *vec = wemb_vector_alloc(config->dim);
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "wemb model row", ALLOCSET_DEFAULT_SIZES);

	wemb_model_write_options(writer, &facts, wemb_train_options_json(options, run->epochs));
	for (int i = 0; i < config->words; i++)
	{
		size_t		len;
		uint64		count;
		const char *bytes = wemb_ranked_word(&run->ranked, i, &len, &count);
		double		norm;
		MemoryContext caller = MemoryContextSwitchTo(row_context);
		Datum		values[3];
		bool		nulls[3] = {false, false, false};

		CHECK_FOR_INTERRUPTS();
		norm = read_vector(run, i, options->unit_length, vec);
		wemb_model_write_word(writer, bytes, len, (int64) count, vec->x);
		if (run->method != NULL)
			write_word_parts(writer, run, i, bytes, len, norm);
		values[0] = PointerGetDatum(cstring_to_text_with_len(bytes, (int) len));
		values[1] = Int64GetDatum((int64) count);
		values[2] = PointerGetDatum(vec);
		wemb_srf_row(fcinfo, values, nulls);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(row_context);
		wemb_progress_step(progress, i + 1, NAN);
	}
	write_parts(writer, run, options);
	wemb_model_write_end(writer);
	MemoryContextDelete(row_context);
}

/* Were there fewer processes than the user asked for? */
static bool
lacks_processes(const TrainOptions *options, const TrainRun *run)
{
	return options->workers > 0 && run->processes < run->asked;
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
	appendStringInfo(&detail, "Trained at %.0f words/s", (double) config->epoch_tokens * run->epochs / Max(run->seconds, 1e-3));
	if (run->processes > 1)
		appendStringInfo(&detail, " by %d processes", run->processes);
	if (isfinite(loss))
		appendStringInfo(&detail, "; loss %.4f in the last epoch", loss);
	appendStringInfoChar(&detail, '.');
	if (options->phrases > 0)
		appendStringInfo(&detail, " Phrases found: " INT64_FORMAT ", joined " UINT64_FORMAT " times.",
						 run->phrases.phrases, run->phrases.joined);
	if (run->phrases.lost > 0)
		appendStringInfo(&detail, " Rare pairs of words were dropped on the way because maintenance_work_mem is small.");
	if (run->epochs < config->epochs)
		appendStringInfo(&detail, " The loss converged after %d of %d epochs.", run->epochs, config->epochs);
	if (lacks_processes(options, run))
		appendStringInfo(&detail, " Of the %d workers asked for, only %d could be had.", run->asked, run->processes);
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
					source->tokens, seconds),
			 errdetail_internal("%s", report_detail(options, source, run)),
			 lacks_processes(options, run) ?
			 errhint("Helpers are parallel workers: see max_parallel_workers and max_worker_processes, and what other sessions use.") : 0));
}

static void
find_phrases(TrainSource *source, const TrainJob *job, TrainProgress *progress, TrainPhrases *result)
{
	PhraseSearch search = {
		.text = &source->text,
		.files = source->files,
		.passes = job->options.phrases,
		.min_count = Max(job->options.min_count, TRAIN_PHRASE_MIN_COUNT),
		.known = job->going_on ? job->start : NULL,
		.progress = progress,
	};

	wemb_train_phrases(&search, result);
}

void
wemb_train_job(FunctionCallInfo fcinfo, TrainJob *job)
{
	TrainOptions *options = &job->options;
	TrainConfig *config = &options->config;
	int			helpers = wemb_train_options_max_helpers(options);
	ModelTarget *target = wemb_model_target(options->model, config->dim);
	TrainSource source;
	TextFacts	facts;
	TrainRun	run = {.start = job->start, .going_on = job->going_on};
	TrainProgress *progress;
	TrainReading reading = {
		.query = job->query,
		.tokenizer = options->tokenizer,
		.helpers = helpers,
		/* phrases need as much for a second corpus */
		.memory = wemb_train_corpus_memory(options->phrases > 0 ? 2 : 1),
	};

	wemb_srf_begin(fcinfo);
	SPI_connect();
	progress = wemb_progress_begin(wemb_model_target_name(target));
	wemb_progress_phase(progress, TRAIN_PHASE_READING, 0);
	wemb_train_read(&reading, progress, &source);
	if (options->phrases > 0)
		find_phrases(&source, job, progress, &run.phrases);
	wemb_progress_phase(progress, TRAIN_PHASE_PREPARING, 0);
	if (job->going_on && source.tokens > 0)
		wemb_start_count(job->start, &source.text);
	wemb_train_rank(options, &source, &run.ranked);
	if (job->going_on)
		run.ranked.epoch_tokens -= wemb_start_tokens(job->start, &run.ranked);
	facts = (TextFacts) {run.ranked.tokens, run.ranked.epoch_tokens, run.ranked.words, run.ranked.mean_length};
	wemb_train_choose(options, &facts);
	helpers = Min(helpers, wemb_train_options_helpers(options));
	if (helpers > 0 && source.files == NULL)
	{
		wemb_train_alone_warn(sizeof(SharedFileSet), source.alone);
		helpers = 0;
	}
	if (wemb_train_options_count_pairs(options))
		wemb_count_run(options, &source, helpers, progress, &run);
	else
		wemb_train_run(options, &source, helpers, progress, &run);
	wemb_train_source_close(&source);
	wemb_progress_phase(progress, TRAIN_PHASE_STORING, config->words);
	store(fcinfo, target, options, &source, &run, progress);
	wemb_train_block_release(&run.block);
	report(target, options, &source, &run, wemb_progress_seconds(progress));
	wemb_progress_end(progress);
	SPI_finish();
}

/* Train on the texts that query returns; the options begin at argument first. */
static void
train(FunctionCallInfo fcinfo, const char *query, int first)
{
	TrainJob	job = {.query = query};
	TrainArguments args = {fcinfo, first, 0};

	wemb_train_options_read(&args, &job.options);
	if (job.options.init != NULL)
	{
		job.start = wemb_start_open(job.options.init);
		wemb_start_check_dim(job.start, job.options.config.dim);
	}
	wemb_train_job(fcinfo, &job);
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
