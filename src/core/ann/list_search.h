/*
 * list_search.h
 *		Search of inverted lists, as a stream: rows near the query come one
 *		after the other, and further lists are scanned as the stream goes on.
 *
 * A list has rows in blocks of LIST_BLOCK, whose distances to the query the
 * owner bounds from below, cheaply and all at once.  Rows whose turn could come are measured:
 * that gives a distance that rows come in the order of.
 *
 *	ListSearch *search = wemb_list_search_init(block, &config);
 *
 *	for each list: wemb_list_search_offer(search, distance of its centroid, list);
 *	wemb_list_search_start(search, &effort);
 *	for (;;)
 *		switch (wemb_list_search_next(search, &step))
 *			LIST_SCAN:		for each block of step.list: bounds to wemb_list_search_block(search, tag);
 *			LIST_MEASURE:	for each of step.n rows, unless dead: wemb_list_search_found(search, distance, row, tag);
 *			LIST_FULL:		search = wemb_list_search_grow(larger_block, &larger_config, search);
 *			LIST_FOUND:		use(step.row); ...
 *			LIST_END:		there are no more;
 *
 * Order: a row comes when no bound that is not measured yet is below its
 * distance.  So among the lists scanned the order is that of distances, and the
 * rows measured are those that it takes to know that.  How many lists are scanned before the n-th row comes is a
 * function of n, the effort: the farther a row is, the more lists it can be in.  A row
 * of a list scanned late may be nearer than one that came before.
 */
#ifndef WEMB_LIST_SEARCH_H
#define WEMB_LIST_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIST_BLOCK			32	/* rows of a block */
#define LIST_MEASURE_MOST	64	/* rows that a step measures at most */
#define LIST_EFFORT_POINTS	3

typedef struct ListSearchConfig
{
	uint32_t	lists;			/* that are offered at most */
	uint32_t	blocks;			/* room for so many, at least 1 */
	uint32_t	found;			/* room for so many rows measured and not given, at least LIST_MEASURE_MOST */
} ListSearchConfig;

/*
 * Lists to be scanned before the depth-th row comes, interpolated on a scale of
 * logarithms and continued beyond the last point; depths ascend, lists do not fall.
 */
typedef struct ListEffort
{
	float		depth[LIST_EFFORT_POINTS];
	float		lists[LIST_EFFORT_POINTS];
	uint32_t	most;			/* never scan more */
	bool		ends;			/* scan those of the first point, and no more */
} ListEffort;

typedef enum ListStatus
{
	LIST_SCAN,
	LIST_MEASURE,
	LIST_FULL,
	LIST_FOUND,
	LIST_END
} ListStatus;

/* A row to measure. */
typedef struct ListPlace
{
	uint32_t	tag;			/* of its block */
	uint32_t	slot;			/* in the block */
} ListPlace;

typedef struct ListStep
{
	uint32_t	list;			/* LIST_SCAN */
	int			n;				/* LIST_MEASURE: rows, by ascending tag and slot */
	ListPlace	places[LIST_MEASURE_MOST];
	float		distance;		/* LIST_FOUND */
	uint64_t	row;			/* LIST_FOUND: what wemb_list_search_found() was given */
	uint32_t	tag;			/* the same */
} ListStep;

typedef struct ListSearch ListSearch;

/* Bytes of a block; it must be aligned to 64. */
extern size_t wemb_list_search_size(const ListSearchConfig *config);
extern ListSearch *wemb_list_search_init(void *block, const ListSearchConfig *config);

/* Move a search into a larger block; the old one can be freed then. */
extern ListSearch *wemb_list_search_grow(void *block, const ListSearchConfig *config, const ListSearch *search);

/* A list, and how far it is: before the start. */
extern void wemb_list_search_offer(ListSearch *search, float distance, uint32_t list);
extern void wemb_list_search_start(ListSearch *search, const ListEffort *effort);

/* What is to be done next. */
extern ListStatus wemb_list_search_next(ListSearch *search, ListStep *step);

/*
 * Room for the bounds of a block of the list being scanned: LIST_BLOCK floats, infinite for
 * what is no row; to be filled before the next call.  NULL: grow first.
 */
extern float *wemb_list_search_block(ListSearch *search, uint32_t tag);

/* Blocks that there is room for. */
extern int	wemb_list_search_room(const ListSearch *search);

/*
 * A row's distance, and what it is known by.  Of a row asked for by LIST_MEASURE there is always room.
 * Rows of a list being scanned may be given so, too, instead of bounds; false: grow first.
 */
extern bool wemb_list_search_found(ListSearch *search, float distance, uint64_t row, uint32_t tag);

/* Scan no more lists: the stream gives what is known, and ends. */
extern void wemb_list_search_stop(ListSearch *search);

/* So far: lists scanned, rows measured. */
extern uint32_t wemb_list_search_scanned(const ListSearch *search);
extern uint64_t wemb_list_search_measured(const ListSearch *search);

/* What an effort asks for, before the depth-th row. */
extern double wemb_list_effort(const ListEffort *effort, double depth);

#endif							/* WEMB_LIST_SEARCH_H */
