/*
 * phrases.c
 *		Words that stand together more often than chance, joined into one.
 *
 * Open addressing with linear probing.  A pair's home is its hash scaled to the
 * number of slots, which therefore need not be a power of two: all of the memory
 * allowed is used.  Removal moves later pairs back, so no slot is ever wasted
 * on a mark.
 */
#include "core/train/phrases.h"

#include <string.h>

#define PREFETCH		8		/* pairs that are asked for ahead of time */
#define REDUCE_SLOTS	32768	/* looked at in one step */

static PhrasePair *
slots_of(const Phrases *p)
{
	return (PhrasePair *) (p + 1);
}

/* At most three quarters are in use. */
static uint64_t
slots_for(uint64_t max_pairs)
{
	return max_pairs + max_pairs / 3 + 1;
}

size_t
wemb_phrases_size(uint64_t max_pairs)
{
	return sizeof(Phrases) + slots_for(max_pairs) * sizeof(PhrasePair);
}

uint64_t
wemb_phrases_room(size_t size)
{
	uint64_t	slots = size > sizeof(Phrases) ? (size - sizeof(Phrases)) / sizeof(PhrasePair) : 0;
	uint64_t	pairs = slots / 4 * 3;

	if (pairs > PHRASES_MAX_PAIRS)
		return PHRASES_MAX_PAIRS;
	return pairs > 1 ? pairs - 1 : 1;
}

Phrases *
wemb_phrases_init(void *block, uint64_t max_pairs)
{
	Phrases    *p = block;

	*p = (Phrases) {
		.max_pairs = max_pairs,
		.nslots = slots_for(max_pairs),
		.previous = PHRASES_END_OF_TEXT,
		.limit = 1,
	};
	memset(slots_of(p), 0xFF, p->nslots * sizeof(PhrasePair));
	return p;
}

static uint64_t
home_slot(const Phrases *p, int32_t first, int32_t second)
{
	uint64_t	h = ((uint64_t) (uint32_t) first << 32 | (uint32_t) second) * UINT64_C(0x9E3779B97F4A7C15);

	h = (h ^ (h >> 32)) * UINT64_C(0xD6E8FEB86659FD93);
	return ((h >> 32) * p->nslots) >> 32;
}

/* The slot of the pair, or the free one where it would be. */
static PhrasePair *
find_slot(const Phrases *p, int32_t first, int32_t second)
{
	PhrasePair *slots = slots_of(p);
	uint64_t	i = home_slot(p, first, second);

	while (slots[i].first >= 0 && (slots[i].first != first || slots[i].second != second))
		i = i + 1 < p->nslots ? i + 1 : 0;
	return &slots[i];
}

/* Take the pair in slot out, and move others back so that each can still be found. */
static void
remove_pair(Phrases *p, uint64_t slot)
{
	PhrasePair *slots = slots_of(p);
	uint64_t	hole = slot;

	for (uint64_t i = slot;;)
	{
		uint64_t	home;

		i = i + 1 < p->nslots ? i + 1 : 0;
		if (slots[i].first < 0)
			break;
		home = home_slot(p, slots[i].first, slots[i].second);
		/* leave it if its home is behind the hole and not behind i, around the end */
		if (hole < i ? hole < home && home <= i : hole < home || home <= i)
			continue;
		slots[hole] = slots[i];
		hole = i;
	}
	slots[hole].first = -1;
	p->npairs--;
}

static bool
is_phrase(const PhraseRule *rule, uint64_t pair, uint64_t first, uint64_t second)
{
	return pair >= rule->min_count &&
		(double) (pair - rule->min_count) * (double) rule->tokens > rule->threshold * (double) first * (double) second;
}

/* A pair occurs at most as often as the rarer of its words: would that make it a phrase? */
static bool
can_be_phrase(const PhraseRule *rule, uint64_t first, uint64_t second)
{
	return is_phrase(rule, first < second ? first : second, first, second);
}

static void
prefetch_slot(const Phrases *p, int32_t first, int32_t second)
{
	if (first >= 0 && second >= 0)
		__builtin_prefetch(&slots_of(p)[home_slot(p, first, second)], 1);
}

int
wemb_phrases_count(Phrases *p, const PhraseRule *rule, const int32_t *words, int n)
{
	int32_t		first = p->previous;
	uint64_t	first_count = first >= 0 ? rule->count[first] : 0;

	for (int i = 0; i < n; i++)
	{
		int32_t		second = words[i];
		uint64_t	second_count = second >= 0 ? rule->count[second] : 0;

		if (i + PREFETCH < n)
			prefetch_slot(p, words[i + PREFETCH - 1], words[i + PREFETCH]);
		if (first >= 0 && second >= 0 && can_be_phrase(rule, first_count, second_count))
		{
			PhrasePair *slot = find_slot(p, first, second);

			if (slot->first < 0)
			{
				if (p->npairs == p->max_pairs)
				{
					p->previous = first;
					return i;
				}
				*slot = (PhrasePair) {first, second, 0};
				p->npairs++;
			}
			slot->value += slot->value < UINT32_MAX;
		}
		first = second;
		first_count = second_count;
	}
	p->previous = first;
	return n;
}

bool
wemb_phrases_reduce(Phrases *p)
{
	uint64_t	end = p->nslots - p->sweep > REDUCE_SLOTS ? p->sweep + REDUCE_SLOTS : p->nslots;
	PhrasePair *slots = slots_of(p);

	for (; p->sweep < end; p->sweep++)
		while (slots[p->sweep].first >= 0 && slots[p->sweep].value <= p->limit)
			remove_pair(p, p->sweep);
	if (end < p->nslots)
		return true;
	p->sweep = 0;
	if (p->npairs > p->max_pairs / 2)
	{
		p->limit += 1 + p->limit / 4;
		return true;
	}
	p->lost += p->limit;
	p->limit = 1;
	return false;
}

bool
wemb_phrases_select(const Phrases *p, const PhraseRule *rule, uint64_t slot, PhrasePair *pair)
{
	*pair = slots_of(p)[slot];
	return pair->first >= 0 &&
		is_phrase(rule, pair->value, rule->count[pair->first], rule->count[pair->second]);
}

void
wemb_phrases_put(Phrases *p, int32_t first, int32_t second, int32_t number)
{
	*find_slot(p, first, second) = (PhrasePair) {first, second, (uint32_t) number};
	p->npairs++;
}

int32_t
wemb_phrases_find(const Phrases *p, int32_t first, int32_t second)
{
	const PhrasePair *slot = find_slot(p, first, second);

	return slot->first < 0 ? -1 : (int32_t) slot->value;
}

int
wemb_phrases_join(PhraseJoiner *joiner, const int32_t *words, int n, int32_t *out)
{
	int32_t		held = joiner->held;
	int			nout = 0;

	for (int i = 0; i < n; i++)
	{
		int32_t		number = -1;

		if (i + PREFETCH < n)
			prefetch_slot(joiner->joined, words[i + PREFETCH - 1], words[i + PREFETCH]);
		if (held >= 0 && words[i] >= 0)
			number = wemb_phrases_find(joiner->joined, held, words[i]);
		if (number >= 0)
		{
			joiner->count[held]--;
			joiner->count[words[i]]--;
			joiner->count[number]++;
			joiner->njoined++;
			out[nout++] = number;
			held = PHRASES_END_OF_TEXT;
			continue;
		}
		if (held >= 0)
			out[nout++] = held;
		held = words[i];
		if (held < 0)
			out[nout++] = PHRASES_END_OF_TEXT;
	}
	joiner->held = held;
	return nout;
}
