/*
 * hnsw_links.c
 *		A record's links with their codes, in a copy of its slot; links back to it.
 */
#include "postgres.h"

#include "index/hnsw/hnsw_links.h"
#include "miscadmin.h"

#define BACK_LINK_TRIES	4		/* then a link back is given up: it is only one of many ways to the record */

typedef struct Coder
{
	HnswStore  *store;
	float	   *scratch;
	float	   *centroid;		/* the record, rotated; NULL: not yet */
	float	   *rotated;
	uint8	   *code;
} Coder;

/* The code of a neighbour; of none, if the neighbour is not there any more. */
static void
encode_link(Coder *coder, const IndexCopy *record, uint32 neighbour, QuantFactors *factors)
{
	const HnswIndex *index = coder->store->index;
	IndexCopy	copy;

	memset(coder->code, 0, index->vectors.codes->code_bytes);
	memset(factors, 0, sizeof(*factors));
	if (neighbour == HNSW_NONE || !wemb_hnsw_store_copy(coder->store, neighbour, &copy))
		return;
	if (coder->centroid == NULL)
	{
		coder->centroid = palloc(index->vectors.codes->padded * sizeof(float));
		wemb_copy_rotate(&index->vectors, record, coder->scratch, coder->centroid);
	}
	wemb_copy_rotate(&index->vectors, &copy, coder->scratch, coder->rotated);
	wemb_quant_encode(index->vectors.codes, coder->rotated, coder->centroid, coder->code, factors);
}

static int
find_link(const uint32 *links, int n, uint32 link)
{
	for (int i = 0; i < n; i++)
		if (graph_link_node(links[i]) == graph_link_node(link))
			return i;
	return -1;
}

static void
set_codes(HnswStore *store, uint32 number, HnswSlot *slot, const uint32 *links, int n)
{
	const HnswIndex *index = store->index;
	int			room = index->layout.links;
	void	   *codes = hnsw_codes(&index->layout, slot);
	size_t		size = wemb_quant_array_size(index->vectors.codes, room);
	void	   *old = memcpy(palloc(size), codes, size);
	Coder		coder = {
		store, palloc(wemb_copy_scratch_size(&index->vectors) * sizeof(float)), NULL,
		palloc(index->vectors.codes->padded * sizeof(float)), palloc(index->vectors.codes->code_bytes)
	};
	IndexCopy	copy;

	if (!wemb_hnsw_store_copy(store, number, &copy))
		elog(ERROR, "record %u is not remembered", number);
	for (int i = 0; i < n; i++)
	{
		int			before = find_link(hnsw_numbers(&index->layout, slot), slot->nlinks, links[i]);
		QuantFactors factors;

		if (before >= 0)
			wemb_quant_array_get(index->vectors.codes, old, room, before, coder.code, &factors);
		else
			encode_link(&coder, &copy, graph_link_node(links[i]), &factors);
		wemb_quant_array_put(index->vectors.codes, codes, room, i, coder.code, &factors);
	}
	pfree(old);
	pfree(coder.scratch);
	pfree(coder.rotated);
	pfree(coder.code);
	if (coder.centroid != NULL)
		pfree(coder.centroid);
}

void
wemb_hnsw_set_links(HnswStore *store, uint32 number, HnswSlot *slot, const uint32 *links, int n)
{
	uint32	   *numbers = hnsw_numbers(&store->index->layout, slot);

	if (store->index->vectors.codes != NULL)
		set_codes(store, number, slot, links, n);
	memset(numbers, 0, store->index->layout.links * sizeof(uint32));
	memcpy(numbers, links, n * sizeof(uint32));
	slot->nlinks = n;
}

bool
wemb_hnsw_link_back(HnswStore *store, HnswEdit *edit, const GraphBackLink *back, int layer)
{
	HnswSlot   *slot = wemb_hnsw_edit_slot(store->index, edit, back->node);
	GraphSelect how = wemb_graph_selection(&store->index->graph, layer);
	uint32		links[GRAPH_MAX_LINKS];
	int			n;

	if (slot == NULL || !hnsw_is_record(slot) || slot->layer != layer)
		return false;
	wemb_hnsw_slot_check(store->index, slot, back->node);
	n = slot->nlinks;
	memcpy(links, hnsw_numbers(&store->index->layout, slot), n * sizeof(uint32));
	if (!wemb_graph_back_link(&store->graph, &how, back, links, &n))
		return false;
	wemb_hnsw_set_links(store, back->node, slot, links, n);
	return true;
}

bool
wemb_hnsw_write_back_link(HnswStore *store, const GraphBackLink *back, int layer)
{
	for (int tries = 0; tries < BACK_LINK_TRIES; tries++)
	{
		HnswEdit	edit;

		CHECK_FOR_INTERRUPTS();
		wemb_hnsw_edit_start(&edit);
		if (!wemb_hnsw_link_back(store, &edit, back, layer))
		{
			wemb_hnsw_edit_forget(&edit);
			return false;
		}
		if (wemb_hnsw_edit_apply(store->index, &edit))
			return true;
	}
	return false;
}

bool
wemb_hnsw_unlink(HnswStore *store, HnswEdit *edit, const GraphUnlink *step, uint32 number, int max)
{
	uint32		links[GRAPH_MAX_LINKS];
	HnswSlot   *slot = wemb_hnsw_edit_slot(store->index, edit, number);
	int			n;

	if (slot == NULL || !hnsw_is_record(slot))
		return false;
	wemb_hnsw_slot_check(store->index, slot, number);
	if (number == step->node && step->action != GRAPH_UNLINK_MOVE)
	{
		hnsw_retire(slot);
		return true;
	}
	n = slot->nlinks;
	memcpy(links, hnsw_numbers(&store->index->layout, slot), n * sizeof(uint32));
	if (!wemb_graph_unlink_apply(step, number, max, links, &n))
		return false;
	wemb_hnsw_set_links(store, number, slot, links, n);
	return true;
}
