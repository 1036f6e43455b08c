/*
 * tokenizer.c
 *		Text to tokens: the scanner.
 *
 * Most text is ASCII letters and spaces, so these are taken eight bytes at a
 * time: one load, a few operations on all eight lanes, one store, and the
 * number of letters from the lowest lane that has none.  Whatever else turns
 * up goes through the character classes of fold.h one code point at a time.
 */
#include "core/text/tokenizer.h"

#include <string.h>

#include "core/text/lanes.h"
#include "core/text/pieces.h"
#include "core/text/utf8.h"

#define CAPITAL_SIGMA		0x03A3
#define FINAL_SIGMA_BYTE	'\x82'	/* last byte of U+03C2; that of U+03C3 is 83 */
#define DOT_ABOVE			0x0307

/* -------------------------------------------------------------- whitespace */

/* The first whitespace from p on, or end. */
static inline const char *
find_space(const char *p, const char *end)
{
#if HAVE_LANES
	while (end - p >= 8)
	{
		uint64_t	spaces = space_lanes(load_eight(p));

		if (spaces != 0)
			return p + lanes_before(spaces);
		p += 8;
	}
#endif
	while (p < end && !text_is_space(*p))
		p++;
	return p;
}

static bool
next_field(Tokenizer *t, Token *token)
{
	const char *p = t->at;

	for (;;)
	{
		const char *from;

		while (p < t->end && text_is_space(*p))
			p++;
		if (p == t->end)
			break;
		from = p;
		p = find_space(p, t->end);
		if (p - from <= TOKEN_MAX_BYTES)
		{
			t->at = p;
			token->text = from;
			token->len = p - from;
			return true;
		}
		t->nskipped++;
		t->in_overlong = p == t->end;
	}
	t->at = p;
	return false;
}

/* ------------------------------------------------------------- characters */

static inline bool
is_ascii_separator(char byte)
{
	return (unsigned char) byte < 0x80 && wemb_char_ascii_class[(unsigned char) byte] == CHAR_SEPARATOR;
}

/* What stands at p < t->end; returns its size in bytes.  An invalid byte is a separator. */
static inline int
read_char(Tokenizer *t, const char *p, CharInfo *info)
{
	uint32_t	code;
	int			size = utf8_decode(p, t->end - p, &code);

	if (size > 1)
		*info = *char_info(&t->chars, code);
	else
	{
		unsigned char byte = (unsigned char) *p;

		size = 1;
		info->code = byte;
		info->class = wemb_char_ascii_class[byte];
		info->folded = byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
		info->combining = 0;
		info->composes = false;
	}
	return size;
}

/* Like read_char() for the first character at *p that is not to be ignored; moves *p there.  Size 0 at the end. */
static int
peek_char(Tokenizer *t, const char **p, CharInfo *info)
{
	while (*p < t->end)
	{
		int			size = read_char(t, *p, info);

		if (info->class != CHAR_IGNORED)
			return size;
		*p += size;
	}
	info->class = CHAR_SEPARATOR;
	return 0;
}

/* ------------------------------------------------------------------- words */

/* Make room for a few more bytes.  A word too long for its buffer is too long for a token, whatever composing saves. */
static inline void
make_room(Tokenizer *t)
{
	if (t->nword > (int) sizeof(t->word) - 16)
	{
		t->overlong = true;
		t->nword = 0;
	}
}

static void
append_code(Tokenizer *t, uint32_t code)
{
	make_room(t);
	t->nword += utf8_encode(code, t->word + t->nword);
	t->combining = 0;
}

/* Append a letter, digit or mark. */
static inline void
append_char(Tokenizer *t, const CharInfo *info)
{
	uint8_t		before = t->combining;

	append_code(t, info->folded);
	t->combining = info->combining;
	/* marks out of order, or a character that NFC may change or join: to be composed at the end */
	t->composes |= info->composes || (info->combining != 0 && info->combining < before);
	if (info->class != CHAR_MARK)
	{
		t->last_class = info->class;
		t->last_code = info->folded;
	}
}

/* Append the ASCII letters and digits at p, in lower case; returns where they end. */
static inline const char *
append_ascii(Tokenizer *t, const char *p)
{
	const char *from = p;

#if HAVE_LANES
	while (t->end - p >= 8)
	{
		uint64_t	lower;
		uint64_t	others = ~word_lanes(load_eight(p), &lower) & LANES_HIGH;
		int			n = lanes_before(others);

		make_room(t);
		memcpy(t->word + t->nword, &lower, sizeof(lower));
		t->nword += n;
		p += n;
		if (n < 8)
			goto done;
	}
#endif
	while (p < t->end && (wemb_char_ascii_class[(unsigned char) *p] == CHAR_LETTER ||
						  wemb_char_ascii_class[(unsigned char) *p] == CHAR_DIGIT))
	{
		make_room(t);
		t->word[t->nword++] = *p | 0x20;	/* digits have this bit */
		p++;
	}
#if HAVE_LANES
done:
#endif
	if (p > from)
	{
		t->last_class = wemb_char_ascii_class[(unsigned char) p[-1]];
		t->last_code = (unsigned char) p[-1] | 0x20;
		t->combining = 0;
	}
	return p;
}

static inline bool
is_hebrew(uint32_t code)
{
	return code >= 0x0590 && code <= 0x05FF;
}

/* In Arabic, Indic and the scripts between them joiners change what is read; in others only how it looks. */
static inline bool
is_joining(uint32_t code)
{
	return code >= 0x0600 && code <= 0x0DFF;
}

/* Does a connector of this class stay between the word so far and next?  Appends it if so. */
static bool
append_connector(Tokenizer *t, const CharInfo *connector, const CharInfo *next)
{
	bool		after_letter = t->last_class == CHAR_LETTER;
	bool		before_letter = next->class == CHAR_LETTER;

	switch (connector->class)
	{
		case CHAR_APOSTROPHE:
		case CHAR_MIDDLE_DOT:
			if (!after_letter || !before_letter)
				return false;
			break;
		case CHAR_QUOTE:
			if (!is_hebrew(t->last_code) || !before_letter || !is_hebrew(next->code))
				return false;
			break;
		case CHAR_POINT:
			if (after_letter || next->class != CHAR_DIGIT)
				return false;
			break;
		case CHAR_JOINER:
			if (!after_letter || (!before_letter && next->class != CHAR_MARK))
				return false;
			if (!is_joining(t->last_code))
				return true;
			break;
		default:
			return false;
	}
	append_code(t, connector->folded);
	return true;
}

/*
 * Read on across the connector at p, size bytes long.  Returns where the word
 * goes on, or NULL if it ends before the connector; t->at is then behind what
 * need not be looked at again.
 */
static const char *
cross_connector(Tokenizer *t, const char *p, int size, const CharInfo *connector)
{
	CharInfo	next;

	p += size;
	size = peek_char(t, &p, &next);
	if (connector->class == CHAR_UNDERSCORE)
	{
		int			count = 1;

		/* they count only with a letter or digit behind them; more than fit make the word too long anyway */
		for (; next.class == CHAR_UNDERSCORE; count++)
		{
			p += size;
			size = peek_char(t, &p, &next);
		}
		if (next.class == CHAR_LETTER || next.class == CHAR_DIGIT)
		{
			while (count-- > 0 && !t->overlong)
				append_code(t, '_');
			return p;
		}
	}
	else if (append_connector(t, connector, &next))
		return p;
	t->at = p;
	return NULL;
}

/*
 * Read the word that begins with a letter or digit at t->at into t->word, and
 * move t->at behind it.  Where none begins, the word is empty.
 */
static void
read_word(Tokenizer *t)
{
	const char *p = t->at;

	t->nword = 0;
	t->overlong = false;
	t->composes = false;
	t->combining = 0;
	t->last_class = CHAR_SEPARATOR;
	t->last_code = 0;
	t->sigma_end = -1;
	for (;;)
	{
		CharInfo	info;
		int			size;

		p = append_ascii(t, p);
		t->at = p;
		if (p == t->end || is_ascii_separator(*p))
			return;
		size = read_char(t, p, &info);
		switch (info.class)
		{
			case CHAR_LETTER:
			case CHAR_DIGIT:
				{
					bool		sigma = info.code == CAPITAL_SIGMA && t->last_class == CHAR_LETTER;

					append_char(t, &info);
					if (sigma)
						t->sigma_end = t->nword;
				}
				p += size;
				break;
			case CHAR_MARK:
				/* i has its dot: İ written in two code points is the same letter as in one */
				if (info.code != DOT_ABOVE || t->last_code != 'i')
					append_char(t, &info);
				p += size;
				break;
			case CHAR_IGNORED:
				p += size;
				break;
			case CHAR_SEPARATOR:
			case CHAR_DICTIONARY:
				return;
			default:
				p = cross_connector(t, p, size, &info);
				if (p == NULL)
					return;
		}
	}
}

/* Make t->word the token, or count it if it is too long. */
static bool
finish_word(Tokenizer *t, Token *token)
{
	int			len = t->nword;

	if (!t->overlong)
	{
		if (t->sigma_end == len)
			t->word[len - 1] = FINAL_SIGMA_BYTE;
		if (t->composes)
			len = wemb_fold_compose(t->word, len);
	}
	if (t->overlong || len < 0 || len > TOKEN_MAX_BYTES)
	{
		t->nskipped++;
		t->in_overlong = t->at == t->end;
		return false;
	}
	token->text = t->word;
	token->len = len;
	return true;
}

/* -------------------------------------------------------------------- runs */

/* Add the run of a dictionary script that begins or goes on at t->at to the segmenter, up to a full piece. */
static void
read_run(Tokenizer *t)
{
	const char *p = t->at;
	uint8_t		combining = 0;
	bool		composes = false;

	t->in_run = false;
	while (p < t->end)
	{
		CharInfo	info;
		int			size = read_char(t, p, &info);

		if (info.class == CHAR_DICTIONARY || info.class == CHAR_MARK)
		{
			bool		starter = info.combining == 0 && !info.composes;

			if ((starter && segmenter_is_filled(&t->segmenter)) ||
				!wemb_segmenter_add(&t->segmenter, info.folded))
			{
				t->in_run = true;
				break;
			}
			composes |= info.composes || (info.combining != 0 && info.combining < combining);
			combining = info.combining;
		}
		else if (info.class != CHAR_IGNORED && info.class != CHAR_JOINER)
			break;
		p += size;
	}
	t->at = p;
	wemb_segmenter_cut(&t->segmenter, t->in_run, composes);
}

/* The next word of the run's piece, or false at its end. */
static bool
next_segment(Tokenizer *t, Token *token)
{
	const UChar *units;
	int			nunits;

	while (wemb_segmenter_next(&t->segmenter, &units, &nunits))
	{
		int			len = wemb_fold_encode(units, nunits, t->word, sizeof(t->word));

		if (len >= 0 && len <= TOKEN_MAX_BYTES)
		{
			token->text = t->word;
			token->len = len;
			return true;
		}
		t->nskipped++;
	}
	return false;
}

/* --------------------------------------------------------------- interface */

void
wemb_tokenizer_init(Tokenizer *t, TokenizerKind kind)
{
	memset(t, 0, sizeof(*t));
	t->kind = kind;
	wemb_segmenter_init(&t->segmenter);
	wemb_tokenizer_start(t, "", 0);
}

void
wemb_tokenizer_start(Tokenizer *t, const char *text, size_t len)
{
	t->at = text;
	t->end = text + len;
	t->in_run = false;
	t->in_overlong = false;
	wemb_segmenter_clear(&t->segmenter);
}

void
wemb_tokenizer_resume(Tokenizer *t, const char *text, size_t len)
{
	bool		in_overlong = t->in_overlong;

	wemb_tokenizer_start(t, text, len);
	if (!in_overlong)
		return;
	if (t->kind == TOKENIZER_WHITESPACE)
		t->at = find_space(t->at, t->end);
	else
		read_word(t);
	t->in_overlong = t->at == t->end;
}

bool
wemb_tokenizer_next(Tokenizer *t, Token *token)
{
	if (t->kind == TOKENIZER_WHITESPACE)
		return next_field(t, token);

	for (;;)
	{
		CharInfo	info;
		int			size;

		if (segmenter_has_piece(&t->segmenter) && next_segment(t, token))
			return true;
		if (t->in_run)
		{
			read_run(t);
			continue;
		}
		while (t->at < t->end && is_ascii_separator(*t->at))
			t->at++;
		if (t->at == t->end)
			return false;
		size = read_char(t, t->at, &info);
		if (info.class == CHAR_LETTER || info.class == CHAR_DIGIT)
		{
			read_word(t);
			if (finish_word(t, token))
				return true;
		}
		else if (info.class == CHAR_DICTIONARY)
			read_run(t);
		else
			t->at += size;
	}
}

void
wemb_tokenizer_close(Tokenizer *t)
{
	wemb_segmenter_close(&t->segmenter);
	t->at = t->end;
	t->in_run = false;
}
