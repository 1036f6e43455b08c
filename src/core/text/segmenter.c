/*
 * segmenter.c
 *		Words of scripts that are written without spaces.
 */
#include "core/text/segmenter.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf16.h>

#include "core/text/fold.h"

/* A dictionary looks about this far ahead to choose between words. */
#define KEEP_BACK_UNITS		32

_Static_assert(FOLD_MAX_UNITS <= 2 * SEGMENT_MAX_UNITS, "a composed piece must fit");

void
wemb_segmenter_init(Segmenter *s)
{
	s->iterator = NULL;
	s->failed = false;
	wemb_segmenter_clear(s);
}

void
wemb_segmenter_clear(Segmenter *s)
{
	s->nunits = s->at = s->stop = 0;
}

void
wemb_segmenter_close(Segmenter *s)
{
	if (s->iterator != NULL)
		ubrk_close(s->iterator);
	s->iterator = NULL;
	wemb_segmenter_clear(s);
}

bool
wemb_segmenter_add(Segmenter *s, uint32_t code)
{
	if (s->nunits + U16_LENGTH(code) > SEGMENT_MAX_UNITS)
		return false;
	U16_APPEND_UNSAFE(s->units, s->nunits, code);
	return true;
}

/* Give ICU the piece; false if it can't work on it. */
static bool
set_text(Segmenter *s)
{
	UErrorCode	status = U_ZERO_ERROR;

	if (s->iterator == NULL && !s->failed)
	{
		s->iterator = ubrk_open(UBRK_WORD, "", NULL, 0, &status);
		if (U_FAILURE(status))
		{
			s->iterator = NULL;
			s->failed = true;
		}
	}
	if (s->iterator == NULL)
		return false;
	ubrk_setText(s->iterator, s->units, s->nunits, &status);
	s->failed = U_FAILURE(status);
	return !s->failed;
}

void
wemb_segmenter_cut(Segmenter *s, bool more, bool compose)
{
	if (compose)
	{
		int			n = wemb_fold_compose_units(s->units, s->nunits);

		if (n >= 0)
			s->nunits = n;
	}
	s->at = 0;
	s->stop = s->nunits;
	if (s->nunits > 1 && set_text(s))
	{
		/* What is kept back stays below half a piece, so that every piece makes progress. */
		if (more && s->nunits > KEEP_BACK_UNITS)
		{
			int			stop = ubrk_preceding(s->iterator, s->nunits - KEEP_BACK_UNITS);

			if (stop > s->nunits - SEGMENT_MAX_UNITS / 2 && stop > 0)
				s->stop = stop;
		}
		ubrk_first(s->iterator);
	}
}

/* The end of the word that begins at s->at. */
static int
word_end(Segmenter *s)
{
	int			end = s->at;

	if (s->nunits > 1 && !s->failed)
	{
		end = ubrk_next(s->iterator);
		if (end <= s->at || end > s->nunits)	/* not ever, says ICU's manual */
			end = s->nunits;
	}
	else
		U16_FWD_1(s->units, end, s->nunits);
	return end;
}

static bool
has_letter(const UChar *units, int n)
{
	for (int i = 0; i < n;)
	{
		UChar32		code;

		U16_NEXT(units, i, n, code);
		if (u_isalpha(code) || u_charType(code) == U_LETTER_NUMBER)
			return true;
	}
	return false;
}

bool
wemb_segmenter_next(Segmenter *s, const UChar **word, int *len)
{
	while (s->at < s->stop)
	{
		int			from = s->at;

		s->at = word_end(s);
		if (has_letter(s->units + from, s->at - from))
		{
			*word = s->units + from;
			*len = s->at - from;
			return true;
		}
	}
	s->nunits -= s->at;
	memmove(s->units, s->units + s->at, s->nunits * sizeof(UChar));
	s->at = s->stop = 0;
	return false;
}
