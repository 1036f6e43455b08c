/*
 * count_svd.c
 *		PPMI-SVD on counts that lie in files (core/train/ppmi_svd.h).
 */
#include "pg/compat.h"

#include <math.h>

#include "miscadmin.h"

#include "app/train/count_team.h"
#include "core/train/cooccur.h"
#include "core/train/ppmi_svd.h"

#define SMOOTHING			0.75
#define EIGEN_POWER			0.5
#define POWER_ITERATIONS	4
#define INIT_ROWS			1024	/* rows between two looks for interrupts */

/* A matrix of so many words has no higher rank, and what a dimension costs grows with the square of them. */
static SvdConfig
svd_config(const TrainConfig *config)
{
	return (SvdConfig) {
		.dim = Min(config->dim, config->words),
		.words = config->words,
		.smoothing = SMOOTHING,
		.eigen_power = EIGEN_POWER,
		.power_iterations = POWER_ITERATIONS,
		.seed = config->seed,
	};
}

static Size
weights_size(const TrainConfig *config)
{
	SvdConfig	svd = svd_config(config);

	return wemb_svd_shared_size(&svd);
}

static Size
worker_size(const TrainConfig *config)
{
	return COOCCUR_PAGE;
}

static void
word_vector(const void *weights, int word, bool unit_length, float *out)
{
	const CountTeam *team = weights;
	int			dim = svd_config(&team->config).dim;

	wemb_svd_word_vector(wemb_count_team_weights(team), word, unit_length, out);
	memset(out + dim, 0, (team->config.dim - dim) * sizeof(float));
}

/* Multiply the rows of shares until none is left. */
static void
work(CountTeam *team, PageFiles *pages, TeamTick tick, void *arg)
{
	SvdShared  *s = wemb_count_team_weights(team);
	char	   *page = palloc(COOCCUR_PAGE);
	int			number;

	while ((number = wemb_count_team_claim(team)) >= 0)
		for (int64 i = 0; i < wemb_count_team_shares(team)[number].pages; i++)
		{
			CHECK_FOR_INTERRUPTS();
			wemb_page_files_read(pages, number, i, page);
			wemb_svd_multiply(s, page);
			pg_atomic_fetch_add_u64(&team->pages, 1);
			tick(arg, NAN);
		}
}

static void
tick(void *arg, double loss)
{
	CountLeader *leader = arg;
	double		pages = (double) Max(wemb_count_team_pages(leader->team), 1);

	wemb_progress_step(leader->progress,
					   pg_atomic_read_u64(&leader->team->pages) / pages * leader->team->config.tokens, NAN);
}

static void
train(CountLeader *leader)
{
	CountTeam  *team = leader->team;
	SvdConfig	config = svd_config(&team->config);
	int			passes = wemb_svd_passes(&config);
	SvdShared  *s = wemb_svd_shared_init(wemb_count_team_weights(team), &config);
	int			row = 0;

	wemb_progress_phase(leader->progress, TRAIN_PHASE_TRAINING, (double) team->config.tokens * passes);
	do
	{
		CHECK_FOR_INTERRUPTS();
		row = wemb_svd_init_rows(s, row, INIT_ROWS);
	} while (row > 0);
	memcpy(wemb_svd_sums(s), wemb_count_team_sums(team), config.words * sizeof(double));
	wemb_svd_begin(s);
	for (int pass = 0; pass < passes; pass++)
	{
		wemb_count_team_stage(leader, COUNT_STAGE_TRAIN, tick, leader);
		while (wemb_svd_end_pass_step(s))
		{
			CHECK_FOR_INTERRUPTS();
			tick(leader, NAN);
		}
	}
	leader->run->epochs = 1;
}

const CountMethod wemb_count_svd = {weights_size, worker_size, train, work, word_vector};
