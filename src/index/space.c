/*
 * space.c
 *		New pages of an index.
 */
#include "postgres.h"

#include "index/space.h"
#include "storage/bufmgr.h"
#include "storage/indexfsm.h"
#include "storage/lmgr.h"

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
