/*
 * hnsw_build_parts.c
 *		Building an index of more rows than memory has room for.
 *
 * Layer by layer, from the lowest: the rows are divided into parts, and of each part a graph is made in memory and
 * written.  The rows of the layer above go to a file meanwhile, with their slots; as soon as those
 * that are left fit, they become the last graph, with all layers that are left.
 */
#include "pg/compat.h"

#include <math.h>

#include "commands/progress.h"
#include "core/ann/centroids.h"
#include "index/hnsw/hnsw.h"
#include "index/hnsw/hnsw_build_divide.h"
#include "index/hnsw/hnsw_build_join.h"
#include "index/hnsw/hnsw_build_parts.h"
#include "index/hnsw/hnsw_build_write.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/memutils.h"

#define MEMBERS			2		/* of a part, for each row of its own: guests are as many */
#define SPARE_ROOM		1.3		/* parts are not all of one size */

typedef struct PartsBuild
{
	BuildTeam  *team;
	BuildLoad  *load;
	HnswMeta   *meta;
	Size		memory;
	int			lift;
	uint32		next;			/* slot of the next graph's first record */
	uint32		upper;			/* file of rows of the layer above */
	uint32		nupper;			/* rows in it */
	uint32		leaf;			/* last record of the part before, or HNSW_NONE */
	BuildSeam  *seams;
	int			nseams;
	int			seam_room;
} PartsBuild;

/* ---- a graph ---- */

/* Bytes that so many rows take, without the least that any graph is given. */
static double
rows_size(const PartsBuild *build, uint32 rows)
{
	return (double) wemb_hnsw_build_size(build->load->index, rows) - BUILD_LEAST_MEMORY;
}

/* Write the graph in memory behind what is there. */
static void
write_graph(PartsBuild *build)
{
	BuildLoad  *load = build->load;

	wemb_hnsw_build_number(load->graph, load->index, build->meta);
	wemb_hnsw_build_extend(load->graph, load->index);
	wemb_hnsw_team_write(build->team, build->meta);
	wemb_hnsw_build_write_tids(load->graph, load->index);
	build->next = hnsw_first_number(&load->index->layout, load->graph->blocks);
}

static void
delete_files(PartsBuild *build, uint32 first, uint32 end)
{
	for (uint32 file = first; file < end; file++)
		wemb_hnsw_files_delete(build->load->files, file);
}

static uint32
count_files(const PartsBuild *build)
{
	return pg_atomic_read_u32(&build->load->graph->files);
}

/* Make one graph of all rows; false: they do not fit after all, and are still in their files. */
static bool
build_whole(PartsBuild *build, const RowSpan *span)
{
	BuildGraph *graph = build->load->graph;
	uint32		files = count_files(build);

	wemb_hnsw_build_graph_part(graph, build->load->index, 0);
	wemb_hnsw_build_graph_reset(graph, build->lift, build->next);
	wemb_hnsw_team_insert(build->team, build->meta, span);
	if (count_files(build) > files)
	{
		delete_files(build, files, count_files(build));
		return false;
	}
	write_graph(build);
	delete_files(build, span->first, span->end);
	return true;
}

/* ---- parts ---- */

/* The part's tree is to hang on that of the part before. */
static void
note_seam(PartsBuild *build)
{
	const BuildGraph *graph = build->load->graph;

	if (build->leaf != HNSW_NONE)
	{
		if (build->nseams == build->seam_room)
		{
			build->seam_room *= 2;
			build->seams = repalloc(build->seams, build->seam_room * sizeof(BuildSeam));
		}
		build->seams[build->nseams++] = (BuildSeam) {build->leaf, graph->first};
	}
	build->leaf = graph->first + graph->norder - 1;
}

/* File the part's rows that have records above. */
static void
file_upper_rows(PartsBuild *build)
{
	BuildGraph *graph = build->load->graph;

	for (uint32 i = 0; i < graph->norder; i++)
	{
		BuildNode  *node = build_node(graph, build_order(graph)[i]);
		int			level = build_links(node)->level;
		BuildRow	row = {.copy = build_copy(node), .level = level - 1, .below = graph->first + i};

		if (i % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		if (level == 0)
			continue;
		ItemPointerSetInvalid(&row.tid);
		wemb_hnsw_files_put(build->load->files, build->upper, &row);
		build->nupper++;
	}
}

/*
 * Build a part: its rows, then its guests, as many as there is room for.  Rows that do not fit become another
 * part, with the same guests.
 */
static void
build_part(PartsBuild *build, uint32 own_file, uint32 guest_file)
{
	BuildLoad  *load = build->load;
	BuildGraph *graph = load->graph;
	RowSpan		own = {own_file, own_file + 1, false};
	RowSpan		guests = {guest_file, guest_file + 1, true};

	while (own.first < own.end)
	{
		uint32		files = count_files(build);
		uint64		rows;

		wemb_hnsw_build_graph_reset(graph, build->lift, build->next);
		wemb_hnsw_team_insert(build->team, build->meta, &own);
		delete_files(build, own.first, own.end);
		own = (RowSpan) {files, count_files(build), false};
		rows = pg_atomic_read_u64(&graph->rows);
		if (rows == 0 && own.first < own.end)
			ereport(ERROR,
					(errcode(ERRCODE_OUT_OF_MEMORY),
					 errmsg("out of memory"),
					 errhint("Increase maintenance_work_mem.")));
		if (rows == 0)
			break;
		wemb_hnsw_team_insert(build->team, build->meta, &guests);
		write_graph(build);
		note_seam(build);
		file_upper_rows(build);
		if (build->lift == 0)
			load->done += rows;
	}
	delete_files(build, guest_file, guest_file + 1);
}

/* Build a layer in parts. */
static void
build_layer(PartsBuild *build, const RowSpan *span, uint32 rows)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "wemb hnsw parts", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;
	BuildLoad  *load = build->load;
	uint32		first = build->next;
	RowParts	parts;
	double		n;

	wemb_hnsw_build_graph_part(load->graph, load->index, rows);
	n = ceil(rows_size(build, rows) * MEMBERS * SPARE_ROOM / load->graph->size);
	old = MemoryContextSwitchTo(context);
	parts = wemb_hnsw_divide(load, span, rows, (int) Max(Min(n, CENTROIDS_MAX), 2), build->memory);
	MemoryContextSwitchTo(old);
	ereport(NOTICE,
			(errmsg("layer %d of the graph is built in %d parts, since it does not fit into maintenance_work_mem",
					build->lift, parts.n),
			 errhint("Increase maintenance_work_mem to build the index faster.")));
	build->upper = wemb_hnsw_files_new(load->files);
	build->nupper = 0;
	build->leaf = HNSW_NONE;
	for (int part = 0; part < parts.n; part++)
		build_part(build, parts.own[part], parts.guests[part]);
	wemb_hnsw_files_finish(load->files, build->upper);
	wemb_hnsw_build_resolve(load->graph, load->index, hnsw_block(&load->index->layout, first), load->graph->blocks);
	build->meta->entry = first;
	build->meta->top = build->lift;
	MemoryContextDelete(context);
}

/* ---- the verb ---- */

void
wemb_hnsw_build_parts(BuildTeam *team, HnswMeta *meta, Size memory)
{
	BuildLoad  *load = team->load;
	PartsBuild	build = {.team = team, .load = load, .meta = meta, .memory = memory, .seam_room = 16};
	uint64		filed = pg_atomic_read_u64(&load->graph->filed);
	RowSpan		span = {0, count_files(&build), false};
	uint32		rows;

	if (filed >= HNSW_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("index \"%s\" has no room for more rows", RelationGetRelationName(load->index->relation))));
	rows = (uint32) filed;
	pg_atomic_write_u64(&load->graph->filed, 0);
	pgstat_progress_update_param(PROGRESS_CREATEIDX_SUBPHASE, HNSW_PHASE_PARTS);
	pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, 0);
	build.seams = palloc(build.seam_room * sizeof(BuildSeam));
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		wemb_hnsw_build_lift(load->index, build.lift);
		if (rows_size(&build, rows) <= memory && build_whole(&build, &span))
			break;
		build_layer(&build, &span, rows);
		span = (RowSpan) {build.upper, build.upper + 1, false};
		rows = build.nupper;
		build.lift++;
	}
	wemb_hnsw_build_lift(load->index, 0);
	wemb_hnsw_build_finish(load->graph, load->index, meta);
	wemb_hnsw_build_join(load->index->relation, build.seams, build.nseams);
	pfree(build.seams);
}
