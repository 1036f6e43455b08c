/*
 * text_source.h
 *		Streaming a text column, or the one column of a query, row by row.
 *
 * The query runs as the caller, so column privileges and row security hold and
 * every kind of relation that can be selected from works.  One row is in
 * memory at a time.
 */
#ifndef WEMB_TEXT_SOURCE_H
#define WEMB_TEXT_SOURCE_H

#include "postgres.h"

typedef struct TextCounts
{
	int64		rows;			/* all of them */
	int64		nulls;			/* NULL; not handed on */
	int64		empty;			/* no byte; not handed on */
} TextCounts;

/* What to do with a text.  It is not zero-terminated, and gone when the callback returns. */
typedef void (*TextCallback) (void *arg, const char *text, size_t len);

/*
 * The query that reads column of source: "SELECT column::text FROM source".
 * ERROR if source cannot be selected from, has no such column, or the column
 * is not text-like (of the string category: text, varchar, char, name, citext,
 * and domains over them).
 */
extern char *wemb_text_query(Oid source, const char *column);

/*
 * Run the query, whose one column is text, and call back for each row that is
 * neither NULL nor empty.  Needs an SPI connection.  Can be interrupted between
 * rows; the callback looks for interrupts in long texts itself.
 */
extern TextCounts wemb_text_read(const char *query, TextCallback callback, void *arg);

#endif							/* WEMB_TEXT_SOURCE_H */
