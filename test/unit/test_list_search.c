/*
 * test_list_search.c
 *		The stream of rows from lists, over arrays: rows are numbers, their distances too, and bounds are below these.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "core/ann/list_search.h"
#include "core/base/rng.h"
#include "unit.h"

#define LISTS		40
#define MOST_ROWS	20000

/* Rows of all lists, one list after the other, each from a block of its own on. */
static float distances[MOST_ROWS];
static float bounds[MOST_ROWS];
static bool dead[MOST_ROWS];
static bool given[MOST_ROWS];
static int	first_row[LISTS + 1];
static int	list_of[MOST_ROWS];

static ListSearch *search;
static ListSearchConfig config;
static int	measures;

static void
grow(bool blocks)
{
	ListSearchConfig larger = config;
	ListSearch *old = search;

	if (blocks)
		larger.blocks *= 2;
	else
		larger.found *= 2;
	search = wemb_list_search_grow(aligned_alloc(64, (wemb_list_search_size(&larger) + 63) / 64 * 64), &larger, old);
	config = larger;
	free(old);
}

static void
start(const ListEffort *effort)
{
	free(search);
	config = (ListSearchConfig) {LISTS, 4, LIST_MEASURE_MOST};
	search = wemb_list_search_init(aligned_alloc(64, (wemb_list_search_size(&config) + 63) / 64 * 64), &config);
	measures = 0;
	for (int i = 0; i < MOST_ROWS; i++)
		given[i] = false;
	/* the order of offering does not matter */
	for (int i = 0; i < LISTS; i++)
		wemb_list_search_offer(search, (float) (i * 7 % LISTS), (uint32_t) (i * 7 % LISTS));
	wemb_list_search_start(search, effort);
}

/* Tags are rows of a block's first slot. */
static void
scan(uint32_t list)
{
	for (int row = first_row[list]; row < first_row[list + 1]; row += LIST_BLOCK)
	{
		float	   *at;

		while ((at = wemb_list_search_block(search, (uint32_t) row)) == NULL)
			grow(true);
		for (int i = 0; i < LIST_BLOCK; i++)
			at[i] = row + i < first_row[list + 1] ? bounds[row + i] : INFINITY;
	}
}

static bool
next(ListStep *step)
{
	for (;;)
		switch (wemb_list_search_next(search, step))
		{
			case LIST_SCAN:
				scan(step->list);
				break;
			case LIST_MEASURE:
				for (int i = 0; i < step->n; i++)
				{
					uint32_t	row = step->places[i].tag + step->places[i].slot;

					measures++;
					if (!dead[row])
						CHECK(wemb_list_search_found(search, distances[row], row, (uint32_t) list_of[row]), "no room");
				}
				break;
			case LIST_FULL:
				grow(false);
				break;
			case LIST_FOUND:
				return true;
			case LIST_END:
				return false;
		}
}

/* rows a list has at most; slack: how far bounds are below distances at most */
static void
make_rows(int rows, float slack, uint64_t seed)
{
	Rng			rng = rng_for(seed, 0);
	int			row = 0;

	for (int list = 0; list < LISTS; list++)
	{
		int			n = (int) rng_below(&rng, (uint32_t) rows + 1);

		first_row[list] = row;
		for (int i = 0; i < n; i++, row++)
		{
			distances[row] = (float) list * 0.1f + rng_float(&rng) * 20;
			bounds[row] = distances[row] - rng_float(&rng) * slack;
			dead[row] = rng_below(&rng, 10) == 0;
			list_of[row] = list;
		}
	}
	first_row[LISTS] = row;
}

static const ListEffort everything = {.depth = {10, 100, 1000}, .lists = {LISTS, LISTS, LISTS}, .most = LISTS};

static int
count_live(int end)
{
	int			n = 0;

	for (int i = 0; i < end; i++)
		n += !dead[i];
	return n;
}

static void
test_order(void)
{
	ListStep	step;

	for (int seed = 1; seed <= 20; seed++)
	{
		float		before = -INFINITY;
		int			n = 0;

		make_rows(seed * 20, (float) seed / 2, (uint64_t) seed);
		start(&everything);
		while (next(&step))
		{
			CHECK(step.distance >= before, "row %d comes too late", (int) step.row);
			CHECK(!given[step.row] && !dead[step.row], "row %d came before, or is dead", (int) step.row);
			CHECK((int) step.tag == list_of[step.row], "row %d is of list %d", (int) step.row, list_of[step.row]);
			given[step.row] = true;
			before = step.distance;
			n++;
		}
		CHECK(n == count_live(first_row[LISTS]), "%d of %d rows came", n, count_live(first_row[LISTS]));
	}
}

static void
test_measures(void)
{
	ListStep	step;

	make_rows(400, 1, 7);
	start(&everything);
	for (int i = 0; i < 10; i++)
		CHECK(next(&step), "row %d does not come", i);

	/* only rows whose bound is below the last one's distance, and the first ones, and those of a step begun */
	{
		int			needed = 0;

		for (int row = 0; row < first_row[LISTS]; row++)
			needed += bounds[row] <= step.distance;
		CHECK(measures <= needed + LIST_MEASURE_MOST, "%d rows were measured, where %d had to be", measures, needed);
	}
}

static void
test_lists(void)
{
	ListEffort	effort = {.depth = {10, 100, 1000}, .lists = {5, 10, 20}, .most = LISTS};
	ListStep	step;
	int			n = 0;

	make_rows(400, 1, 8);
	start(&effort);
	CHECK(next(&step), "there is no row");
	CHECK(wemb_list_search_scanned(search) == 5, "%u lists were scanned", wemb_list_search_scanned(search));
	for (int i = 1; i < 10; i++)
		(void) next(&step);
	CHECK(wemb_list_search_scanned(search) == 5, "%u lists were scanned", wemb_list_search_scanned(search));
	for (int i = 10; i < 100; i++)
		CHECK(next(&step), "row %d does not come", i);
	CHECK(wemb_list_search_scanned(search) >= 9 && wemb_list_search_scanned(search) <= 11, "%u lists were scanned",
		  wemb_list_search_scanned(search));
	while (next(&step))
		n++;
	CHECK(n + 100 == count_live(first_row[LISTS]), "%d rows came", n + 100);
	CHECK(fabs(wemb_list_effort(&effort, 10000) - 40) < 0.01, "effort goes on at %f", wemb_list_effort(&effort, 10000));
}

static void
test_ends(void)
{
	ListEffort	effort = {.depth = {10, 100, 1000}, .lists = {5, 10, 20}, .most = LISTS, .ends = true};
	ListStep	step;
	int			n = 0;

	make_rows(400, 1, 9);
	start(&effort);
	while (next(&step))
		n++;
	CHECK(wemb_list_search_scanned(search) == 5, "%u lists were scanned", wemb_list_search_scanned(search));
	CHECK(n == count_live(first_row[5]), "%d of %d rows came", n, count_live(first_row[5]));

	effort.ends = false;
	effort.most = 7;
	start(&effort);
	for (n = 0; next(&step); n++)
		;
	CHECK(n == count_live(first_row[7]), "%d of %d rows came", n, count_live(first_row[7]));

	start(&effort);
	(void) next(&step);
	wemb_list_search_stop(search);
	for (n = 1; next(&step); n++)
		;
	CHECK(n == count_live(first_row[5]), "%d of %d rows came", n, count_live(first_row[5]));
}

static void
test_equal(void)
{
	ListStep	step;
	int			n = 0;

	/* more equal bounds than there is room for at a time; unknown ones; the largest there are */
	make_rows(400, 0, 10);
	for (int row = 0; row < first_row[LISTS]; row++)
	{
		distances[row] = row % 3 == 0 ? 1 : row % 3 == 1 ? FLT_MAX : 5;
		bounds[row] = row % 3 == 0 ? 1 : row % 3 == 1 ? FLT_MAX : -INFINITY;
	}
	start(&everything);
	while (next(&step))
	{
		CHECK(!given[step.row], "row %d comes twice", (int) step.row);
		given[step.row] = true;
		n++;
	}
	CHECK(n == count_live(first_row[LISTS]), "%d of %d rows came", n, count_live(first_row[LISTS]));

	make_rows(0, 0, 11);
	start(&everything);
	CHECK(!next(&step), "a row came from empty lists");
}

/* Rows whose distances are known at once are given as found while their list is scanned. */
static void
test_found_at_once(void)
{
	ListSearchConfig small = {2, 1, LIST_MEASURE_MOST};
	void	   *block = aligned_alloc(64, (wemb_list_search_size(&small) + 63) / 64 * 64);
	ListSearch *two = wemb_list_search_init(block, &small);
	ListEffort	effort = {.depth = {10, 100, 1000}, .lists = {2, 2, 2}, .most = 2};
	ListStep	step;

	wemb_list_search_offer(two, 1, 0);
	wemb_list_search_offer(two, 2, 1);
	wemb_list_search_start(two, &effort);
	for (int list = 0; list < 2; list++)
	{
		CHECK(wemb_list_search_next(two, &step) == LIST_SCAN && (int) step.list == list, "not list %d", list);
		for (int i = 0; i < LIST_MEASURE_MOST / 2; i++)
			CHECK(wemb_list_search_found(two, (float) (100 - i * 2 - list), (uint64_t) i, 0), "no room for row %d", i);
	}
	CHECK(!wemb_list_search_found(two, 0, 0, 0), "room for more than there is");
	for (int i = 0; i < LIST_MEASURE_MOST; i++)
		CHECK(wemb_list_search_next(two, &step) == LIST_FOUND && step.distance == (float) (37 + i), "row %d is at %f", i,
			  step.distance);
	CHECK(wemb_list_search_next(two, &step) == LIST_END, "there are more rows");
	free(block);
}

int
main(void)
{
	unit_group("gives all rows once, in order");
	test_order();
	unit_group("measures rows whose turn may come");
	test_measures();
	unit_group("scans more lists the further it goes");
	test_lists();
	unit_group("ends after as many lists as it may");
	test_ends();
	unit_group("copes with bounds that are equal, unknown, or the largest");
	test_equal();
	unit_group("takes rows whose distances are known at once");
	test_found_at_once();
	free(search);
	return unit_done();
}
