/*
 * cooccur.h
 *		Counting which words occur near which: the matrix that GloVe and PPMI
 *		are made from.
 *
 * The matrix is symmetric, words by words.  A pair of tokens at most window
 * words apart adds 1, or 1 / distance (Pennington, Socher and Manning 2014,
 * section 4.2), to both of its places.
 *
 * One pass over the corpus counts a range of rows, as many as the block
 * holds: when it is full, the upper half of the range is given up, and the
 * caller counts it in another pass, wemb_cooccur_end_row() being the first
 * row.  Processes can share the work by taking different ranges.  Every row is
 * counted in the corpus's order, so its weights are the same bits however the
 * rows were divided.
 *
 *	init -> add ... -> sort_step ... -> read_page ...
 *
 * Weights are summed in double between the COOCCUR_DENSE most frequent words
 * and in float elsewhere: a sum of n terms is then within n * 2^-24 of the exact
 * one, relative.  Counts of 1 stay exact up to 2^24, more than a pair with a
 * word so rare ever has in 10^9 tokens.
 */
#ifndef WEMB_COOCCUR_H
#define WEMB_COOCCUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COOCCUR_MAX_WINDOW	1000
#define COOCCUR_MAX_WORDS	40000000
#define COOCCUR_MAX_STRETCH 8192	/* tokens that one wemb_cooccur_add() takes */
#define COOCCUR_DENSE		256 /* words whose pairs with each other lie in an array */
#define COOCCUR_PAGE		8192	/* bytes */

typedef struct CooccurConfig
{
	int			words;			/* of the vocabulary, 1 .. COOCCUR_MAX_WORDS */
	int			window;			/* words to each side, 1 .. COOCCUR_MAX_WINDOW */
	bool		by_distance;	/* a pair weighs 1 / distance instead of 1 */
	int			first_row;		/* rows to count: first_row <= row < end_row */
	int			end_row;
} CooccurConfig;

typedef struct CooccurEntry
{
	int32_t		column;
	float		weight;			/* > 0 */
} CooccurEntry;

/*
 * A file of counts consists of pages; a page is made of whole records, and
 * ends with one of no entries unless it is full.  A row is one or more records,
 * one behind the other: columns ascend through all of them.
 */
typedef struct CooccurRecord
{
	int32_t		row;
	int32_t		n;				/* entries */
	CooccurEntry entries[];
} CooccurRecord;

typedef struct Cooccur Cooccur;

/*
 * Bytes that a block must have at least; and bytes beyond which more is of no
 * use for a corpus of so many tokens.
 */
extern size_t wemb_cooccur_min_size(const CooccurConfig *config);
extern size_t wemb_cooccur_max_size(const CooccurConfig *config, uint64_t tokens);

/* Format a block (64-byte aligned) of size bytes, at least wemb_cooccur_min_size(). */
extern Cooccur *wemb_cooccur_init(void *block, size_t size, const CooccurConfig *config);

/*
 * Count a stretch of text: n <= COOCCUR_MAX_STRETCH word numbers, each in
 * [0, words).  Takes milliseconds for usual windows.
 */
extern void wemb_cooccur_add(Cooccur *c, const int32_t *words, int n);

/* The end of the rows that are counted: lower than configured once some were given up. */
extern int	wemb_cooccur_end_row(const Cooccur *c);

/* Sort what was counted, in steps of some milliseconds: call until it returns false. */
extern bool wemb_cooccur_sort_step(Cooccur *c);

/*
 * Fill page (COOCCUR_PAGE bytes, aligned for a double) with the next records,
 * rows ascending; false if there are none left.  Adds each row's weights to
 * sums[row] (words elements, the caller's zeros).
 */
extern bool wemb_cooccur_read_page(Cooccur *c, void *page, double *sums);

/* The record of a page behind prev, or its first if prev is NULL; NULL behind the last. */
static inline const CooccurRecord *
cooccur_next_record(const void *page, const CooccurRecord *prev)
{
	const char *end = (const char *) page + COOCCUR_PAGE;
	const char *next = prev ? (const char *) (prev->entries + prev->n) : page;
	const CooccurRecord *record = (const CooccurRecord *) next;

	return next + sizeof(CooccurRecord) <= end && record->n > 0 ? record : NULL;
}

#endif							/* WEMB_COOCCUR_H */
