/*
 * subword.h
 *		Character n-grams of a word, as rows of a small shared table.
 *
 * The word is padded as <word> and cut into its substrings of min_n to max_n
 * code points (Bojanowski et al., "Enriching word vectors with subword
 * information", TACL 2017); the n-grams that are a single "<" or ">" are left
 * out.  Each n-gram owns two rows of the table, chosen by two independent
 * hashes, and its vector is their sum: two n-grams share both rows only once
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

/*
 * Write the rows (0 .. buckets-1) of word's n-grams to out, two for each
 * n-gram, and return how many there are.  Stops at max_out rows; with
 * max_out 0 nothing is written and the full number is returned.  word is
 * valid UTF-8 without a zero byte; 1 <= min_n <= max_n; buckets >= 1.
 */
extern int	wemb_subword_rows(const char *word, size_t len, int min_n, int max_n, int buckets,
							  int32_t *out, int max_out);

#endif							/* WEMB_SUBWORD_H */
