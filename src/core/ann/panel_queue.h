/*
 * panel_queue.h
 *		A queue of numbered places, each with a key, the least key first.
 *
 * Keys lie in panels of KERNEL_PANEL in the order in which their places came.
 * Over them stand levels, each with the least key of every panel of the one
 * below, up to a level of one number.  So a place comes with a store, and no comparison of
 * keys ever decides where a program goes on: in a heap each one does, and a
 * processor guesses half of them wrong.  The place of the least is found by a look at a
 * panel of each level.
 *
 * Keys are finite or -INFINITY, no NaN; INFINITY is the key of a place that was taken out.
 */
#ifndef WEMB_PANEL_QUEUE_H
#define WEMB_PANEL_QUEUE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "core/kernel/kernel.h"

#define PANEL_QUEUE_LEVELS	8	/* that 2^32 places need */

typedef struct PanelQueue
{
	uint32_t	n;				/* places, taken out or not */
	int			top;			/* the level of one number, 1 or more */
	float	   *level[PANEL_QUEUE_LEVELS];	/* [0] keys; the last panel of each is filled up with INFINITY */
} PanelQueue;

/* Floats for a queue of so many places. */
extern size_t wemb_panel_queue_room(uint32_t max_places);

/* An empty queue over room floats. */
extern void wemb_panel_queue_init(PanelQueue *queue, float *room, uint32_t max_places);
extern void wemb_panel_queue_clear(PanelQueue *queue);

/* Places n, n + 1 ... for count keys. */
extern void wemb_panel_queue_append(PanelQueue *queue, const float *keys, uint32_t count);

/* Give a place another key. */
extern void wemb_panel_queue_change(PanelQueue *queue, uint32_t place, float key);

/* Give a place this key if it is less than its own. */
static inline void
panel_queue_lower(PanelQueue *queue, uint32_t place, float key)
{
	for (int i = 0; i <= queue->top; i++, place /= KERNEL_PANEL)
	{
		float	   *at = &queue->level[i][place];

		*at = key < *at ? key : *at;
	}
}

/* The least key; INFINITY if there is none. */
static inline float
panel_queue_least(const PanelQueue *queue)
{
	return queue->level[queue->top][0];
}

/* The first place that has it. */
static inline uint32_t
panel_queue_first(const PanelQueue *queue)
{
	float		least = panel_queue_least(queue);
	uint32_t	place = 0;

	for (int i = queue->top - 1; i >= 0; i--)
	{
		place *= KERNEL_PANEL;
		place += (uint32_t) wemb_kernel->panel_find(queue->level[i] + place, least);
	}
	return place;
}

#endif							/* WEMB_PANEL_QUEUE_H */
