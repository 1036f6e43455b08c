/*
 * hnsw_vacuum.h
 *		What the passes of a vacuum know.
 */
#ifndef WEMB_HNSW_VACUUM_H
#define WEMB_HNSW_VACUUM_H

#include "postgres.h"

#include "index/hnsw/hnsw_store.h"
#include "index/vacuum.h"

/* Candidates for other links, at least: more than an index of a small ef_construction asks of insertions. */
#define HNSW_REPAIR_EF	64

/* A growing list of slots. */
typedef struct SlotList
{
	uint32	   *numbers;
	Size		n;
	Size		room;
} SlotList;

/* A record above layer 0, or one that is gone. */
typedef struct VacuumRecord
{
	uint32		number;
	uint32		below;
	int			layer;
} VacuumRecord;

typedef struct RecordList
{
	VacuumRecord *records;
	Size		n;
	Size		room;
} RecordList;

typedef struct HnswVacuum
{
	const IndexVacuum *base;
	HnswIndex  *index;
	HnswStore  *store;
	PGAlignedBlock page;		/* a copy of the one being looked at */
	SlotSet		gone;			/* GONE or RETIRED */
	SlotSet		poor;			/* have lost so many links that their neighbours are searched for again */
	Size		records;		/* of layer 0, with rows */
	RecordList	upper;			/* records above layer 0 */
	RecordList	dead;			/* GONE */
	bool		most;			/* records are gone, two thirds: searches for the others cost less than those did */
	SlotList	retired;		/* RETIRED, without a stamp */
	SlotList	stamped;		/* RETIRED, with a stamp that some snapshot is as old as */
	SlotList	old;			/* RETIRED, no search can be on its way there; UNUSED, of no insert that goes on */
	uint64		stamp;			/* the latest of old; 0: old has none with a stamp */
	bool		lost;			/* some of old are UNUSED */
	uint32		next;			/* of the metapage, at the start */
	SlotList	chained;		/* records of the page with further rows */
	uint32		live[GRAPH_MAX_LEVEL + 1];	/* of each layer a record that is not gone, or HNSW_NONE */
} HnswVacuum;

/* Call visit for each page of slots before block end, read into vacuum->page. */
typedef void (*HnswPageVisit) (HnswVacuum *vacuum, BlockNumber block);
extern void wemb_hnsw_vacuum_pages(HnswVacuum *vacuum, BlockNumber end, HnswPageVisit visit);

static inline int
wemb_hnsw_repair_ef(const HnswIndex *index)
{
	return Max(index->graph.ef, HNSW_REPAIR_EF);
}

extern void wemb_hnsw_vacuum_list(SlotList *list, uint32 number);

/*
 * hnsw_repair.c: no record that is not gone links to dead ones but for the tree; after wemb_hnsw_unlink_dead(), the
 * poor get other links.
 */
extern void wemb_hnsw_repair(HnswVacuum *vacuum);
extern void wemb_hnsw_renew_poor(HnswVacuum *vacuum);

/* hnsw_unlink.c: after wemb_hnsw_repair(), the dead out of the tree, retired. */
extern void wemb_hnsw_unlink_dead(HnswVacuum *vacuum);

/* hnsw_retired.c: put a slot of kind HNSW_SLOT_RETIRED into its list; free or stamp those in the lists. */
extern void wemb_hnsw_retired_note(HnswVacuum *vacuum, const HnswSlot *slot, uint32 number);
extern void wemb_hnsw_retired_free(HnswVacuum *vacuum);

#endif							/* WEMB_HNSW_VACUUM_H */
