/*
 * subword.h
 *		Character n-grams of a word, as rows of a small shared table.
 *
 * The word is padded as <word> and cut into its substrings of min_n to max_n
 * code points (Bojanowski et al., "Enriching word vectors with subword
 * information", TACL 2017); the n-grams that are a single "<" or ">" are left
 * out.  Each n-gram owns two rows of the table, chosen by two independent
 * hashes, and its vector is their mean: two n-grams share both rows only once
 * in buckets^2 / 2 pairs, so a table of 50,000 rows serves any vocabulary
 * (Svenstrup, Hansen and Winther, "Hash embeddings", NIPS 2017).
 */
#ifndef WEMB_SUBWORD_H
#define WEMB_SUBWORD_H

#include <stddef.h>
#include <stdint.h>

#define SUBWORD_HASHES		2	/* rows an n-gram */
#define SUBWORD_MIN_N		1
#define SUBWORD_MAX_N		12

/* Words of more bytes than this have no n-grams; tokens are far shorter. */
#define SUBWORD_MAX_WORD	1024

/*
 * Write the rows (0 .. buckets-1) of word's n-grams to out, two for each
 * n-gram, and return how many there are.  Stops before an n-gram whose pair
 * would go beyond max_out; with max_out 0 nothing is written and the full
 * number is returned.  1 <= min_n <= max_n <= SUBWORD_MAX_N; buckets >= 1.
 * A word that is not valid UTF-8 is safe: each byte that is no continuation
 * byte begins a code point.
 *
 * The rule is a stored format: rows of a model are found by it, so it never
 * changes.
 *
 * - Order: by the n-gram's first code point, from "<" on; then by length.  An
 *   n-gram that stands in the word twice is written twice.
 * - h = wemb_hash() of the n-gram's bytes, its "<" and ">" included.
 * - First row: ((h & 0xFFFFFFFF) * buckets) >> 32.
 * - Second row: ((h >> 32) * buckets) >> 32.
 *
 * The products are 64-bit.  Both rows may be the same one.
 */
extern int	wemb_subword_rows(const char *word, size_t len, int min_n, int max_n, int buckets,
							  int32_t *out, int max_out);

#endif							/* WEMB_SUBWORD_H */
