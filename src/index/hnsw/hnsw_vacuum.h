/*
 * hnsw_vacuum.h
 *		What the passes of a vacuum know.
 */
#ifndef WEMB_HNSW_VACUUM_H
#define WEMB_HNSW_VACUUM_H

#include "postgres.h"

#include "access/genam.h"
#include "index/hnsw/hnsw_store.h"

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
	IndexVacuumInfo *info;
	IndexBulkDeleteResult *stats;
	IndexBulkDeleteCallback callback;	/* NULL: no rows are dead */
	void	   *callback_state;
	HnswIndex  *index;
	HnswStore  *store;
	PGAlignedBlock page;		/* a copy of the one being looked at */
	SlotSet		gone;			/* GONE or RETIRED */
	RecordList	upper;			/* records above layer 0 */
	RecordList	dead;			/* GONE */
	SlotList	retired;		/* RETIRED, without a stamp */
	SlotList	old;			/* RETIRED, no search can be on its way there; UNUSED, of no insert that goes on */
	bool		lost;			/* some of old are UNUSED */
	uint32		live[GRAPH_MAX_LEVEL + 1];	/* of each layer a record that is not gone, or HNSW_NONE */
} HnswVacuum;

/* Read a page of slots into vacuum->page.  false: it is something else. */
extern bool wemb_hnsw_vacuum_read(HnswVacuum *vacuum, BlockNumber block);

extern void wemb_hnsw_vacuum_list(SlotList *list, uint32 number);

/* hnsw_repair.c: no record that is not gone links to dead ones but for the tree; and these out of the tree, retired. */
extern void wemb_hnsw_repair(HnswVacuum *vacuum);
extern void wemb_hnsw_unlink_dead(HnswVacuum *vacuum);

#endif							/* WEMB_HNSW_VACUUM_H */
