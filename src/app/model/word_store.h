/*
 * word_store.h
 *		Words of one model, and rows of its subword table, in a session's memory.
 *
 * Filled with what texts need, word by word; forgotten all at once.  A word that
 * has been looked up and not found is kept as well, so that it is not looked
 * up again.
 */
#ifndef WEMB_WORD_STORE_H
#define WEMB_WORD_STORE_H

#include "postgres.h"

typedef struct WordStore WordStore;

typedef enum WordState
{
	WORD_NEW,					/* not looked up yet */
	WORD_KNOWN,					/* a row of the words table */
	WORD_COMPOSED,				/* no row; its vector comes from its n-grams */
	WORD_MISSING				/* no row and no n-grams: no vector */
} WordState;

/* Stays where it is until the words are forgotten. */
typedef struct StoredWord
{
	WordState	state;
	uint32		batch;			/* for the user of the store: the batch that asked for it last */
	int64		freq;			/* 0 unless WORD_KNOWN */
	float	   *vec;			/* NULL if WORD_NEW or WORD_MISSING */
	int			len;
	char		text[FLEXIBLE_ARRAY_MEMBER];	/* not zero-terminated */
} StoredWord;

/* An empty store in context. */
extern WordStore *wemb_word_store_create(MemoryContext context);

/* Forget everything, and from now on hold vectors of dim floats. */
extern void wemb_word_store_reset(WordStore *store, int dim);

/* Forget the words, or the rows. */
extern void wemb_word_store_empty_words(WordStore *store);
extern void wemb_word_store_empty_rows(WordStore *store);

/* Bytes of memory in use: of words and rows, and of rows alone. */
extern Size wemb_word_store_size(const WordStore *store);
extern Size wemb_word_store_rows_size(const WordStore *store);

/* The word, added as WORD_NEW if it is not there. */
extern StoredWord *wemb_word_store_get(WordStore *store, const char *text, int len);

/* Give a word a vector; returns where its floats go. */
extern float *wemb_word_store_vector(WordStore *store, StoredWord *word);

/* A row of the subword table, or NULL if it is not there. */
extern const float *wemb_word_store_row(const WordStore *store, int32 id);

/* Add a row that is not there; returns where its floats go. */
extern float *wemb_word_store_add_row(WordStore *store, int32 id);

#endif							/* WEMB_WORD_STORE_H */
