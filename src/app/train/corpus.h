/*
 * corpus.h
 *		The tokens of all texts as word numbers, kept for one pass an epoch.
 *
 * Chunks of CORPUS_CHUNK numbers, -1 after each text; the last one is filled
 * up with -1.  The first megabytes are in memory, the rest in a temporary
 * file, which temp_file_limit and temp_tablespaces govern.  Several processes
 * can read a corpus whose file is shared.
 */
#ifndef WEMB_CORPUS_H
#define WEMB_CORPUS_H

#include "postgres.h"

#include "pg/shared_files.h"

#define CORPUS_CHUNK		16384	/* tokens: 64 kB */
#define TRAIN_CORPUS_NAME	"wemb.corpus"	/* of the file, when a training shares its corpus; more may follow */
#define CORPUS_NAME_LEN		64

typedef struct Corpus Corpus;
typedef struct CorpusReader CorpusReader;

/*
 * An empty corpus in CurrentMemoryContext that keeps at most memory bytes of
 * itself in memory.  Its file will be of that name among files; or of its own
 * if files is NULL: then only this process can read it.
 */
extern Corpus *wemb_corpus_create(Size memory, SharedFiles *files, const char *name);

/* Add one token; a text is over at wemb_corpus_end_text(). */
extern void wemb_corpus_add(Corpus *corpus, int32 number);
extern void wemb_corpus_end_text(Corpus *corpus);

/* No more will be added.  Returns the number of chunks. */
extern int64 wemb_corpus_finish(Corpus *corpus);

/* Put all of a finished corpus into its file, for others to wemb_corpus_attach() it by its name; once is enough. */
extern void wemb_corpus_share(Corpus *corpus);
extern const char *wemb_corpus_name(const Corpus *corpus);

/* Bytes of it in memory. */
extern Size wemb_corpus_memory(const Corpus *corpus);

/* Give back memory and the temporary file.  An error in between is seen to by the transaction. */
extern void wemb_corpus_close(Corpus *corpus);

/* A reader of this process's corpus, or of one that another process has shared. */
extern CorpusReader *wemb_corpus_open(Corpus *corpus);
extern CorpusReader *wemb_corpus_attach(SharedFiles *files, const char *name);

/* To be called before the corpus of the reader is closed. */
extern void wemb_corpus_detach(CorpusReader *reader);

/* Read the chunks from first to last, without last itself. */
extern void wemb_corpus_seek(CorpusReader *reader, int64 first, int64 last);

/*
 * The next stretch of one text: up to max tokens' ranks to out, leaving out
 * tokens whose rank is -1.  rank has an element for each number.  Returns how
 * many, 0 at the end of the chunks; *end_of_text becomes whether the text is
 * over, so that the next stretch is of another one.
 */
extern int	wemb_corpus_next(CorpusReader *reader, const int32 *rank, int32 *out, int max, bool *end_of_text);

#endif							/* WEMB_CORPUS_H */
