/*
 * pieces.h
 *		Where a long text can be cut, so that it is read in bounded steps.
 */
#ifndef WEMB_PIECES_H
#define WEMB_PIECES_H

#include <stdbool.h>
#include <stddef.h>

/* Is this byte white space to TOKENIZER_WHITESPACE and wemb_text_piece()? */
static inline bool
text_is_space(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/*
 * How many bytes of text to take, so that a long text can be read in pieces of
 * at most max bytes: up to and with the last ASCII whitespace of the piece, so
 * that no token is split; in a piece without any, up to the last character
 * that no token goes across, if one is near the end; else up to a code point
 * boundary.  All of the text if it has at most max bytes.  max >= UTF8_MAX_BYTES;
 * the result is at least 1 when len is.
 */
extern size_t wemb_text_piece(const char *text, size_t len, size_t max);

#endif							/* WEMB_PIECES_H */
