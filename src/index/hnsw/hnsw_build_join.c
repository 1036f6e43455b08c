/*
 * hnsw_build_join.c
 *		Parts of a graph become one.
 */
#include "postgres.h"

#include "index/hnsw/hnsw_build_join.h"
#include "index/hnsw/hnsw_edit.h"
#include "index/hnsw/hnsw_links.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"

/* ---- slots for rows ---- */

static uint32
place_of_row(const BuildGraph *graph, uint32 row)
{
	uint32		place = row < graph->nplaces ? build_places(graph)[row] : HNSW_NONE;

	while (place & BUILD_SAME)
		place = build_places(graph)[place & ~BUILD_SAME];
	return place;
}

static bool
has_number(const uint32 *numbers, int n, uint32 number)
{
	for (int i = 0; i < n; i++)
		if (graph_link_node(numbers[i]) == number)
			return true;
	return false;
}

static void
move_code(const HnswIndex *index, HnswSlot *slot, int from, int to, uint8 *code)
{
	void	   *codes = hnsw_codes(&index->layout, slot);
	QuantFactors factors;

	if (index->vectors.codes == NULL || from == to)
		return;
	wemb_quant_array_get(index->vectors.codes, codes, index->layout.links, from, code, &factors);
	wemb_quant_array_put(index->vectors.codes, codes, index->layout.links, to, code, &factors);
}

/* Rows of one node may be two guests of a part: of links to one record the first stays.  The parent is no guest. */
static void
resolve_record(const BuildGraph *graph, const HnswIndex *index, HnswSlot *slot, uint32 own, uint8 *code)
{
	uint32	   *numbers = hnsw_numbers(&index->layout, slot);
	int			n = 0;

	for (int i = 0; i < slot->nlinks; i++)
	{
		uint32		row = graph_link_node(numbers[i]);
		uint32		flag = numbers[i] & GRAPH_CHILD;
		uint32		place = row == HNSW_NONE ? HNSW_NONE : place_of_row(graph, row);

		if (i > 0 && flag == 0 && (place == HNSW_NONE || place == own || has_number(numbers, n, place)))
			continue;
		move_code(index, slot, i, n, code);
		numbers[n++] = place | flag;
	}
	for (int i = n; i < slot->nlinks; i++)
		numbers[i] = 0;
	slot->nlinks = n;
}

void
wemb_hnsw_build_resolve(const BuildGraph *graph, const HnswIndex *index, BlockNumber first, BlockNumber end)
{
	const HnswLayout *layout = &index->layout;
	uint8	   *code = index->vectors.codes != NULL ? palloc(index->vectors.codes->code_bytes) : NULL;

	for (BlockNumber block = first; block < end; block++)
	{
		Buffer		buffer = ReadBuffer(index->relation, block);
		Page		page = BufferGetPage(buffer);
		uint32		number = hnsw_first_number(layout, block);

		CHECK_FOR_INTERRUPTS();
		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		for (int i = 0; i < layout->slots_per_page && hnsw_special(page)->kind == HNSW_PAGE_SLOTS; i++)
		{
			HnswSlot   *slot = hnsw_slot(layout, page, number + i);

			if (slot->kind == HNSW_SLOT_RECORD)
				resolve_record(graph, index, slot, number + i, code);
		}
		MarkBufferDirty(buffer);
		UnlockReleaseBuffer(buffer);
	}
}

/* ---- trees ---- */

/* Links of a record in an edit, changed by the caller afterwards. */
static int
copy_links(const HnswIndex *index, HnswSlot *slot, uint32 *links)
{
	memcpy(links, hnsw_numbers(&index->layout, slot), slot->nlinks * sizeof(uint32));
	return slot->nlinks;
}

/* root has no parent so far; leaf has no child, so that it can take one. */
static void
join(HnswStore *store, const BuildSeam *seam)
{
	const HnswIndex *index = store->index;
	uint32		links[GRAPH_MAX_LINKS];
	GraphBackLink back = {seam->leaf, seam->root, 0, true};
	GraphSelect how;
	HnswEdit	edit;
	HnswSlot   *leaf;
	HnswSlot   *root;
	int			n;
	int			kept = 1;

	wemb_hnsw_edit_start(&edit);
	leaf = wemb_hnsw_edit_slot(index, &edit, seam->leaf);
	root = wemb_hnsw_edit_slot(index, &edit, seam->root);
	if (leaf == NULL || root == NULL)
		elog(ERROR, "records %u and %u of parts are missing", seam->leaf, seam->root);
	how = wemb_graph_selection(&index->graph, leaf->layer);
	store->graph.distances(&store->graph, seam->leaf, &seam->root, 1, &back.distance);
	n = copy_links(index, leaf, links);
	if (!wemb_graph_back_link(&store->graph, &how, &back, links, &n))
		elog(ERROR, "record %u has no room for a child", seam->leaf);
	wemb_hnsw_set_links(store, seam->leaf, leaf, links, n);

	n = copy_links(index, root, links);
	links[0] = seam->leaf;
	for (int i = 1; i < n; i++)
		if (graph_link_node(links[i]) != seam->leaf)
			links[kept++] = links[i];
	wemb_hnsw_set_links(store, seam->root, root, links, kept);
	if (!wemb_hnsw_edit_apply(index, &edit))
		elog(ERROR, "records %u and %u were changed during the build", seam->leaf, seam->root);
}

void
wemb_hnsw_build_join(Relation relation, const BuildSeam *seams, int n)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "wemb hnsw join", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	HnswIndex  *index = wemb_hnsw_open(relation, NULL);
	HnswStore  *store = wemb_hnsw_store_create(index, index->graph.ef, true);

	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		wemb_hnsw_store_forget(store);
		join(store, &seams[i]);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}
