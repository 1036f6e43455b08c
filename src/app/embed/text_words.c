/*
 * text_words.c
 *		The words of a text as an open model sees them.
 *
 * Phrases are looked up for a stretch of tokens at a time.  The bytes of its
 * tokens stand in a row with "_" between them, so that joining two neighbours
 * only means to take the bytes of both as one word; nothing is copied.
 *
 * Each pass hands its words on to the next.  It keeps the last one back if that
 * may still begin a phrase with what comes in the next stretch; so the result does
 * not depend on where stretches end.
 */
#include "postgres.h"

#include "app/embed/phrase_lookup.h"
#include "app/embed/text_words.h"

#define STRETCH_TOKENS	512

/* What a pass has still to look at: words in the order of the text. */
typedef struct PassInput
{
	int			n;
	PhraseWord	words[STRETCH_TOKENS + MODEL_MAX_PHRASES];
} PassInput;

struct TextWords
{
	Tokens	   *tokens;
	int			passes;			/* 0: the words are the tokens; nothing else is used */

	PhraseLookup *lookup;
	char	   *bytes;
	int			used;
	int			size;
	bool		at_end;			/* all tokens have been read */
	int			next;			/* of the output, already returned */
	PassInput	inputs[FLEXIBLE_ARRAY_MEMBER];	/* one a pass; then the output of the last one */
};

TextWords *
wemb_text_words_start(Model *model, const char *text, size_t len)
{
	int			passes = wemb_model_options(model)->phrases;
	TextWords  *words;

	if (passes == 0)
		words = palloc0(offsetof(TextWords, inputs));
	else
	{
		words = palloc(offsetof(TextWords, inputs) + (passes + 1) * sizeof(PassInput));
		memset(words, 0, offsetof(TextWords, inputs));
		for (int i = 0; i <= passes; i++)
			words->inputs[i].n = 0;
		words->lookup = wemb_phrase_lookup_start(model);
		words->size = 8 * 1024;
		words->bytes = palloc(words->size);
	}
	words->passes = passes;
	words->tokens = wemb_model_tokens(model);
	wemb_tokens_start(words->tokens, text, len);
	return words;
}

/* Forget the bytes of words that are done with: those before the first that a pass has kept back. */
static void
drop_used(TextWords *words)
{
	int			start = words->used;

	for (int pass = 0; pass < words->passes; pass++)
		if (words->inputs[pass].n > 0)
			start = Min(start, words->inputs[pass].words[0].start);
	memmove(words->bytes, words->bytes + start, words->used - start);
	words->used -= start;
	for (int pass = 0; pass < words->passes; pass++)
		if (words->inputs[pass].n > 0)
			words->inputs[pass].words[0].start -= start;
}

static void
append_token(TextWords *words, const Token *token)
{
	PassInput  *input = &words->inputs[0];

	if (words->used + 1 + (int) token->len > words->size)
	{
		words->size *= 2;
		words->bytes = repalloc(words->bytes, words->size);
	}
	if (words->used > 0)
		words->bytes[words->used++] = '_';
	memcpy(words->bytes + words->used, token->text, token->len);
	input->words[input->n++] = (PhraseWord) {words->used, (int) token->len, 0};
	words->used += (int) token->len;
}

/* Hand the words of one pass on to the next, joined where they are phrases. */
static void
join_words(TextWords *words, int pass)
{
	PassInput  *input = &words->inputs[pass];
	PassInput  *output = &words->inputs[pass + 1];
	bool		is_phrase[lengthof(input->words)];
	int			i = 0;

	wemb_phrase_lookup(words->lookup, words->bytes, input->words, input->n, pass, is_phrase);
	while (i < input->n)
	{
		PhraseWord	word = input->words[i];

		if (i + 1 == input->n && !words->at_end)
			break;
		if (i + 1 < input->n && is_phrase[i])
		{
			word = phrase_of(input->words, i);
			word.pass = pass + 1;
			i++;
		}
		output->words[output->n++] = word;
		i++;
	}
	if (i < input->n)
		input->words[0] = input->words[i];
	input->n -= i;
}

/* Read tokens and make words of them.  There may be none yet even where there is more text. */
static void
read_stretch(TextWords *words)
{
	Token		token;

	words->next = words->inputs[words->passes].n = 0;
	drop_used(words);
	while (!words->at_end && words->inputs[0].n < STRETCH_TOKENS)
	{
		if (wemb_tokens_next(words->tokens, &token))
			append_token(words, &token);
		else
			words->at_end = true;
	}
	for (int pass = 0; pass < words->passes; pass++)
		join_words(words, pass);
}

bool
wemb_text_words_next(TextWords *words, Token *word)
{
	PassInput  *output;

	if (words->passes == 0)
		return wemb_tokens_next(words->tokens, word);
	output = &words->inputs[words->passes];
	while (words->next == output->n)
	{
		if (words->at_end)
			return false;
		read_stretch(words);
	}
	word->text = words->bytes + output->words[words->next].start;
	word->len = output->words[words->next].len;
	words->next++;
	return true;
}

void
wemb_text_words_end(TextWords *words)
{
	if (words->passes > 0)
	{
		wemb_phrase_lookup_end(words->lookup);
		pfree(words->bytes);
	}
	pfree(words);
}
