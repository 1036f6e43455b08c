/*
 * vocab.c
 *		Counting words.
 *
 * Open addressing with linear probing.  A slot holds half of the hash beside
 * the word's number, so that a probe rarely looks at a word that is another.
 */
#include "core/model/vocab.h"

#include <string.h>

#include "core/base/hash.h"

typedef struct VocabSlot
{
	uint32_t	hash;
	int32_t		number;			/* -1 = free */
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

void
wemb_vocab_copy(Vocab *to, const Vocab *from)
{
	to->tokens = from->tokens;
	to->nwords = from->nwords;
	to->text_used = from->text_used;
	memcpy(words_of(to), words_of(from), (size_t) from->nwords * sizeof(VocabWord));
	memcpy(text_of(to), text_of(from), from->text_used);
	for (uint32_t i = 0; i < from->nwords; i++)
	{
		uint32_t	hash = words_of(from)[i].hash;
		uint32_t	slot = hash & to->slot_mask;

		while (slots_of(to)[slot].number >= 0)
			slot = (slot + 1) & to->slot_mask;
		slots_of(to)[slot] = (VocabSlot) {hash, (int32_t) i};
	}
}

/* The slot of word, or the free one where it would be. */
static VocabSlot *
find_slot(const Vocab *v, const char *word, size_t len, uint32_t hash)
{
	VocabSlot  *slots = slots_of(v);

	for (uint32_t i = hash & v->slot_mask;; i = (i + 1) & v->slot_mask)
	{
		VocabSlot  *slot = &slots[i];

		if (slot->number < 0)
			return slot;
		if (slot->hash == hash)
		{
			const VocabWord *w = &words_of(v)[slot->number];

			if (w->len == len && memcmp(text_of(v) + w->text, word, len) == 0)
				return slot;
		}
	}
}

int32_t
wemb_vocab_add(Vocab *v, const char *word, size_t len)
{
	uint32_t	hash = (uint32_t) wemb_hash(word, len);
	VocabSlot  *slot = find_slot(v, word, len, hash);

	if (slot->number < 0)
	{
		if (v->nwords >= v->max_words || len > v->max_text - v->text_used)
			return -1;
		words_of(v)[v->nwords] = (VocabWord) {0, v->text_used, (uint32_t) len, hash};
		memcpy(text_of(v) + v->text_used, word, len);
		v->text_used += len;
		*slot = (VocabSlot) {hash, (int32_t) v->nwords++};
	}
	words_of(v)[slot->number].count++;
	v->tokens++;
	return slot->number;
}

int32_t
wemb_vocab_find(const Vocab *v, const char *word, size_t len)
{
	return find_slot(v, word, len, (uint32_t) wemb_hash(word, len))->number;
}

const VocabWord *
wemb_vocab_word(const Vocab *v, int32_t number)
{
	return &words_of(v)[number];
}

const char *
wemb_vocab_text(const Vocab *v, int32_t number)
{
	return text_of(v) + words_of(v)[number].text;
}

uint32_t
wemb_vocab_count(const Vocab *v, uint64_t min_count)
{
	uint32_t	n = 0;

	for (uint32_t i = 0; i < v->nwords; i++)
		n += words_of(v)[i].count >= min_count;
	return n;
}


static int
compare_numbers(const Vocab *v, int32_t a, int32_t b)
{
	const VocabWord *x = &words_of(v)[a],
			   *y = &words_of(v)[b];

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;

	int			diff = memcmp(text_of(v) + x->text, text_of(v) + y->text,
							  x->len < y->len ? x->len : y->len);

	return diff != 0 ? diff : (x->len > y->len) - (x->len < y->len);
}

/* Heap sort: in place, no recursion, no worst case, and the comparison can see the vocabulary. */
static void
sort_numbers(const Vocab *v, int32_t *order, uint32_t n)
{
	for (uint32_t start = n / 2, end = n; end > 1;)
	{
		int32_t		number;
		uint32_t	hole;

		if (start > 0)
			number = order[--start];
		else
		{
			number = order[--end];
			order[end] = order[0];
		}
		hole = start;
		for (uint32_t child = 2 * hole + 1; child < end; child = 2 * hole + 1)
		{
			if (child + 1 < end && compare_numbers(v, order[child], order[child + 1]) < 0)
				child++;
			if (compare_numbers(v, order[child], number) <= 0)
				break;
			order[hole] = order[child];
			hole = child;
		}
		order[hole] = number;
	}
}

uint32_t
wemb_vocab_rank(const Vocab *v, uint64_t min_count, uint32_t max_words,
				int32_t *order, int32_t *rank, uint64_t *tokens)
{
	uint32_t	kept = 0;

	for (uint32_t i = 0; i < v->nwords; i++)
		if (words_of(v)[i].count >= min_count)
			order[kept++] = (int32_t) i;
	sort_numbers(v, order, kept);
	if (kept > max_words)
		kept = max_words;

	*tokens = 0;
	memset(rank, 0xFF, (size_t) v->nwords * sizeof(int32_t));
	for (uint32_t i = 0; i < kept; i++)
	{
		rank[order[i]] = (int32_t) i;
		*tokens += words_of(v)[order[i]].count;
	}
	return kept;
}
