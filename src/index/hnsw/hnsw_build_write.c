/*
 * hnsw_build_write.c
 *		Pages of a graph that is complete in memory.
 *
 * Records come first, then slots of further heap tids, then the pages of copies that are too long for a slot.
 */
#include "postgres.h"

#include <math.h>

#include "access/xloginsert.h"
#include "index/hnsw/hnsw_build_write.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#define CLAIM_PAGES		16		/* that a process takes at a time */
#define UNIT_SAMPLE		1000	/* nodes whose links are measured */
#define CACHE_BYTES		(4 * 1024 * 1024)	/* of rotated copies, for each process, at least */
#define CACHE_LEAST		64		/* places */

/* ---- numbers ---- */

/* Whether a link leads to a child that is written with its parent. */
static inline bool
is_child(const BuildGraph *graph, uint32 link)
{
	return (link & GRAPH_CHILD) != 0 && build_node(graph, graph_link_node(link))->kind != BUILD_GUEST;
}

/* The first node of the layer that node is of. */
static uint32
first_of_layer(BuildGraph *graph, uint32 node)
{
	for (;;)
	{
		uint32		parent = build_links(build_node(graph, node))->links[0];

		if (parent == HNSW_NONE)
			return node;
		node = parent;
	}
}

/* In a part it is the row that gets a place; the node keeps the row's number. */
static void
number_node(BuildGraph *graph, uint32 node)
{
	BuildLinks *at = build_links(build_node(graph, node));
	uint32		slot = graph->first + graph->norder;

	if (graph->nplaces > 0)
		build_places(graph)[at->number] = slot;
	else
		at->number = slot;
	build_order(graph)[graph->norder++] = node;
}

/* Number a layer: each node before its children.  Guests have no children, and no slots. */
static void
number_layer(BuildGraph *graph, uint32 first)
{
	Size		room = 1024;
	Size		n = 0;
	uint32	   *stack = palloc(room * sizeof(uint32));

	stack[n++] = first;
	while (n > 0)
	{
		uint32		node = stack[--n];
		const BuildLinks *at = build_links(build_node(graph, node));

		if (graph->norder % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		number_node(graph, node);
		if (n + at->nlinks > room)
		{
			room *= 2;
			stack = repalloc_huge(stack, room * sizeof(uint32));
		}
		for (int i = at->nlinks - 1; i > 0; i--)
			if (is_child(graph, at->links[i]))
				stack[n++] = graph_link_node(at->links[i]);
	}
	pfree(stack);
}

static int
count_more(const BuildGraph *graph, const BuildLinks *at)
{
	int			n = 0;

	for (uint32 more = at->more; more != HNSW_NONE; more = build_tids(graph, more)->next)
		n += build_tids(graph, more)->n;
	return n;
}

/* Whether a copy has pages of its own, and how many. */
static int
value_pages(const HnswIndex *index, const BuildNode *node)
{
	if (node->copy_size <= index->layout.value_size)
		return 0;
	return (node->copy_size + HNSW_VALUE_ROOM - 1) / HNSW_VALUE_ROOM;
}

BlockNumber
wemb_hnsw_build_slot_pages(const BuildGraph *graph, const HnswIndex *index)
{
	int			n = index->layout.slots_per_page;

	return (BlockNumber) (((uint64) graph->norder + graph->nmore + n - 1) / n);
}

/* Give room to what does not fit records. */
static void
number_rest(BuildGraph *graph, const HnswIndex *index)
{
	int			room = HNSW_TIDS(index->layout.slot_size);
	uint64		pages;

	for (uint32 i = 0; i < graph->norder; i++)
	{
		BuildLinks *at = build_links(build_node(graph, build_order(graph)[i]));
		int			more = count_more(graph, at);

		at->more_slot = more > 0 ? graph->first + graph->norder + graph->nmore : HNSW_NONE;
		graph->nmore += (more + room - 1) / room;
	}
	pages = hnsw_block(&index->layout, graph->first) + (uint64) wemb_hnsw_build_slot_pages(graph, index);
	for (uint32 i = 0; i < graph->norder; i++)
	{
		BuildNode  *node = build_node(graph, build_order(graph)[i]);
		int			own = value_pages(index, node);

		build_links(node)->values = own > 0 ? (BlockNumber) pages : InvalidBlockNumber;
		pages += own;
	}
	if (pages > HNSW_NONE / index->layout.slots_per_page)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("index \"%s\" has no room for more rows", RelationGetRelationName(index->relation))));
	graph->blocks = (BlockNumber) pages;
}

/* The unit of codes: what neighbours differ by. */
static float
choose_unit(BuildGraph *graph, const HnswIndex *index)
{
	double		sum = 0;
	double		lengths = 0;
	int			nlinks = 0;
	int			nnodes = 0;
	uint8	   *zeros = palloc0(index->vectors.dim);
	ByteVector	origin = {zeros, 0, 0};

	for (uint32 i = 0; i < graph->norder; i += graph->norder / UNIT_SAMPLE + 1)
	{
		BuildNode  *node = build_node(graph, build_order(graph)[i]);
		const BuildLinks *at = build_links(node);
		ByteVector	from = {node->bytes, node->low, node->step};

		lengths += sqrt(wemb_kernel->l2sq_u8(&from, &origin, index->vectors.dim));
		nnodes++;
		for (int j = at->links[0] == HNSW_NONE; j < at->nlinks; j++)
		{
			const BuildNode *other = build_node(graph, graph_link_node(at->links[j]));
			ByteVector	to = {other->bytes, other->low, other->step};

			sum += sqrt(wemb_kernel->l2sq_u8(&from, &to, index->vectors.dim));
			nlinks++;
		}
	}
	pfree(zeros);
	if (sum == 0)
	{
		sum = lengths;
		nlinks = nnodes;
	}
	return sum > 0 ? wemb_quant_unit((float) (sum / nlinks)) : 0;
}

void
wemb_hnsw_build_number(BuildGraph *graph, HnswIndex *index, HnswMeta *meta)
{
	uint32		node = graph->entry;
	bool		part = graph->nplaces > 0;

	for (int layer = graph->top; layer >= 0; layer--)
	{
		node = first_of_layer(graph, node);
		if (!part || layer == 0)
			number_layer(graph, node);
		node = build_links(build_node(graph, node))->below;
	}
	number_rest(graph, index);
	if (!part && graph->top >= 0)
	{
		meta->top = graph->lift + graph->top;
		meta->entry = build_links(build_node(graph, graph->entry))->number;
	}
	meta->next = graph->first + graph->norder + graph->nmore;
	if (meta->unit == 0 && index->vectors.codes != NULL && graph->norder > 0)
		meta->unit = choose_unit(graph, index);
	wemb_hnsw_set_unit(index, meta->unit);
}

/* ---- records ---- */

typedef struct PageWriter
{
	BuildGraph *graph;
	const HnswIndex *index;
	PGAlignedBlock page;
	uint32		places;
	uint32	   *cached;			/* node of each place of rotated, or HNSW_NONE */
	float	   *rotated;
	float	   *centroid;
	float	   *scratch;
	uint8	   *code;
} PageWriter;

/*
 * A copy is rotated once for each record that links to it, if it is not kept: so all are kept, if the build's memory
 * has room for them beside the graph.
 */
static uint32
choose_places(BuildGraph *graph, Size copy)
{
	Size		limit = wemb_build_memory();
	Size		used = (Size) pg_atomic_read_u32(&graph->units) * HNSW_BUILD_UNIT;
	Size		room = limit > used ? (limit - used) / graph->writers : 0;

	return (uint32) Max(Min(Max(room, CACHE_BYTES) / copy, graph->norder), CACHE_LEAST);
}

static void
init_coder(PageWriter *writer)
{
	const HnswIndex *index = writer->index;
	Size		floats = index->vectors.codes->padded;

	writer->places = choose_places(writer->graph, floats * sizeof(float));
	writer->cached = palloc_extended(writer->places * sizeof(uint32), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < writer->places; i++)
		writer->cached[i] = HNSW_NONE;
	writer->rotated = palloc_extended(writer->places * floats * sizeof(float), MCXT_ALLOC_HUGE);
	writer->centroid = palloc(floats * sizeof(float));
	writer->scratch = palloc(wemb_copy_scratch_size(&index->vectors) * sizeof(float));
	writer->code = palloc(index->vectors.codes->code_bytes);
}

/* Valid until the next call. */
static const float *
rotated_copy(PageWriter *writer, uint32 node)
{
	BuildNode  *at = build_node(writer->graph, node);
	uint32		place = build_links(at)->number % writer->places;
	float	   *rotated = writer->rotated + (Size) place * writer->index->vectors.codes->padded;

	if (writer->cached[place] != node)
	{
		IndexCopy	copy = build_copy(at);

		wemb_copy_rotate(&writer->index->vectors, &copy, writer->scratch, rotated);
		writer->cached[place] = node;
	}
	return rotated;
}

static void
put_codes(PageWriter *writer, HnswSlot *slot, uint32 node)
{
	const HnswIndex *index = writer->index;
	const BuildLinks *at = build_links(build_node(writer->graph, node));
	void	   *codes = hnsw_codes(&index->layout, slot);

	memcpy(writer->centroid, rotated_copy(writer, node), index->vectors.codes->padded * sizeof(float));
	for (int i = at->links[0] == HNSW_NONE; i < at->nlinks; i++)
	{
		QuantFactors factors;

		wemb_quant_encode(index->vectors.codes, rotated_copy(writer, graph_link_node(at->links[i])), writer->centroid,
						  writer->code, &factors);
		wemb_quant_array_put(index->vectors.codes, codes, index->layout.links, i, writer->code, &factors);
	}
}

static uint32
number_of(BuildGraph *graph, uint32 node)
{
	return node == HNSW_NONE ? HNSW_NONE : build_links(build_node(graph, node))->number;
}

/* slot is all zeros. */
static void
put_record(PageWriter *writer, HnswSlot *slot, uint32 node)
{
	const HnswIndex *index = writer->index;
	BuildNode  *from = build_node(writer->graph, node);
	const BuildLinks *at = build_links(from);
	uint32	   *numbers = hnsw_numbers(&index->layout, slot);

	slot->kind = HNSW_SLOT_RECORD;
	slot->layer = writer->graph->lift + from->layer;
	slot->nlinks = at->nlinks;
	slot->version = 1;
	slot->tid = at->tid;
	slot->copy_size = from->copy_size;
	slot->below = from->layer == 0 ? at->below : number_of(writer->graph, at->below);
	slot->more = at->more_slot;
	slot->values = at->values;
	slot->low = from->low;
	slot->step = from->step;
	slot->lost = from->lost;
	if (at->values == InvalidBlockNumber)
		memcpy(slot->data, from->bytes, from->copy_size);
	for (int i = 0; i < at->nlinks; i++)
		numbers[i] = number_of(writer->graph, graph_link_node(at->links[i])) |
			(is_child(writer->graph, at->links[i]) ? GRAPH_CHILD : 0);
	if (index->vectors.codes != NULL)
		put_codes(writer, slot, node);
}

static void
write_page(PageWriter *writer, BlockNumber block)
{
	Buffer		buffer = ReadBufferExtended(writer->index->relation, MAIN_FORKNUM, block, RBM_ZERO_AND_LOCK, NULL);

	memcpy(BufferGetPage(buffer), writer->page.data, BLCKSZ);
	MarkBufferDirty(buffer);
	UnlockReleaseBuffer(buffer);
}

static void
write_value_pages(PageWriter *writer, uint32 node)
{
	BuildNode  *from = build_node(writer->graph, node);
	BlockNumber block = build_links(from)->values;
	int			pages = value_pages(writer->index, from);

	for (int i = 0; i < pages; i++)
	{
		HnswValuePage *values = (HnswValuePage *) PageGetContents((Page) writer->page.data);

		wemb_hnsw_page_init((Page) writer->page.data, HNSW_PAGE_VALUES);
		values->next = i + 1 < pages ? block + i + 1 : InvalidBlockNumber;
		values->size = Min(from->copy_size - i * HNSW_VALUE_ROOM, HNSW_VALUE_ROOM);
		memcpy(values->data, from->bytes + i * HNSW_VALUE_ROOM, values->size);
		write_page(writer, block + i);
	}
}

static void
write_records(PageWriter *writer, BlockNumber block)
{
	const HnswIndex *index = writer->index;
	const uint32 *order = build_order(writer->graph);
	uint32		start = writer->graph->first;
	uint32		first = hnsw_first_number(&index->layout, block);
	uint32		end = Min(first + index->layout.slots_per_page, start + writer->graph->norder);

	CHECK_FOR_INTERRUPTS();
	for (uint32 number = first; number < end; number++)
		write_value_pages(writer, order[number - start]);
	wemb_hnsw_page_init((Page) writer->page.data, HNSW_PAGE_SLOTS);
	for (uint32 number = first; number < end; number++)
		put_record(writer, hnsw_slot(&index->layout, (Page) writer->page.data, number), order[number - start]);
	write_page(writer, block);
}

void
wemb_hnsw_build_write(BuildGraph *graph, const HnswIndex *index)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "wemb hnsw pages", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	PageWriter *writer = palloc0(sizeof(PageWriter));
	uint32		pages = wemb_hnsw_build_slot_pages(graph, index);
	uint32		page;

	writer->graph = graph;
	writer->index = index;
	if (index->vectors.codes != NULL)
		init_coder(writer);
	while ((page = pg_atomic_fetch_add_u32(&graph->claimed, CLAIM_PAGES)) < pages)
		for (uint32 i = page; i < Min(page + CLAIM_PAGES, pages); i++)
			write_records(writer, hnsw_block(&index->layout, graph->first) + i);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/* ---- the rest ---- */

void
wemb_hnsw_build_extend(BuildGraph *graph, const HnswIndex *index)
{
	BlockNumber block = graph->first == 0 ? HNSW_META_BLKNO : hnsw_block(&index->layout, graph->first);

	for (; block < graph->blocks; block++)
	{
		Buffer		buffer = ReadBuffer(index->relation, P_NEW);

		CHECK_FOR_INTERRUPTS();
		if (BufferGetBlockNumber(buffer) != block)
			elog(ERROR, "index \"%s\" is not empty", RelationGetRelationName(index->relation));
		ReleaseBuffer(buffer);
	}
}

/* Slots of a node's further heap tids, one after the other. */
static void
write_more(const BuildGraph *graph, const HnswIndex *index, const BuildLinks *at)
{
	uint32		number = at->more_slot;
	uint32		more = at->more;
	int			taken = 0;		/* of more */

	while (more != HNSW_NONE)
	{
		Buffer		buffer = ReadBuffer(index->relation, hnsw_block(&index->layout, number));
		HnswSlot   *slot;

		CHECK_FOR_INTERRUPTS();
		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		slot = hnsw_slot(&index->layout, BufferGetPage(buffer), number);
		slot->kind = HNSW_SLOT_TIDS;
		slot->version = 1;
		slot->below = HNSW_NONE;
		slot->values = InvalidBlockNumber;
		while (more != HNSW_NONE && slot->copy_size < HNSW_TIDS(index->layout.slot_size))
		{
			const BuildTids *tids = build_tids(graph, more);

			hnsw_tids(slot)[slot->copy_size++] = tids->tids[taken++];
			if (taken == tids->n)
			{
				more = tids->next;
				taken = 0;
			}
		}
		slot->more = more != HNSW_NONE ? ++number : HNSW_NONE;
		MarkBufferDirty(buffer);
		UnlockReleaseBuffer(buffer);
	}
}

void
wemb_hnsw_build_write_tids(BuildGraph *graph, const HnswIndex *index)
{
	for (uint32 i = 0; i < graph->norder; i++)
	{
		const BuildLinks *at = build_links(build_node(graph, build_order(graph)[i]));

		if (at->more_slot != HNSW_NONE)
			write_more(graph, index, at);
	}
}

void
wemb_hnsw_build_finish(BuildGraph *graph, const HnswIndex *index, const HnswMeta *meta)
{
	Buffer		buffer = ReadBufferExtended(index->relation, MAIN_FORKNUM, HNSW_META_BLKNO, RBM_ZERO_AND_LOCK, NULL);
	Page		page = BufferGetPage(buffer);

	wemb_hnsw_page_init(page, HNSW_PAGE_META);
	*hnsw_meta(page) = *meta;
	MarkBufferDirty(buffer);
	UnlockReleaseBuffer(buffer);
	if (RelationNeedsWAL(index->relation))
		log_newpage_range(index->relation, MAIN_FORKNUM, 0, graph->blocks, true);
}
