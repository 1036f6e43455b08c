/*
 * count_team.h
 *		Several processes training from counts of which words occur together:
 *		the block of memory that they share, and what each of them does.
 *
 * The rows of the matrix of counts are cut into shares.  Each is counted by one
 * process and has a file of pages (core/train/cooccur.h).
 *
 * Block, at offsets from its start, each 64-byte aligned:
 *
 *	header			CountTeam
 *	shares			CountShare[nshares]
 *	claims			EpochClaims, for what goes by epochs
 *	rank			int32 for each number of the corpus
 *	sums			double for each word: of its row of the matrix
 *	weights			the core's GloveShared or SvdShared
 */
#ifndef WEMB_COUNT_TEAM_H
#define WEMB_COUNT_TEAM_H

#include "postgres.h"

#include "port/atomics.h"

#include "app/train/page_files.h"
#include "app/train/train_run.h"
#include "app/train/train_team.h"

/* What a team does: it counts, and then trains, in one stage or several. */
typedef enum CountStage
{
	COUNT_STAGE_COUNT,
	COUNT_STAGE_TRAIN
} CountStage;

typedef struct CountShare
{
	int			first_row;
	int			end_row;
	double		tokens;			/* of the words of these rows */
	int64		pages;			/* once counted */
} CountShare;

typedef struct CountTeam
{
	/* the leader's, before it lets others work */
	TrainAlgorithm algorithm;
	TrainConfig config;
	CountStage	stage;
	int64		chunks;			/* of the corpus */
	Size		counting_size;	/* bytes that a process counts in */
	int			claim_pages;	/* of one claim, with claims */
	int			nshares;
	Size		shares;			/* offsets in bytes */
	Size		claims;
	Size		rank;
	Size		sums;
	Size		weights;
	Size		size;			/* of the whole block */

	/* everybody's */
	pg_atomic_uint32 claimed;	/* shares, in this stage */
	pg_atomic_uint64 tokens;	/* counted so far, about */
	pg_atomic_uint64 pages;		/* trained on so far, all stages and epochs together */
} CountTeam;

/* The leader's view of the team. */
typedef struct CountLeader
{
	const TrainOptions *options;
	TrainSource *source;
	TrainRun   *run;
	TrainProgress *progress;
	CountTeam  *team;
	PageFiles  *pages;
	int			helpers;		/* at most */
} CountLeader;

/* An algorithm. */
typedef struct CountMethod
{
	Size		(*weights_size) (const TrainConfig *config);
	Size		(*worker_size) (const TrainConfig *config); /* of what each process needs to train, at most */
	/* the leader: train from counts that are there, with wemb_count_team_stage(); fills run but for its block */
	void		(*train) (CountLeader *leader);
	/* every process: its part of a stage */
	void		(*work) (CountTeam *team, PageFiles *pages, TeamTick tick, void *arg);
	/* as in TrainRun; weights is the team */
	void		(*word_vector) (const void *weights, int word, bool unit_length, float *out);
} CountMethod;

extern const CountMethod wemb_count_glove;
extern const CountMethod wemb_count_svd;

/*
 * The layout of a block: a header of its own, to be given to
 * wemb_count_team_init().  Each process may count in about so much memory.
 * size is SIZE_MAX if there is no such number.
 */
extern CountTeam wemb_count_team_plan(const TrainOptions *options, const RankedWords *ranked, int processes,
									  Size memory);
extern CountTeam *wemb_count_team_init(void *block, const CountTeam *plan, const RankedWords *ranked, int64 chunks);

extern const CountMethod *wemb_count_team_method(const CountTeam *team);
extern CountShare *wemb_count_team_shares(CountTeam *team);
extern EpochClaims *wemb_count_team_claims(CountTeam *team);
extern const int32 *wemb_count_team_rank(CountTeam *team);
extern double *wemb_count_team_sums(CountTeam *team);
extern void *wemb_count_team_weights(const CountTeam *team);

/* Pages of the matrix, once it is counted. */
extern int64 wemb_count_team_pages(CountTeam *team);

/* Take a share in this stage: its number, or -1 if none is left. */
extern int	wemb_count_team_claim(CountTeam *team);

/* The leader: have all work on a stage, with helpers if there may be any, until it is done or stopped. */
extern void wemb_count_team_stage(CountLeader *leader, CountStage stage, TeamTick tick, void *arg);

extern PGDLLEXPORT void wemb_count_help(dsm_segment *segment, shm_toc *toc);

#endif							/* WEMB_COUNT_TEAM_H */
