/*
 * train_start.c
 *		Starting from the weights of a model that exists.
 *
 * A model may have been made by hand, so what its rows hold is checked.
 */
#include "pg/compat.h"

#include <math.h>

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "app/train/train_method.h"
#include "app/train/train_start.h"
#include "core/kernel/kernel.h"
#include "type/vector.h"

#define FETCH_ROWS		1000

struct TrainStart
{
	ModelTables tables;
	ModelOptions options;
	uint32		numbers;		/* elements of counts */
	int64	   *counts;			/* of the model's words, by their number in the vocabulary; NULL unless going on */
};

/* What a query's rows are for. */
typedef struct Taker
{
	const TrainStart *start;
	const RankedWords *ranked;
	const TrainConfig *config;
	const TrainMethod *method;
	void	   *weights;
	float	   *norm;			/* of each word's vector before it was scaled, or 1 if it was not */
	bool	   *has_input;		/* of each word: what goes into the network is taken over; NULL without a network */
	bool		same_outputs;	/* the model's output weights mean here what they meant there */
	float	   *mean;			/* what was subtracted from the model's vectors, zero if nothing was ... */
	bool		has_mean;		/* ... and the model says so */
	float	   *vector;			/* room for one */
} Taker;

typedef void (*TakeRow) (void *arg, HeapTuple row, TupleDesc columns);

TrainStart *
wemb_start_open(const char *name)
{
	TrainStart *start = palloc0(sizeof(TrainStart));
	const char *damage;

	wemb_model_tables_open(name, &start->tables);
	wemb_model_tables_check_readable(&start->tables);
	damage = wemb_model_options_read(&start->tables, GetActiveSnapshot(), &start->options);
	if (damage != NULL)
		wemb_model_report_damage(&start->tables, damage);
	return start;
}

const ModelTables *
wemb_start_tables(const TrainStart *start)
{
	return &start->tables;
}

const ModelOptions *
wemb_start_options(const TrainStart *start)
{
	return &start->options;
}

void
wemb_start_check_dim(const TrainStart *start, int dim)
{
	if (start->options.dim != dim)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("embedding model %s has %d dimensions, not %d",
						wemb_model_words_sql(&start->tables), start->options.dim, dim),
				 errhint("Train with as many dimensions as the model has that init names.")));
}

/* Run a query, and hand on its rows. */
static void
for_each_row(const char *query, TakeRow take, void *arg)
{
	SPIPlanPtr	plan;
	Portal		portal;

	SPI_connect();
	plan = SPI_prepare(query, 0, NULL);
	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", query, SPI_result_code_string(SPI_result));
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, true);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, FETCH_ROWS);
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			CHECK_FOR_INTERRUPTS();
			take(arg, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
		}
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	SPI_freeplan(plan);
	SPI_finish();
}

/* ---- going on: what the model has counted ---- */

typedef struct Counter
{
	TrainStart *start;
	TrainText  *text;
	MemoryContext context;
} Counter;

static void
take_count(void *arg, HeapTuple row, TupleDesc columns)
{
	Counter    *counter = arg;
	TrainStart *start = counter->start;
	bool		no_word;
	bool		no_freq;
	Datum		word = SPI_getbinval(row, columns, 1, &no_word);
	int64		freq = DatumGetInt64(SPI_getbinval(row, columns, 2, &no_freq));
	text	   *bytes;
	int32		number;

	if (no_word || no_freq || freq < 1)
		return;
	bytes = DatumGetTextPP(word);
	number = wemb_train_text_word(counter->text, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), (uint64) freq);
	if ((uint32) number >= start->numbers)
	{
		uint32		numbers = Max((uint32) number + 1, start->numbers * 2);
		MemoryContext caller = MemoryContextSwitchTo(counter->context);

		start->counts = start->counts == NULL ?
			MemoryContextAllocHuge(counter->context, numbers * sizeof(int64)) :
			repalloc_huge(start->counts, numbers * sizeof(int64));
		memset(start->counts + start->numbers, 0, (numbers - start->numbers) * sizeof(int64));
		start->numbers = numbers;
		MemoryContextSwitchTo(caller);
	}
	start->counts[number] += freq;
}

void
wemb_start_count(TrainStart *start, TrainText *text)
{
	Counter		counter = {start, text, CurrentMemoryContext};

	for_each_row(psprintf("SELECT word, freq FROM %s", wemb_model_words_sql(&start->tables)),
				 take_count, &counter);
}

/* ---- going on: the model's phrases ---- */

typedef struct PhraseTaker
{
	TakePhrase	take;
	void	   *arg;
} PhraseTaker;

static void
take_phrase(void *arg, HeapTuple row, TupleDesc columns)
{
	PhraseTaker *taker = arg;
	bool		isnull;
	Datum		word = SPI_getbinval(row, columns, 1, &isnull);
	text	   *bytes = DatumGetTextPP(word);

	taker->take(taker->arg, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

void
wemb_start_phrases(const TrainStart *start, TakePhrase take, void *arg)
{
	PhraseTaker taker = {take, arg};

	for_each_row(psprintf("SELECT word FROM %s WHERE pg_catalog.strpos(word, '_') OPERATOR(pg_catalog.>) 1",
						  wemb_model_words_sql(&start->tables)), take_phrase, &taker);
}

uint64
wemb_start_tokens(const TrainStart *start, const RankedWords *ranked)
{
	uint64		tokens = 0;

	for (uint32 i = 0; i < Min(start->numbers, ranked->numbers); i++)
		if (ranked->rank[i] >= 0)
			tokens += start->counts[i];
	return tokens;
}

/* ---- weights ---- */

/* The model's word that a text column holds, or -1. */
static int
word_of(const Taker *taker, HeapTuple row, TupleDesc columns, int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(row, columns, column, &isnull);
	text	   *bytes;
	int32		number;

	if (isnull)
		return -1;
	bytes = DatumGetTextPP(value);
	number = wemb_vocab_find(taker->ranked->vocab, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	return number < 0 ? -1 : taker->ranked->rank[number];
}

/* A vector column, or NULL if it is none of this length. */
static const float *
vector_of(const Taker *taker, HeapTuple row, TupleDesc columns, int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(row, columns, column, &isnull);
	Vector	   *vector;

	if (isnull)
		return NULL;
	vector = (Vector *) PG_DETOAST_DATUM(value);
	return vector->dim == taker->start->options.dim ? vector->x : NULL;
}

/* Columns: word, norm, vec. */
static void
take_output(void *arg, HeapTuple row, TupleDesc columns)
{
	Taker	   *taker = arg;
	int			word = word_of(taker, row, columns, 1);
	const float *vector = vector_of(taker, row, columns, 3);
	char	   *norm = SPI_getvalue(row, columns, 2);
	float	   *row_of_weights;

	if (word < 0)
		return;
	if (norm != NULL && taker->start->options.unit_length)
	{
		float		value = strtof(norm, NULL);

		if (isfinite(value) && value > 0)
			taker->norm[word] = value;
	}
	row_of_weights = taker->method->output_row(taker->weights, word);
	if (vector != NULL && row_of_weights != NULL && taker->same_outputs)
		memcpy(row_of_weights, vector, taker->start->options.dim * sizeof(float));
}

/* Columns: word, vec. */
static void
take_input(void *arg, HeapTuple row, TupleDesc columns)
{
	Taker	   *taker = arg;
	int			word = word_of(taker, row, columns, 1);
	const float *vector = vector_of(taker, row, columns, 2);

	if (word < 0 || vector == NULL)
		return;
	memcpy(taker->method->input_row(taker->weights, word), vector, taker->config->dim * sizeof(float));
	taker->has_input[word] = true;
}

/* Columns: id, vec.  All or none of the rows are of use, so they are counted first. */
static void
take_network(void *arg, HeapTuple row, TupleDesc columns)
{
	Taker	   *taker = arg;
	int			dim = taker->config->dim;
	bool		isnull;
	int64		id = DatumGetInt32(SPI_getbinval(row, columns, 1, &isnull));
	const float *vector = vector_of(taker, row, columns, 2);
	int			n;
	float	   *network = taker->method->network(taker->weights, &n);

	if (!isnull && vector != NULL && id >= 0 && id * dim < n)
		memcpy(network + id * dim, vector, Min(dim, n - id * dim) * sizeof(float));
}

/* Column: vec. */
static void
take_mean(void *arg, HeapTuple row, TupleDesc columns)
{
	Taker	   *taker = arg;
	const float *vector = vector_of(taker, row, columns, 1);

	if (vector == NULL)
		return;
	memcpy(taker->mean, vector, taker->start->options.dim * sizeof(float));
	taker->has_mean = true;
}

/* Columns: id, vec. */
static void
take_subword(void *arg, HeapTuple row, TupleDesc columns)
{
	Taker	   *taker = arg;
	const TrainConfig *config = taker->config;
	bool		isnull;
	int32		id = DatumGetInt32(SPI_getbinval(row, columns, 1, &isnull));
	const float *vector = vector_of(taker, row, columns, 2);

	if (isnull || vector == NULL || id < 0 || id >= config->buckets)
		return;
	memcpy(taker->method->subword_row(taker->weights, id), vector, config->dim * sizeof(float));
	taker->method->shift(taker->weights, config->words + id, 1, taker->mean);
}

/* Columns: word, vec. */
static void
take_word(void *arg, HeapTuple row, TupleDesc columns)
{
	Taker	   *taker = arg;
	int			word = word_of(taker, row, columns, 1);
	const float *vector = vector_of(taker, row, columns, 2);

	if (word < 0 || vector == NULL)
		return;
	if (taker->has_input != NULL && taker->has_input[word])
		return;
	memcpy(taker->vector, vector, taker->start->options.dim * sizeof(float));
	wemb_kernel->scale_f32(taker->norm[word], taker->vector, taker->start->options.dim);
	wemb_kernel->axpy_f32(1.0f, taker->mean, taker->vector, taker->start->options.dim);
	taker->method->set_word_vector(taker->weights, word, taker->vector);
}

/* Has the model a whole network of the name (NULL: any)? */
static bool
has_network(const TrainStart *start, const char *name, int rows)
{
	const char *parts = wemb_model_parts_sql(&start->tables);
	char	   *condition = name == NULL ? "" :
		psprintf(" AND (SELECT data OPERATOR(pg_catalog.->>) 'cell' FROM %s WHERE part OPERATOR(pg_catalog.=) 'network'"
				 " AND id OPERATOR(pg_catalog.=) 0) OPERATOR(pg_catalog.=) %s", parts, quote_literal_cstr(name));
	bool		isnull;
	int64		found;

	SPI_connect();
	if (SPI_execute(psprintf("SELECT pg_catalog.count(*) FROM %s WHERE part OPERATOR(pg_catalog.=) 'network'%s",
							 parts, condition), true, 1) != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed");
	found = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	return name == NULL ? found > 0 : found == rows;
}

/* Take over a network of the same cell, and what goes into it. */
static void
start_network(Taker *taker, const TrainOptions *train)
{
	const TrainStart *start = taker->start;
	const char *parts = wemb_model_parts_sql(&start->tables);
	int			n;

	if (taker->method->network == NULL)
	{
		taker->same_outputs = !has_network(start, NULL, 0);
		return;
	}
	taker->method->network(taker->weights, &n);
	taker->same_outputs = has_network(start, taker->method->network_name(train),
									  (n + train->config.dim - 1) / train->config.dim);
	if (!taker->same_outputs)
		return;
	taker->has_input = MemoryContextAllocExtended(CurrentMemoryContext, train->config.words * sizeof(bool),
												  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for_each_row(psprintf("SELECT id, vec FROM %s WHERE part OPERATOR(pg_catalog.=) 'network'", parts), take_network, taker);
	for_each_row(psprintf("SELECT data OPERATOR(pg_catalog.->>) 'word', vec FROM %s"
						  " WHERE part OPERATOR(pg_catalog.=) 'input'", parts), take_input, taker);
}

float *
wemb_start_weights(const TrainStart *start, const TrainOptions *train, const RankedWords *ranked, void *weights)
{
	const TrainConfig *config = &train->config;
	const ModelOptions *options = &start->options;
	const char *words = wemb_model_words_sql(&start->tables);
	const char *parts = wemb_model_parts_sql(&start->tables);
	Taker		taker = {
		.start = start,
		.ranked = ranked,
		.config = config,
		.method = wemb_train_method(train->algorithm),
		.weights = weights,
		.norm = MemoryContextAllocHuge(CurrentMemoryContext, config->words * sizeof(float)),
		.mean = palloc0(options->dim * sizeof(float)),
		.vector = palloc(options->dim * sizeof(float)),
	};

	for (int i = 0; i < config->words; i++)
		taker.norm[i] = 1;
	start_network(&taker, train);
	for_each_row(psprintf("SELECT data OPERATOR(pg_catalog.->>) 'word', data OPERATOR(pg_catalog.->>) 'norm', vec"
						  " FROM %s WHERE part OPERATOR(pg_catalog.=) 'output'", parts), take_output, &taker);
	for_each_row(psprintf("SELECT vec FROM %s WHERE part OPERATOR(pg_catalog.=) 'mean'", parts), take_mean, &taker);
	if (config->buckets > 0 && config->buckets == options->buckets &&
		config->min_n == options->min_n && config->max_n == options->max_n)
		for_each_row(psprintf("SELECT id, vec FROM %s WHERE part OPERATOR(pg_catalog.=) 'subword'", parts),
					 take_subword, &taker);
	for_each_row(psprintf("SELECT word, vec FROM %s", words), take_word, &taker);
	pfree(taker.norm);
	pfree(taker.vector);
	return taker.has_mean ? taker.mean : NULL;
}
