/*
 * word_store.c
 *		Words of one model, and rows of its subword table, in a session's memory.
 *
 * Two hash tables over memory that is only ever handed out, in large pieces:
 * allocating each word by itself would cost a quarter more.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "app/model/word_store.h"
#include "core/base/hash.h"

#define PIECE_BYTES		(32 * 1024)
#define FIRST_ENTRIES	256

typedef struct WordKey
{
	const char *text;
	int			len;
} WordKey;

typedef struct WordEntry
{
	WordKey		key;
	StoredWord *word;
	uint32		hash;
	char		status;
} WordEntry;

#define SH_PREFIX		words
#define SH_ELEMENT_TYPE	WordEntry
#define SH_KEY_TYPE		WordKey
#define SH_KEY			key
#define SH_HASH_KEY(table, key)		((uint32) wemb_hash((key).text, (key).len))
#define SH_EQUAL(table, a, b)		((a).len == (b).len && memcmp((a).text, (b).text, (a).len) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(table, entry)	((entry)->hash)
#define SH_SCOPE		static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct RowEntry
{
	int32		id;
	char		status;
	float	   *vec;
} RowEntry;

#define SH_PREFIX		rows
#define SH_ELEMENT_TYPE	RowEntry
#define SH_KEY_TYPE		int32
#define SH_KEY			id
#define SH_HASH_KEY(table, key)		murmurhash32((uint32) (key))
#define SH_EQUAL(table, a, b)		((a) == (b))
#define SH_SCOPE		static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* Memory that is handed out piecemeal and given back as a whole. */
typedef struct Arena
{
	MemoryContext context;
	char	   *free;			/* rest of the current piece */
	Size		nfree;
} Arena;

struct WordStore
{
	int			dim;
	Arena		word_arena;
	Arena		row_arena;
	words_hash *words;			/* NULL: empty */
	rows_hash  *rows;			/* NULL: empty */
};

static void *
take(Arena *arena, Size bytes)
{
	void	   *result;

	bytes = MAXALIGN(bytes);
	if (bytes > PIECE_BYTES / 4)
		return MemoryContextAlloc(arena->context, bytes);
	if (bytes > arena->nfree)
	{
		arena->free = MemoryContextAlloc(arena->context, PIECE_BYTES);
		arena->nfree = PIECE_BYTES;
	}
	result = arena->free;
	arena->free += bytes;
	arena->nfree -= bytes;
	return result;
}

static void
empty_arena(Arena *arena)
{
	arena->free = NULL;
	arena->nfree = 0;
	MemoryContextReset(arena->context);
}

WordStore *
wemb_word_store_create(MemoryContext context)
{
	WordStore  *store = MemoryContextAllocZero(context, sizeof(WordStore));

	store->word_arena.context = AllocSetContextCreate(context, "wemb words", ALLOCSET_START_SMALL_SIZES);
	store->row_arena.context = AllocSetContextCreate(context, "wemb subword rows", ALLOCSET_START_SMALL_SIZES);
	return store;
}

void
wemb_word_store_reset(WordStore *store, int dim)
{
	wemb_word_store_empty_words(store);
	wemb_word_store_empty_rows(store);
	store->dim = dim;
}

void
wemb_word_store_empty_words(WordStore *store)
{
	store->words = NULL;
	empty_arena(&store->word_arena);
}

void
wemb_word_store_empty_rows(WordStore *store)
{
	store->rows = NULL;
	empty_arena(&store->row_arena);
}

Size
wemb_word_store_size(const WordStore *store)
{
	return MemoryContextMemAllocated(store->word_arena.context, true) + wemb_word_store_rows_size(store);
}

Size
wemb_word_store_rows_size(const WordStore *store)
{
	return MemoryContextMemAllocated(store->row_arena.context, true);
}

StoredWord *
wemb_word_store_get(WordStore *store, const char *text, int len)
{
	WordKey		key = {text, len};
	WordEntry  *entry;
	StoredWord *word;
	bool		found;

	if (store->words == NULL)
		store->words = words_create(store->word_arena.context, FIRST_ENTRIES, NULL);
	entry = words_lookup(store->words, key);
	if (entry != NULL)
		return entry->word;

	/* all allocation comes before the entry: an error leaves no half-made one */
	word = take(&store->word_arena, offsetof(StoredWord, text) + len);
	memset(word, 0, offsetof(StoredWord, text));
	word->len = len;
	memcpy(word->text, text, len);
	key.text = word->text;
	entry = words_insert(store->words, key, &found);
	entry->word = word;
	return word;
}

float *
wemb_word_store_vector(WordStore *store, StoredWord *word)
{
	word->vec = take(&store->word_arena, store->dim * sizeof(float));
	return word->vec;
}

const float *
wemb_word_store_row(const WordStore *store, int32 id)
{
	RowEntry   *entry = store->rows == NULL ? NULL : rows_lookup(store->rows, id);

	return entry == NULL ? NULL : entry->vec;
}

float *
wemb_word_store_add_row(WordStore *store, int32 id)
{
	float	   *vec;
	bool		found;

	if (store->rows == NULL)
		store->rows = rows_create(store->row_arena.context, FIRST_ENTRIES, NULL);
	vec = take(&store->row_arena, store->dim * sizeof(float));
	rows_insert(store->rows, id, &found)->vec = vec;
	return vec;
}
