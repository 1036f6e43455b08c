/*
 * vocab.c
 *		Counting words.
 *
 * Open addressing with linear probing.  A slot holds half of the hash beside
 * the word's place, so that a probe rarely looks at a word that is another.
 */
#include "core/model/vocab.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/hash.h"

typedef struct VocabSlot
{
	uint32_t	hash;
	int32_t		place;			/* -1 = free */
} VocabSlot;

static size_t
align64(size_t n)
{
	return (n + 63) & ~(size_t) 63;
}

static uint32_t
slots_for(uint32_t max_words)
{
	uint32_t	slots = 16;

	while (slots < max_words + max_words / 2)
		slots *= 2;
	return slots;
}

static VocabSlot *
slots_of(const Vocab *v)
{
	return (VocabSlot *) ((char *) v + align64(sizeof(Vocab)));
}

static VocabWord *
words_of(const Vocab *v)
{
	return (VocabWord *) (slots_of(v) + v->slot_mask + 1);
}

static char *
text_of(const Vocab *v)
{
	return (char *) (words_of(v) + v->max_words);
}

size_t
wemb_vocab_size(uint32_t max_words, uint64_t max_text)
{
	return align64(sizeof(Vocab)) + (size_t) slots_for(max_words) * sizeof(VocabSlot) +
		(size_t) max_words * sizeof(VocabWord) + max_text;
}

Vocab *
wemb_vocab_init(void *block, uint32_t max_words, uint64_t max_text)
{
	Vocab	   *v = block;

	*v = (Vocab) {.max_words = max_words, .max_text = max_text, .slot_mask = slots_for(max_words) - 1};
	memset(slots_of(v), 0xFF, ((size_t) v->slot_mask + 1) * sizeof(VocabSlot));
	return v;
}

/* Fill the slots, all free, with the words. */
static void
fill_slots(Vocab *v)
{
	for (uint32_t i = 0; i < v->nwords; i++)
	{
		uint32_t	hash = words_of(v)[i].hash;
		uint32_t	slot = hash & v->slot_mask;

		while (slots_of(v)[slot].place >= 0)
			slot = (slot + 1) & v->slot_mask;
		slots_of(v)[slot] = (VocabSlot) {hash, (int32_t) i};
	}
}

void
wemb_vocab_copy(Vocab *to, const Vocab *from)
{
	to->tokens = from->tokens;
	to->nwords = from->nwords;
	to->numbers = from->numbers;
	to->text_used = from->text_used;
	memcpy(words_of(to), words_of(from), (size_t) from->nwords * sizeof(VocabWord));
	memcpy(text_of(to), text_of(from), from->text_used);
	fill_slots(to);
}

void
wemb_vocab_prune(Vocab *v, uint64_t min_count)
{
	VocabWord  *words = words_of(v);
	uint32_t	kept = 0;
	uint64_t	text_used = 0;

	for (uint32_t i = 0; i < v->nwords; i++)
		if (words[i].count >= min_count)
		{
			VocabWord	word = words[i];

			memmove(text_of(v) + text_used, text_of(v) + word.text, word.len);
			word.text = text_used;
			text_used += word.len;
			words[kept++] = word;
		}
	v->nwords = kept;
	v->text_used = text_used;
	memset(slots_of(v), 0xFF, ((size_t) v->slot_mask + 1) * sizeof(VocabSlot));
	fill_slots(v);
}

/* The slot of word, or the free one where it would be. */
static VocabSlot *
find_slot(const Vocab *v, const char *word, size_t len, uint32_t hash)
{
	VocabSlot  *slots = slots_of(v);

	for (uint32_t i = hash & v->slot_mask;; i = (i + 1) & v->slot_mask)
	{
		VocabSlot  *slot = &slots[i];

		if (slot->place < 0)
			return slot;
		if (slot->hash == hash)
		{
			const VocabWord *w = &words_of(v)[slot->place];

			if (w->len == len && memcmp(text_of(v) + w->text, word, len) == 0)
				return slot;
		}
	}
}

int32_t
wemb_vocab_add(Vocab *v, const char *word, size_t len, uint64_t count)
{
	uint32_t	hash = (uint32_t) wemb_hash(word, len);
	VocabSlot  *slot = find_slot(v, word, len, hash);
	VocabWord  *entry;

	if (slot->place < 0)
	{
		if (v->nwords >= v->max_words || len > v->max_text - v->text_used || v->numbers >= VOCAB_MAX_NUMBERS)
			return -1;
		words_of(v)[v->nwords] = (VocabWord) {0, v->text_used, (uint32_t) len, hash, (int32_t) v->numbers++};
		memcpy(text_of(v) + v->text_used, word, len);
		v->text_used += len;
		*slot = (VocabSlot) {hash, (int32_t) v->nwords++};
	}
	entry = &words_of(v)[slot->place];
	entry->count += count;
	v->tokens += count;
	return entry->number;
}

int32_t
wemb_vocab_find(const Vocab *v, const char *word, size_t len)
{
	int32_t		place = find_slot(v, word, len, (uint32_t) wemb_hash(word, len))->place;

	return place < 0 ? -1 : words_of(v)[place].number;
}

const VocabWord *
wemb_vocab_word(const Vocab *v, int32_t place)
{
	return &words_of(v)[place];
}

const char *
wemb_vocab_text(const Vocab *v, int32_t place)
{
	return text_of(v) + words_of(v)[place].text;
}

uint32_t
wemb_vocab_count(const Vocab *v, uint64_t min_count)
{
	uint32_t	n = 0;

	for (uint32_t i = 0; i < v->nwords; i++)
		n += words_of(v)[i].count >= min_count;
	return n;
}

/* A word to be ordered: what comparisons look at first is here, not in the vocabulary. */
typedef struct RankKey
{
	uint64_t	count;
	uint64_t	prefix;			/* its first eight bytes, as a number that compares like them */
	int32_t		place;
} RankKey;

static RankKey
rank_key(const Vocab *v, int32_t place)
{
	const VocabWord *word = &words_of(v)[place];
	RankKey		key = {word->count, 0, place};

	for (uint32_t i = 0; i < 8; i++)
		key.prefix = key.prefix << 8 | (i < word->len ? (unsigned char) text_of(v)[word->text + i] : 0);
	return key;
}

static bool
comes_before(const Vocab *v, const RankKey *a, const RankKey *b)
{
	const VocabWord *x = &words_of(v)[a->place],
			   *y = &words_of(v)[b->place];
	int			diff;

	if (a->count != b->count)
		return a->count > b->count;
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix;
	diff = memcmp(text_of(v) + x->text, text_of(v) + y->text, x->len < y->len ? x->len : y->len);
	return diff != 0 ? diff < 0 : x->len < y->len;
}

/* Merge sort from the bottom up, from keys to keys or to spare; returns where the result is. */
static RankKey *
sort_keys(const Vocab *v, RankKey *keys, RankKey *spare, size_t n)
{
	for (size_t width = 1; width < n; width *= 2)
	{
		RankKey    *swap = keys;

		for (size_t start = 0; start < n; start += 2 * width)
		{
			size_t		i = start,
						middle = start + width < n ? start + width : n,
						k = middle,
						end = start + 2 * width < n ? start + 2 * width : n;

			for (size_t out = start; out < end; out++)
				spare[out] = i < middle && (k >= end || !comes_before(v, &keys[k], &keys[i])) ?
					keys[i++] : keys[k++];
		}
		keys = spare;
		spare = swap;
	}
	return keys;
}

size_t
wemb_vocab_rank_scratch(uint32_t count)
{
	return (size_t) count * 2 * sizeof(RankKey);
}

uint32_t
wemb_vocab_rank(const Vocab *v, uint64_t min_count, uint32_t max_words,
				int32_t *order, int32_t *rank, void *scratch, uint64_t *tokens)
{
	RankKey    *keys = scratch;
	uint32_t	count = wemb_vocab_count(v, min_count);
	uint32_t	kept = count < max_words ? count : max_words;
	uint32_t	n = 0;

	for (uint32_t i = 0; i < v->nwords; i++)
		if (words_of(v)[i].count >= min_count)
			keys[n++] = rank_key(v, (int32_t) i);
	keys = sort_keys(v, keys, keys + count, count);

	*tokens = 0;
	memset(rank, 0xFF, (size_t) v->numbers * sizeof(int32_t));
	for (uint32_t i = 0; i < kept; i++)
	{
		order[i] = keys[i].place;
		rank[words_of(v)[order[i]].number] = (int32_t) i;
		*tokens += keys[i].count;
	}
	return kept;
}

void
wemb_vocab_set_count(Vocab *v, int32_t place, uint64_t count)
{
	VocabWord  *word = &words_of(v)[place];

	v->tokens += count - word->count;	/* modulo 2^64: the difference may be negative */
	word->count = count;
}
