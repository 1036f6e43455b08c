/*
 * phrase_lookup.c
 *		Which neighbouring words of a text are one word of a model.
 *
 * An answer is remembered as the phrase's hash, mixed with that of the model's
 * table and version, with the answer in its lowest bit.  The text is not compared:
 * two phrases that meet in one place have equal hashes once in 2^63 times.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "app/embed/phrase_lookup.h"
#include "core/base/hash.h"
#include "core/text/tokenizer.h"
#include "pg/compat.h"
#include "pg/guc.h"
#include "pg/plan.h"

#define CACHE_SHARE		64
#define MIN_ANSWERS		1024
#define IS_PHRASE		UINT64CONST(1)

/* Phrases are asked for in the order of their words; answers come in any order. */
typedef struct AskedPhrase
{
	uint64		hash;
	int			number;
} AskedPhrase;

struct PhraseLookup
{
	uint64		seed;			/* of this model, in this version */
	char	   *query;
	int			max_asked;
	AskedPhrase *asked;
};

/* Answers of this session: 0, or a hash whose lowest bit is the answer. */
static uint64 *answers;
static uint64 nanswers;

/* The query run last.  While it runs, SQL of the user's (a policy's) may come here again. */
static struct
{
	char	   *query;
	SPIPlanPtr	plan;
	bool		in_use;
} kept;

static void
make_answers(void)
{
	uint64		n = Max((uint64) wemb_cache_size * 1024 / CACHE_SHARE / sizeof(uint64), MIN_ANSWERS);

	answers = MemoryContextAllocExtended(TopMemoryContext, n * sizeof(uint64), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	nanswers = n;
}

static uint64 *
answer_slot(uint64 hash)
{
	return &answers[((hash >> 32) * nanswers) >> 32];
}

PhraseLookup *
wemb_phrase_lookup_start(Model *model)
{
	static uint64 ntexts;
	PhraseLookup *lookup = palloc0(sizeof(PhraseLookup));
	const ModelTables *tables = wemb_model_tables(model);
	char		owner[MODEL_VERSION_LEN + 64];

	if (answers == NULL)
		make_answers();
	snprintf(owner, sizeof(owner), "%u %s " UINT64_FORMAT, tables->words, wemb_model_options(model)->version,
			 wemb_model_is_stable(model) ? 0 : ++ntexts);
	lookup->seed = wemb_hash(owner, strlen(owner));
	lookup->query = psprintf("SELECT word FROM %s WHERE word OPERATOR(pg_catalog.=) ANY ($1)",
							 wemb_model_words_sql(tables));
	return lookup;
}

void
wemb_phrase_lookup_end(PhraseLookup *lookup)
{
	if (lookup->asked != NULL)
		pfree(lookup->asked);
	pfree(lookup->query);
	pfree(lookup);
}

/* Even, and not zero. */
static uint64
hash_phrase(const PhraseLookup *lookup, const char *text, int len)
{
	uint64		hash = (wemb_hash(text, len) ^ lookup->seed) * UINT64CONST(0x9E3779B97F4A7C15);

	hash = (hash ^ (hash >> 32)) & ~IS_PHRASE;
	return hash != 0 ? hash : IS_PHRASE << 1;
}

static SPIPlanPtr
get_plan(const char *query)
{
	if (kept.query == NULL || strcmp(kept.query, query) != 0)
	{
		Oid			type = TEXTARRAYOID;
		SPIPlanPtr	plan = wemb_plan_keep(query, 1, &type);
		char	   *copy = MemoryContextStrdup(TopMemoryContext, query);

		if (kept.query != NULL)
		{
			SPI_freeplan(kept.plan);
			pfree(kept.query);
		}
		kept.plan = plan;
		kept.query = copy;
	}
	return kept.plan;
}

/* Run the query for these phrases. */
static void
run_query(const char *query, Datum *elements, int nelements)
{
	Datum		array = PointerGetDatum(construct_array(elements, nelements, TEXTOID, -1, false, TYPALIGN_INT));
	Oid			type = TEXTARRAYOID;
	volatile int result = 0;

	if (kept.in_use)
		result = SPI_execute_with_args(query, 1, &type, &array, NULL, true, 0);
	else
	{
		PG_TRY();
		{
			SPIPlanPtr	plan = get_plan(query);

			kept.in_use = true;
			result = SPI_execute_plan(plan, &array, NULL, true, 0);
		}
		PG_FINALLY();
		{
			kept.in_use = false;
		}
		PG_END_TRY();
	}
	if (result != SPI_OK_SELECT)
		elog(ERROR, "SPI execution failed: %s", SPI_result_code_string(result));
}

static int
compare_hashes(const void *a, const void *b)
{
	uint64		x = ((const AskedPhrase *) a)->hash,
				y = ((const AskedPhrase *) b)->hash;

	return x < y ? -1 : x > y;
}

/* Find out about the phrases asked for, and remember the answers. */
static void
ask(PhraseLookup *lookup, int nasked, const char *bytes, const PhraseWord *words, bool *is_phrase)
{
	AskedPhrase *asked = lookup->asked;
	Datum	   *elements;

	SPI_connect();
	elements = palloc(nasked * sizeof(Datum));
	for (int i = 0; i < nasked; i++)
	{
		PhraseWord	phrase = phrase_of(words, asked[i].number);

		elements[i] = PointerGetDatum(cstring_to_text_with_len(bytes + phrase.start, phrase.len));
	}
	run_query(lookup->query, elements, nasked);

	/* only now: an error leaves no answer that was never given */
	for (int i = 0; i < nasked; i++)
		*answer_slot(asked[i].hash) = asked[i].hash;
	qsort(asked, nasked, sizeof(AskedPhrase), compare_hashes);
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		bool		is_null;		/* never: the column was compared with "=" */
		text	   *word = DatumGetTextPP(SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1, &is_null));
		AskedPhrase key = {hash_phrase(lookup, VARDATA_ANY(word), (int) VARSIZE_ANY_EXHDR(word))};
		AskedPhrase *found;

		found = bsearch(&key, asked, nasked, sizeof(AskedPhrase), compare_hashes);
		if (found == NULL)
			continue;			/* an operator class of the user's may find other words equal */
		*answer_slot(key.hash) = key.hash | IS_PHRASE;
		/* a phrase that occurs more than once was asked for more than once */
		while (found > asked && found[-1].hash == key.hash)
			found--;
		for (; found < asked + nasked && found->hash == key.hash; found++)
			is_phrase[found->number] = true;
	}
	SPI_finish();
}

void
wemb_phrase_lookup(PhraseLookup *lookup, const char *bytes, const PhraseWord *words, int n, bool *is_phrase)
{
	int			nasked = 0;

	if (n > lookup->max_asked)
	{
		if (lookup->asked != NULL)
			pfree(lookup->asked);
		lookup->asked = palloc(n * sizeof(AskedPhrase));
		lookup->max_asked = n;
	}
	for (int i = 0; i < n - 1; i++)
	{
		PhraseWord	phrase = phrase_of(words, i);
		uint64		hash;
		uint64		answer;

		is_phrase[i] = false;
		if (phrase.len > TOKEN_MAX_BYTES)
			continue;
		hash = hash_phrase(lookup, bytes + phrase.start, phrase.len);
		answer = *answer_slot(hash);
		if ((answer & ~IS_PHRASE) == hash)
			is_phrase[i] = answer & IS_PHRASE;
		else
			lookup->asked[nasked++] = (AskedPhrase) {hash, i};
	}
	if (nasked > 0)
		ask(lookup, nasked, bytes, words, is_phrase);
}
