/*
 * hnsw_build_rows.h
 *		The rows of a table on their way into the graph of a build.
 *
 * Rows that the memory has no room for go to files.
 */
#ifndef WEMB_HNSW_BUILD_ROWS_H
#define WEMB_HNSW_BUILD_ROWS_H

#include "postgres.h"

#include "access/tableam.h"
#include "index/hnsw/hnsw_build_files.h"
#include "nodes/execnodes.h"

typedef struct BuildLoad
{
	BuildGraph *graph;
	HnswIndex  *index;
	SharedFiles *shared;		/* the files' home; NULL: this process is alone */
	RowFiles   *files;
	bool		leader;			/* tell the progress */
	uint64		done;			/* rows that were in the index before this graph */
} BuildLoad;

/* Files of rows to be inserted. */
typedef struct RowSpan
{
	uint32		first;
	uint32		end;			/* the number after the last one */
	bool		guests;			/* their rows are of other parts */
} RowSpan;

/* Insert the table's rows, or with a parallel scan this process's part of them. */
extern void wemb_hnsw_build_load(BuildLoad *load, Relation heap, IndexInfo *info, TableScanDesc scan);

/*
 * Insert rows of files, as long as there are pages to claim.  Rows that there is no room for go to new files;
 * guests do not.
 */
extern void wemb_hnsw_build_insert_files(BuildLoad *load, const RowSpan *span);

#endif							/* WEMB_HNSW_BUILD_ROWS_H */
