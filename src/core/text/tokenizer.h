/*
 * tokenizer.h
 *		Text to tokens.
 *
 * TOKENIZER_UNICODE, for UTF-8 text in any language, stays close to the word
 * boundaries of Unicode Standard Annex #29:
 *
 * - A word is a run of letters, digits and the marks on them.
 * - Inside a word stay: "_" between letters and digits (max_connections); an
 *   apostrophe between letters (don't; U+2019 and U+2018 become "'"); "." and
 *   "," between digits (3.14); a middle dot between letters (Catalan); '"'
 *   between Hebrew letters; zero-width joiners in Arabic and Indic scripts.
 *   Soft hyphens and other invisible characters are dropped, and are no
 *   boundary.  Everything else separates, invalid bytes as well.
 * - Runs of Han, Hiragana, Katakana, Thai, Lao, Khmer and Burmese letters are
 *   cut into words by ICU's dictionaries.
 * - Words are lower-cased by Unicode's simple mapping, a sigma at the end of a
 *   word becomes final, full-width ASCII becomes ASCII, and the result is in
 *   NFC.
 *
 * TOKENIZER_WHITESPACE splits at ASCII whitespace and leaves the bytes alone,
 * in any encoding, as word2vec, fastText and Gensim do.
 *
 * A stored model depends on these rules: text must be cut as it was when the
 * model was trained.
 */
#ifndef WEMB_TOKENIZER_H
#define WEMB_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text/fold.h"
#include "core/text/segmenter.h"

/* Longer tokens are skipped and counted: a word is a btree key. */
#define TOKEN_MAX_BYTES	255

typedef enum TokenizerKind
{
	TOKENIZER_UNICODE,
	TOKENIZER_WHITESPACE
} TokenizerKind;

/* 1 to TOKEN_MAX_BYTES bytes, not zero-terminated; valid until the next call for the same tokenizer. */
typedef struct Token
{
	const char *text;
	size_t		len;
} Token;

/* About 16 kB.  Must not be moved or copied between init and close. */
typedef struct Tokenizer
{
	TokenizerKind kind;
	uint64_t	nskipped;		/* tokens dropped because longer than TOKEN_MAX_BYTES, ever since init */
	const char *at;				/* what is left of the text */
	const char *end;
	bool		in_overlong;	/* a token too long reaches up to end */

	/* the word being read; unused by TOKENIZER_WHITESPACE, as is all that follows */
	int			nword;
	bool		overlong;		/* it did not fit; its bytes were thrown away */
	bool		composes;		/* it may not be in NFC */
	uint8_t		combining;		/* combining class of its last code point */
	uint8_t		last_class;		/* CHAR_LETTER or CHAR_DIGIT: its last character, marks and connectors apart */
	uint32_t	last_code;		/* that character, folded */
	int			sigma_end;		/* its length just after a capital sigma, or -1 */
	char		word[FOLD_MAX_UNITS];

	bool		in_run;			/* a run of a dictionary script goes on at "at" */
	Segmenter	segmenter;
	CharCache	chars;
} Tokenizer;

extern void wemb_tokenizer_init(Tokenizer *t, TokenizerKind kind);

/* Begin with this text, which must stay where it is while tokens are read.  The text before it is forgotten. */
extern void wemb_tokenizer_start(Tokenizer *t, const char *text, size_t len);

/*
 * Go on with this text, which follows directly on the one before, read to its
 * end.  The only difference to a start: if a token too long was cut in two
 * there, the rest of it is no other token.
 */
extern void wemb_tokenizer_resume(Tokenizer *t, const char *text, size_t len);

/* The next token of the text, or false at its end.  Never fails. */
extern bool wemb_tokenizer_next(Tokenizer *t, Token *token);

/* Give back what ICU allocated.  Needed once, after the last text; init makes t usable again. */
extern void wemb_tokenizer_close(Tokenizer *t);

#endif							/* WEMB_TOKENIZER_H */
