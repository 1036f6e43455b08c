/*
 * shared_memory.h
 *		Dynamic shared memory that may not be there.
 */
#ifndef WEMB_SHARED_MEMORY_H
#define WEMB_SHARED_MEMORY_H

#include "postgres.h"

#include "storage/dsm.h"

/*
 * A new segment of size bytes, mapped, and released with CurrentResourceOwner
 * unless dsm_detach() comes first; what is in it is not defined.  NULL if it
 * cannot be had (/dev/shm is full or too small, there are too many segments):
 * *why is then the server's message, palloc'd.  On Linux the pages are
 * reserved here, so that touching them later cannot fail.
 *
 * Works in a subtransaction of its own, and so not in parallel mode.  Of what
 * the system refuses it raises nothing; a cancel is raised.
 */
extern dsm_segment *wemb_dsm_try_create(Size size, char **why);

/* Another process's segment, released with CurrentResourceOwner.  ERROR if it is gone. */
extern dsm_segment *wemb_dsm_attach(dsm_handle handle);

#endif							/* WEMB_SHARED_MEMORY_H */
