/*
 * space.h
 *		New pages of an index.
 */
#ifndef WEMB_INDEX_SPACE_H
#define WEMB_INDEX_SPACE_H

#include "postgres.h"

#include "storage/buf.h"
#include "storage/bufpage.h"
#include "utils/relcache.h"

/* A new page at the end of the index, locked exclusively; all zero. */
extern Buffer wemb_index_extend(Relation relation);

/*
 * A page that was given back and that the free space map knows, or a new one at
 * the end; locked exclusively.  is_free says whether a page of the index, not a new one, is free.
 */
extern Buffer wemb_index_page_get(Relation relation, bool (*is_free) (Page page));

#endif							/* WEMB_INDEX_SPACE_H */
