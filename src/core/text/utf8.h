/*
 * utf8.h
 *		UTF-8 as Unicode defines it: no overlong form, no surrogate, nothing
 *		above U+10FFFF.
 */
#ifndef WEMB_UTF8_H
#define WEMB_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_MAX_BYTES	4		/* of one code point */

/* Does this byte go on with a code point that an earlier byte began? */
static inline bool
utf8_is_continuation(char byte)
{
	return ((unsigned char) byte & 0xC0) == 0x80;
}

/*
 * Read the code point at bytes, of which len may be read, into *code, and
 * return how many bytes it has: 1 to 4.  Returns 0, and leaves *code alone,
 * when no well-formed code point begins there: len is 0, the bytes break the
 * rules, or they end too early.
 */
static inline int
utf8_decode(const char *bytes, size_t len, uint32_t *code)
{
	const unsigned char *b = (const unsigned char *) bytes;

	if (len >= 1 && b[0] < 0x80)
	{
		*code = b[0];
		return 1;
	}
	if (len >= 2 && b[0] >= 0xC2 && b[0] <= 0xDF && (b[1] & 0xC0) == 0x80)
	{
		*code = (uint32_t) (b[0] & 0x1F) << 6 | (b[1] & 0x3F);
		return 2;
	}
	if (len >= 3 && (b[0] & 0xF0) == 0xE0 && (b[1] & 0xC0) == 0x80 && (b[2] & 0xC0) == 0x80)
	{
		uint32_t	c = (uint32_t) (b[0] & 0x0F) << 12 | (uint32_t) (b[1] & 0x3F) << 6 | (b[2] & 0x3F);

		if (c < 0x800 || (c >= 0xD800 && c <= 0xDFFF))
			return 0;
		*code = c;
		return 3;
	}
	if (len >= 4 && b[0] >= 0xF0 && b[0] <= 0xF4 && (b[1] & 0xC0) == 0x80 && (b[2] & 0xC0) == 0x80 &&
		(b[3] & 0xC0) == 0x80)
	{
		uint32_t	c = (uint32_t) (b[0] & 0x07) << 18 | (uint32_t) (b[1] & 0x3F) << 12 |
			(uint32_t) (b[2] & 0x3F) << 6 | (b[3] & 0x3F);

		if (c < 0x10000 || c > 0x10FFFF)
			return 0;
		*code = c;
		return 4;
	}
	return 0;
}

/*
 * Write code, which must not be a surrogate nor above U+10FFFF, to out, which
 * has room for UTF8_MAX_BYTES, and return how many bytes it takes.
 */
static inline int
utf8_encode(uint32_t code, char *out)
{
	if (code < 0x80)
	{
		out[0] = (char) code;
		return 1;
	}
	if (code < 0x800)
	{
		out[0] = (char) (0xC0 | code >> 6);
		out[1] = (char) (0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000)
	{
		out[0] = (char) (0xE0 | code >> 12);
		out[1] = (char) (0x80 | (code >> 6 & 0x3F));
		out[2] = (char) (0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char) (0xF0 | code >> 18);
	out[1] = (char) (0x80 | (code >> 12 & 0x3F));
	out[2] = (char) (0x80 | (code >> 6 & 0x3F));
	out[3] = (char) (0x80 | (code & 0x3F));
	return 4;
}

/* How many of text's bytes, from its beginning, are valid; len if all of them are. */
extern size_t wemb_utf8_valid_bytes(const char *text, size_t len);

/* How many code points valid text has; bytes that continue nothing are not counted. */
extern size_t wemb_utf8_length(const char *text, size_t len);

#endif							/* WEMB_UTF8_H */
