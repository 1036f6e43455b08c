/*
 * model_words.h
 *		The words of an open model: looked up in batches, remembered in memory.
 *
 *		words = wemb_model_words(model);
 *		while there is text:
 *			wemb_words_begin(words);
 *			for up to wemb_words_batch_size(words) tokens:
 *				word[i] = wemb_words_add(words, token.text, token.len);
 *			wemb_words_load(words);
 *			use word[i]
 */
#ifndef WEMB_MODEL_WORDS_H
#define WEMB_MODEL_WORDS_H

#include "postgres.h"

#include "app/model/model_options.h"
#include "app/model/word_store.h"

#define WORDS_MAX_BATCH	1024

typedef struct ModelWords ModelWords;

/* For model_read.c: */
extern ModelWords *wemb_model_words_create(MemoryContext context);
extern void wemb_model_words_free(ModelWords *words);	/* not the memory, which goes with context */

/* Forget everything; from now on read these tables.  tables stays where it is until the next reset. */
extern void wemb_model_words_reset(ModelWords *words, const ModelTables *tables, const ModelOptions *options);

/* The batch is done with: its words may be forgotten. */
extern void wemb_model_words_release(ModelWords *words);

/* For those who have the model open: */

/* How many words a batch has at most: fewer than WORDS_MAX_BATCH where vectors are very wide. */
extern int	wemb_words_batch_size(const ModelWords *words);

/*
 * Begin a batch.  Words of the one before may be forgotten here, to stay within
 * wemb.cache_size; a batch itself may go beyond.
 */
extern void wemb_words_begin(ModelWords *words);

/* Add a word.  The result stays where it is until the next batch; it says nothing before wemb_words_load(). */
extern const StoredWord *wemb_words_add(ModelWords *words, const char *text, size_t len);

/* Read what is not in memory.  Afterwards no word of the batch is WORD_NEW. */
extern void wemb_words_load(ModelWords *words);

#endif							/* WEMB_MODEL_WORDS_H */
