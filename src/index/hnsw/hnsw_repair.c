/*
 * hnsw_repair.c
 *		Links to records that are gone, but for those of the tree: others in their place.
 *
 * No other process makes a record gone: there is one vacuum of an index at a time.
 */
#include "postgres.h"

#include "commands/vacuum.h"
#include "core/ann/graph_repair.h"
#include "index/hnsw/hnsw_edit.h"
#include "index/hnsw/hnsw_links.h"
#include "index/hnsw/hnsw_vacuum.h"
#include "miscadmin.h"
#include "pg/compat.h"

/* Where most records are gone, those that lose one in so many of their links, or more, are searched for again. */
#define POOR_SHARE		3

/* Of the nearest of a record, how many are tried as parents. */
#define PARENT_TRIES	8

/* ---- links outside of the tree ---- */

/* Whether the record has links to records that are gone, outside of the tree.  One that loses many becomes poor. */
static bool
links_to_gone(HnswVacuum *vacuum, HnswSlot *slot, uint32 number)
{
	const uint32 *links = hnsw_numbers(&vacuum->index->layout, slot);
	int			gone = 0;
	bool		outside = false;

	for (int i = 0; i < slot->nlinks; i++)
		if (hnsw_set_has(&vacuum->gone, graph_link_node(links[i])))
		{
			gone++;
			outside |= !graph_link_is_tree(links, i);
		}
	if (vacuum->most && gone * POOR_SHARE >= slot->nlinks)
		hnsw_set_add(&vacuum->poor, number);
	return outside;
}

static void
repair_record(HnswVacuum *vacuum, HnswEdit *edit, uint32 number)
{
	HnswStore  *store = vacuum->store;
	HnswSlot   *slot = wemb_hnsw_edit_slot(vacuum->index, edit, number);
	uint32		links[GRAPH_MAX_LINKS];
	GraphSelect how;
	IndexCopy	copy;
	int			n;

	if (slot == NULL || slot->kind != HNSW_SLOT_RECORD || !wemb_hnsw_store_copy(store, number, &copy))
		return;
	wemb_hnsw_slot_check(vacuum->index, slot, number);
	n = slot->nlinks;
	memcpy(links, hnsw_numbers(&vacuum->index->layout, slot), n * sizeof(uint32));
	store->query_copy = &copy;
	how = wemb_graph_selection(&vacuum->index->graph, slot->layer);
	if (wemb_graph_repair_links(&store->graph, &how, number, links, &n))
		wemb_hnsw_set_links(store, number, slot, links, n);
}

/* Records of one page in one WAL record, whose cost is that of pages. */
static void
repair_records(HnswVacuum *vacuum, const uint32 *numbers, int n)
{
	HnswEdit	edit;

	if (n == 0)
		return;
	do
	{
		CHECK_FOR_INTERRUPTS();
		wemb_hnsw_edit_start(&edit);
		for (int i = 0; i < n; i++)
			repair_record(vacuum, &edit, numbers[i]);
	} while (!wemb_hnsw_edit_apply(vacuum->index, &edit));
}

static void
repair_page(HnswVacuum *vacuum, BlockNumber block)
{
	const HnswLayout *layout = &vacuum->index->layout;
	uint32		numbers[HNSW_EDIT_SLOTS];
	int			n = 0;

	for (int i = 0; i < layout->slots_per_page; i++)
	{
		uint32		number = hnsw_first_number(layout, block) + i;
		HnswSlot   *slot = hnsw_slot(layout, vacuum->page.data, number);

		if (slot->kind != HNSW_SLOT_RECORD)
			continue;
		wemb_hnsw_slot_check(vacuum->index, slot, number);
		vacuum->live[slot->layer] = number;
		if (links_to_gone(vacuum, slot, number))
			numbers[n++] = number;
		if (n == HNSW_EDIT_SLOTS)
		{
			repair_records(vacuum, numbers, n);
			n = 0;
		}
	}
	repair_records(vacuum, numbers, n);
	wemb_hnsw_store_bound(vacuum->store);
}

void
wemb_hnsw_repair(HnswVacuum *vacuum)
{
	wemb_hnsw_vacuum_pages(vacuum, RelationGetNumberOfBlocks(vacuum->index->relation), repair_page);
}

/* ---- records that have lost much ---- */

/* The nearest records to that of copy, from where its links lead; it is not among them. */
static const GraphCandidate *
search_near(HnswVacuum *vacuum, uint32 number, const IndexCopy *copy, const uint32 *links, int nlinks, int *n)
{
	HnswStore  *store = vacuum->store;
	GraphStatus status;

	store->query_copy = copy;
	store->hidden = number;
	wemb_graph_search_start(store->search, &store->graph, wemb_hnsw_repair_ef(vacuum->index));
	for (int i = 0; i < nlinks; i++)
		if (links[i] != HNSW_NONE)
			wemb_graph_search_from(store->search, graph_link_node(links[i]));
	while ((status = wemb_graph_search_run(store->search)) == GRAPH_AGAIN || status == GRAPH_FULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (status == GRAPH_FULL)
			wemb_hnsw_store_grow(store);
	}
	store->hidden = HNSW_NONE;
	return wemb_graph_search_nearest(store->search, n);
}

/* A nearer parent, if there is one: unlinking took whichever had room.  If links change meanwhile, none. */
static void
renew_parent(HnswVacuum *vacuum, uint32 number, uint32 parent, int max, const GraphCandidate *near, int nnear)
{
	GraphUnlink move = {GRAPH_UNLINK_MOVE, parent, number, HNSW_NONE};
	HnswEdit	edit;

	if (parent == HNSW_NONE)
		return;
	move.parent = wemb_graph_nearer_parent(&vacuum->store->graph, max, number, parent, near, Min(nnear, PARENT_TRIES));
	if (move.parent == HNSW_NONE)
		return;
	wemb_hnsw_edit_start(&edit);
	if (wemb_hnsw_unlink(vacuum->store, &edit, &move, number, max) &&
		wemb_hnsw_unlink(vacuum->store, &edit, &move, parent, max) &&
		wemb_hnsw_unlink(vacuum->store, &edit, &move, move.parent, max))
		(void) wemb_hnsw_edit_apply(vacuum->index, &edit);
	else
		wemb_hnsw_edit_forget(&edit);
}

/* Other links for a record; false if it has changed meanwhile.  links and *n become what it has then. */
static bool
renew_links(HnswVacuum *vacuum, uint32 number, const GraphSelect *how, const GraphCandidate *near, int nnear,
			uint32 *links, int *n)
{
	HnswEdit	edit;
	HnswSlot   *slot;

	*n = 0;
	wemb_hnsw_edit_start(&edit);
	slot = wemb_hnsw_edit_slot(vacuum->index, &edit, number);
	if (slot == NULL || slot->kind != HNSW_SLOT_RECORD)
	{
		wemb_hnsw_edit_forget(&edit);
		return true;
	}
	wemb_hnsw_slot_check(vacuum->index, slot, number);
	*n = slot->nlinks;
	memcpy(links, hnsw_numbers(&vacuum->index->layout, slot), *n * sizeof(uint32));
	wemb_graph_renew_links(&vacuum->store->graph, how, near, nnear, links, n);
	wemb_hnsw_set_links(vacuum->store, number, slot, links, *n);
	return wemb_hnsw_edit_apply(vacuum->index, &edit);
}

/* Leave only links outside of the tree; returns how many. */
static int
without_tree(uint32 *links, int n)
{
	int			kept = 0;

	for (int i = 0; i < n; i++)
		if (!graph_link_is_tree(links, i))
			links[kept++] = links[i];
	return kept;
}

static void
renew_record(HnswVacuum *vacuum, uint32 number)
{
	HnswSlot   *slot = palloc(vacuum->index->layout.slot_size);
	const uint32 *links = hnsw_numbers(&vacuum->index->layout, slot);
	const GraphCandidate *near;
	GraphSelect how;
	IndexCopy	copy;
	uint32		chosen[GRAPH_MAX_LINKS];
	float		distances[GRAPH_MAX_LINKS];
	int			nnear;
	int			n;

	if (wemb_hnsw_slot_read(vacuum->index, number, slot) && slot->kind == HNSW_SLOT_RECORD &&
		wemb_hnsw_store_copy(vacuum->store, number, &copy))
	{
		near = search_near(vacuum, number, &copy, links, slot->nlinks, &nnear);
		how = wemb_graph_selection(&vacuum->index->graph, slot->layer);
		renew_parent(vacuum, number, links[0], how.max, near, nnear);
		while (!renew_links(vacuum, number, &how, near, nnear, chosen, &n))
			CHECK_FOR_INTERRUPTS();
		n = without_tree(chosen, n);
		vacuum->store->graph.measure(&vacuum->store->graph, chosen, n, distances);
		for (int i = 0; i < n; i++)
		{
			GraphBackLink back = {.node = chosen[i],.newcomer = number,.distance = distances[i]};

			(void) wemb_hnsw_write_back_link(vacuum->store, &back, slot->layer);
		}
	}
	pfree(slot);
}

void
wemb_hnsw_renew_poor(HnswVacuum *vacuum)
{
	for (uint32 number = 0; number < vacuum->poor.n; number++)
	{
		if (!hnsw_set_has(&vacuum->poor, number))
			continue;
		wemb_vacuum_delay();
		renew_record(vacuum, number);
		wemb_hnsw_store_bound(vacuum->store);
	}
}
