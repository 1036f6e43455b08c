/*
 * test_panel_queue.c
 *		Queues of panels against a plain search for the least, with the kernels of every instruction set.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/ann/panel_queue.h"
#include "core/base/rng.h"
#include "unit.h"

/* ---- kernels ---- */

static void
test_panels(const WembKernel *kernel)
{
	Rng			rng = rng_for(3, 0);

	for (int round = 0; round < 1000; round++)
	{
		float		panel[KERNEL_PANEL];
		float		least = INFINITY;
		int			place = 0;

		for (int i = 0; i < KERNEL_PANEL; i++)
		{
			/* few different numbers, so that the least is there more than once; some infinite */
			panel[i] = round % 3 == 0 ? INFINITY : (float) (int) rng_below(&rng, 40) - 20;
			if (round % 3 == 1 && rng_below(&rng, 100) == 0)
				panel[i] = -INFINITY;
		}
		for (int i = KERNEL_PANEL - 1; i >= 0; i--)
			if (panel[i] <= least)
				least = panel[place = i];
		CHECK(kernel->panel_least(panel) == least, "%s, round %d: %g, not %g", kernel->name, round,
			  kernel->panel_least(panel), least);
		CHECK(kernel->panel_find(panel, least) == place, "%s, round %d: at %d, not %d", kernel->name, round,
			  kernel->panel_find(panel, least), place);
	}
}

/* ---- queues ---- */

static void
check_queue(const PanelQueue *queue, const float *keys, uint32_t n)
{
	float		least = INFINITY;
	uint32_t	first = 0;

	for (uint32_t i = 0; i < n; i++)
		if (keys[i] < least)
			least = keys[first = i];
	CHECK(queue->n == n, "%u places, not %u", queue->n, n);
	CHECK(panel_queue_least(queue) == least, "of %u the least is %g, not %g", n, panel_queue_least(queue), least);
	if (least < INFINITY)
		CHECK(panel_queue_first(queue) == first, "of %u the first is %u, not %u", n, panel_queue_first(queue), first);
}

/* A random history that fills a queue, whose room is exactly what it needs, up to its end. */
static void
test_history(uint32_t max_places, uint32_t most, uint64_t seed)
{
	Rng			rng = rng_for(seed, max_places);
	float	   *room = malloc(wemb_panel_queue_room(max_places) * sizeof(float));
	float	   *keys = malloc(max_places * sizeof(float));
	PanelQueue	queue;
	uint32_t	n = 0;

	wemb_panel_queue_init(&queue, room, max_places);
	check_queue(&queue, keys, 0);
	while (n < max_places)
	{
		uint32_t	count = rng_below(&rng, most + 1);

		if (count > max_places - n)
			count = max_places - n;
		for (uint32_t i = 0; i < count; i++)
			keys[n + i] = (float) rng_below(&rng, 1000) - 500;
		wemb_panel_queue_append(&queue, keys + n, count);
		n += count;
		check_queue(&queue, keys, n);
		for (uint32_t i = 0; i < most && n > 0; i++)
		{
			uint32_t	place = rng_below(&rng, n);
			float		key = (float) rng_below(&rng, 1000) - 500;

			switch (rng_below(&rng, 3))
			{
				case 0:
					panel_queue_lower(&queue, place, key);
					keys[place] = fminf(keys[place], key);
					break;
				case 1:
					wemb_panel_queue_change(&queue, place, key);
					keys[place] = key;
					break;
				default:
					if (isinf(panel_queue_least(&queue)))
						break;
					place = panel_queue_first(&queue);
					wemb_panel_queue_change(&queue, place, INFINITY);
					keys[place] = INFINITY;
			}
			if (max_places < 3000 || i == 0)
				check_queue(&queue, keys, n);
		}
	}
	wemb_panel_queue_clear(&queue);
	check_queue(&queue, keys, 0);
	free(room);
	free(keys);
}

/* All keys taken out one after the other come sorted. */
static void
test_sorted(uint32_t n)
{
	Rng			rng = rng_for(7, n);
	float	   *room = malloc(wemb_panel_queue_room(n) * sizeof(float));
	float	   *keys = malloc(n * sizeof(float));
	PanelQueue	queue;
	float		before = -INFINITY;

	for (uint32_t i = 0; i < n; i++)
		keys[i] = rng_float(&rng);
	keys[n / 2] = -INFINITY;
	wemb_panel_queue_init(&queue, room, n);
	wemb_panel_queue_append(&queue, keys, n);
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	first = panel_queue_first(&queue);

		CHECK(panel_queue_least(&queue) >= before && keys[first] == panel_queue_least(&queue), "the %u-th of %u", i, n);
		before = panel_queue_least(&queue);
		wemb_panel_queue_change(&queue, first, INFINITY);
	}
	CHECK(isinf(panel_queue_least(&queue)), "%g is left", panel_queue_least(&queue));
	free(room);
	free(keys);
}

int
main(void)
{
	static const uint32_t sizes[] = {1, 2, 31, 32, 33, 200, 1023, 1024, 1025, 2049, 33000};
	const WembKernel *kernel;

	wemb_kernel_init();
	unit_group("the least of a panel is found");
	for (int i = 0; (kernel = wemb_kernel_at(i)) != NULL; i++)
		test_panels(kernel);
	for (int i = 0; (kernel = wemb_kernel_at(i)) != NULL; i++)
	{
		wemb_kernel_use(kernel);
		unit_group(kernel->name);
		for (size_t size = 0; size < sizeof(sizes) / sizeof(sizes[0]); size++)
		{
			test_history(sizes[size], 40, 1);
			test_history(sizes[size], 3000, 2);
			test_sorted(sizes[size]);
		}
	}
	return unit_done();
}
