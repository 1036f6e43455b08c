/*
 * ivf_space.h
 *		Pages that an index takes and gives back, and lists that get new ones.
 *
 * Who writes pages of a list that nothing leads to yet, publishes them or empties a list has
 * its lock, exclusive, or shared where it adds one page to the chain.
 */
#ifndef WEMB_IVF_SPACE_H
#define WEMB_IVF_SPACE_H

#include "postgres.h"

#include "index/ivf/ivf_lists.h"
#include "storage/lmgr.h"

/* Heavyweight locks: of all splits, then of a list (shared: insert, vacuum; exclusive: who writes it anew). */
#define IVF_SPLIT_LOCK			0
#define IVF_LIST_LOCK(number)	(1 + (number))

/* A page that is free, or new at the end, locked exclusively: to be formatted and logged before it is let go. */
extern Buffer wemb_ivf_page_get(const IvfIndex *index);

/* The same, formatted without contents, and let go. */
extern BlockNumber wemb_ivf_page_take(const IvfIndex *index, uint16 kind, uint32 owner);

/* Blocks for a list of so many rows, as wemb_ivf_writer_begin() asks for; palloc'd. */
extern BlockNumber *wemb_ivf_blocks_take(const IvfIndex *index, uint32 list, uint32 rows);

/* An IvfEmit: in a WAL record of its own. */
extern void wemb_ivf_page_write(const IvfIndex *index, BlockNumber block, Page page);

/* The directory's page of a list's number, or the last one before it; first: the number of its first entry. */
extern BlockNumber wemb_ivf_directory_find(const IvfIndex *index, uint32 number, uint32 *first);

/*
 * A list gets another chain, and another centroid unless that is NULL; lists:
 * how many there are then.  One WAL record.
 */
extern void wemb_ivf_list_publish(const IvfIndex *index, const IvfPlace *place, const IvfList *list,
								  const IvfCell *centroid, uint32 lists);

/* A list without live rows keeps the first page of its chain, empty, and nothing else.  One WAL record. */
extern void wemb_ivf_list_empty(const IvfIndex *index, const IvfPlace *place, BlockNumber head);

/* An entry that is none yet, number meta.lists, and its centroid; the directory grows if it must. */
extern void wemb_ivf_list_prepare(const IvfIndex *index, uint32 number, const IvfList *list, const IvfCell *centroid);

/* The pages of a chain that nothing leads to any more; they are free when no scan can be on its way there. */
extern void wemb_ivf_chain_retire(const IvfIndex *index, BlockNumber head);
extern void wemb_ivf_page_retire(const IvfIndex *index, BlockNumber block, uint16 kind, uint64 stamp);

/* The live rows of a chain, as cells one after the other; palloc'd, *rows of them. */
extern char *wemb_ivf_chain_read(const IvfIndex *index, BlockNumber head, uint32 *rows);

#endif							/* WEMB_IVF_SPACE_H */
