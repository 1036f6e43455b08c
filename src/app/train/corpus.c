/*
 * corpus.c
 *		The encoded corpus.
 *
 * The file holds the chunks that did not fit into memory, in their order; when
 * a corpus is shared, those in memory come after them.
 */
#include "pg/compat.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "app/train/corpus.h"

#define CHUNK_BYTES		(CORPUS_CHUNK * sizeof(int32))
#define END_OF_TEXT		(-1)

struct Corpus
{
	MemoryContext context;
	ResourceOwner owner;		/* of the file: texts are added while a cursor's owner is the current one */
	SharedFiles *files;
	const char *name;
	int64		max_kept;		/* chunks in memory */
	int64		nkept;
	int32	  **kept;
	BufFile    *file;			/* the chunks that did not fit; NULL if there are none, or the corpus is shared */
	int64		nwritten;
	bool		shared;
	int32	   *current;		/* being filled; NULL once the corpus is finished */
	int			used;			/* tokens in current */
};

struct CorpusReader
{
	const Corpus *corpus;		/* NULL for a shared one */
	BufFile    *file;			/* the corpus's own, or opened by the reader if there is no corpus */
	int64		next_chunk;
	int64		last_chunk;
	const int32 *chunk;			/* in the corpus, or buffer */
	int			next;			/* token of chunk; CORPUS_CHUNK when it is used up */
	int32	   *buffer;
};

Corpus *
wemb_corpus_create(Size memory, SharedFiles *files, const char *name)
{
	Corpus	   *c = palloc0(sizeof(Corpus));

	c->context = CurrentMemoryContext;
	c->owner = CurrentResourceOwner;
	c->files = files;
	c->name = pstrdup(name);
	c->max_kept = (int64) (memory / CHUNK_BYTES);
	c->current = palloc(CHUNK_BYTES);
	return c;
}

static BufFile *
create_file(const Corpus *c)
{
	ResourceOwner caller = CurrentResourceOwner;
	BufFile    *file;

	if (c->files != NULL)
		return wemb_files_new(c->files, c->name);
	CurrentResourceOwner = c->owner;
	file = BufFileCreateTemp(false);
	CurrentResourceOwner = caller;
	return file;
}

static void
write_chunk(Corpus *c, int32 *chunk)
{
	CHECK_FOR_INTERRUPTS();
	if (c->file == NULL)
		c->file = create_file(c);
	BufFileWrite(c->file, chunk, CHUNK_BYTES);
	c->nwritten++;
}

/* current is full: keep it, or write it to the file and use it again. */
static void
flush_chunk(Corpus *c)
{
	MemoryContext caller = MemoryContextSwitchTo(c->context);

	if (c->nkept < c->max_kept)
	{
		if (c->kept == NULL)
			c->kept = palloc(sizeof(int32 *));
		else if ((c->nkept & (c->nkept - 1)) == 0)	/* a power of two: full */
			c->kept = repalloc_huge(c->kept, (Size) c->nkept * 2 * sizeof(int32 *));
		c->kept[c->nkept++] = c->current;
		c->current = palloc(CHUNK_BYTES);
	}
	else
		write_chunk(c, c->current);
	c->used = 0;
	MemoryContextSwitchTo(caller);
}

void
wemb_corpus_add(Corpus *c, int32 number)
{
	c->current[c->used++] = number;
	if (c->used == CORPUS_CHUNK)
		flush_chunk(c);
}

void
wemb_corpus_end_text(Corpus *c)
{
	wemb_corpus_add(c, END_OF_TEXT);
}

int64
wemb_corpus_finish(Corpus *c)
{
	if (c->current != NULL)
	{
		while (c->used > 0)
			wemb_corpus_end_text(c);
		pfree(c->current);
		c->current = NULL;
	}
	return c->nkept + c->nwritten;
}

void
wemb_corpus_share(Corpus *c)
{
	if (c->shared)
		return;
	for (int64 i = 0; i < c->nkept; i++)
	{
		write_chunk(c, c->kept[i]);
		pfree(c->kept[i]);
	}
	c->nkept = 0;
	if (c->file == NULL)
		c->file = create_file(c);
	wemb_files_export(c->file);
	BufFileClose(c->file);
	c->file = NULL;
	c->shared = true;
}

const char *
wemb_corpus_name(const Corpus *c)
{
	return c->name;
}

Size
wemb_corpus_memory(const Corpus *c)
{
	return (Size) c->nkept * CHUNK_BYTES;
}

void
wemb_corpus_close(Corpus *c)
{
	if (c->file != NULL)
		BufFileClose(c->file);
	if (c->files != NULL && (c->file != NULL || c->shared))
		wemb_files_delete(c->files, c->name);
	for (int64 i = 0; i < c->nkept; i++)
		pfree(c->kept[i]);
	c->nkept = 0;
	c->file = NULL;
	c->shared = false;
}

CorpusReader *
wemb_corpus_open(Corpus *c)
{
	CorpusReader *r;

	if (c->shared)
		return wemb_corpus_attach(c->files, c->name);
	r = palloc0(sizeof(CorpusReader));
	r->corpus = c;
	r->file = c->file;
	r->buffer = palloc(CHUNK_BYTES);
	return r;
}

CorpusReader *
wemb_corpus_attach(SharedFiles *files, const char *name)
{
	CorpusReader *r = palloc0(sizeof(CorpusReader));

	r->file = wemb_files_open(files, name);
	r->buffer = palloc(CHUNK_BYTES);
	return r;
}

void
wemb_corpus_detach(CorpusReader *r)
{
	if (r->corpus == NULL)
		BufFileClose(r->file);
	pfree(r->buffer);
	pfree(r);
}

void
wemb_corpus_seek(CorpusReader *r, int64 first, int64 last)
{
	r->next_chunk = first;
	r->last_chunk = last;
	r->next = CORPUS_CHUNK;
}

/* Make the next chunk the current one; false at the end. */
static bool
next_chunk(CorpusReader *r)
{
	int64		number = r->next_chunk;
	int64		nkept = r->corpus != NULL ? r->corpus->nkept : 0;

	if (number >= r->last_chunk)
		return false;
	r->next_chunk++;
	r->next = 0;
	if (number < nkept)
	{
		r->chunk = r->corpus->kept[number];
		return true;
	}
	wemb_file_seek(r->file, (number - nkept) * (int64) CHUNK_BYTES);
	wemb_file_read(r->file, r->buffer, CHUNK_BYTES);
	r->chunk = r->buffer;
	return true;
}

int
wemb_corpus_next(CorpusReader *r, const int32 *rank, int32 *out, int max, bool *end_of_text)
{
	int			n = 0;

	*end_of_text = false;
	while (r->next < CORPUS_CHUNK || next_chunk(r))
	{
		int32		number = r->chunk[r->next++];

		if (number < 0)
		{
			*end_of_text = n > 0;
			if (n > 0)
				break;
		}
		else if (rank[number] >= 0)
		{
			/* out may be full and the text nevertheless at its end: only the next token tells */
			if (n == max)
			{
				r->next--;
				break;
			}
			out[n++] = rank[number];
		}
	}
	return n;
}
