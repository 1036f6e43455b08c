/*
 * page.c
 *		Pages of an index: read, new, damaged.
 */
#include "postgres.h"

#include "index/page.h"
#include "miscadmin.h"
#include "storage/indexfsm.h"
#include "storage/lmgr.h"
#include "utils/rel.h"

void
wemb_index_corrupt(Relation relation, BlockNumber block, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INDEX_CORRUPTED),
			 errmsg("index \"%s\" is damaged: %s at block %u", RelationGetRelationName(relation), what, block),
			 errhint("REINDEX it.")));
}

Buffer
wemb_index_read_by(Relation relation, BlockNumber block, BufferAccessStrategy strategy)
{
	/* Behind the end of the first file the server speaks of files; before it, of damaged data, without being asked. */
	if (block >= RELSEG_SIZE && block >= RelationGetNumberOfBlocks(relation))
		wemb_index_corrupt(relation, block, "no page");
	return ReadBufferExtended(relation, MAIN_FORKNUM, block, RBM_NORMAL, strategy);
}

void
wemb_index_chain_check(Relation relation, uint32 nth, int most, BlockNumber block)
{
	if (nth % 1024 != 0)
		return;
	CHECK_FOR_INTERRUPTS();
	if (nth / most > RelationGetNumberOfBlocks(relation))
		wemb_index_corrupt(relation, block, "a chain without end");
}

Buffer
wemb_index_extend(Relation relation)
{
	Buffer		buffer;

	LockRelationForExtension(relation, ExclusiveLock);
	buffer = ReadBuffer(relation, P_NEW);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	UnlockRelationForExtension(relation, ExclusiveLock);
	return buffer;
}

Buffer
wemb_index_page_get(Relation relation, bool (*is_free) (Page page))
{
	for (;;)
	{
		BlockNumber block = GetFreeIndexPage(relation);
		Buffer		buffer;
		Page		page;

		if (block == InvalidBlockNumber)
			return wemb_index_extend(relation);
		buffer = ReadBuffer(relation, block);
		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		page = BufferGetPage(buffer);
		if (!PageIsNew(page) && is_free(page))
			return buffer;
		UnlockReleaseBuffer(buffer);	/* the map is not crash-safe and may be wrong */
	}
}
