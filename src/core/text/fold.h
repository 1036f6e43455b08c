/*
 * fold.h
 *		What a code point is to the tokenizer, and the form in which words are
 *		kept: lower case, composed (NFC).
 *
 * ICU's property functions answer what a code point is; a small cache in front
 * of them makes the answer as cheap as an array access for every alphabet.
 */
#ifndef WEMB_FOLD_H
#define WEMB_FOLD_H

#include <stdbool.h>
#include <stdint.h>
#include <unicode/umachine.h>

typedef enum CharClass
{
	CHAR_SEPARATOR,				/* ends a word and is no part of one */
	CHAR_LETTER,				/* letters (L*) and letter numbers (Nl) */
	CHAR_DIGIT,					/* decimal digits (Nd) */
	CHAR_MARK,					/* combining marks (Mn, Mc): belong to the character before them */
	CHAR_DICTIONARY,			/* letters and marks of a script that is written without spaces */
	CHAR_IGNORED,				/* invisible: dropped, and no boundary */

	/* connectors: kept between the neighbours named, separators elsewhere */
	CHAR_UNDERSCORE,			/* letters or digits, also several */
	CHAR_APOSTROPHE,			/* letters */
	CHAR_QUOTE,					/* Hebrew letters: the gershayim of an acronym */
	CHAR_POINT,					/* digits */
	CHAR_MIDDLE_DOT,			/* letters: Catalan */
	CHAR_JOINER					/* letters or marks: zero-width joiner and non-joiner */
} CharClass;

typedef struct CharInfo
{
	uint32_t	code;			/* the code point described */
	uint32_t	folded;			/* what is kept of it in a word: lower case; half width for full width ASCII */
	uint8_t		class;			/* a CharClass */
	uint8_t		combining;		/* canonical combining class of folded */
	bool		composes;		/* folded may not stand in NFC, or may compose with what is before it */
} CharInfo;

#define CHAR_CACHE_SIZE		1024	/* a power of two */

typedef struct CharCache
{
	CharInfo	entries[CHAR_CACHE_SIZE];	/* code 0: empty */
} CharCache;

/* The classes of ASCII, indexed by code point; everything from U+0080 on is CHAR_SEPARATOR here. */
extern const uint8_t wemb_char_ascii_class[256];

/* Describe code, 1 to U+10FFFF. */
extern void wemb_char_describe(uint32_t code, CharInfo *info);

/* The same from the cache; the answer is valid until the next call. */
static inline const CharInfo *
char_info(CharCache *cache, uint32_t code)
{
	CharInfo   *info = &cache->entries[(code ^ code >> 7) & (CHAR_CACHE_SIZE - 1)];

	if (info->code != code)
		wemb_char_describe(code, info);
	return info;
}

/* Longest input of the functions below, in UTF-16 units and in bytes. */
#define FOLD_MAX_UNITS	1024

/*
 * Bring n <= FOLD_MAX_UNITS units into NFC, in place, and return the new
 * number.  Returns -1, with units unchanged, if that needs more than
 * FOLD_MAX_UNITS, or if ICU lacks its data.
 */
extern int	wemb_fold_compose_units(UChar *units, int n);

/* The same for len <= FOLD_MAX_UNITS bytes of valid UTF-8; word has room for FOLD_MAX_UNITS bytes. */
extern int	wemb_fold_compose(char *word, int len);

/* Write n units as UTF-8 to out; returns the number of bytes, or -1 if room does not suffice. */
extern int	wemb_fold_encode(const UChar *units, int n, char *out, int room);

#endif							/* WEMB_FOLD_H */
