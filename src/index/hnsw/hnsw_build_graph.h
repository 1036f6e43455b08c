/*
 * hnsw_build_graph.h
 *		The graph of a build, in one block of memory that several processes can insert into.
 *
 * The block has offsets and no pointers: a node's number is its offset in
 * units of HNSW_BUILD_UNIT bytes.  A node's vector and layer never change
 * once others can see it; what does change is under the node's own lock, which is held
 * for no longer than it takes to copy the links, and never with another.
 * Changes of links are worked out without locks and given up if the
 * links have changed meanwhile.
 */
#ifndef WEMB_HNSW_BUILD_GRAPH_H
#define WEMB_HNSW_BUILD_GRAPH_H

#include "postgres.h"

#include "core/quant/bytes.h"
#include "index/build_team.h"
#include "index/hnsw/hnsw_index.h"
#include "port/atomics.h"
#include "storage/condition_variable.h"
#include "storage/spin.h"

#define HNSW_BUILD_UNIT		32	/* bytes */

typedef enum BuildKind
{
	BUILD_UNUSED,				/* a node that its maker had no use for */
	BUILD_NODE,
	BUILD_GUEST,				/* a row of another part: to be linked to, but not written with this one */
	BUILD_TIDS					/* BuildTids */
} BuildKind;

/* What a search reads of nodes that it does not visit; the rest is a BuildLinks behind the copy. */
typedef struct BuildNode
{
	float		low;
	float		step;
	float		lost;			/* under the lock: only grows */
	uint16		copy_size;
	uint8		kind;			/* BuildKind */
	uint8		layer;
	ByteMoments moments;		/* only of VALUE_BYTES */
	uint32		unused[2];		/* so that the bytes begin a unit, and no word of them lies in two cache lines */
	uint8		bytes[FLEXIBLE_ARRAY_MEMBER];
} BuildNode;

typedef struct BuildLinks
{
	uint32		below;			/* on layer 0 a slot, see BuildRow */
	uint32		number;			/* in a part its row's; else its slot's, set once the graph is complete */
	uint32		more_slot;		/* first slot of further heap tids, or HNSW_NONE; set then as well, as is: */
	BlockNumber values;			/* first page of the copy */
	ItemPointerData tid;
	uint16		version;		/* under the lock, as all below: how often links have changed */
	uint32		more;			/* further heap tids: a BuildTids, or HNSW_NONE */
	slock_t		lock;
	uint8		nlinks;
	uint8		level;			/* on layer 0: the row's; never changes */
	bool		pruned;			/* links are what wemb_graph_back_link_pruned() asks for */
	uint32		links[FLEXIBLE_ARRAY_MEMBER];
} BuildLinks;

#define BUILD_TIDS_ROOM		2

/* One unit. */
typedef struct BuildTids
{
	uint32		next;			/* or HNSW_NONE */
	uint32		unused[2];
	uint16		n;
	uint8		kind;			/* where a BuildNode has it */
	ItemPointerData tids[BUILD_TIDS_ROOM];
} BuildTids;

StaticAssertDecl(sizeof(BuildTids) <= HNSW_BUILD_UNIT, "BuildTids must fit a unit");
StaticAssertDecl(offsetof(BuildTids, kind) == offsetof(BuildNode, kind), "kinds must be in one place");

/* The start of the block. */
typedef struct BuildGraph
{
	Size		size;			/* of the block, but for the places */
	uint32		max_units;		/* of the block, but for the order */
	int			lift;			/* the layer of the index that layer 0 is here */
	uint32		first;			/* slot that comes first in the order; it begins a page */
	uint32		nplaces;		/* rows of all parts; 0: the graph is no part */
	Size		places;			/* offset of where each of these is */
	Size		order;			/* offset of an array of nodes by their slot's number, made at the end */
	uint32		norder;
	uint32		nmore;			/* slots of further heap tids, numbered after all others */
	BlockNumber blocks;			/* of the index */
	int			writers;		/* processes that write pages */
	pg_atomic_uint32 claimed;	/* pages that some process has taken, to read or to write */
	pg_atomic_uint32 files;		/* of rows turned away: numbers given out */
	pg_atomic_uint64 filed;		/* rows turned away from the table's scan */
	pg_atomic_uint32 units;		/* given out, perhaps more than there are */
	pg_atomic_uint32 full;		/* a row was turned away */
	pg_atomic_uint64 rows;		/* inserted */
	ConditionVariable grown;
	slock_t		lock;			/* of what follows */
	bool		growing;		/* somebody makes a new layer */
	uint32		entry;
	int			top;
	double		heap_rows;		/* of processes that are done */
	bool		broken_hot_chain;
} BuildGraph;

/* Bytes that a graph of so many rows is likely to need; the block has BUILD_LEAST_MEMORY at least. */
extern Size wemb_hnsw_build_size(const HnswIndex *index, double rows);

extern BuildGraph *wemb_hnsw_build_graph_init(void *block, Size size, const HnswIndex *index);

/* Empty the graph, and make its layer 0 that layer of the index; more rows come after slot first. */
extern void wemb_hnsw_build_graph_reset(BuildGraph *graph, int lift, uint32 first);

/*
 * Make the graph a part of one of so many rows, or no part: 0 rows.  It is reset then.
 *
 * A part's nodes are known by their rows' numbers, since a row is a guest in parts that are written
 * before its own, when its slot is not known.  Where each row is: its slot, or BUILD_SAME and
 * the number of a row of the same node, or HNSW_NONE as long as nothing is known.
 */
#define BUILD_SAME	UINT32_C(0x80000000)

extern void wemb_hnsw_build_graph_part(BuildGraph *graph, const HnswIndex *index, uint32 rows);

/* A row to be inserted. */
typedef struct BuildRow
{
	IndexCopy	copy;
	ItemPointerData tid;		/* if layer 0 is the index's */
	int			level;			/* its top layer in this graph */
	uint32		below;			/* if layer 0 is not the index's: slot of its record one layer below; else HNSW_NONE */
	uint32		number;			/* in a part: among the rows of all parts */
	bool		guest;			/* in a part: of another one */
} BuildRow;

static inline BuildNode *
build_node(const BuildGraph *graph, uint32 node)
{
	return (BuildNode *) ((char *) graph + (Size) node * HNSW_BUILD_UNIT);
}

static inline BuildLinks *
build_links(BuildNode *node)
{
	return (BuildLinks *) (node->bytes + TYPEALIGN(4, node->copy_size));
}

static inline BuildTids *
build_tids(const BuildGraph *graph, uint32 tids)
{
	return (BuildTids *) build_node(graph, tids);
}

static inline IndexCopy
build_copy(const BuildNode *node)
{
	return (IndexCopy) {node->low, node->step, node->lost, node->copy_size, node->bytes};
}

static inline BytePoint
build_point(const BuildNode *node)
{
	return (BytePoint) {{node->bytes, node->low, node->step}, node->moments};
}

static inline uint32 *
build_order(BuildGraph *graph)
{
	return (uint32 *) ((char *) graph + graph->order);
}

static inline void
build_set_copy(BuildNode *node, const IndexCopy *copy)
{
	node->low = copy->low;
	node->step = copy->step;
	node->lost = copy->lost;
	node->moments = wemb_byte_moments(copy->bytes, copy->size);
	memcpy(node->bytes, copy->bytes, copy->size);
}

/* So many units, or a node that is BUILD_UNUSED so far; HNSW_NONE: there is no room. */
extern uint32 wemb_hnsw_build_units(BuildGraph *graph, uint32 n);
extern uint32 wemb_hnsw_build_node(BuildGraph *graph, const HnswIndex *index, const IndexCopy *copy, int layer);

static inline uint32 *
build_places(const BuildGraph *graph)
{
	return (uint32 *) ((char *) graph + graph->places);
}

/* Layer 0 of the graph is that layer of the index: nodes have as many links as there. */
static inline void
wemb_hnsw_build_lift(HnswIndex *index, int lift)
{
	index->graph.base_links = lift == 0 ? index->layout.links : index->graph.m;
}

/* When nobody inserts any more: the first node, and the one after node; HNSW_NONE if there is none. */
extern uint32 wemb_hnsw_build_first(BuildGraph *graph, const HnswIndex *index);
extern uint32 wemb_hnsw_build_after(BuildGraph *graph, const HnswIndex *index, uint32 node);

/* ---- insertion ---- */

/* One process's means to insert. */
typedef struct BuildInserter BuildInserter;

extern BuildInserter *wemb_hnsw_build_inserter(BuildGraph *graph, const HnswIndex *index);

/* Insert a row.  false: there is no room.  A part's guests come once all others are there. */
extern bool wemb_hnsw_build_insert(BuildInserter *inserter, const BuildRow *row);

#endif							/* WEMB_HNSW_BUILD_GRAPH_H */
