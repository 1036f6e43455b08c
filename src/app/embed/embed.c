/*
 * embed.c
 *		The vector of a text, and wemb().
 *
 * ORDER BY vec <-> wemb('query') without an index calls a STABLE function for
 * every row.  So each call site (fn_extra) remembers the last text and its
 * vector, see wemb_embed_once().
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "app/embed/embed.h"
#include "app/embed/text_words.h"
#include "core/model/compose.h"
#include "pg/compat.h"
#include "pg/guc.h"
#include "pg/statement.h"

/* Longer texts are remembered only where the planner knows that they stay the same. */
#define MEMO_MAX_BYTES	(64 * 1024)

/* One remembered call. */
typedef struct EmbedMemo
{
	MemoryContext context;		/* of what follows; NULL: nothing is remembered */
	StatementKey key;
	char	   *model;
	char	   *text;
	Size		len;
	Vector	   *result;			/* NULL: there is none */
} EmbedMemo;

/* At most max words of a text from where the last batch ended; returns how many there are. */
static int
read_batch(TextWords *text_words, ModelWords *words, const StoredWord **batch, int max)
{
	int			n = 0;
	Token		word;

	wemb_words_begin(words);
	while (n < max && wemb_text_words_next(text_words, &word))
		batch[n++] = wemb_words_add(words, word.text, word.len);
	wemb_words_load(words);
	return n;
}

Vector *
wemb_embed(Model *model, const char *text, size_t len)
{
	const ModelOptions *options = wemb_model_options(model);
	const StoredWord *batch[WORDS_MAX_BATCH];
	Composer   *composer = wemb_compose_init(palloc(wemb_compose_size(options->dim)), options->dim);
	Vector	   *result = wemb_vector_alloc(options->dim);
	ModelWords *words = wemb_model_words(model);
	TextWords  *text_words = wemb_text_words_start(model, text, len);
	int			max = wemb_words_batch_size(words);
	int			n;

	do
	{
		CHECK_FOR_INTERRUPTS();
		n = read_batch(text_words, words, batch, max);
		for (int i = 0; i < n; i++)
			if (batch[i]->vec != NULL)
				wemb_compose_add(composer, batch[i]->vec, compose_weight(batch[i]->freq, options->tokens));
	} while (n == max);
	wemb_text_words_end(text_words);

	switch (wemb_compose_finish(composer, options->unit_length, result->x))
	{
		case COMPOSE_OK:
			break;
		case COMPOSE_NOTHING:
			pfree(result);
			result = NULL;
			break;
		case COMPOSE_OVERFLOW:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("value out of range: overflow")));
	}
	pfree(composer);
	return result;
}

static Vector *
copy_vector(const Vector *vector)
{
	Vector	   *copy;

	if (vector == NULL)
		return NULL;
	copy = palloc(VARSIZE(vector));
	memcpy(copy, vector, VARSIZE(vector));
	return copy;
}

/* Remember a call in place of the one before. */
static void
remember(EmbedMemo *memo, MemoryContext parent, const StatementKey *key,
		 const char *model, const char *text, Size len, const Vector *result)
{
	MemoryContext caller;

	if (memo->context == NULL)
		memo->context = AllocSetContextCreate(parent, "wemb embedded text", ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(memo->context);
	memcpy(&memo->key, key, sizeof(memo->key));
	memo->model = pstrdup(model);
	memo->text = MemoryContextAllocHuge(memo->context, Max(len, 1));
	memcpy(memo->text, text, len);
	memo->len = len;
	memo->result = copy_vector(result);
	MemoryContextSwitchTo(caller);
}

/* What the memo has is no longer true: give its memory back. */
static void
forget(EmbedMemo *memo)
{
	if (memo->context != NULL)
		MemoryContextReset(memo->context);
	memo->text = NULL;
}

static EmbedMemo *
get_memo(FunctionCallInfo fcinfo, int slot)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
														  EMBED_MAX_SLOTS * sizeof(EmbedMemo));
	return (EmbedMemo *) fcinfo->flinfo->fn_extra + slot;
}

/* Embed a text by the model called name; is_stable: see wemb_model_is_stable(). */
static Vector *
embed_by_name(const char *name, const char *text, Size len, bool *is_stable)
{
	Model	   *model = wemb_model_open(name);
	Vector	   *volatile result = NULL;

	PG_TRY();
	{
		result = wemb_embed(model, text, len);
		*is_stable = wemb_model_is_stable(model);
	}
	PG_FINALLY();
	{
		wemb_model_close(model);
	}
	PG_END_TRY();
	ereport(DEBUG2,
			(errmsg_internal("embedded a text of %zu bytes with model \"%s\"", (size_t) len, name)));
	return result;
}

Vector *
wemb_embed_once(FunctionCallInfo fcinfo, int slot, int argument, text *input, const char *name)
{
	EmbedMemo  *memo = get_memo(fcinfo, slot);
	const char *text = VARDATA_ANY(input);
	Size		len = VARSIZE_ANY_EXHDR(input);
	StatementKey key;
	Vector	   *result;
	bool		is_stable;

	if (name == NULL)
		name = wemb_model;
	wemb_statement_key(&key);
	if (memo->text != NULL && memo->len == len && memcmp(memo->text, text, len) == 0 &&
		memcmp(&memo->key, &key, sizeof(key)) == 0 && strcmp(memo->model, name) == 0)
		return copy_vector(memo->result);

	forget(memo);
	result = embed_by_name(name, text, len, &is_stable);
	if (is_stable && (len <= MEMO_MAX_BYTES || get_fn_expr_arg_stable(fcinfo->flinfo, argument)))
		remember(memo, fcinfo->flinfo->fn_mcxt, &key, name, text, len, result);
	return result;
}

char *
wemb_embed_model_argument(FunctionCallInfo fcinfo, int n)
{
	if (PG_NARGS() <= n || PG_ARGISNULL(n))
		return NULL;
	return text_to_cstring(PG_GETARG_TEXT_PP(n));
}

PG_FUNCTION_INFO_V1(wemb_embed_text);
Datum
wemb_embed_text(PG_FUNCTION_ARGS)
{
	Vector	   *result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	result = wemb_embed_once(fcinfo, 0, 0, PG_GETARG_TEXT_PP(0), wemb_embed_model_argument(fcinfo, 1));
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(result);
}
