/*
 * guc.h
 *		wemb's settings, all of them named wemb.*.
 */
#ifndef WEMB_GUC_H
#define WEMB_GUC_H

#include "postgres.h"

extern char *wemb_model;		/* wemb.model: the model used where none is named; may be bad, see model_name.h */
extern int	wemb_cache_size;	/* wemb.cache_size: kB of words that a session keeps in memory */
extern int	wemb_progress_interval; /* wemb.progress_interval: seconds between two reports of a training; 0: none */
extern int	wemb_max_memory;	/* wemb.max_memory: kB that a training may take; 0: what the machine has */

/* Define them.  Called once from _PG_init(), after wemb_kernel_init(). */
extern void wemb_guc_init(void);

#endif							/* WEMB_GUC_H */
