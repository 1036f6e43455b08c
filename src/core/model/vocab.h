/*
 * vocab.h
 *		Counting words: a hash table from word to number and count.
 *
 * Numbers are given in the order of first appearance and never twice;
 * wemb_vocab_rank() then orders words by frequency and drops the rare ones.
 * The table is one block of the caller's, without pointers, so it can lie in
 * shared memory.  When it is full, the caller makes a larger block and moves
 * it there, or drops the words that have been rare so far.
 *
 * A word's place, 0 .. nwords - 1, is where its entry is now; it is its number
 * as long as no word was dropped.
 *
 * Layout of the block: header, slots (a power of two, at most two thirds
 * used), words, text.
 */
#ifndef WEMB_VOCAB_H
#define WEMB_VOCAB_H

#include <stddef.h>
#include <stdint.h>

#define VOCAB_MAX_WORDS		(1 << 30)
#define VOCAB_MAX_NUMBERS	INT32_MAX

typedef struct VocabWord
{
	uint64_t	count;
	uint64_t	text;			/* where its bytes begin, from the start of the text */
	uint32_t	len;
	uint32_t	hash;
	int32_t		number;
} VocabWord;

typedef struct Vocab
{
	uint64_t	tokens;			/* sum of all counts, of dropped words too */
	uint32_t	nwords;
	uint32_t	max_words;
	uint32_t	numbers;		/* given so far: those of words are below */
	uint64_t	text_used;
	uint64_t	max_text;
	uint32_t	slot_mask;
} Vocab;

/* Bytes of a block for so many words with so many bytes of text together. */
extern size_t wemb_vocab_size(uint32_t max_words, uint64_t max_text);

/* Format an empty vocabulary in a block of that size, 64-byte aligned. */
extern Vocab *wemb_vocab_init(void *block, uint32_t max_words, uint64_t max_text);

/* Correct the count of the word at a place, 0 .. nwords - 1. */
extern void wemb_vocab_set_count(Vocab *vocab, int32_t place, uint64_t count);

/* Copy a vocabulary into an empty one with at least as much room. */
extern void wemb_vocab_copy(Vocab *to, const Vocab *from);

/*
 * Count so many occurrences of word and return its number, or -1 if it is new
 * and there is no room for it (then nothing has changed).  len <= UINT32_MAX.
 */
extern int32_t wemb_vocab_add(Vocab *vocab, const char *word, size_t len, uint64_t count);

/* The number of word, or -1. */
extern int32_t wemb_vocab_find(const Vocab *vocab, const char *word, size_t len);

/* The word at a place, and its bytes. */
extern const VocabWord *wemb_vocab_word(const Vocab *vocab, int32_t place);
extern const char *wemb_vocab_text(const Vocab *vocab, int32_t place);

/* Drop the words that have been counted less than min_count times.  Their numbers are not used again. */
extern void wemb_vocab_prune(Vocab *vocab, uint64_t min_count);

/* How many words occur at least min_count times. */
extern uint32_t wemb_vocab_count(const Vocab *vocab, uint64_t min_count);

/*
 * Order the words that occur at least min_count times by falling count, equal
 * ones by their bytes, and keep at most max_words of them.  order[rank] becomes
 * the word's place (as many elements as wemb_vocab_count() says), rank[number]
 * its rank or -1 (as many elements as there are numbers).  scratch has wemb_vocab_rank_scratch() bytes
 * for that count.  Returns how many are kept and, in tokens, the sum of their
 * counts.
 */
extern size_t wemb_vocab_rank_scratch(uint32_t count);
extern uint32_t wemb_vocab_rank(const Vocab *vocab, uint64_t min_count, uint32_t max_words,
								int32_t *order, int32_t *rank, void *scratch, uint64_t *tokens);

#endif							/* WEMB_VOCAB_H */
