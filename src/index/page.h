/*
 * page.h
 *		Pages of an index: read, new, damaged.
 */
#ifndef WEMB_INDEX_PAGE_H
#define WEMB_INDEX_PAGE_H

#include "postgres.h"

#include "storage/bufmgr.h"
#include "utils/relcache.h"

/* Raise ERRCODE_INDEX_CORRUPTED: what is wrong with the index, at a block. */
extern _Noreturn void wemb_index_corrupt(Relation relation, BlockNumber block, const char *what);

/*
 * A page that the index itself names, pinned; strategy may be NULL.  ERROR as above, or the server's own of damaged
 * data, if there is no such page.
 */
extern Buffer wemb_index_read_by(Relation relation, BlockNumber block, BufferAccessStrategy strategy);

static inline Buffer
wemb_index_read(Relation relation, BlockNumber block)
{
	return wemb_index_read_by(relation, block, NULL);
}

/*
 * Called for each element of a chain, the how-many-th, at a block; a page has most of them.  ERROR as above if there
 * are more than the index has room for.
 */
extern void wemb_index_chain_check(Relation relation, uint32 nth, int most, BlockNumber block);

/* A new page at the end of the index, locked exclusively; all zero. */
extern Buffer wemb_index_extend(Relation relation);

/*
 * A page that was given back and that the free space map knows, or a new one at
 * the end; locked exclusively.  is_free says whether a page of the index, not a new one, is free.
 */
extern Buffer wemb_index_page_get(Relation relation, bool (*is_free) (Page page));

#endif							/* WEMB_INDEX_PAGE_H */
