/*
 * train_phrases.c
 *		Phrases in the texts of a training, found and joined into words.
 *
 * A pass reads the corpus twice: to count pairs, then to write the next corpus.
 * It works with the corpus's numbers and counts of its own; the vocabulary learns of
 * the result at the end.
 */
#include "pg/compat.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "app/train/train_phrases.h"
#include "core/train/phrases.h"
#include "pg/memory.h"

#define STRETCH			8192	/* tokens between two looks for interrupts */
#define SELECT_SLOTS	65536	/* slots of a table between two looks */

/* Two numbers whose words are one word of the model that the training goes on with. */
typedef struct KnownPhrase
{
	int32		first;
	int32		second;
	int32		number;
} KnownPhrase;

typedef struct Pass
{
	const PhraseSearch *search;
	TrainText  *text;
	double		done;			/* tokens read so far, in all passes */
	MemoryContext context;		/* of this pass, and of what follows */
	uint32		numbers;		/* of the vocabulary: the length of the three */
	uint64	   *count;			/* of each number */
	int32	   *place;			/* in the vocabulary; -1: the word was dropped */
	int32	   *same;			/* each number itself */
	PhraseRule	rule;
	int64		nknown;
	int64		max_known;
	KnownPhrase *known;
	Phrases    *pairs;
	Phrases    *joined;
	CorpusReader *reader;
	int32		stretch[STRETCH + 1];
} Pass;

/* See where in the vocabulary the words are. */
static void
find_places(Pass *pass)
{
	const Vocab *vocab = pass->text->vocab;

	memset(pass->place, 0xFF, pass->numbers * sizeof(int32));
	for (uint32 i = 0; i < vocab->nwords; i++)
	{
		int32		number = wemb_vocab_word(vocab, (int32) i)->number;

		if ((uint32) number < pass->numbers)
			pass->place[number] = (int32) i;
	}
}

static void
begin_pass(Pass *pass)
{
	const Vocab *vocab = pass->text->vocab;

	pass->context = AllocSetContextCreate(CurrentMemoryContext, "wemb phrases", ALLOCSET_DEFAULT_SIZES);
	pass->numbers = vocab->numbers;
	pass->count = MemoryContextAllocExtended(pass->context, (Size) pass->numbers * sizeof(uint64) + 1,
											 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	pass->place = MemoryContextAllocHuge(pass->context, (Size) pass->numbers * sizeof(int32) + 1);
	pass->same = MemoryContextAllocHuge(pass->context, (Size) pass->numbers * sizeof(int32) + 1);
	find_places(pass);
	for (uint32 i = 0; i < vocab->nwords; i++)
		pass->count[wemb_vocab_word(vocab, (int32) i)->number] = wemb_vocab_word(vocab, (int32) i)->count;
	for (uint32 i = 0; i < pass->numbers; i++)
		pass->same[i] = (int32) i;
	pass->rule = (PhraseRule) {
		.count = pass->count,
		.tokens = vocab->tokens,
		.min_count = (uint64) pass->search->min_count,
		.threshold = PHRASES_THRESHOLD,
	};
}

static void
open_corpus(Pass *pass)
{
	int64		chunks = wemb_corpus_finish(pass->text->corpus);

	pass->reader = wemb_corpus_open(pass->text->corpus);
	wemb_corpus_seek(pass->reader, 0, chunks);
}

/* Read the next stretch, with the end of its text if it has come to it; returns its length, 0 at the end. */
static int
read_stretch(Pass *pass)
{
	bool		end_of_text;
	int			n = wemb_corpus_next(pass->reader, pass->same, pass->stretch, STRETCH, &end_of_text);

	CHECK_FOR_INTERRUPTS();
	pass->done += n;
	wemb_progress_step(pass->search->progress, pass->done, NAN);
	if (end_of_text)
		pass->stretch[n++] = PHRASES_END_OF_TEXT;
	return n;
}

static void
count_pairs(Pass *pass)
{
	uint64		room = wemb_phrases_room(Min((Size) maintenance_work_mem * 1024, wemb_memory_available()) / 2);
	int			n;

	room = Max(Min(room, pass->rule.tokens), 1);
	pass->pairs = wemb_phrases_init(MemoryContextAllocHuge(pass->context, wemb_phrases_size(room)), room);
	open_corpus(pass);
	while ((n = read_stretch(pass)) > 0)
	{
		int			counted = 0;

		while ((counted += wemb_phrases_count(pass->pairs, &pass->rule, pass->stretch + counted, n - counted)) < n)
			while (wemb_phrases_reduce(pass->pairs))
				CHECK_FOR_INTERRUPTS();
	}
	wemb_corpus_detach(pass->reader);
}

/* Make the word of a phrase; returns its number, or -1 if it cannot be a word. */
static int32
add_phrase(Pass *pass, const PhrasePair *pair)
{
	TrainText  *text = pass->text;
	char		bytes[2 * TOKEN_MAX_BYTES + 1];
	size_t		len = 0;
	uint64		pruned = text->pruned;
	int32		number;

	for (int i = 0; i < 2; i++)
	{
		int32		place = pass->place[i == 0 ? pair->first : pair->second];

		if (place < 0)
			return -1;
		if (i == 1)
			bytes[len++] = '_';
		memcpy(bytes + len, wemb_vocab_text(text->vocab, place), wemb_vocab_word(text->vocab, place)->len);
		len += wemb_vocab_word(text->vocab, place)->len;
	}
	if (len > TOKEN_MAX_BYTES)
		return -1;
	number = wemb_train_text_word(text, bytes, len, pair->value);
	if (text->pruned != pruned)
		find_places(pass);
	return number;
}

/* A word of the model: wherever it is cut at a "_", its halves may stand beside each other in the text. */
static void
take_known(void *arg, const char *word, size_t len)
{
	Pass	   *pass = arg;

	for (size_t i = 1; i + 1 < len; i++)
	{
		const Vocab *vocab = pass->text->vocab;
		int32		first = word[i] == '_' ? wemb_vocab_find(vocab, word, i) : -1;
		int32		second = first < 0 ? -1 : wemb_vocab_find(vocab, word + i + 1, len - i - 1);

		if (second < 0)
			continue;
		if (pass->nknown == pass->max_known)
		{
			pass->max_known *= 2;
			pass->known = repalloc_huge(pass->known, pass->max_known * sizeof(KnownPhrase));
		}
		pass->known[pass->nknown++] = (KnownPhrase) {first, second, wemb_train_text_word(pass->text, word, len, 0)};
	}
}

static void
find_known(Pass *pass)
{
	uint64		pruned = pass->text->pruned;

	pass->nknown = 0;
	if (pass->search->known == NULL)
		return;
	pass->max_known = 1024;
	pass->known = MemoryContextAlloc(pass->context, pass->max_known * sizeof(KnownPhrase));
	wemb_start_phrases(pass->search->known, take_known, pass);
	if (pass->text->pruned != pruned)
		find_places(pass);
}

/* Choose the phrases and make their words; returns how many there are. */
static int64
choose_phrases(Pass *pass)
{
	const Phrases *pairs = pass->pairs;
	PhrasePair	pair;
	int64		nphrases = pass->nknown;

	for (uint64 slot = 0; slot < pairs->nslots; slot++)
	{
		if (slot % SELECT_SLOTS == 0)
			CHECK_FOR_INTERRUPTS();
		nphrases += wemb_phrases_select(pairs, &pass->rule, slot, &pair);
	}
	if (nphrases == 0)
		return 0;
	pass->joined = wemb_phrases_init(MemoryContextAllocHuge(pass->context, wemb_phrases_size(nphrases)), nphrases);
	for (int64 i = 0; i < pass->nknown; i++)
		wemb_phrases_put(pass->joined, pass->known[i].first, pass->known[i].second, pass->known[i].number);
	for (uint64 slot = 0; slot < pairs->nslots; slot++)
	{
		int32		number;

		if (slot % SELECT_SLOTS == 0)
			CHECK_FOR_INTERRUPTS();
		if (wemb_phrases_select(pairs, &pass->rule, slot, &pair) &&
			wemb_phrases_find(pass->joined, pair.first, pair.second) < 0 && (number = add_phrase(pass, &pair)) >= 0)
			wemb_phrases_put(pass->joined, pair.first, pair.second, number);
	}
	return (int64) pass->joined->npairs;
}

/* Counts for the numbers that phrases have got; none of them has occurred. */
static void
grow_counts(Pass *pass)
{
	uint32		numbers = pass->text->vocab->numbers;

	pass->count = repalloc_huge(pass->count, (Size) numbers * sizeof(uint64) + 1);
	memset(pass->count + pass->numbers, 0, (Size) (numbers - pass->numbers) * sizeof(uint64));
}

/* Write the corpus anew; returns how often two words became one. */
static uint64
join_corpus(Pass *pass, const char *name)
{
	TrainText  *text = pass->text;
	MemoryContext caller = MemoryContextSwitchTo(text->context);
	Corpus	   *corpus = wemb_corpus_create(wemb_train_corpus_memory(2), pass->search->files, name);
	PhraseJoiner joiner = {.joined = pass->joined, .count = pass->count, .held = PHRASES_END_OF_TEXT};
	int32	   *out = MemoryContextAlloc(pass->context, (STRETCH + 2) * sizeof(int32));
	int			n;

	MemoryContextSwitchTo(caller);
	open_corpus(pass);
	while ((n = read_stretch(pass)) > 0)
	{
		n = wemb_phrases_join(&joiner, pass->stretch, n, out);
		for (int i = 0; i < n; i++)
		{
			if (out[i] >= 0)
				wemb_corpus_add(corpus, out[i]);
			else
				wemb_corpus_end_text(corpus);
		}
	}
	wemb_corpus_detach(pass->reader);
	wemb_corpus_finish(corpus);
	wemb_corpus_close(text->corpus);
	text->corpus = corpus;
	for (uint32 i = 0; i < text->vocab->nwords; i++)
		wemb_vocab_set_count(text->vocab, (int32) i, pass->count[wemb_vocab_word(text->vocab, (int32) i)->number]);
	return joiner.njoined;
}

void
wemb_train_phrases(const PhraseSearch *search, TrainPhrases *result)
{
	Pass	   *pass = palloc0(sizeof(Pass));

	pass->search = search;
	pass->text = search->text;
	memset(result, 0, sizeof(*result));
	wemb_progress_phase(search->progress, TRAIN_PHASE_COUNTING, 2.0 * search->passes * search->text->vocab->tokens);
	for (int i = 0; i < search->passes; i++)
	{
		int64		phrases;

		begin_pass(pass);
		count_pairs(pass);
		find_known(pass);
		phrases = choose_phrases(pass);
		result->phrases += phrases;
		result->lost = Max(result->lost, pass->pairs->lost);
		pfree(pass->pairs);
		if (phrases > 0)
		{
			grow_counts(pass);
			result->joined += join_corpus(pass, psprintf("%s.%d", TRAIN_CORPUS_NAME, i + 1));
		}
		MemoryContextDelete(pass->context);
		if (phrases == 0)
			break;
	}
	pfree(pass);
}
