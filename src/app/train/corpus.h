/*
 * corpus.h
 *		The tokens of all texts as word numbers, kept for one pass an epoch.
 *
 * The first megabytes are in memory, the rest in a temporary file, which
 * temp_file_limit and temp_tablespaces govern.
 */
#ifndef WEMB_CORPUS_H
#define WEMB_CORPUS_H

#include "postgres.h"

typedef struct Corpus Corpus;

/* An empty corpus in CurrentMemoryContext that keeps at most memory bytes of itself in memory. */
extern Corpus *wemb_corpus_create(Size memory);

/* Add one token; a text is over at wemb_corpus_end_text(). */
extern void wemb_corpus_add(Corpus *corpus, int32 number);
extern void wemb_corpus_end_text(Corpus *corpus);

/* Go back to the first text.  Also ends writing. */
extern void wemb_corpus_rewind(Corpus *corpus);

/*
 * The next stretch of one text: up to max tokens' ranks to out, leaving out
 * tokens whose rank is -1.  Returns how many, 0 at the end of the corpus.
 */
extern int	wemb_corpus_next(Corpus *corpus, const int32 *rank, int32 *out, int max);

/* Give back the temporary file.  An error in between is seen to by the transaction. */
extern void wemb_corpus_close(Corpus *corpus);

#endif							/* WEMB_CORPUS_H */
