/*
 * hnsw_build_files.h
 *		Rows on their way into a graph that memory has no room for: in temporary files.
 *
 * A file is written by one process and then read by all, page by page in any
 * order.  A page has whole rows.  Files have numbers, and lie among the files
 * that the processes of a build share; where a process is alone, they
 * are its own, and it is the one to read them.
 */
#ifndef WEMB_HNSW_BUILD_FILES_H
#define WEMB_HNSW_BUILD_FILES_H

#include "postgres.h"

#include "index/hnsw/hnsw_build_graph.h"
#include "pg/shared_files.h"

typedef struct RowFiles RowFiles;

/* shared: NULL if this process is alone.  In CurrentMemoryContext, where files are opened, too. */
extern RowFiles *wemb_hnsw_files_open(SharedFiles *shared, const HnswIndex *index, BuildGraph *graph);
extern void wemb_hnsw_files_close(RowFiles *files);

/* The graph has moved. */
extern void wemb_hnsw_files_move(RowFiles *files, BuildGraph *graph);

/* A new file; returns its number.  Numbers are given out in order, by the graph. */
extern uint32 wemb_hnsw_files_new(RowFiles *files);
extern void wemb_hnsw_files_put(RowFiles *files, uint32 file, const BuildRow *row);

/* All that was put is there for others; put no more. */
extern void wemb_hnsw_files_finish(RowFiles *files, uint32 file);
extern uint32 wemb_hnsw_files_pages(RowFiles *files, uint32 file);
extern void wemb_hnsw_files_delete(RowFiles *files, uint32 file);

/* Rows of a page, one after the other.  They are valid until another page is read. */
extern void wemb_hnsw_files_read(RowFiles *files, uint32 file, uint32 page);
extern bool wemb_hnsw_files_next(RowFiles *files, BuildRow *row);

#endif							/* WEMB_HNSW_BUILD_FILES_H */
