/*
 * train_block.c
 *		The large block of memory that holds a training's weights.
 */
#include "pg/compat.h"

#include "miscadmin.h"

#include "app/model/model_store.h"
#include "app/train/train_block.h"
#include "pg/memory.h"
#include "pg/parallel.h"
#include "pg/shared_memory.h"
#include "type/vector.h"

/*
 * What a process has beside the arrays that are counted: measured on Linux, a helper has 3 to 5 MB when it begins
 * (caches of the catalog, its heap, the tokenizer's dictionaries), and the leader's session grows by 1 to 2 MB.
 */
#define HELPER_BYTES	((Size) 5 * 1024 * 1024)
#define LEADER_BYTES	((Size) 2 * 1024 * 1024)
#define ROW_BYTES		64		/* of a row to be returned: its header, frequency, and a word of usual length */

#define MEGABYTE		((Size) 1024 * 1024)

TrainNeeds
wemb_train_needs(const TrainOptions *options, const RankedWords *ranked, const TrainText *text, int helpers)
{
	const TrainConfig *config = &options->config;
	Size		rows = (Size) config->words * (VECTOR_SIZE(config->dim) + ROW_BYTES);
	Size		returned = Min(rows, (Size) work_mem * 1024);	/* more go to a file */
	int64		parts = (int64) config->words + config->buckets;
	Size		store = returned + wemb_model_write_memory(config->words, parts, config->dim);
	Size		text_memory = wemb_corpus_memory(text->corpus);

	return (TrainNeeds) {
		.held = wemb_ranked_memory(ranked, text),
		.store = store > text_memory ? store - text_memory : 0,
		.helpers = helpers,
	};
}

static int
processes(const TrainNeeds *needs)
{
	return 1 + wemb_team_most_helpers(needs->helpers);
}

/* The needs in three parts, which add up to the last one: at most SIZE_MAX. */
typedef struct Parts
{
	Size		weights;
	Size		held;
	Size		work;
	Size		all;
} Parts;

static Parts
add_up(const TrainNeeds *needs)
{
	int			n = processes(needs);
	Size		train = needs->scratch + n * needs->each + (n - 1) * HELPER_BYTES;
	Parts		parts = {
		.weights = needs->block,
		.held = needs->held,
		.work = LEADER_BYTES + Max(train, needs->store),
	};
	Size		others = parts.held + parts.work;

	parts.all = parts.weights > SIZE_MAX - others ? SIZE_MAX : parts.weights + others;
	return parts;
}

/* In whole megabytes; palloc'd. */
static char *
megabytes(Size size)
{
	return wemb_size_pretty(TYPEALIGN(MEGABYTE, size));
}

static char *
list_parts(const TrainNeeds *needs)
{
	Parts		parts = add_up(needs);
	int			n = processes(needs);

	return psprintf("%s is for %s, %s for the vocabulary and the text as numbers, %s for the work of %s.",
					megabytes(parts.weights), needs->weights, megabytes(parts.held), megabytes(parts.work),
					n == 1 ? "one process" : psprintf("%d processes", n));
}

static void
report_no_memory(const TrainNeeds *needs)
{
	Size		needed = add_up(needs).all;

	if (needed == SIZE_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("training needs more memory than there can be"),
				 errdetail("It is for %s.", needs->weights),
				 errhint("Lower dimensions, max_vocab or buckets, or raise min_count.")));
	ereport(ERROR,
			(errcode(ERRCODE_OUT_OF_MEMORY),
			 errmsg("training needs %s of memory, but only %s is available",
					wemb_size_pretty(needed), wemb_size_pretty(wemb_memory_limit(needs->held))),
			 errdetail_internal("%s", list_parts(needs)),
			 errhint("Lower dimensions, max_vocab, buckets or workers, raise min_count, or raise wemb.max_memory if it is set.")));
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
wemb_train_block_make(const TrainNeeds *needs)
{
	TrainBlock	block = {NULL, NULL};
	Size		needed = add_up(needs).all;

	if (needed == SIZE_MAX || needed > wemb_memory_limit(needs->held))
		report_no_memory(needs);
	ereport(DEBUG1,
			(errmsg_internal("training needs %s of memory", wemb_size_pretty(needed)),
			 errdetail_internal("%s", list_parts(needs))));
	if (needs->helpers > 0)
		block.segment = try_shared(needs->block, needs->helpers);
	block.address = block.segment != NULL ? dsm_segment_address(block.segment) : wemb_block_alloc(needs->block);
	if (block.address == NULL)
		report_no_memory(needs);
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
