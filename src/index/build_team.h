/*
 * build_team.h
 *		What builds of all access methods have in common where several processes take part.
 */
#ifndef WEMB_INDEX_BUILD_TEAM_H
#define WEMB_INDEX_BUILD_TEAM_H

#include "postgres.h"

#include "storage/lockdefs.h"
#include "utils/relcache.h"

/* How many helpers a build may have. */
extern int	wemb_build_helpers(Relation heap, Relation index);

/* Bytes that a build may take: as maintenance_work_mem allows, and the machine has; part of that is left for pages. */
#define BUILD_LEAST_MEMORY	((Size) 1024 * 1024)
extern Size wemb_build_memory(void);

/* DEBUG1, in pgvector's words, of the helpers that there are. */
extern void wemb_build_tell_helpers(int n);

/* What a helper is told of the build. */
typedef struct BuildTarget
{
	Oid			heap;
	Oid			index;
	bool		concurrent;
} BuildTarget;

/* The table and the index, open in a helper. */
typedef struct BuildTables
{
	Relation	heap;
	Relation	index;
	LOCKMODE	heap_mode;
	LOCKMODE	index_mode;
} BuildTables;

extern BuildTables wemb_build_open(const BuildTarget *target);
extern void wemb_build_close(BuildTables *tables);

#endif							/* WEMB_INDEX_BUILD_TEAM_H */
