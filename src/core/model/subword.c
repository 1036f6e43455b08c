/*
 * subword.c
 *		Character n-grams of a word, as rows of a small shared table.
 */
#include "core/model/subword.h"

#include <string.h>

#include "core/base/hash.h"
#include "core/text/utf8.h"

/* Map 32 random bits to 0 .. buckets-1. */
static inline int32_t
row_of(uint32_t bits, int buckets)
{
	return (int32_t) (((uint64_t) bits * (uint32_t) buckets) >> 32);
}

/* Where the code point at bytes[at] ends, at < len. */
static inline size_t
char_end(const char *bytes, size_t len, size_t at)
{
	do
		at++;
	while (at < len && utf8_is_continuation(bytes[at]));
	return at;
}

int
wemb_subword_rows(const char *word, size_t len, int min_n, int max_n, int buckets, int32_t *out,
				  int max_out)
{
	char		padded[SUBWORD_MAX_WORD + 2];
	size_t		npadded = len + 2;
	int			nrows = 0;

	if (len == 0 || len > SUBWORD_MAX_WORD)
		return 0;
	padded[0] = '<';
	memcpy(padded + 1, word, len);
	padded[len + 1] = '>';

	for (size_t from = 0; from < npadded; from = char_end(padded, npadded, from))
	{
		size_t		to = from;

		for (int n = 1; n <= max_n && to < npadded; n++)
		{
			to = char_end(padded, npadded, to);
			if (n < min_n || (n == 1 && (from == 0 || to == npadded)))
				continue;
			if (max_out > 0)
			{
				uint64_t	h = wemb_hash(padded + from, to - from);

				if (nrows + SUBWORD_HASHES > max_out)
					return nrows;
				out[nrows] = row_of((uint32_t) h, buckets);
				out[nrows + 1] = row_of((uint32_t) (h >> 32), buckets);
			}
			nrows += SUBWORD_HASHES;
		}
	}
	return nrows;
}
