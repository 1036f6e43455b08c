/*
 * fold.c
 *		Character classes and the folded form of words, from ICU's data.
 */
#include "core/text/fold.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/utf16.h>

#include "core/text/utf8.h"

#define FULL_WIDTH_FIRST	0xFF01	/* U+FF01 .. U+FF5E repeat ASCII's ! to ~ */
#define FULL_WIDTH_LAST		0xFF5E
#define FULL_WIDTH_SHIFT	0xFEE0

const uint8_t wemb_char_ascii_class[256] = {
	['0' ... '9'] = CHAR_DIGIT,
	['A' ... 'Z'] = CHAR_LETTER,
	['a' ... 'z'] = CHAR_LETTER,
	['_'] = CHAR_UNDERSCORE,
	['\''] = CHAR_APOSTROPHE,
	['"'] = CHAR_QUOTE,
	['.'] = CHAR_POINT,
	[','] = CHAR_POINT,
};

/* Is script one whose words only a dictionary can tell apart? */
static bool
is_dictionary_script(UScriptCode script)
{
	switch (script)
	{
		case USCRIPT_HAN:
		case USCRIPT_HIRAGANA:
		case USCRIPT_KATAKANA:
		case USCRIPT_THAI:
		case USCRIPT_LAO:
		case USCRIPT_KHMER:
		case USCRIPT_MYANMAR:
			return true;
		default:
			return false;
	}
}

/*
 * Does a letter or mark belong to such a script?  Letters that several scripts
 * share count too, as the prolonged sound mark of Hiragana and Katakana does;
 * shared marks do not: they stay what the character before them is.
 */
static bool
is_dictionary_char(UChar32 code, bool letter)
{
	UErrorCode	status = U_ZERO_ERROR;
	UScriptCode script = uscript_getScript(code, &status);

	if (U_FAILURE(status))
		return false;
	if (script != USCRIPT_COMMON)
		return is_dictionary_script(script);
	return letter && (uscript_hasScript(code, USCRIPT_HAN) || uscript_hasScript(code, USCRIPT_KATAKANA));
}

/* The class of a code point from U+0080 on, and what it becomes if not its lower case. */
static CharClass
classify(UChar32 code, uint32_t *folded)
{
	switch (code)
	{
		case 0x2018:			/* quotation marks that serve as apostrophe */
		case 0x2019:
		case 0x05F3:			/* Hebrew geresh */
			*folded = '\'';
			return CHAR_APOSTROPHE;
		case 0x05F4:			/* Hebrew gershayim */
			*folded = '"';
			return CHAR_QUOTE;
		case 0x066B:			/* Arabic decimal and thousands separators */
		case 0x066C:
			return CHAR_POINT;
		case 0x00B7:
		case 0x0387:			/* is U+00B7 in NFC */
			*folded = 0x00B7;
			return CHAR_MIDDLE_DOT;
		case 0x200C:
		case 0x200D:
			return CHAR_JOINER;
		case 0x200B:			/* zero width space: where Khmer and Thai authors mark a word's end */
			return CHAR_SEPARATOR;
		case 0x055B:			/* Armenian tone marks: stand over a vowel inside the word */
		case 0x055C:
		case 0x055E:
			return CHAR_IGNORED;
	}
	if (u_hasBinaryProperty(code, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
		return CHAR_IGNORED;
	switch (u_charType(code))
	{
		case U_UPPERCASE_LETTER:
		case U_LOWERCASE_LETTER:
		case U_TITLECASE_LETTER:
		case U_MODIFIER_LETTER:
		case U_OTHER_LETTER:
		case U_LETTER_NUMBER:
			return is_dictionary_char(code, true) ? CHAR_DICTIONARY : CHAR_LETTER;
		case U_NON_SPACING_MARK:
		case U_COMBINING_SPACING_MARK:
			return is_dictionary_char(code, false) ? CHAR_DICTIONARY : CHAR_MARK;
		case U_DECIMAL_DIGIT_NUMBER:
			return CHAR_DIGIT;
		case U_FORMAT_CHAR:
			return CHAR_IGNORED;
		default:
			return CHAR_SEPARATOR;
	}
}

void
wemb_char_describe(uint32_t code, CharInfo *info)
{
	uint32_t	plain = code;

	if (code >= FULL_WIDTH_FIRST && code <= FULL_WIDTH_LAST)
		plain = code - FULL_WIDTH_SHIFT;
	info->code = code;
	info->folded = (uint32_t) u_tolower((UChar32) plain);
	info->class = plain < 0x80 ? wemb_char_ascii_class[plain] : classify((UChar32) plain, &info->folded);
	info->combining = u_getCombiningClass((UChar32) info->folded);
	info->composes = u_getIntPropertyValue((UChar32) info->folded, UCHAR_NFC_QUICK_CHECK) != UNORM_YES;
}

int
wemb_fold_compose_units(UChar *units, int n)
{
	UErrorCode	status = U_ZERO_ERROR;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
	UChar		composed[FOLD_MAX_UNITS];
	int			ncomposed;

	if (U_FAILURE(status))
		return -1;
	if (unorm2_spanQuickCheckYes(nfc, units, n, &status) == n)
		return n;
	ncomposed = unorm2_normalize(nfc, units, n, composed, FOLD_MAX_UNITS, &status);
	if (U_FAILURE(status))
		return -1;
	memcpy(units, composed, ncomposed * sizeof(UChar));
	return ncomposed;
}

int
wemb_fold_compose(char *word, int len)
{
	UChar		units[FOLD_MAX_UNITS];
	int			n = 0;

	for (int at = 0; at < len;)
	{
		uint32_t	code;
		int			size = utf8_decode(word + at, len - at, &code);

		if (size == 0)
			return -1;
		U16_APPEND_UNSAFE(units, n, code);
		at += size;
	}
	n = wemb_fold_compose_units(units, n);
	return n < 0 ? -1 : wemb_fold_encode(units, n, word, FOLD_MAX_UNITS);
}

int
wemb_fold_encode(const UChar *units, int n, char *out, int room)
{
	int			len = 0;

	for (int i = 0; i < n;)
	{
		UChar32		code;

		U16_NEXT(units, i, n, code);
		if (len + UTF8_MAX_BYTES > room || U_IS_SURROGATE(code))
			return -1;
		len += utf8_encode((uint32_t) code, out + len);
	}
	return len;
}
