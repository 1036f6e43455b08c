/*
 * tokens.h
 *		The tokens of a text, by any tokenizer that a model can name.
 *
 * A tokenizer's name is "unicode" or "whitespace" (core/text/tokenizer.h), or
 * that of a text search configuration, whose lexemes are the tokens then:
 * stemmed, without stop words, cut by whatever parser it has.
 */
#ifndef WEMB_TOKENS_H
#define WEMB_TOKENS_H

#include "postgres.h"

#include "core/text/tokenizer.h"

#define TOKENS_DEFAULT	"unicode"

typedef struct Tokens Tokens;

/*
 * Make a tokenizer in CurrentMemoryContext; it lives as long as that, and
 * needs no closing.  The name is read as an identifier: case is folded outside
 * of double quotes, and a text search configuration may be schema-qualified.
 *
 * Errors: no such tokenizer; "unicode" in a database that is not in UTF8; no
 * USAGE on the schema named.
 */
extern Tokens *wemb_tokens_open(const char *tokenizer);

/* The name to store in a model: opens the same tokenizer whatever search_path is. */
extern const char *wemb_tokens_name(const Tokens *tokens);

/*
 * Begin with this text, which must stay where it is while tokens are read.  It
 * is read in pieces and never copied as a whole.
 */
extern void wemb_tokens_start(Tokens *tokens, const char *text, size_t len);

/*
 * The next token, or false at the text's end.  Can be cancelled: checks for
 * interrupts at least once a call of wemb_tokens_start() and once in 64 kB.
 */
extern bool wemb_tokens_next(Tokens *tokens, Token *token);

/* Tokens left out because they are longer than TOKEN_MAX_BYTES, in all texts so far. */
extern uint64 wemb_tokens_skipped(const Tokens *tokens);

#endif							/* WEMB_TOKENS_H */
