/*
 * ivf_writer.h
 *		A list's pages, written anew: by a build, and where a list is split or repacked.
 *
 * How many rows there will be is known before, and which blocks the pages get,
 * so each page is written once.  Rows come as cells, in any order.
 */
#ifndef WEMB_IVF_WRITER_H
#define WEMB_IVF_WRITER_H

#include "postgres.h"

#include "index/ivf/ivf_index.h"

/* Writes a page that is complete. */
typedef void (*IvfEmit) (const IvfIndex *index, BlockNumber block, Page page);

typedef struct IvfWriter IvfWriter;

/* In CurrentMemoryContext; for any number of lists, one after the other. */
extern IvfWriter *wemb_ivf_writer_create(const IvfIndex *index, IvfEmit emit);

/* Pages that a list of so many rows takes: an empty one has a page, too. */
extern uint32 wemb_ivf_pages_of(const IvfLayout *layout, uint32 rows);

/*
 * Begin a list of exactly so many rows.  blocks: where its pages go,
 * wemb_ivf_pages_of() of them, each page of codes before its pages of cells; it
 * must stay until the end.  unit: of codes.
 */
extern void wemb_ivf_writer_begin(IvfWriter *writer, uint32 list, const IndexCopy *centroid, float unit, uint32 rows,
								  const BlockNumber *blocks);

/* The next row. */
extern void wemb_ivf_writer_add(IvfWriter *writer, const IvfCell *cell);

/* All rows were added.  Returns the last page of codes. */
extern BlockNumber wemb_ivf_writer_end(IvfWriter *writer);

/* Put row i's code into its block of a page of codes, where rows 0 .. i - 1 are. */
extern void wemb_ivf_code_put(const IvfIndex *index, Page page, int i, const uint8 *code, const QuantFactors *factors);

/* Row i's code, of n. */
extern void wemb_ivf_code_get(const IvfIndex *index, Page page, int i, int n, uint8 *code, QuantFactors *factors);

#endif							/* WEMB_IVF_WRITER_H */
