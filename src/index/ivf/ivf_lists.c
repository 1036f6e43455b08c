/*
 * ivf_lists.c
 *		The directory: all lists of an index, and their centroids.
 *
 * It is read page by page, without locks in between.  Whoever changes it
 * changes the metapage's counter in the same WAL record, so that a reader who finds the
 * counter as it was before has seen one state.
 */
#include "postgres.h"

#include <math.h>

#include "index/ivf/ivf_lists.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"

typedef struct Reader
{
	const IvfIndex *index;
	IvfListVisit visit;
	void	   *state;
	PGAlignedBlock page;		/* a copy of a page of the directory */
	IvfCell    *cell;			/* room for one of several pages */
} Reader;

static void
visit_list(Reader *reader, IvfPlace *place, int i, const IvfCell *cell)
{
	place->list = *ivf_list(&reader->index->layout, (Page) reader->page.data, i);
	reader->visit(reader->state, place, cell);
}

/* Visit the lists of reader->page from place on, n of them. */
static void
visit_page(Reader *reader, IvfPlace *place, int n)
{
	const IvfLayout *layout = &reader->index->layout;
	const BlockNumber *cells = ivf_directory((Page) reader->page.data)->cells;
	int			i = 0;

	while (i < n)
	{
		int			end = Min(i + layout->cells_per_page, n);
		Buffer		buffer;
		Page		page;

		if (layout->pages_per_cell > 1)
		{
			wemb_ivf_cell_read(reader->index, cells, i, reader->cell);
			visit_list(reader, place, i++, reader->cell);
			place->number++;
			continue;
		}
		page = wemb_ivf_page_lock(reader->index, cells[ivf_cell_page(layout, i)], IVF_PAGE_CELLS, &buffer);
		for (; i < end; i++, place->number++)
			visit_list(reader, place, i, ivf_cell(layout, page, i));
		UnlockReleaseBuffer(buffer);
	}
}

static void
visit_all(Reader *reader, uint32 lists)
{
	IvfPlace	place = {.directory = IVF_DIRECTORY_BLKNO};

	while (place.number < lists)
	{
		CHECK_FOR_INTERRUPTS();
		if (place.directory == InvalidBlockNumber)
			wemb_index_corrupt(reader->index->relation, IVF_META_BLKNO, "there are fewer lists than it says");
		wemb_ivf_page_copy(reader->index, place.directory, IVF_PAGE_DIRECTORY, (Page) reader->page.data);
		visit_page(reader, &place, Min(lists - place.number, reader->index->layout.lists_per_page));
		place.directory = ivf_directory((Page) reader->page.data)->next;
	}
}

void
wemb_ivf_lists_visit(const IvfIndex *index, IvfMeta *meta, IvfListVisit visit, void *state)
{
	Reader	   *reader = palloc(sizeof(Reader));
	IvfMeta		after;

	reader->index = index;
	reader->visit = visit;
	reader->state = state;
	reader->cell = palloc(index->layout.cell_size);
	for (;;)
	{
		wemb_ivf_read_meta(index->relation, meta);
		visit_all(reader, meta->lists);
		wemb_ivf_read_meta(index->relation, &after);
		if (after.changes == meta->changes)
			break;
	}
	pfree(reader->cell);
	pfree(reader);
}

IvfList
wemb_ivf_list_read(const IvfIndex *index, const IvfPlace *place)
{
	Buffer		buffer;
	Page		page = wemb_ivf_page_lock(index, place->directory, IVF_PAGE_DIRECTORY, &buffer);
	IvfList		list = *ivf_list(&index->layout, page, place->number % index->layout.lists_per_page);

	UnlockReleaseBuffer(buffer);
	return list;
}

/* ---- the nearest ---- */

typedef struct Choice
{
	const IvfIndex *index;
	const IndexValue *value;
	float		distance;
	IvfPlace	place;
	IndexCopy  *centroid;
	uint8	   *bytes;
} Choice;

static void
compare_list(void *state, const IvfPlace *place, const IvfCell *centroid)
{
	Choice	   *choice = state;
	IndexCopy	copy = wemb_ivf_copy(choice->index, centroid);
	float		distance = wemb_ivf_centroid_distance(choice->index, choice->value, &copy);

	if (place->number > 0 && !(distance < choice->distance))
		return;
	choice->distance = distance;
	choice->place = *place;
	*choice->centroid = copy;
	choice->centroid->bytes = choice->bytes;
	memcpy(choice->bytes, copy.bytes, copy.size);
}

IvfPlace
wemb_ivf_list_choose(const IvfIndex *index, const IndexValue *value, IndexCopy *centroid, uint8 *bytes)
{
	Choice		choice = {.index = index, .value = value, .centroid = centroid, .bytes = bytes};
	IvfMeta		meta;

	wemb_ivf_lists_visit(index, &meta, compare_list, &choice);
	return choice.place;
}

void
wemb_ivf_rotate(const IvfIndex *index, const IndexCopy *copy, float *rotated)
{
	float	   *scratch = palloc(wemb_copy_scratch_size(&index->vectors) * sizeof(float));

	wemb_copy_rotate(&index->vectors, copy, scratch, rotated);
	pfree(scratch);
}
