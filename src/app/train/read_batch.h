/*
 * read_batch.h
 *		Texts collected in a temporary file, to be tokenized by several
 *		processes at once.
 *
 * A source is a query of the user's, which only one process can run, and
 * nothing else may happen in the database while helpers are at work.  So the
 * two take turns: texts are collected, then the query rests while a team
 * tokenizes and counts them; each helper has a vocabulary and a corpus of its
 * own, which are added to the leader's.
 */
#ifndef WEMB_READ_BATCH_H
#define WEMB_READ_BATCH_H

#include "postgres.h"

#include "access/parallel.h"

#include "app/train/train_text.h"

typedef struct ReadBatch ReadBatch;

/* An empty batch, in CurrentMemoryContext, for a team of one leader and so many helpers. */
extern ReadBatch *wemb_batch_create(SharedFiles *files, Tokens *tokens, int helpers);

/* Collect one text; then, how many bytes there are. */
extern void wemb_batch_add(ReadBatch *batch, const char *text, size_t len);
extern int64 wemb_batch_bytes(const ReadBatch *batch);

/* Take all texts collected into text, in any order, and forget them. */
extern void wemb_batch_run(ReadBatch *batch, TrainText *text);

/* What the helpers run. */
extern PGDLLEXPORT void wemb_batch_help(dsm_segment *segment, shm_toc *toc);

#endif							/* WEMB_READ_BATCH_H */
