/*
 * phrase_lookup.c
 *		Which neighbouring words of a text are one word of a model.
 *
 * A phrase is known by its hash, mixed with that of the model's table and version.
 * The text is not compared: two phrases that meet have equal hashes once in 2^63
 * times.
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

#define ANSWERS_SHARE	64		/* of wemb.cache_size */
#define MIN_ANSWERS		1024
#define ALL_SHARE		8
#define MAX_ALL			(UINT64CONST(1) << 30)	/* phrases */
#define ASKED_SHARE		4		/* of a model's words: to ask for so many costs as much as to read all */
#define FETCH_ROWS		10000
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
	int64		words;			/* of the model */
	char	   *table;
	char	   *query;
	int			max_asked;
	AskedPhrase *asked;
};

/* All phrases of a model, or what has been asked about it so far. */
static struct
{
	uint64		seed;			/* of the model */
	int64		nasked;
	bool		too_many;		/* to be kept */
	uint64		nslots;
	uint64	   *hashes;			/* open addressing, 0 = free; NULL: not read */
} all;

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
	uint64		n = Max((uint64) wemb_cache_size * 1024 / ANSWERS_SHARE / sizeof(uint64), MIN_ANSWERS);

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
	lookup->words = wemb_model_options(model)->words;
	lookup->table = wemb_model_words_sql(tables);
	lookup->query = psprintf("SELECT word FROM %s WHERE word OPERATOR(pg_catalog.=) ANY ($1)", lookup->table);
	return lookup;
}

void
wemb_phrase_lookup_end(PhraseLookup *lookup)
{
	if (lookup->asked != NULL)
		pfree(lookup->asked);
	pfree(lookup->query);
	pfree(lookup->table);
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

/* Where a phrase is in a table of hashes, or the free slot where it would be. */
static uint64 *
find_hash(uint64 *hashes, uint64 nslots, uint64 hash)
{
	uint64		i = ((hash >> 32) * nslots) >> 32;

	while (hashes[i] != 0 && hashes[i] != hash)
		i = i + 1 < nslots ? i + 1 : 0;
	return &hashes[i];
}

/* What is known of all phrases is of another model: forget it. */
static void
forget_all(uint64 seed)
{
	if (all.hashes != NULL)
		pfree(all.hashes);
	memset(&all, 0, sizeof(all));
	all.seed = seed;
}

/* A row of a query that returns one column, which is never NULL: it was compared. */
static text *
get_text(uint64 row)
{
	bool		is_null;

	return DatumGetTextPP(SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1, &is_null));
}

/* Hashes of all n phrases, in CurrentMemoryContext; NULL if there are more than max. */
static uint64 *
fetch_hashes(const PhraseLookup *lookup, uint64 max, uint64 *n)
{
	uint64		room = 1024;
	uint64	   *hashes = palloc(room * sizeof(uint64));
	Portal		portal;

	*n = 0;
	SPI_connect();
	portal = SPI_cursor_open_with_args(NULL, psprintf("SELECT word FROM %s WHERE pg_catalog.strpos(word, '_')"
													  " OPERATOR(pg_catalog.>) 0", lookup->table),
									   0, NULL, NULL, NULL, true, 0);
	do
	{
		SPI_cursor_fetch(portal, true, FETCH_ROWS);
		if (*n + SPI_processed > max)
		{
			SPI_finish();
			pfree(hashes);
			return NULL;
		}
		while (*n + SPI_processed > room)
			hashes = repalloc_huge(hashes, (room *= 2) * sizeof(uint64));
		for (uint64 row = 0; row < SPI_processed; row++)
		{
			text	   *word = get_text(row);

			hashes[(*n)++] = hash_phrase(lookup, VARDATA_ANY(word), (int) VARSIZE_ANY_EXHDR(word));
		}
		SPI_freetuptable(SPI_tuptable);
	} while (SPI_processed > 0);
	SPI_finish();
	return hashes;
}

/* Read all phrases of the model. */
static void
read_all(const PhraseLookup *lookup)
{
	uint64		max = (uint64) wemb_cache_size * 1024 / ALL_SHARE / (2 * sizeof(uint64));
	uint64		n;
	uint64		nslots;
	uint64	   *hashes = fetch_hashes(lookup, Min(max, MAX_ALL), &n);

	forget_all(lookup->seed);
	if (hashes == NULL)
	{
		all.too_many = true;
		return;
	}
	nslots = 2 * n + 1;
	all.hashes = MemoryContextAllocExtended(TopMemoryContext, nslots * sizeof(uint64),
											MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	all.nslots = nslots;
	for (uint64 i = 0; i < n; i++)
		*find_hash(all.hashes, nslots, hashes[i]) = hashes[i];
	pfree(hashes);
	ereport(DEBUG2, (errmsg_internal("read all " UINT64_FORMAT " phrases of embedding model \"%s\"", n, lookup->table)));
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
		text	   *word = get_text(row);
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

/* Is it a phrase?  False if that is not known; then hash is to be asked for. */
static bool
look_up(uint64 hash, bool *is_known)
{
	uint64		answer;

	*is_known = true;
	if (all.hashes != NULL)
		return *find_hash(all.hashes, all.nslots, hash) == hash;
	answer = *answer_slot(hash);
	*is_known = (answer & ~IS_PHRASE) == hash;
	return *is_known && (answer & IS_PHRASE) != 0;
}

void
wemb_phrase_lookup(PhraseLookup *lookup, const char *bytes, const PhraseWord *words, int n, int pass, bool *is_phrase)
{
	int			nasked = 0;

	if (all.seed != lookup->seed)
		forget_all(lookup->seed);
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
		bool		is_known;

		is_phrase[i] = false;
		if (phrase.len > TOKEN_MAX_BYTES || (words[i].pass < pass && words[i + 1].pass < pass))
			continue;
		hash = hash_phrase(lookup, bytes + phrase.start, phrase.len);
		is_phrase[i] = look_up(hash, &is_known);
		if (!is_known)
			lookup->asked[nasked++] = (AskedPhrase) {hash, i};
	}
	if (nasked == 0)
		return;
	ask(lookup, nasked, bytes, words, is_phrase);
	if (all.seed != lookup->seed)
		return;					/* the query has come here itself, for another model */
	all.nasked += nasked;
	if (!all.too_many && all.nasked > Max(lookup->words / ASKED_SHARE, MIN_ANSWERS))
		read_all(lookup);
}
