/*
 * test_utf8.c
 *		core/text/utf8.h
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "core/text/utf8.h"

static void
round_trip(void)
{
	unit_group("every code point survives encode and decode");
	for (uint32_t code = 0; code <= 0x10FFFF; code++)
	{
		char		bytes[UTF8_MAX_BYTES];
		uint32_t	back = 0;
		int			size;

		if (code >= 0xD800 && code <= 0xDFFF)
			continue;
		size = utf8_encode(code, bytes);
		CHECK(utf8_decode(bytes, size, &back) == size && back == code, "U+%04X, U+%04X", code, back);
		CHECK(utf8_decode(bytes, size - 1, &back) == 0, "U+%04X cut short", code);
		for (int i = 0; i < size; i++)
			CHECK(utf8_is_continuation(bytes[i]) == (i > 0), "U+%04X byte %d", code, i);
	}
}

static const struct
{
	const char *name;
	const char *bytes;
	size_t		len;
	size_t		valid;			/* how many of them are */
	size_t		length;			/* bytes that begin a code point */
} cases[] = {
	{"empty text", "", 0, 0, 0},
	{"ASCII with a zero byte", "a\0b", 3, 3, 3},
	{"two, three and four bytes", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9, 9, 3},
	{"lone continuation byte", "a\x80", 2, 1, 1},
	{"overlong slash in two bytes", "\xC0\xAF", 2, 0, 1},
	{"overlong in three bytes", "\xE0\x9F\xBF", 3, 0, 1},
	{"overlong in four bytes", "\xF0\x8F\xBF\xBF", 4, 0, 1},
	{"surrogate", "\xED\xA0\x80", 3, 0, 1},
	{"last before the surrogates", "\xED\x9F\xBF", 3, 3, 1},
	{"first after the surrogates", "\xEE\x80\x80", 3, 3, 1},
	{"last code point", "\xF4\x8F\xBF\xBF", 4, 4, 1},
	{"beyond the last code point", "\xF4\x90\x80\x80", 4, 0, 1},
	{"bytes never used", "ab\xFF\xFE", 4, 2, 4},
	{"second byte missing", "abc\xC3", 4, 3, 4},
	{"third byte is a letter", "\xE2\x82z", 3, 0, 2},
	{"error behind the first eight bytes", "12345678901\xE2\x82", 13, 11, 12},
};

static void
table(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		/* a block of exactly this size, so that a byte read beyond it is found */
		char	   *bytes = malloc(cases[i].len + 1);
		char	   *text = bytes + 1;
		size_t		valid;
		size_t		length;

		memcpy(text, cases[i].bytes, cases[i].len);
		valid = wemb_utf8_valid_bytes(text, cases[i].len);
		length = wemb_utf8_length(text, cases[i].len);
		unit_group(cases[i].name);
		CHECK(valid == cases[i].valid, "%zu, expected %zu", valid, cases[i].valid);
		CHECK(length == cases[i].length, "%zu, expected %zu", length, cases[i].length);
		free(bytes);
	}
}

int
main(void)
{
	round_trip();
	table();
	return unit_done();
}
