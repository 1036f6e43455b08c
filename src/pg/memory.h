/*
 * memory.h
 *		Large blocks, and how much memory there is for them.
 */
#ifndef WEMB_MEMORY_H
#define WEMB_MEMORY_H

#include "postgres.h"

/*
 * A block of any size in CurrentMemoryContext, aligned to 64 bytes; not to be
 * pfree'd, it goes with its context.  NULL when the system has no room for it.
 */
extern void *wemb_block_alloc(Size size);

/*
 * Bytes that this process could still take: the setting wemb.max_memory, or
 * else what the operating system and the container's limit say is available.
 * SIZE_MAX when nothing is known.
 */
extern Size wemb_memory_available(void);

/* Bytes that a piece of work may take in all, if it has taken held of them already; SIZE_MAX when nothing is known. */
extern Size wemb_memory_limit(Size held);

/* "123 MB", as pg_size_pretty() has it; palloc'd. */
extern char *wemb_size_pretty(Size size);

#endif							/* WEMB_MEMORY_H */
