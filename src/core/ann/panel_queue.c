/*
 * panel_queue.c
 *		See panel_queue.h.
 */
#include "core/ann/panel_queue.h"

#include <string.h>

static uint32_t
panels_of(uint32_t n)
{
	return n / KERNEL_PANEL + (n % KERNEL_PANEL > 0);
}

size_t
wemb_panel_queue_room(uint32_t max_places)
{
	size_t		room = (size_t) panels_of(max_places) * KERNEL_PANEL;
	uint32_t	n = max_places;

	do
	{
		n = panels_of(n);
		room += (size_t) panels_of(n) * KERNEL_PANEL;
	} while (n > 1);
	return room;
}

void
wemb_panel_queue_init(PanelQueue *queue, float *room, uint32_t max_places)
{
	uint32_t	n = max_places;

	for (int i = 0; i < PANEL_QUEUE_LEVELS; i++)
	{
		queue->level[i] = room;
		if (i == 0 || n > 0)
			room += (size_t) panels_of(n) * KERNEL_PANEL;
		n = i == 0 || n > 1 ? panels_of(n) : 0;
	}
	wemb_panel_queue_clear(queue);
}

void
wemb_panel_queue_clear(PanelQueue *queue)
{
	queue->n = 0;
	queue->top = 1;
	queue->level[1][0] = INFINITY;
}

/* Fill a level's last panel, behind its n numbers. */
static void
fill_panel(float *level, uint32_t n)
{
	for (; n % KERNEL_PANEL != 0; n++)
		level[n] = INFINITY;
}

/* Have numbers first .. n - 1 of a level in the one above it. */
static void
sum_up(PanelQueue *queue, int level, uint32_t first, uint32_t n)
{
	for (uint32_t panel = first / KERNEL_PANEL; panel < panels_of(n); panel++)
		queue->level[level + 1][panel] = wemb_kernel->panel_least(queue->level[level] + (size_t) panel * KERNEL_PANEL);
}

void
wemb_panel_queue_append(PanelQueue *queue, const float *keys, uint32_t count)
{
	uint32_t	first = queue->n;	/* of what is new in a level */
	uint32_t	n = queue->n + count;

	if (count == 0)
		return;
	memcpy(queue->level[0] + first, keys, count * sizeof(float));
	queue->n = n;
	for (int i = 0; i == 0 || n > 1; i++)
	{
		fill_panel(queue->level[i], n);
		if (i == queue->top)
		{
			queue->top++;
			first = 0;
		}
		sum_up(queue, i, first, n);
		first /= KERNEL_PANEL;
		n = panels_of(n);
	}
}

void
wemb_panel_queue_change(PanelQueue *queue, uint32_t place, float key)
{
	queue->level[0][place] = key;
	for (int i = 0; i < queue->top; i++, place /= KERNEL_PANEL)
		sum_up(queue, i, place, place + 1);
}
