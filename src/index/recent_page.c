/*
 * recent_page.c
 *		Pages of indexes, found again where they were a moment ago.
 */
#include "postgres.h"

#include "index/recent_page.h"
#include "pg/compat.h"
#include "pgstat.h"

#define PLACES			32768	/* that are remembered; a power of two */
#define COUNTED			16		/* one page in so many is not found: those read in the common way count as used */
#define LINE			64		/* bytes that a processor fetches at once, on most of them */

typedef struct Place
{
	Oid			relation;
	BlockNumber block;
	Buffer		buffer;			/* InvalidBuffer: none yet */
} Place;

static Place places[PLACES];
static uint32 reads;

static inline Place *
place_of(Relation relation, BlockNumber block)
{
	return &places[(block + RelationGetRelid(relation) * UINT32_C(0x9E3779B9)) % PLACES];
}

static inline bool
is_known(const Place *place, Relation relation, BlockNumber block)
{
	return place->block == block && place->relation == RelationGetRelid(relation) && place->buffer != InvalidBuffer;
}

bool
wemb_recent_page_read(Relation relation, BlockNumber block, Buffer *buffer)
{
	const Place *place = place_of(relation, block);

	if (!is_known(place, relation, block) || ++reads % COUNTED == 0 ||
		!wemb_read_recent_buffer(relation, block, place->buffer))
		return false;
	pgstat_count_buffer_read(relation);
	pgstat_count_buffer_hit(relation);
	*buffer = place->buffer;
	return true;
}

void
wemb_recent_page_remember(Relation relation, BlockNumber block, Buffer buffer)
{
	*place_of(relation, block) = (Place) {RelationGetRelid(relation), block, buffer};
}

void
wemb_recent_page_prefetch(Relation relation, BlockNumber block, int offset, int size)
{
	const Place *place = place_of(relation, block);
	const char *bytes;

	if (!is_known(place, relation, block) || BufferIsLocal(place->buffer))
		return;
	bytes = (const char *) BufferGetBlock(place->buffer) + offset;
	for (int i = 0; i < size; i += LINE)
		__builtin_prefetch(bytes + i);
}
