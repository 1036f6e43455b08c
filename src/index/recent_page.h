/*
 * recent_page.h
 *		Pages of indexes, found again where they were a moment ago.
 *
 * A search of a graph comes to the same pages as the one before, and to find each in
 * the server's table of buffers takes a good part of the time of a visit.
 * So a session remembers in which buffer it has seen a page.  It may be wrong about
 * that: the server says so when the buffer is pinned.
 */
#ifndef WEMB_INDEX_RECENT_PAGE_H
#define WEMB_INDEX_RECENT_PAGE_H

#include "postgres.h"

#include "storage/bufmgr.h"
#include "utils/rel.h"

/* Pin a page that was remembered, if it is still where it was. */
extern bool wemb_recent_page_read(Relation relation, BlockNumber block, Buffer *buffer);

/* That the buffer, which is pinned, has the page. */
extern void wemb_recent_page_remember(Relation relation, BlockNumber block, Buffer buffer);

/* Bring bytes of a page nearer to the processor, if it is known where they are.  The page need not exist. */
extern void wemb_recent_page_prefetch(Relation relation, BlockNumber block, int offset, int size);

#endif							/* WEMB_INDEX_RECENT_PAGE_H */
