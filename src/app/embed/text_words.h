/*
 * text_words.h
 *		The words of a text as an open model sees them: its tokens, with phrases
 *		joined where the model has any.
 *
 * A model trained with phrases has words such as new_york.  There, two tokens
 * beside each other become one word if they are one in the model, from left
 * to right: a token that ends one phrase begins no other.  All of this is done as
 * many times as the option "phrases" says, so that four passes make words of up to
 * sixteen tokens.  Tokens that make no phrase stay as they are.
 */
#ifndef WEMB_TEXT_WORDS_H
#define WEMB_TEXT_WORDS_H

#include "postgres.h"

#include "app/model/model_read.h"

typedef struct TextWords TextWords;

/*
 * Begin with this text, which must stay where it is while its words are read.
 * Uses the model's tokenizer, so only one text of a model can be read at a time.
 * The result is in CurrentMemoryContext.
 */
extern TextWords *wemb_text_words_start(Model *model, const char *text, size_t len);

/*
 * The next word, or false at the end; valid until the next call.  May run SQL
 * as the current user.  Can be cancelled as wemb_tokens_next() can.
 */
extern bool wemb_text_words_next(TextWords *words, Token *word);

extern void wemb_text_words_end(TextWords *words);

#endif							/* WEMB_TEXT_WORDS_H */
