/*
 * count_pairs.c
 *		Counting which words occur together.
 */
#include "pg/compat.h"

#include <math.h>

#include "miscadmin.h"

#include "app/train/count_pairs.h"
#include "core/train/cooccur.h"
#include "pg/memory.h"

#define TELL_TOKENS		8192	/* between two looks at the progress */

/* A share being counted. */
typedef struct ShareCount
{
	CountTeam  *team;
	CountShare *share;
	CooccurConfig config;
	Cooccur    *cooccur;
	TeamTick	tick;
	void	   *arg;
} ShareCount;

/* Pairs that are nearer weigh more: measured, for both algorithms, to be better than all alike. */
static CooccurConfig
pair_config(const TrainConfig *config)
{
	return (CooccurConfig) {
		.words = config->words,
		.window = config->window,
		.by_distance = true,
		.end_row = config->words,
	};
}

double
wemb_count_max_entries(const TrainConfig *config)
{
	return Min((double) config->words * config->words, 2.0 * config->window * config->tokens);
}

Size
wemb_count_pairs_size(const TrainConfig *config, Size memory)
{
	CooccurConfig pairs = pair_config(config);
	Size		least = wemb_cooccur_min_size(&pairs);

	return Max(Min(memory, wemb_cooccur_max_size(&pairs, config->tokens)), least);
}

/* Of tokens that the pass has seen meanwhile, the part that belongs to the rows it still counts. */
static void
tell(ShareCount *s, int tokens)
{
	double		rows = wemb_cooccur_end_row(s->cooccur) - s->config.first_row;
	double		all_rows = s->share->end_row - s->share->first_row;

	pg_atomic_fetch_add_u64(&s->team->tokens,
							(int64) (tokens * rows / all_rows * s->share->tokens / s->team->config.tokens));
	s->tick(s->arg, NAN);
}

static void
count_pass(ShareCount *s, CorpusReader *corpus)
{
	const int32 *rank = wemb_count_team_rank(s->team);
	int32		stretch[COOCCUR_MAX_STRETCH];
	bool		end_of_text;
	int			untold = 0;
	int			n;

	wemb_corpus_seek(corpus, 0, s->team->chunks);
	while ((n = wemb_corpus_next(corpus, rank, stretch, COOCCUR_MAX_STRETCH, &end_of_text)) > 0)
	{
		CHECK_FOR_INTERRUPTS();
		wemb_cooccur_add(s->cooccur, stretch, n);
		untold += n;
		if (untold >= TELL_TOKENS)
		{
			tell(s, untold);
			untold = 0;
		}
	}
	tell(s, untold);
}

static void
write_pages(ShareCount *s, PageFiles *pages, int file)
{
	char	   *page = palloc(COOCCUR_PAGE);

	while (wemb_cooccur_sort_step(s->cooccur))
		CHECK_FOR_INTERRUPTS();
	while (wemb_cooccur_read_page(s->cooccur, page, wemb_count_team_sums(s->team)))
	{
		CHECK_FOR_INTERRUPTS();
		wemb_page_files_write(pages, file, page);
		s->share->pages++;
	}
	pfree(page);
}

/* Rows that do not fit into memory are left to another pass. */
static void
count_share(ShareCount *s, int number, void *memory, CorpusReader *corpus, PageFiles *pages)
{
	s->share = wemb_count_team_shares(s->team) + number;
	s->config = pair_config(&s->team->config);
	s->config.first_row = s->share->first_row;
	s->config.end_row = s->share->end_row;
	wemb_page_files_create(pages, number);
	while (s->config.first_row < s->config.end_row)
	{
		s->cooccur = wemb_cooccur_init(memory, s->team->counting_size, &s->config);
		count_pass(s, corpus);
		write_pages(s, pages, number);
		s->config.first_row = wemb_cooccur_end_row(s->cooccur);
	}
	wemb_page_files_finish(pages, number);
}

void
wemb_count_pairs(CountTeam *team, CorpusReader *corpus, PageFiles *pages, TeamTick tick, void *arg)
{
	ShareCount	s = {.team = team, .tick = tick, .arg = arg};
	void	   *memory = wemb_block_alloc(team->counting_size);
	int			number;

	if (memory == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("counting needs %s of memory for each process", wemb_size_pretty(team->counting_size))));
	while ((number = wemb_count_team_claim(team)) >= 0)
		count_share(&s, number, memory, corpus, pages);
}
