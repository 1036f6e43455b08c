/*
 * count_run.c
 *		Training from counts of which words occur together.
 */
#include "pg/compat.h"

#include <math.h>

#include "miscadmin.h"

#include "app/train/count_run.h"
#include "app/train/count_team.h"

/* The team's block, with room besides for what each process counts in, or trains in. */
static void
make_team(CountLeader *leader, int64 chunks)
{
	const TrainConfig *config = &leader->options->config;
	TrainRun   *run = leader->run;
	int			processes = 1 + leader->helpers;
	CountTeam	plan = wemb_count_team_plan(leader->options, &run->ranked, processes,
											(Size) maintenance_work_mem * 1024 / processes);
	const CountMethod *method = wemb_count_team_method(&plan);
	TrainNeeds	needs = wemb_train_needs(leader->options, &run->ranked, &leader->source->text, leader->helpers);

	needs.block = plan.size;
	needs.weights = psprintf("two matrices of %d words by %d dimensions", config->words, config->dim);
	needs.each = Max(plan.counting_size, method->worker_size(config));
	run->block = wemb_train_block_make(&needs);
	leader->team = wemb_count_team_init(run->block.address, &plan, &run->ranked, chunks);
	run->weights = leader->team;
	run->word_vector = method->word_vector;
	run->method = NULL;
}

static void
tick_counting(void *arg, double loss)
{
	CountLeader *leader = arg;
	uint64		counted = pg_atomic_read_u64(&leader->team->tokens);

	wemb_progress_step(leader->progress, (double) Min(counted, leader->team->config.tokens), NAN);
}

void
wemb_count_run(TrainOptions *options, TrainSource *source, int helpers, TrainProgress *progress, TrainRun *run)
{
	int64		chunks = wemb_corpus_finish(source->text.corpus);
	CountLeader leader = {
		.options = options,
		.source = source,
		.run = run,
		.progress = progress,
		.helpers = helpers,
	};

	make_team(&leader, chunks);
	if (run->block.segment != NULL)
		wemb_corpus_share(source->text.corpus);
	else
		leader.helpers = 0;
	run->asked = 1 + leader.helpers;
	leader.pages = wemb_page_files_open(source->files, leader.team->nshares);
	run->processes = 1;
	memset(&run->log, 0, sizeof(run->log));
	wemb_progress_phase(progress, TRAIN_PHASE_COUNTING, (double) options->config.tokens);
	wemb_count_team_stage(&leader, COUNT_STAGE_COUNT, tick_counting, &leader);
	run->seconds = wemb_progress_phase_seconds(progress);
	wemb_count_team_method(leader.team)->train(&leader);
	run->seconds += wemb_progress_phase_seconds(progress);
	wemb_page_files_close(leader.pages);
}
