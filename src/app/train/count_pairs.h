/*
 * count_pairs.h
 *		Counting which words occur together: one pass over the corpus, or more,
 *		for each share of the rows.
 */
#ifndef WEMB_COUNT_PAIRS_H
#define WEMB_COUNT_PAIRS_H

#include "postgres.h"

#include "app/train/count_team.h"

/* Entries that the matrix can have at most. */
extern double wemb_count_max_entries(const TrainConfig *config);

/* Bytes that a process counts in: about memory, but no less than it must have, and no more than there is to count. */
extern Size wemb_count_pairs_size(const TrainConfig *config, Size memory);

/* Count shares until none is left to be claimed: their files of pages, and the sums of their rows. */
extern void wemb_count_pairs(CountTeam *team, CorpusReader *corpus, PageFiles *pages, TeamTick tick, void *arg);

#endif							/* WEMB_COUNT_PAIRS_H */
