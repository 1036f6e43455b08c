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

/* What to do with the texts. */
typedef struct TextConsumer
{
	void	   *arg;
	/* Take a text, which is not zero-terminated, and gone afterwards.  Called while the query runs. */
	void		(*take) (void *arg, const char *text, size_t len);
	/* Called now and then, and at the end, while the query rests. */
	void		(*pause) (void *arg);
} TextConsumer;

/*
 * The query that reads column of source: "SELECT column::text FROM source".
 * ERROR if source cannot be selected from, has no such column, or the column
 * is not text-like (of the string category: text, varchar, char, name, citext,
 * and domains over them).
 */
extern char *wemb_text_query(Oid source, const char *column);

/*
 * A query for the same rows as query, with one column of type text.  ERROR if
 * query is not one SELECT (or VALUES, TABLE, WITH) with one text-like column.
 */
extern char *wemb_text_query_check(const char *query);

/*
 * Run the query, whose one column is text, and hand on each row that is
 * neither NULL nor empty.  Needs an SPI connection.  Can be interrupted between
 * rows; the consumer looks for interrupts in long texts itself.
 */
extern TextCounts wemb_text_read(const char *query, const TextConsumer *consumer);

#endif							/* WEMB_TEXT_SOURCE_H */
