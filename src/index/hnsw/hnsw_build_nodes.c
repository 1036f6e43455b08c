/*
 * hnsw_build_nodes.c
 *		The memory that the graph of a build is in.
 */
#include "postgres.h"

#include "index/hnsw/hnsw_build_graph.h"
#include "utils/memutils.h"

#define HEADER_UNITS	((sizeof(BuildGraph) + HNSW_BUILD_UNIT - 1) / HNSW_BUILD_UNIT)

static uint32
node_units(const HnswIndex *index, int copy_size, int layer)
{
	Size		size = offsetof(BuildNode, bytes) + TYPEALIGN(4, copy_size) + offsetof(BuildLinks, links) +
		sizeof(uint32) * wemb_graph_max_links(&index->graph, layer);

	return (uint32) ((size + HNSW_BUILD_UNIT - 1) / HNSW_BUILD_UNIT);
}

static int
least_copy(const HnswIndex *index)
{
	return index->vectors.form == VALUE_SPARSE ? 0 : wemb_value_max_copy(&index->vectors);
}

/* Bytes of the block for each unit: its own, and its part of the array of the order. */
static double
bytes_per_unit(const HnswIndex *index)
{
	return HNSW_BUILD_UNIT + sizeof(uint32) / (double) node_units(index, least_copy(index), 1);
}

Size
wemb_hnsw_build_size(const HnswIndex *index, double rows)
{
	const IndexVectors *vectors = &index->vectors;
	int			copy = vectors->form == VALUE_SPARSE ? index->layout.value_size : wemb_value_max_copy(vectors);
	double		nodes = rows * index->graph.m / (index->graph.m - 1) + 100;
	double		size = nodes * node_units(index, copy, 0) * bytes_per_unit(index) + BUILD_LEAST_MEMORY;

	return size < (double) MaxAllocHugeSize ? (Size) size : MaxAllocHugeSize;
}

BuildGraph *
wemb_hnsw_build_graph_init(void *block, Size size, const HnswIndex *index)
{
	BuildGraph *graph = block;

	memset(graph, 0, sizeof(*graph));
	graph->size = size;
	wemb_hnsw_build_graph_part(graph, index, 0);
	pg_atomic_init_u32(&graph->units, HEADER_UNITS);
	pg_atomic_init_u32(&graph->full, 0);
	pg_atomic_init_u32(&graph->claimed, 0);
	pg_atomic_init_u32(&graph->files, 0);
	pg_atomic_init_u64(&graph->filed, 0);
	pg_atomic_init_u64(&graph->rows, 0);
	ConditionVariableInit(&graph->grown);
	SpinLockInit(&graph->lock);
	wemb_hnsw_build_graph_reset(graph, 0, 0);
	return graph;
}

void
wemb_hnsw_build_graph_reset(BuildGraph *graph, int lift, uint32 first)
{
	pg_atomic_write_u32(&graph->units, HEADER_UNITS);
	pg_atomic_write_u32(&graph->full, 0);
	pg_atomic_write_u32(&graph->claimed, 0);
	pg_atomic_write_u64(&graph->rows, 0);
	graph->lift = lift;
	graph->first = first;
	graph->norder = 0;
	graph->nmore = 0;
	graph->entry = HNSW_NONE;
	graph->top = -1;
}

void
wemb_hnsw_build_graph_part(BuildGraph *graph, const HnswIndex *index, uint32 rows)
{
	Size		all = graph->size + graph->nplaces * sizeof(uint32);
	double		units;

	graph->nplaces = rows;
	graph->size = TYPEALIGN_DOWN(HNSW_BUILD_UNIT, all - rows * sizeof(uint32));
	graph->places = graph->size;
	units = (graph->size - HNSW_BUILD_UNIT) / bytes_per_unit(index);
	graph->max_units = (uint32) Min(units, (double) HNSW_NONE - 1);
	graph->order = (Size) graph->max_units * HNSW_BUILD_UNIT;
	for (uint32 i = 0; i < rows; i++)
		build_places(graph)[i] = HNSW_NONE;
}

uint32
wemb_hnsw_build_units(BuildGraph *graph, uint32 n)
{
	uint32		first = pg_atomic_read_u32(&graph->units);

	do
	{
		if (n > graph->max_units - first)
		{
			pg_atomic_write_u32(&graph->full, 1);
			return HNSW_NONE;
		}
	} while (!pg_atomic_compare_exchange_u32(&graph->units, &first, first + n));
	return first;
}

uint32
wemb_hnsw_build_node(BuildGraph *graph, const HnswIndex *index, const IndexCopy *copy, int layer)
{
	uint32		number = wemb_hnsw_build_units(graph, node_units(index, copy->size, layer));
	BuildNode  *node = build_node(graph, number);
	BuildLinks *links;

	if (number == HNSW_NONE)
		return HNSW_NONE;
	*node = (BuildNode) {.copy_size = copy->size, .kind = BUILD_UNUSED, .layer = layer};
	build_set_copy(node, copy);
	links = build_links(node);
	memset(links, 0, offsetof(BuildLinks, links));
	links->below = HNSW_NONE;
	links->more = HNSW_NONE;
	links->more_slot = HNSW_NONE;
	ItemPointerSetInvalid(&links->tid);
	SpinLockInit(&links->lock);
	return number;
}

static uint32
node_from(BuildGraph *graph, const HnswIndex *index, uint32 first)
{
	uint32		end = pg_atomic_read_u32(&graph->units);

	while (first < end)
	{
		const BuildNode *node = build_node(graph, first);

		if (node->kind == BUILD_NODE)
			return first;
		first += node->kind == BUILD_TIDS ? 1 : node_units(index, node->copy_size, node->layer);
	}
	return HNSW_NONE;
}

uint32
wemb_hnsw_build_first(BuildGraph *graph, const HnswIndex *index)
{
	return node_from(graph, index, HEADER_UNITS);
}

uint32
wemb_hnsw_build_after(BuildGraph *graph, const HnswIndex *index, uint32 node)
{
	const BuildNode *at = build_node(graph, node);

	return node_from(graph, index, node + node_units(index, at->copy_size, at->layer));
}
