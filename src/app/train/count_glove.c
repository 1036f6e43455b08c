/*
 * count_glove.c
 *		GloVe on counts that lie in files (core/train/glove.h).
 *
 * An epoch goes over all pages in a random order of its own.  A claim is some
 * hundreds of pages, whose entries are put into random order together.
 */
#include "pg/compat.h"

#include <math.h>

#include "miscadmin.h"

#include "app/train/count_pairs.h"
#include "app/train/count_team.h"
#include "app/train/epoch_keeper.h"
#include "core/base/permute.h"
#include "core/kernel/kernel.h"
#include "core/train/cooccur.h"
#include "core/train/glove.h"
#include "pg/memory.h"

#define POWER			0.75
#define MAX_CLAIM_PAGES	1000	/* pages that are mixed */
#define LEAST_CLAIMS	8		/* for each process in an epoch, so that all end at about the same time */
#define PAGE_ENTRIES	(COOCCUR_PAGE / (int) sizeof(CooccurEntry))
#define STEP_FLOATS		4000000 /* of rows that are trained between two looks for interrupts */
#define INIT_ROWS		1024	/* rows between two looks for interrupts */

typedef struct GloveLeader
{
	CountLeader *leader;
	GloveConfig config;
	GloveShared *shared;
	EpochKeeper keeper;
} GloveLeader;

static GloveConfig
glove_config(const TrainConfig *config, double x_max)
{
	return (GloveConfig) {
		.dim = config->dim,
		.words = config->words,
		.alpha = config->alpha,
		.x_max = x_max,
		.power = POWER,
		.seed = config->seed,
	};
}

static Size
weights_size(const TrainConfig *config)
{
	GloveConfig glove = glove_config(config, 1);

	return wemb_glove_shared_size(&glove);
}

static Size
entries_size(int64 pages)
{
	return pages * PAGE_ENTRIES * sizeof(GloveEntry);
}

static Size
worker_size(const TrainConfig *config)
{
	double		pages = wemb_count_max_entries(config) / (PAGE_ENTRIES / 2) + 1;

	return COOCCUR_PAGE + entries_size((int64) Min(pages, MAX_CLAIM_PAGES));
}

static void
word_vector(const void *weights, int word, bool unit_length, float *out)
{
	wemb_glove_word_vector(wemb_count_team_weights(weights), word, unit_length, out);
}

/* ---- every process ---- */

/* Read page number of all shares' pages one behind the other. */
static void
read_page(CountTeam *team, PageFiles *pages, int64 number, void *page)
{
	const CountShare *shares = wemb_count_team_shares(team);
	int			share = 0;

	while (number >= shares[share].pages)
		number -= shares[share++].pages;
	wemb_page_files_read(pages, share, number, page);
}

/* The pages of a claim are those at the places from first to end, without end itself, of its epoch's order. */
static int64
claim_first(const CountTeam *team, const EpochClaim *claim)
{
	return claim->chunk * team->claim_pages;
}

static int64
claim_end(CountTeam *team, const EpochClaim *claim)
{
	return Min(claim_first(team, claim) + team->claim_pages, wemb_count_team_pages(team));
}

/* Read the entries of the claim's pages; returns how many. */
static int
read_entries(CountTeam *team, PageFiles *pages, const EpochClaim *claim, GloveEntry *entries, void *page)
{
	int64		all = wemb_count_team_pages(team);
	int64		end = claim_end(team, claim);
	Rng			rng = rng_for(team->config.seed, claim->epoch);
	uint64		key = rng_next(&rng);
	int			n = 0;

	for (int64 i = claim_first(team, claim); i < end; i++)
	{
		const CooccurRecord *record = NULL;

		CHECK_FOR_INTERRUPTS();
		read_page(team, pages, (int64) permute(i, all, key), page);
		while ((record = cooccur_next_record(page, record)) != NULL)
			for (int e = 0; e < record->n; e++)
				entries[n++] = (GloveEntry) {record->row, record->entries[e].column, record->entries[e].weight};
	}
	return n;
}

/* Train on entries, unless all are stopped meanwhile; returns the sum of their losses. */
static double
train_entries(CountTeam *team, const GloveEntry *entries, int n, TeamTick tick, void *arg)
{
	int			step = Max(STEP_FLOATS / team->config.dim, 1);
	double		loss = 0;

	for (int done = 0; done < n; done += step)
	{
		CHECK_FOR_INTERRUPTS();
		if (wemb_claims_stopped(wemb_count_team_claims(team)))
			break;
		loss += wemb_glove_train(wemb_count_team_weights(team), entries + done, Min(step, n - done));
		tick(arg, loss / Min(done + step, n));
	}
	return loss;
}

static void
work(CountTeam *team, PageFiles *pages, TeamTick tick, void *arg)
{
	EpochClaims *claims = wemb_count_team_claims(team);
	GloveEntry *entries = wemb_block_alloc(entries_size(team->claim_pages));
	void	   *page = palloc(COOCCUR_PAGE);
	EpochClaim	claim;

	if (entries == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("training needs %s of memory for each process",
						wemb_size_pretty(entries_size(team->claim_pages)))));
	while (wemb_claims_take(claims, &claim))
	{
		Rng			rng = rng_for(~team->config.seed, claim.number);
		int			n = read_entries(team, pages, &claim, entries, page);
		double		loss;

		wemb_glove_shuffle(entries, n, &rng);
		loss = train_entries(team, entries, n, tick, arg);
		if (wemb_claims_stopped(claims))
			break;
		pg_atomic_fetch_add_u64(&team->pages, claim_end(team, &claim) - claim_first(team, &claim));
		wemb_claims_done(claims, &claim, loss, n);
		tick(arg, NAN);
	}
}

/* ---- the weights, as the keeper sees them ---- */

static char *
weight_bytes(void *arg, size_t *size)
{
	return wemb_glove_weights(((GloveLeader *) arg)->shared, size);
}

/* A length that is too large for a float is as bad as an element that is. */
static bool
weights_are_finite(void *arg)
{
	const GloveLeader *glove = arg;
	int			dim = glove->config.dim;
	float	   *vec = palloc(dim * sizeof(float));
	bool		finite = true;

	for (int word = 0; finite && word < glove->config.words; word++)
	{
		if (word % INIT_ROWS == 0)
			CHECK_FOR_INTERRUPTS();
		wemb_glove_word_vector(glove->shared, word, false, vec);
		finite = isfinite(wemb_kernel->dot_f32(vec, vec, dim));
	}
	pfree(vec);
	return finite;
}

static void
init_weights(void *arg)
{
	GloveLeader *glove = arg;
	const double *sums = wemb_count_team_sums(glove->leader->team);
	double		total = 0;
	int			row = 0;

	for (int i = 0; i < glove->config.words; i++)
		total += sums[i];
	do
	{
		CHECK_FOR_INTERRUPTS();
		row = wemb_glove_init_rows(glove->shared, sums, total, row, INIT_ROWS);
	} while (row > 0);
}

static double
learning_rate(void *arg)
{
	return ((GloveLeader *) arg)->config.alpha;
}

static void
resume(void *arg, int epoch, double factor)
{
	GloveLeader *glove = arg;
	CountTeam  *team = glove->leader->team;

	glove->config.alpha = team->config.alpha * factor;
	wemb_glove_set_alpha(glove->shared, glove->config.alpha);
	pg_atomic_write_u64(&team->pages, (uint64) epoch * wemb_count_team_pages(team));
}

/* ---- the leader ---- */

static void
tick(void *arg, double loss)
{
	GloveLeader *glove = arg;
	CountTeam  *team = glove->leader->team;
	double		pages = (double) Max(wemb_count_team_pages(team), 1);

	wemb_progress_step(glove->leader->progress, pg_atomic_read_u64(&team->pages) / pages * team->config.tokens, loss);
	wemb_keeper_look(&glove->keeper);
}

static void
train(CountLeader *leader)
{
	CountTeam  *team = leader->team;
	GloveLeader glove = {leader, glove_config(&team->config, leader->options->x_max)};
	EpochKeeper *keeper = &glove.keeper;
	int64		pages = wemb_count_team_pages(team);
	int64		fair = pages / (LEAST_CLAIMS * (1 + leader->helpers)) + 1;

	team->claim_pages = (int) (leader->helpers == 0 ? Min(Max(pages, 1), MAX_CLAIM_PAGES) : Min(fair, MAX_CLAIM_PAGES));
	wemb_claims_init(wemb_count_team_claims(team), (pages + team->claim_pages - 1) / team->claim_pages,
					 team->config.epochs);
	glove.shared = wemb_glove_shared_init(wemb_count_team_weights(team), &glove.config);
	*keeper = (EpochKeeper) {
		.claims = wemb_count_team_claims(team),
		.weights = {&glove, weight_bytes, weights_are_finite, init_weights, learning_rate, resume},
		.tolerance = leader->options->tolerance,
		.words = team->config.tokens,
		.progress = leader->progress,
		.context = CurrentMemoryContext,
	};
	wemb_progress_phase(leader->progress, TRAIN_PHASE_TRAINING, (double) team->config.tokens * team->config.epochs);
	wemb_progress_epoch(leader->progress, 1);
	init_weights(&glove);
	wemb_count_team_stage(leader, COUNT_STAGE_TRAIN, tick, &glove);
	while (keeper->verdict == DIVERGED)
	{
		wemb_keeper_go_back(keeper);
		wemb_count_team_stage(leader, COUNT_STAGE_TRAIN, tick, &glove);
	}
	wemb_keeper_end(keeper);
	leader->run->log = keeper->log;
	leader->run->epochs = keeper->epoch;
}

const CountMethod wemb_count_glove = {weights_size, worker_size, train, work, word_vector};
