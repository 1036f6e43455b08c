/*
 * segmenter.h
 *		Words of scripts that are written without spaces, found by ICU's
 *		dictionaries.
 *
 * A run of such characters is added code point by code point, then cut; long
 * runs pass in bounded pieces:
 *
 *	add ... add (false: full), cut(more = true), next ... next,
 *	add ... add (the run has ended), cut(more = false), next ... next.
 *
 * The end of a piece lacks the context that its words need, so the words there
 * are kept back and cut again with the piece that follows.
 */
#ifndef WEMB_SEGMENTER_H
#define WEMB_SEGMENTER_H

#include <stdbool.h>
#include <stdint.h>
#include <unicode/ubrk.h>

#define SEGMENT_MAX_UNITS	512 /* UTF-16 units that one piece has at most */

/* Holds a pointer into itself once used: stays where it is until closed. */
typedef struct Segmenter
{
	UBreakIterator *iterator;	/* ICU's; opened at the first cut that needs it */
	bool		failed;			/* there is none: every code point is a word then */
	int			nunits;			/* filled part of units */
	int			at;				/* where the next word begins */
	int			stop;			/* words from here on are kept back */
	UChar		units[2 * SEGMENT_MAX_UNITS];	/* twice: composing may lengthen a piece */
} Segmenter;

extern void wemb_segmenter_init(Segmenter *s);

/* Forget the run; the iterator stays open. */
extern void wemb_segmenter_clear(Segmenter *s);

/* Append a code point, or return false if the piece is full and has to be cut. */
extern bool wemb_segmenter_add(Segmenter *s, uint32_t code);

/* Does the piece have so much that it may be cut before the next letter? */
static inline bool
segmenter_is_filled(const Segmenter *s)
{
	return s->nunits >= SEGMENT_MAX_UNITS - 32;
}

/* Has a piece been cut whose words are not read to the end? */
static inline bool
segmenter_has_piece(const Segmenter *s)
{
	return s->stop > 0;
}

/*
 * Find the words of what was added; more: the run goes on after it.  With
 * compose the text is brought into NFC first.
 */
extern void wemb_segmenter_cut(Segmenter *s, bool more, bool compose);

/*
 * The next word of the piece: its units, valid until the next call of add.
 * Returns false at the end of the piece, with the words kept back moved to the
 * front, ready for add.  Words without a letter are left out.
 */
extern bool wemb_segmenter_next(Segmenter *s, const UChar **word, int *len);

/* Give ICU's memory back.  Safe at any time after init, also twice. */
extern void wemb_segmenter_close(Segmenter *s);

#endif							/* WEMB_SEGMENTER_H */
