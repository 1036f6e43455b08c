/*
 * cooccur.c
 *		Counting co-occurrences in a hash table with open addressing.
 *
 * A pair's slot is asked for when the pair is seen, and added to PENDING pairs
 * later: by then it has come from memory.
 */
#include "core/train/cooccur.h"

#include <math.h>
#include <string.h>

#include "core/base/block.h"

#define PENDING			64		/* a power of two */
#define FREE_SLOT		(-1)
#define MAX_SLOTS		(1u << 26)	/* so that giving up rows takes less than a second */
#define SORT_STEP		(1 << 19)	/* slots that one step of the sort moves, about */
#define SMALL_SORT		16		/* fewer entries are sorted by insertion */

/* At most 7 in 10 slots are used: a search that fails then looks at six, side by side. */
#define SLOTS_FOR(n)	((n) / 7 * 10 + 16)
#define ENTRIES_IN(n)	((n) / 10 * 7)

typedef struct CooccurSlot
{
	int32_t		row;			/* or FREE_SLOT */
	int32_t		column;
	float		weight;
} CooccurSlot;

typedef struct PendingPair
{
	CooccurSlot pair;
	uint32_t	slot;			/* where the search begins */
} PendingPair;

typedef enum CooccurPhase
{
	COOCCUR_COUNT,				/* slots are a hash table */
	COOCCUR_COMPACT,			/* those below from are at the front, used ones only */
	COOCCUR_GROUP,				/* used slots only; rows below row have theirs in place */
	COOCCUR_READ
} CooccurPhase;

struct Cooccur
{
	CooccurConfig config;
	int			end_row;
	int			dense_rows;
	int			dense_columns;
	size_t		dense;			/* offsets in bytes: double [dense_rows][dense_columns] */
	size_t		row_count;		/* uint32 [rows]: slots that the row has; when grouping, its next place */
	size_t		row_start;		/* uint32 [rows + 1] */
	size_t		slots;
	size_t		size;
	uint32_t	nslots;
	uint32_t	nentries;

	/* the sort, and then reading */
	CooccurPhase phase;
	uint32_t	from;
	uint32_t	to;
	int			row;
	int			next_dense;		/* next column of the row's dense part */
	uint32_t	next_slot;

	uint32_t	npending;		/* ever; the place of the next is npending % PENDING */
	PendingPair pending[PENDING];
	float		weight[COOCCUR_MAX_WINDOW + 1]; /* of a pair at that distance */
};

static inline CooccurSlot *
get_slots(Cooccur *c)
{
	return (CooccurSlot *) ((char *) c + c->slots);
}

static inline uint32_t *
get_row_count(Cooccur *c)
{
	return (uint32_t *) ((char *) c + c->row_count);
}

static inline uint32_t *
get_row_start(Cooccur *c)
{
	return (uint32_t *) ((char *) c + c->row_start);
}

static inline double *
get_dense_row(Cooccur *c, int row)
{
	return (double *) ((char *) c + c->dense) + (size_t) (row - c->config.first_row) * c->dense_columns;
}

static inline int
lesser(int a, int b)
{
	return a < b ? a : b;
}

static void
lay_out(Cooccur *c, const CooccurConfig *config, uint32_t nslots)
{
	size_t		end = 0;
	size_t		rows = config->end_row - config->first_row;
	int			dense = lesser(config->end_row, COOCCUR_DENSE) - config->first_row;

	block_reserve(&end, 1, sizeof(Cooccur));
	c->config = *config;
	c->end_row = config->end_row;
	c->dense_rows = dense > 0 ? dense : 0;
	c->dense_columns = lesser(config->words, COOCCUR_DENSE);
	c->dense = block_reserve(&end, (size_t) c->dense_rows * c->dense_columns, sizeof(double));
	c->row_count = block_reserve(&end, rows, sizeof(uint32_t));
	c->row_start = block_reserve(&end, rows + 1, sizeof(uint32_t));
	c->slots = block_reserve(&end, nslots, sizeof(CooccurSlot));
	c->nslots = nslots;
	c->size = end;
}

size_t
wemb_cooccur_min_size(const CooccurConfig *config)
{
	Cooccur		c;
	size_t		nslots = SLOTS_FOR((size_t) config->words);

	/* a row may have every column, and one row must fit */
	lay_out(&c, config, nslots < MAX_SLOTS ? (uint32_t) nslots : MAX_SLOTS);
	return c.size;
}

size_t
wemb_cooccur_max_size(const CooccurConfig *config, uint64_t tokens)
{
	Cooccur		c;
	double		rows = config->end_row - config->first_row;
	double		most = fmin(rows * config->words, 2.0 * config->window * (double) tokens);
	size_t		least = wemb_cooccur_min_size(config);

	lay_out(&c, config, most < ENTRIES_IN(MAX_SLOTS) ? (uint32_t) SLOTS_FOR((size_t) most) : MAX_SLOTS);
	return c.size > least ? c.size : least;
}

Cooccur *
wemb_cooccur_init(void *block, size_t size, const CooccurConfig *config)
{
	Cooccur    *c = block;
	size_t		nslots;

	memset(c, 0, sizeof(Cooccur));
	lay_out(c, config, 0);
	nslots = (size - c->slots) / sizeof(CooccurSlot);
	c->nslots = nslots < MAX_SLOTS ? (uint32_t) nslots : MAX_SLOTS;
	memset((char *) c + c->dense, 0, c->slots - c->dense);
	memset(get_slots(c), 0xFF, (size_t) c->nslots * sizeof(CooccurSlot));
	for (int d = 1; d <= config->window; d++)
		c->weight[d] = config->by_distance ? 1.0f / (float) d : 1.0f;
	return c;
}

int
wemb_cooccur_end_row(const Cooccur *c)
{
	return c->end_row;
}

static inline uint32_t
first_slot(const Cooccur *c, int32_t row, int32_t column)
{
	uint64_t	h = (((uint64_t) (uint32_t) row << 32) | (uint32_t) column) * UINT64_C(0x9E3779B97F4A7C15);

	h = (h ^ (h >> 32)) * UINT64_C(0xD6E8FEB86659FD93);
	return (uint32_t) (((h >> 32) * c->nslots) >> 32);
}

/* The pair's slot, or the free one where it belongs; the search begins at slot i. */
static inline CooccurSlot *
find_slot(Cooccur *c, uint32_t i, int32_t row, int32_t column)
{
	CooccurSlot *slots = get_slots(c);

	while (slots[i].row != FREE_SLOT && (slots[i].row != row || slots[i].column != column))
		if (++i == c->nslots)
			i = 0;
	return &slots[i];
}

/*
 * Make room: keep the first rows, with half of the entries at most but one row
 * at least, and forget the others.
 *
 * Each entry is taken out and, if kept, put back.  Those before it in its run
 * of used slots have been put back already, so it finds its new place at or
 * before the old one.
 */
static void
give_up_rows(Cooccur *c)
{
	CooccurSlot *slots = get_slots(c);
	uint32_t   *count = get_row_count(c);
	int			rows = 1;
	uint32_t	kept = count[0];
	uint32_t	start = 0;

	while (c->config.first_row + rows < c->end_row && kept + count[rows] <= c->nentries / 2)
		kept += count[rows++];
	c->end_row = c->config.first_row + rows;
	c->nentries = kept;

	while (slots[start].row != FREE_SLOT)
		start++;
	for (uint32_t k = 0, i = start; k < c->nslots; k++, i = i + 1 == c->nslots ? 0 : i + 1)
	{
		CooccurSlot entry = slots[i];

		if (entry.row == FREE_SLOT)
			continue;
		slots[i].row = FREE_SLOT;
		if (entry.row < c->end_row)
			*find_slot(c, first_slot(c, entry.row, entry.column), entry.row, entry.column) = entry;
	}
}

static void
add_pending(Cooccur *c, const PendingPair *p)
{
	CooccurSlot *slot;

	if (p->pair.row >= c->end_row)
		return;
	slot = find_slot(c, p->slot, p->pair.row, p->pair.column);
	if (slot->row != FREE_SLOT)
	{
		slot->weight += p->pair.weight;
		return;
	}
	*slot = p->pair;
	get_row_count(c)[p->pair.row - c->config.first_row]++;
	if (++c->nentries >= ENTRIES_IN(c->nslots) && c->config.first_row + 1 < c->end_row)
		give_up_rows(c);
}

static inline void
add_pair(Cooccur *c, CooccurSlot pair)
{
	PendingPair *p = &c->pending[c->npending % PENDING];

	if (c->npending++ >= PENDING)
		add_pending(c, p);
	p->pair = pair;
	p->slot = first_slot(c, pair.row, pair.column);
	__builtin_prefetch(get_slots(c) + p->slot, 1);
}

static void
flush_pending(Cooccur *c)
{
	uint32_t	oldest = c->npending > PENDING ? c->npending - PENDING : 0;

	for (; oldest < c->npending; oldest++)
		add_pending(c, &c->pending[oldest % PENDING]);
	c->npending = 0;
}

void
wemb_cooccur_add(Cooccur *c, const int32_t *words, int n)
{
	int			window = c->config.window;

	for (int i = 0; i < n; i++)
	{
		int32_t		row = words[i];
		int			first = i > window ? i - window : 0;
		int			last = i + window < n ? i + window : n - 1;
		double	   *dense = NULL;

		if (row < c->config.first_row || row >= c->end_row)
			continue;
		if (row < COOCCUR_DENSE)
			dense = get_dense_row(c, row);
		for (int k = first; k <= last; k++)
		{
			float		weight = c->weight[k < i ? i - k : k - i];

			if (k == i)
				continue;
			if (dense && words[k] < COOCCUR_DENSE)
				dense[words[k]] += weight;
			else
				add_pair(c, (CooccurSlot) {row, words[k], weight});
		}
	}
	flush_pending(c);
}

/* ---- sorting: used slots to the front, then by row in place; columns when a row is read */

static void
begin_sort(Cooccur *c)
{
	uint32_t   *count = get_row_count(c);
	uint32_t   *start = get_row_start(c);
	int			rows = c->end_row - c->config.first_row;

	start[0] = 0;
	for (int r = 0; r < rows; r++)
	{
		start[r + 1] = start[r] + count[r];
		count[r] = start[r];
	}
	c->from = c->to = 0;
	c->phase = COOCCUR_COMPACT;
}

static void
compact_step(Cooccur *c)
{
	CooccurSlot *slots = get_slots(c);
	uint32_t	end = c->nslots - c->from < SORT_STEP ? c->nslots : c->from + SORT_STEP;

	for (; c->from < end; c->from++)
		if (slots[c->from].row != FREE_SLOT)
			slots[c->to++] = slots[c->from];
	if (end == c->nslots)
	{
		c->phase = COOCCUR_GROUP;
		c->row = 0;
	}
}

/* An entry that is not in its own row's stretch changes places with the next one there that was not looked at. */
static void
group_step(Cooccur *c)
{
	CooccurSlot *slots = get_slots(c);
	uint32_t   *next = get_row_count(c);
	uint32_t   *start = get_row_start(c);
	int			rows = c->end_row - c->config.first_row;

	for (int moves = 0; c->row < rows; c->row++)
		while (next[c->row] < start[c->row + 1])
		{
			CooccurSlot *here = &slots[next[c->row]];
			CooccurSlot entry = *here;
			uint32_t	place = next[entry.row - c->config.first_row]++;

			*here = slots[place];
			slots[place] = entry;
			if (++moves == SORT_STEP)
				return;
		}
	c->phase = COOCCUR_READ;
	c->row = c->config.first_row - 1;
	c->next_dense = c->dense_columns;
	c->next_slot = 0;
}

bool
wemb_cooccur_sort_step(Cooccur *c)
{
	if (c->phase == COOCCUR_COUNT)
		begin_sort(c);
	else if (c->phase == COOCCUR_COMPACT)
		compact_step(c);
	else if (c->phase == COOCCUR_GROUP)
		group_step(c);
	return c->phase != COOCCUR_READ;
}

/* Quicksort by column; columns all differ, and a hash table gave them in random order. */
static void
sort_columns(CooccurSlot *entries, int64_t n)
{
	while (n > SMALL_SORT)
	{
		int32_t		pivot = entries[n / 2].column;
		int64_t		i = 0,
					j = n - 1;

		while (i <= j)
		{
			while (entries[i].column < pivot)
				i++;
			while (entries[j].column > pivot)
				j--;
			if (i <= j)
			{
				CooccurSlot swap = entries[i];

				entries[i++] = entries[j];
				entries[j--] = swap;
			}
		}
		/* recurse into the smaller part, so that the stack stays low */
		if (j + 1 < n - i)
		{
			sort_columns(entries, j + 1);
			entries += i;
			n -= i;
		}
		else
		{
			sort_columns(entries + i, n - i);
			n = j + 1;
		}
	}
	for (int64_t i = 1; i < n; i++)
	{
		CooccurSlot entry = entries[i];
		int64_t		k = i;

		for (; k > 0 && entries[k - 1].column > entry.column; k--)
			entries[k] = entries[k - 1];
		entries[k] = entry;
	}
}

/* ---- reading */

static void
begin_row(Cooccur *c)
{
	uint32_t   *start = get_row_start(c) + (++c->row - c->config.first_row);

	sort_columns(get_slots(c) + start[0], start[1] - start[0]);
	c->next_slot = start[0];
	c->next_dense = c->row < COOCCUR_DENSE ? 0 : c->dense_columns;
}

/* Copy the next of the row's entries, max at most; fewer only where the row ends. */
static int
read_entries(Cooccur *c, CooccurEntry *entries, int max)
{
	const CooccurSlot *slots = get_slots(c);
	uint32_t	end = get_row_start(c)[c->row - c->config.first_row + 1];
	int			n = 0;

	for (; n < max && c->next_dense < c->dense_columns; c->next_dense++)
	{
		float		weight = (float) get_dense_row(c, c->row)[c->next_dense];

		if (weight > 0)
			entries[n++] = (CooccurEntry) {c->next_dense, weight};
	}
	for (; n < max && c->next_slot < end; c->next_slot++)
		entries[n++] = (CooccurEntry) {slots[c->next_slot].column, slots[c->next_slot].weight};
	return n;
}

bool
wemb_cooccur_read_page(Cooccur *c, void *page, double *sums)
{
	size_t		used = 0;

	memset(page, 0, COOCCUR_PAGE);
	while (used + sizeof(CooccurRecord) + sizeof(CooccurEntry) <= COOCCUR_PAGE)
	{
		CooccurRecord *record = (CooccurRecord *) ((char *) page + used);
		int			room = (int) ((COOCCUR_PAGE - used - sizeof(CooccurRecord)) / sizeof(CooccurEntry));
		int			n = c->row < c->config.first_row ? 0 : read_entries(c, record->entries, room);

		for (int i = 0; i < n; i++)
			sums[c->row] += record->entries[i].weight;
		if (n > 0)
		{
			record->row = c->row;
			record->n = n;
			used += sizeof(CooccurRecord) + n * sizeof(CooccurEntry);
		}
		if (n < room)
		{
			if (c->row + 1 == c->end_row)
				break;
			begin_row(c);
		}
	}
	return used > 0;
}
