/*
 * fuzz_tokenizer.c
 *		Any bytes through core/text/tokenizer.h.
 *
 * Input: one byte for the kind of tokenizer, one for the size of pieces, then
 * the text.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/text/pieces.h"
#include "core/text/tokenizer.h"
#include "core/text/utf8.h"

/* A statement about every input; broken, it ends the run. */
static void
require(bool condition)
{
	if (!condition)
		abort();
}

/* What two ways of reading a text must agree on. */
typedef struct Summary
{
	size_t		ntokens;
	uint64_t	hash;
	uint64_t	nskipped;
} Summary;

static void
check_token(const Tokenizer *t, const char *text, size_t len, const Token *token)
{
	require(token->len >= 1 && token->len <= TOKEN_MAX_BYTES);
	if (t->kind == TOKENIZER_WHITESPACE)
	{
		require(token->text >= text && token->text + token->len <= text + len);
		return;
	}
	require(wemb_utf8_valid_bytes(token->text, token->len) == token->len);
	for (size_t i = 0; i < token->len; i++)
		require(!text_is_space(token->text[i]) && !(token->text[i] >= 'A' && token->text[i] <= 'Z') &&
				token->text[i] != '\0');
}

/* The tokens of a text that follows on what t has read, if anything. */
static void
read_text(Tokenizer *t, const char *text, size_t len, Summary *sum)
{
	uint64_t	before = t->nskipped;
	Token		token;

	wemb_tokenizer_resume(t, text, len);
	while (wemb_tokenizer_next(t, &token))
	{
		check_token(t, text, len, &token);
		sum->ntokens++;
		sum->hash = sum->hash * 31 + wemb_hash(token.text, token.len);
	}
	sum->nskipped += t->nskipped - before;
}

/* Is the word cut into itself again?  One from a dictionary need not be: that saw what stood around it. */
static bool
is_stable(const Token *token)
{
	for (size_t at = 0; at < token->len;)
	{
		uint32_t	code = 0;
		CharInfo	info;

		at += utf8_decode(token->text + at, token->len - at, &code);
		wemb_char_describe(code, &info);
		if (info.class == CHAR_DICTIONARY)
			return false;
	}
	return true;
}

static void
read_again(Tokenizer *t, Tokenizer *other, const char *text, size_t len)
{
	Token		token;

	wemb_tokenizer_start(t, text, len);
	while (wemb_tokenizer_next(t, &token))
	{
		Token		same;

		if (!is_stable(&token))
			continue;
		wemb_tokenizer_start(other, token.text, token.len);
		require(wemb_tokenizer_next(other, &same));
		require(same.len == token.len && memcmp(same.text, token.text, same.len) == 0);
		require(!wemb_tokenizer_next(other, &same));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes)
{
	static Tokenizer t;
	static Tokenizer other;
	const char *text = (const char *) bytes + 2;
	size_t		len = nbytes - 2;
	size_t		max;
	TokenizerKind kind;
	Summary		whole = {0};
	Summary		parts = {0};
	bool		at_spaces = true;

	if (nbytes < 2)
		return 0;
	kind = bytes[0] % 2 == 0 ? TOKENIZER_UNICODE : TOKENIZER_WHITESPACE;
	max = UTF8_MAX_BYTES + bytes[1];
	wemb_tokenizer_init(&t, kind);
	wemb_tokenizer_init(&other, kind);

	read_text(&t, text, len, &whole);
	wemb_tokenizer_start(&t, "", 0);
	for (size_t at = 0; at < len;)
	{
		size_t		piece = wemb_text_piece(text + at, len - at, max);

		require(piece >= 1 && piece <= max && piece <= len - at);
		read_text(&t, text + at, piece, &parts);
		at += piece;
		if (at < len && !text_is_space(text[at - 1]))
			at_spaces = false;
	}
	if (at_spaces)
		require(memcmp(&whole, &parts, sizeof(whole)) == 0);
	if (kind == TOKENIZER_UNICODE)
		read_again(&t, &other, text, len);

	wemb_tokenizer_close(&t);
	wemb_tokenizer_close(&other);
	return 0;
}
