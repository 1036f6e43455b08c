/*
 * page_files.h
 *		Temporary files of pages (core/train/cooccur.h): each is written by one
 *		process and then read by all, in any order.
 *
 * Or by this process alone, where there are no shared files.
 */
#ifndef WEMB_PAGE_FILES_H
#define WEMB_PAGE_FILES_H

#include "postgres.h"

#include "pg/shared_files.h"

typedef struct PageFiles PageFiles;

/*
 * This process's view of nfiles files, which stand among the shared files; NULL
 * if they are this process's own.  They belong to CurrentMemoryContext, and to
 * the resource owner that is current whenever one is created.
 */
extern PageFiles *wemb_page_files_open(SharedFiles *shared, int nfiles);

/* Close all; those of this process alone are gone then. */
extern void wemb_page_files_close(PageFiles *pages);

/* Write a file: create it, write pages one behind the other, and let others read it. */
extern void wemb_page_files_create(PageFiles *pages, int file);
extern void wemb_page_files_write(PageFiles *pages, int file, void *page);
extern void wemb_page_files_finish(PageFiles *pages, int file);

/* Read a page of a file that is finished. */
extern void wemb_page_files_read(PageFiles *pages, int file, int64 number, void *page);

#endif							/* WEMB_PAGE_FILES_H */
