/*
 * most_similar.c
 *		wemb_most_similar(): the words nearest to a word or a phrase.
 *
 * One scan over the words table that keeps the best, in SQL, so that rows the
 * user may not see stay unseen and a large model is scanned in parallel.  The
 * answer is exact even where the user has an approximate index on the vectors:
 * who wants that index writes ORDER BY vec <=> wemb('word').
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "app/embed/embed.h"
#include "app/embed/text_words.h"
#include "app/model/vector_type.h"
#include "pg/compat.h"
#include "pg/srf.h"

/* A word of what is asked about: it is not among the answers. */
typedef struct AskedWord
{
	char		text[TOKEN_MAX_BYTES + 1];	/* padded with zeros */
} AskedWord;

static void
set_word(AskedWord *word, const char *text, size_t len)
{
	memset(word, 0, sizeof(*word));
	memcpy(word->text, text, Min(len, TOKEN_MAX_BYTES));
}

/* The different words of a text. */
static HTAB *
collect_words(Model *model, const char *text, size_t len)
{
	HASHCTL		control = {.keysize = sizeof(AskedWord), .entrysize = sizeof(AskedWord), .hcxt = CurrentMemoryContext};
	HTAB	   *words = hash_create("wemb asked words", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	TextWords  *text_words = wemb_text_words_start(model, text, len);
	Token		word;
	AskedWord	key;

	while (wemb_text_words_next(text_words, &word))
	{
		set_word(&key, word.text, word.len);
		hash_search(words, &key, HASH_ENTER, NULL);
	}
	wemb_text_words_end(text_words);
	return words;
}

static bool
is_asked(HTAB *words, const text *word)
{
	AskedWord	key;

	if (VARSIZE_ANY_EXHDR(word) > TOKEN_MAX_BYTES)
		return false;
	set_word(&key, VARDATA_ANY(word), VARSIZE_ANY_EXHDR(word));
	return hash_search(words, &key, HASH_FIND, NULL) != NULL;
}

/*
 * The query: nearest first.  "+ 0" keeps an approximate index out; a word with
 * a zero vector has distance NaN, which sorts last.
 */
static char *
neighbour_query(const ModelTables *tables)
{
	return psprintf("SELECT word, (vec OPERATOR(%s.<=>) $1) OPERATOR(pg_catalog.+) 0::pg_catalog.float8 AS distance"
					" FROM %s ORDER BY 2 LIMIT $2",
					quote_identifier(wemb_vector_schema()), wemb_model_words_sql(tables));
}

/* Append the k words nearest to vector that are not asked about. */
static void
return_neighbours(FunctionCallInfo fcinfo, Model *model, Vector *vector, int k, HTAB *asked)
{
	Oid			types[2] = {wemb_vector_type(), INT8OID};
	Datum		values[2] = {PointerGetDatum(vector), Int64GetDatum((int64) k + hash_get_num_entries(asked))};
	SPIPlanPtr	plan;
	int			found = 0;

	SPI_connect();
	plan = SPI_prepare_cursor(neighbour_query(wemb_model_tables(model)), lengthof(types), types,
							  CURSOR_OPT_PARALLEL_OK);
	if (plan == NULL || SPI_execute_plan(plan, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not search the words of an embedding model");

	for (uint64 row = 0; row < SPI_processed && found < k; row++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[row];
		Datum		columns[2];
		bool		nulls[2];
		double		distance;

		columns[0] = SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &nulls[0]);
		distance = DatumGetFloat8(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 2, &nulls[1]));
		if (nulls[0] || nulls[1])
			wemb_model_report_damage(wemb_model_tables(model), _("A word or its vector is NULL."));
		if (isnan(distance) || is_asked(asked, DatumGetTextPP(columns[0])))
			continue;
		columns[1] = Float4GetDatum((float) (1.0 - distance));
		wemb_srf_row(fcinfo, columns, nulls);
		found++;
	}
	SPI_finish();
}

/*
 * Nothing is known of a text.  No rows, as wemb() and wemb_similarity() return
 * NULL: an error would end a query over many words because of one of them.
 * But who asks for one word by hand should see why there is no answer.
 */
static void
report_unknown(Model *model, const char *text, size_t len)
{
	int			shown = pg_mbcliplen(text, (int) Min(len, 1024), 60);

	ereport(NOTICE,
			(errmsg("embedding model \"%s\" knows no word of \"%.*s%s\"",
					wemb_model_words_sql(wemb_model_tables(model)),
					shown, text, (size_t) shown < len ? "..." : "")));
}

PG_FUNCTION_INFO_V1(wemb_words_most_similar);
Datum
wemb_words_most_similar(PG_FUNCTION_ARGS)
{
	text	   *query;
	int			k;
	Model	   *model;

	wemb_srf_begin(fcinfo);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	query = PG_GETARG_TEXT_PP(0);
	k = PG_GETARG_INT32(1);
	if (k < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("k must be at least 1, not %d", k)));

	model = wemb_model_open(wemb_embed_model_argument(fcinfo, 2));
	PG_TRY();
	{
		const char *text = VARDATA_ANY(query);
		size_t		len = VARSIZE_ANY_EXHDR(query);
		Vector	   *vector = wemb_embed(model, text, len);

		if (vector != NULL)
			return_neighbours(fcinfo, model, vector, k, collect_words(model, text, len));
		else
			report_unknown(model, text, len);
	}
	PG_FINALLY();
	{
		wemb_model_close(model);
	}
	PG_END_TRY();
	return (Datum) 0;
}
