/*
 * hold_out.c
 *		Texts that a training does not see.
 */
#include "pg/compat.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "app/train/hold_out.h"
#include "core/base/rng.h"

#define HELD_SHARE		0.1
#define CORPUS_NAME		TRAIN_CORPUS_NAME ".kept"

struct HeldOutTexts
{
	uint64		seed;
	int64		tokens;			/* that were read */
	int64		texts;
	/* the texts one behind the other */
	int64		n;
	int64		room;
	int32	   *numbers;		/* of the vocabulary; -1 after each text */
};

typedef struct Splitter
{
	TrainSource *source;
	HeldOutTexts *held;
	Corpus	   *kept;
	uint64	   *count;			/* of each number, in what is kept */
	Rng			rng;
	double		held_share;
	double		kept_share;		/* of what is not held out */
} Splitter;

static void
hold(HeldOutTexts *held, const int32 *numbers, int n)
{
	if (held->n + n + 1 > held->room)
	{
		held->room = Max(held->room * 2, held->n + n + 1);
		held->numbers = repalloc_huge(held->numbers, held->room * sizeof(int32));
	}
	memcpy(held->numbers + held->n, numbers, n * sizeof(int32));
	held->n += n;
	held->numbers[held->n++] = -1;
	held->texts++;
}

static void
keep(Splitter *splitter, const int32 *numbers, int n)
{
	for (int i = 0; i < n; i++)
	{
		wemb_corpus_add(splitter->kept, numbers[i]);
		splitter->count[numbers[i]]++;
	}
	wemb_corpus_end_text(splitter->kept);
}

/* Read all, and do with each text, or piece of one, what chance says. */
static void
split(Splitter *splitter, TrainProgress *progress)
{
	Corpus	   *corpus = splitter->source->text.corpus;
	uint32		numbers = splitter->source->text.vocab->numbers;
	int32	   *same = MemoryContextAllocHuge(CurrentMemoryContext, (Size) numbers * sizeof(int32) + 1);
	int32	   *piece = palloc(HOLD_OUT_PIECE * sizeof(int32));
	int64		chunks = wemb_corpus_finish(corpus);
	CorpusReader *reader = wemb_corpus_open(corpus);
	double		done = 0;
	bool		end_of_text;
	int			n;

	for (uint32 i = 0; i < numbers; i++)
		same[i] = (int32) i;
	wemb_corpus_seek(reader, 0, chunks);
	while ((n = wemb_corpus_next(reader, same, piece, HOLD_OUT_PIECE, &end_of_text)) > 0)
	{
		CHECK_FOR_INTERRUPTS();
		if (rng_float(&splitter->rng) < splitter->held_share)
			hold(splitter->held, piece, n);
		else if (rng_float(&splitter->rng) < splitter->kept_share)
			keep(splitter, piece, n);
		wemb_progress_step(progress, done += n, NAN);
	}
	wemb_corpus_detach(reader);
	pfree(piece);
	pfree(same);
}

/* The vocabulary's counts are those of the texts that are kept. */
static void
count_again(const Splitter *splitter)
{
	Vocab	   *vocab = splitter->source->text.vocab;

	for (uint32 i = 0; i < vocab->nwords; i++)
		wemb_vocab_set_count(vocab, (int32) i, splitter->count[wemb_vocab_word(vocab, (int32) i)->number]);
}

HeldOutTexts *
wemb_hold_out(TrainSource *source, uint64 most, uint64 seed, TrainProgress *progress)
{
	TrainText  *text = &source->text;
	uint64		tokens = Max(text->vocab->tokens, 1);
	double		texts = text->texts + (double) tokens / HOLD_OUT_PIECE;
	HeldOutTexts *held = palloc0(sizeof(HeldOutTexts));
	MemoryContext caller = MemoryContextSwitchTo(text->context);
	Splitter	splitter = {
		.source = source,
		.held = held,
		.kept = wemb_corpus_create(wemb_train_corpus_memory(2), source->files, CORPUS_NAME),
		.rng = rng_for(seed, 0),
		.held_share = Min(HELD_SHARE, HOLD_OUT_EXCERPTS / texts),
		.kept_share = most == 0 ? 1 : Min((double) most / tokens, 1),
	};

	MemoryContextSwitchTo(caller);
	splitter.count = MemoryContextAllocExtended(CurrentMemoryContext, (Size) text->vocab->numbers * sizeof(uint64) + 1,
												MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	held->seed = seed;
	held->tokens = (int64) text->vocab->tokens;
	held->room = HOLD_OUT_PIECE;
	held->numbers = palloc(held->room * sizeof(int32));
	wemb_progress_phase(progress, TRAIN_PHASE_PREPARING, (double) tokens);
	split(&splitter, progress);
	count_again(&splitter);
	wemb_corpus_finish(splitter.kept);
	wemb_corpus_close(text->corpus);
	text->corpus = splitter.kept;
	pfree(splitter.count);
	return held;
}

int64
wemb_hold_out_texts(const HeldOutTexts *held)
{
	return held->texts;
}

/* ---- excerpts ---- */

/* Excerpts as they are cut, one behind the other, more than will be kept. */
typedef struct Cutter
{
	int			n;
	int			room;
	int		   *start;			/* n + 1 of room + 1 */
	int32_t    *words;
} Cutter;

/* The excerpt that has been growing is over; one that is too short is given up. */
static void
end_excerpt(Cutter *cutter, int *end)
{
	if (*end - cutter->start[cutter->n] < HELD_OUT_LEAST)
	{
		*end = cutter->start[cutter->n];
		return;
	}
	if (++cutter->n == cutter->room)
	{
		cutter->room *= 2;
		cutter->start = repalloc_huge(cutter->start, (cutter->room + 1) * sizeof(int));
	}
	cutter->start[cutter->n] = *end;
}

static void
cut(const HeldOutTexts *held, const RankedWords *ranked, Cutter *cutter)
{
	int			end = 0;

	for (int64 i = 0; i < held->n; i++)
	{
		int32		number = held->numbers[i];

		if (number < 0)
			end_excerpt(cutter, &end);
		else if (ranked->rank[number] >= 0)
		{
			cutter->words[end++] = ranked->rank[number];
			if (end - cutter->start[cutter->n] == HOLD_OUT_EXCERPT)
				end_excerpt(cutter, &end);
		}
	}
}

/* Of all excerpts, most at random, in a copy. */
static Excerpts
choose(const Cutter *cutter, int most, uint64 seed)
{
	Rng			rng = rng_for(seed, 1);
	int		   *start = palloc((most + 1) * sizeof(int));
	int32_t    *words = palloc(most * HOLD_OUT_EXCERPT * sizeof(int32_t));
	Excerpts	chosen = {0, start, words};

	start[0] = 0;
	for (int i = 0; i < cutter->n; i++)
	{
		int			length = cutter->start[i + 1] - cutter->start[i];

		if (rng_below(&rng, cutter->n - i) >= most - chosen.n)
			continue;
		memcpy(words + start[chosen.n], cutter->words + cutter->start[i], length * sizeof(int32_t));
		start[chosen.n + 1] = start[chosen.n] + length;
		chosen.n++;
	}
	return chosen;
}

Excerpts
wemb_hold_out_excerpts(const HeldOutTexts *held, const RankedWords *ranked)
{
	Cutter		cutter = {.room = HOLD_OUT_EXCERPTS};
	Excerpts	excerpts;

	cutter.start = palloc0((cutter.room + 1) * sizeof(int));
	cutter.words = MemoryContextAllocHuge(CurrentMemoryContext, held->n * sizeof(int32_t) + 1);
	cut(held, ranked, &cutter);
	if (cutter.n < HOLD_OUT_LEAST)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("there is too little text to compare dimensions"),
				 errdetail("Of " INT64_FORMAT " tokens, those held out for the comparison have %d excerpts of %d known words or more; %d are needed.",
						   held->tokens, cutter.n, HELD_OUT_LEAST, HOLD_OUT_LEAST),
				 errhint("Some hundreds of texts are enough; with little text, 50 dimensions do.")));
	excerpts = choose(&cutter, Min(cutter.n, HOLD_OUT_EXCERPTS), held->seed);
	pfree(cutter.start);
	pfree(cutter.words);
	return excerpts;
}
