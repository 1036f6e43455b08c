/*
 * settings.h
 *		How much effort a search takes: pgvector's settings, and wemb.target_recall.
 */
#ifndef WEMB_INDEX_SETTINGS_H
#define WEMB_INDEX_SETTINGS_H

#include "postgres.h"

#define HNSW_MAX_EF		1000	/* of a search */
#define IVF_MAX_PROBES	32768

/* Whether a search goes on until the query has enough rows.  Unlike pgvector's, ours does unless set otherwise. */
typedef enum IndexIterative
{
	INDEX_ITERATIVE_OFF,		/* ends after ef_search rows, or probes lists */
	INDEX_ITERATIVE_RELAXED,	/* goes on; a row may come after one that is farther */
	INDEX_ITERATIVE_STRICT		/* goes on in order; of graphs only */
} IndexIterative;

typedef struct HnswSettings
{
	int			ef_search;		/* hnsw.ef_search, 1 .. 1000 */
	bool		ef_search_set;	/* by a user, at whatever level: then it wins over target_recall */
	IndexIterative iterative;	/* hnsw.iterative_scan; strict unless set */
	int64		max_scan_tuples;	/* hnsw.max_scan_tuples, at least 1 */
	double		scan_mem_multiplier;	/* hnsw.scan_mem_multiplier, 1 .. 1000, of work_mem */
	double		target_recall;	/* wemb.target_recall, 0.5 .. 0.999 */
	bool		target_set;		/* by a user, at whatever level */
} HnswSettings;

typedef struct IvfSettings
{
	int			probes;			/* ivfflat.probes, 1 .. IVF_MAX_PROBES; there may be fewer lists */
	bool		probes_set;		/* by a user, at whatever level: then it wins over target_recall */
	IndexIterative iterative;	/* ivfflat.iterative_scan: off, or relaxed unless set */
	int			max_probes;		/* ivfflat.max_probes, 1 .. IVF_MAX_PROBES; probes if that is more */
	double		target_recall;	/* wemb.target_recall, 0.5 .. 0.999 */
} IvfSettings;

/* Once, when the library is loaded, before wemb_guc_init(). */
extern void wemb_index_settings_init(void);

/*
 * Define those of pgvector's settings that nobody has defined, in a way that
 * lets pgvector's library define them still.  For the handlers of the access
 * methods that have pgvector's names.  Cheap after the first time.
 */
extern void wemb_index_settings_stand_in(void);

/* As they are now: at the start of a scan, or in the planner. */
extern void wemb_hnsw_settings(HnswSettings *settings);
extern void wemb_ivf_settings(IvfSettings *settings);

#endif							/* WEMB_INDEX_SETTINGS_H */
