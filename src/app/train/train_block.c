/*
 * train_block.c
 *		The large block of memory that holds a training's weights.
 */
#include "pg/compat.h"

#include "app/train/train_block.h"
#include "pg/memory.h"
#include "pg/parallel.h"
#include "pg/shared_memory.h"

static void
report_no_memory(Size needed, Size available, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_OUT_OF_MEMORY),
			 needed == SIZE_MAX ?
			 errmsg("training needs more memory than there can be") :
			 errmsg("training needs %s of memory, but only %s is available",
					wemb_size_pretty(needed), wemb_size_pretty(available)),
			 errdetail_internal("%s", what),
			 errhint("Lower dimensions, max_vocab or buckets, raise min_count, or raise wemb.max_memory if it is set.")));
}

void
wemb_train_alone_warn(Size size, const char *why)
{
	ereport(WARNING,
			(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
			 errmsg("training in one process, since %s of shared memory cannot be had", wemb_size_pretty(size)),
			 errdetail_internal("%s", why),
			 errhint("Give the server more shared memory: a larger /dev/shm (docker run --shm-size), or dynamic_shared_memory_type = mmap.")));
}

/* The block in shared memory, with something to spare for starting helpers; or NULL and a warning. */
static dsm_segment *
try_shared(Size size, int helpers)
{
	char	   *why;
	dsm_segment *spare = wemb_team_reserve(helpers, &why);
	dsm_segment *block = NULL;

	if (spare != NULL)
	{
		block = wemb_dsm_try_create(size, &why);
		dsm_detach(spare);
	}
	if (block == NULL)
		wemb_train_alone_warn(size, why);
	return block;
}

TrainBlock
wemb_train_block_make(Size size, Size others, int helpers, const char *what)
{
	TrainBlock	block = {NULL, NULL};
	Size		available = wemb_memory_available();
	Size		needed = size > SIZE_MAX - others ? SIZE_MAX : size + others;

	if (needed > available)
		report_no_memory(needed, available, what);
	ereport(DEBUG1,
			(errmsg_internal("training needs %s of memory", wemb_size_pretty(needed)), errdetail_internal("%s", what)));
	if (helpers > 0)
		block.segment = try_shared(size, helpers);
	block.address = block.segment != NULL ? dsm_segment_address(block.segment) : wemb_block_alloc(size);
	if (block.address == NULL)
		report_no_memory(needed, available, what);
	return block;
}

void
wemb_train_block_release(TrainBlock *block)
{
	if (block->segment != NULL)
		dsm_detach(block->segment);
	block->segment = NULL;
	block->address = NULL;
}
