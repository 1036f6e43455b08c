/*
 * model_words.c
 *		The words of an open model: looked up in batches, remembered in memory.
 *
 * Two queries, each by primary key: one for the words of a batch that are not
 * in memory yet; then, if the model has subwords, one for the rows that the
 * n-grams of a word need which has turned out not to be in the model.
 *
 * The limit wemb.cache_size holds for all models of a session together.  Above
 * it words are forgotten first, and rows of the model in use only beyond half
 * of it: rows are few, and any unknown word needs some of them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/ilist.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "app/model/model_words.h"
#include "core/model/compose.h"
#include "core/model/subword.h"
#include "core/text/tokenizer.h"
#include "pg/compat.h"
#include "pg/guc.h"
#include "pg/plan.h"
#include "type/vector.h"

#define BATCH_BYTES		(4 * 1024 * 1024)	/* of vectors */
/* a word's code points with < and >, of each length an n-gram, of each n-gram two rows */
#define MAX_ROWS		((TOKEN_MAX_BYTES + 2) * SUBWORD_MAX_N * SUBWORD_HASHES)

struct ModelWords
{
	dlist_node	node;			/* in all_words */
	MemoryContext context;
	const ModelTables *tables;
	int			dim;
	bool		unit_length;
	int			min_n;
	int			max_n;
	int			buckets;
	WordStore  *store;
	SPIPlanPtr	words_plan;		/* or NULL: not needed yet */
	SPIPlanPtr	rows_plan;
	void	   *composer;		/* for the n-grams of a word; NULL: not needed yet */

	bool		in_use;			/* a batch has been begun */
	uint32		batch;			/* its number */
	int			nnew;			/* words that have to be looked up */
	StoredWord *new_words[WORDS_MAX_BATCH];
};

/* All there are, for the limit on their memory together. */
static dlist_head all_words = DLIST_STATIC_INIT(all_words);

ModelWords *
wemb_model_words_create(MemoryContext context)
{
	ModelWords *words = MemoryContextAllocZero(context, sizeof(ModelWords));

	words->context = context;
	words->store = wemb_word_store_create(context);
	dlist_push_tail(&all_words, &words->node);
	return words;
}

/* The next query is to be prepared anew. */
static void
drop_plans(ModelWords *words)
{
	if (words->words_plan != NULL)
		SPI_freeplan(words->words_plan);
	if (words->rows_plan != NULL)
		SPI_freeplan(words->rows_plan);
	words->words_plan = words->rows_plan = NULL;
}

void
wemb_model_words_free(ModelWords *words)
{
	drop_plans(words);
	dlist_delete(&words->node);
}

void
wemb_model_words_reset(ModelWords *words, const ModelTables *tables, const ModelOptions *options)
{
	wemb_word_store_reset(words->store, options->dim);
	if (words->composer != NULL)
		pfree(words->composer);
	words->composer = NULL;
	words->tables = tables;
	words->dim = options->dim;
	words->unit_length = options->unit_length;
	words->min_n = options->min_n;
	words->max_n = options->max_n;
	words->buckets = options->buckets;
}

void
wemb_model_words_release(ModelWords *words)
{
	words->in_use = false;
}

int
wemb_words_batch_size(const ModelWords *words)
{
	return Max(1, Min(WORDS_MAX_BATCH, BATCH_BYTES / (words->dim * (int) sizeof(float))));
}

/* Bytes that the models of this session may keep together. */
static Size
memory_limit(void)
{
	return (Size) wemb_cache_size * 1024;
}

static bool
is_full(void)
{
	Size		total = 0;
	dlist_iter	iter;

	dlist_foreach(iter, &all_words)
		total += wemb_word_store_size(dlist_container(ModelWords, node, iter.cur)->store);
	return total > memory_limit();
}

/* Make room for a batch of words. */
static void
make_room(ModelWords *words)
{
	dlist_iter	iter;

	dlist_foreach(iter, &all_words)
	{
		ModelWords *other = dlist_container(ModelWords, node, iter.cur);

		if (other->in_use)
			continue;
		wemb_word_store_empty_words(other->store);
		if (other != words)
			wemb_word_store_empty_rows(other->store);
	}
	ereport(DEBUG2, (errmsg_internal("emptied the memory of words of embedding models")));
}

void
wemb_words_begin(ModelWords *words)
{
	words->in_use = false;
	if (is_full())
		make_room(words);
	words->in_use = true;
	words->batch++;
	words->nnew = 0;
}

const StoredWord *
wemb_words_add(ModelWords *words, const char *text, size_t len)
{
	StoredWord *word = wemb_word_store_get(words->store, text, (int) len);

	/* a word may be left over from a batch that an error has ended */
	if (word->state == WORD_NEW && word->batch != words->batch)
	{
		Assert(words->nnew < WORDS_MAX_BATCH);
		word->batch = words->batch;
		words->new_words[words->nnew++] = word;
	}
	return word;
}

/* Run a query that takes one array. */
static void
run_query(SPIPlanPtr plan, Datum *elements, int nelements, Oid type)
{
	Datum		array;
	int			result;

	if (type == TEXTOID)
		array = PointerGetDatum(construct_array(elements, nelements, type, -1, false, TYPALIGN_INT));
	else
		array = PointerGetDatum(construct_array(elements, nelements, type, sizeof(int32), true, TYPALIGN_INT));
	result = SPI_execute_plan(plan, &array, NULL, true, 0);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(result));
}

/* A column of a row that the last query has returned. */
static Datum
get_column(const ModelWords *words, uint64 row, int column)
{
	bool		is_null;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &is_null);

	if (is_null)
		wemb_model_report_damage(words->tables, psprintf(_("Column \"%s\" is NULL."),
														 SPI_fname(SPI_tuptable->tupdesc, column)));
	return value;
}

/* A vector of such a row. */
static const float *
get_vector(const ModelWords *words, uint64 row, int column)
{
	Vector	   *vector = DatumGetVector(get_column(words, row, column));

	if (vector->dim != words->dim)
		wemb_model_report_damage(words->tables, psprintf(_("A vector has %d dimensions instead of %d."),
														 vector->dim, words->dim));
	return vector->x;
}

/* Look the new words up in the words table.  Those that are not there stay new. */
static void
load_known(ModelWords *words)
{
	Oid			type = TEXTARRAYOID;
	Datum	   *elements;

	if (words->words_plan == NULL)
		words->words_plan = wemb_plan_keep(psprintf("SELECT word, freq, vec FROM %s WHERE word OPERATOR(pg_catalog.=) ANY ($1)",
													wemb_model_words_sql(words->tables)), 1, &type);
	SPI_connect();
	elements = palloc(words->nnew * sizeof(Datum));
	for (int i = 0; i < words->nnew; i++)
		elements[i] = PointerGetDatum(cstring_to_text_with_len(words->new_words[i]->text, words->new_words[i]->len));
	run_query(words->words_plan, elements, words->nnew, TEXTOID);

	for (uint64 row = 0; row < SPI_processed; row++)
	{
		text	   *key = DatumGetTextPP(get_column(words, row, 1));
		int64		freq = DatumGetInt64(get_column(words, row, 2));
		const float *vec = get_vector(words, row, 3);
		StoredWord *word = wemb_word_store_get(words->store, VARDATA_ANY(key), (int) VARSIZE_ANY_EXHDR(key));

		if (freq < 0)
			wemb_model_report_damage(words->tables, _("A word has a negative \"freq\"."));
		if (word->state != WORD_NEW)
			continue;
		memcpy(wemb_word_store_vector(words->store, word), vec, words->dim * sizeof(float));
		word->freq = freq;
		word->state = WORD_KNOWN;
	}
	SPI_finish();
}

/* Read those of these rows of the subword table that are not in memory. */
static void
load_rows(ModelWords *words, const int32 *ids, int nids)
{
	Oid			type = INT4ARRAYOID;
	Datum		elements[MAX_ROWS];
	int			nelements = 0;

	for (int i = 0; i < nids; i++)
		if (wemb_word_store_row(words->store, ids[i]) == NULL)
			elements[nelements++] = Int32GetDatum(ids[i]);
	if (nelements == 0)
		return;
	if (words->rows_plan == NULL)
		words->rows_plan = wemb_plan_keep(psprintf("SELECT id, vec FROM %s"
												   " WHERE part OPERATOR(pg_catalog.=) 'subword'"
												   " AND id OPERATOR(pg_catalog.=) ANY ($1)",
												   wemb_model_parts_sql(words->tables)), 1, &type);
	SPI_connect();
	run_query(words->rows_plan, elements, nelements, INT4OID);
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		int32		id = DatumGetInt32(get_column(words, row, 1));
		const float *vec = get_vector(words, row, 2);

		if (wemb_word_store_row(words->store, id) == NULL)
			memcpy(wemb_word_store_add_row(words->store, id), vec, words->dim * sizeof(float));
	}
	SPI_finish();
}

/* Make up the vector of a word that is not in the model from its n-grams, or find that it has none. */
static void
compose_unknown(ModelWords *words, StoredWord *word)
{
	int32		ids[MAX_ROWS];
	int			nids = 0;
	Composer   *composer;
	float	   *vec;

	if (words->buckets > 0)
		nids = wemb_subword_rows(word->text, word->len, words->min_n, words->max_n, words->buckets, ids, MAX_ROWS);
	if (nids == 0)
	{
		word->state = WORD_MISSING;
		return;
	}

	load_rows(words, ids, nids);
	if (words->composer == NULL)
		words->composer = MemoryContextAlloc(words->context, wemb_compose_size(words->dim));
	composer = wemb_compose_init(words->composer, words->dim);
	for (int i = 0; i < nids; i++)
	{
		const float *row = wemb_word_store_row(words->store, ids[i]);

		if (row == NULL)
			wemb_model_report_damage(words->tables, psprintf(_("Row %d of part \"subword\" is missing."), ids[i]));
		wemb_compose_add(composer, row, 1.0);
	}

	vec = wemb_word_store_vector(words->store, word);
	switch (wemb_compose_finish(composer, words->unit_length, vec))
	{
		case COMPOSE_OK:
			word->state = WORD_COMPOSED;
			break;
		case COMPOSE_NOTHING:
			word->vec = NULL;
			word->state = WORD_MISSING;
			break;
		case COMPOSE_OVERFLOW:
			wemb_model_report_damage(words->tables, _("The rows of part \"subword\" are too large to be added up."));
	}
	if (wemb_word_store_rows_size(words->store) > memory_limit() / 2)
		wemb_word_store_empty_rows(words->store);
}

void
wemb_words_load(ModelWords *words)
{
	if (words->nnew == 0)
		return;
	load_known(words);
	for (int i = 0; i < words->nnew; i++)
		if (words->new_words[i]->state == WORD_NEW)
			compose_unknown(words, words->new_words[i]);
	words->nnew = 0;
}
