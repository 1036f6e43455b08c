/*
 * train_team.h
 *		Several processes going through the text, epoch by epoch: the block of
 *		memory that they share, and what each of them does.
 *
 * Block, at offsets from its start, each 64-byte aligned:
 *
 *	header			TrainTeam
 *	claims			EpochClaims: chunks of the corpus
 *	rank			int32 for each number of the corpus
 *	weights			the core's, as the method says (train_method.h)
 */
#ifndef WEMB_TRAIN_TEAM_H
#define WEMB_TRAIN_TEAM_H

#include "postgres.h"

#include "storage/dsm.h"

#include "app/train/epoch_claims.h"
#include "app/train/train_method.h"
#include "app/train/train_words.h"
#include "pg/parallel.h"

typedef struct TrainTeam TrainTeam;

/* What the leader does every few milliseconds; loss is the mean of its present chunk, NAN without one. */
typedef void (*TeamTick) (void *arg, double loss);

/* Bytes of the block, SIZE_MAX if there is no such number. */
extern Size wemb_train_team_size(const TrainOptions *options, const RankedWords *ranked);

/* Format a block; the weights are then at wemb_train_team_weights(), not formatted yet. */
extern TrainTeam *wemb_train_team_init(void *block, const TrainOptions *options, const RankedWords *ranked,
									   int64 chunks);
extern void *wemb_train_team_weights(TrainTeam *team);
extern EpochClaims *wemb_train_team_claims(TrainTeam *team);

/* Work as the leader until no claim is left, or all are stopped. */
extern void wemb_train_team_work(TrainTeam *team, CorpusReader *reader, TeamTick tick, void *arg);

/* Have helpers work on the block in this segment, with the shared corpus of that name among files. */
extern Team wemb_train_team_launch(dsm_segment *block, SharedFiles *files, const char *corpus, int helpers);
extern PGDLLEXPORT void wemb_train_help(dsm_segment *segment, shm_toc *toc);

#endif							/* WEMB_TRAIN_TEAM_H */
