/*
 * hnsw_build_rows.h
 *		The rows of a table on their way into the graph of a build.
 *
 * Rows that the memory has no room for are kept in temporary files.
 */
#ifndef WEMB_HNSW_BUILD_ROWS_H
#define WEMB_HNSW_BUILD_ROWS_H

#include "postgres.h"

#include "access/tableam.h"
#include "index/hnsw/hnsw_build_graph.h"
#include "nodes/execnodes.h"
#include "pg/shared_files.h"

typedef struct BuildLoad
{
	BuildGraph *graph;
	HnswIndex  *index;
	SharedFiles *files;			/* for rows turned away; NULL: this process is alone */
	bool		leader;			/* tell the progress */
	BufFile    *spool;			/* of this process; NULL: no row was turned away */
} BuildLoad;

/* Insert the table's rows, or with a parallel scan this process's part of them. */
extern void wemb_hnsw_build_load(BuildLoad *load, Relation heap, IndexInfo *info, TableScanDesc scan);

/* Insert the rows turned away into the finished index, one by one.  Returns how many. */
extern uint64 wemb_hnsw_build_insert_spooled(BuildLoad *load);

#endif							/* WEMB_HNSW_BUILD_ROWS_H */
