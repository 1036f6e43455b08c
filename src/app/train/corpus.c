/*
 * corpus.c
 *		The encoded corpus: chunks of word numbers, -1 after each text.
 */
#include "pg/compat.h"

#include "miscadmin.h"
#include "storage/buffile.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "app/train/corpus.h"

#define CHUNK_TOKENS	(256 * 1024)
#define END_OF_TEXT		(-1)

struct Corpus
{
	MemoryContext context;
	ResourceOwner owner;		/* of the file: texts are added while a cursor's owner is the current one */
	int			max_chunks;		/* in memory */
	int			nchunks;
	int32	  **chunks;			/* full, of CHUNK_TOKENS each */
	BufFile    *file;			/* the chunks that did not fit, or NULL */
	int32	   *current;		/* being written or read */
	int			used;			/* tokens in current */
	int			next;			/* of these, already read */
	int			next_chunk;		/* of chunks, already read */
	bool		in_file;		/* reading has come to the file */
	int32	   *last;			/* the last, partly filled chunk ... */
	int			last_used;
	bool		at_last;		/* ... and reading has come to it */
};

Corpus *
wemb_corpus_create(Size memory)
{
	Corpus	   *c = palloc0(sizeof(Corpus));

	c->context = CurrentMemoryContext;
	c->owner = CurrentResourceOwner;
	c->max_chunks = (int) Min(Max(memory / (CHUNK_TOKENS * sizeof(int32)), 1), MaxAllocSize / sizeof(int32 *));
	c->current = palloc(CHUNK_TOKENS * sizeof(int32));
	return c;
}

static BufFile *
create_file(Corpus *c)
{
	ResourceOwner caller = CurrentResourceOwner;
	BufFile    *file;

	CurrentResourceOwner = c->owner;
	file = BufFileCreateTemp(false);
	CurrentResourceOwner = caller;
	return file;
}

/* current is full: keep it, or write it to the file and use it again. */
static void
flush_chunk(Corpus *c)
{
	MemoryContext caller = MemoryContextSwitchTo(c->context);

	CHECK_FOR_INTERRUPTS();
	if (c->nchunks < c->max_chunks)
	{
		if (c->chunks == NULL)
			c->chunks = palloc(sizeof(int32 *));
		else if ((c->nchunks & (c->nchunks - 1)) == 0)	/* a power of two: full */
			c->chunks = repalloc_huge(c->chunks, (Size) c->nchunks * 2 * sizeof(int32 *));
		c->chunks[c->nchunks++] = c->current;
		c->current = palloc(CHUNK_TOKENS * sizeof(int32));
	}
	else
	{
		if (c->file == NULL)
			c->file = create_file(c);
		BufFileWrite(c->file, c->current, CHUNK_TOKENS * sizeof(int32));
	}
	c->used = 0;
	MemoryContextSwitchTo(caller);
}

void
wemb_corpus_add(Corpus *c, int32 number)
{
	if (c->used == CHUNK_TOKENS)
		flush_chunk(c);
	c->current[c->used++] = number;
}

void
wemb_corpus_end_text(Corpus *c)
{
	wemb_corpus_add(c, END_OF_TEXT);
}

void
wemb_corpus_rewind(Corpus *c)
{
	if (c->last == NULL)
	{
		c->last = c->current;
		c->last_used = c->used;
	}
	if (c->file != NULL && BufFileSeek(c->file, 0, 0, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not rewind a temporary file: %m")));
	c->current = NULL;
	c->used = c->next = c->next_chunk = 0;
	c->in_file = c->at_last = false;
}

/* Make the next chunk current; false at the end. */
static bool
next_chunk(Corpus *c)
{
	c->next = 0;
	c->used = CHUNK_TOKENS;
	if (c->next_chunk < c->nchunks)
	{
		c->current = c->chunks[c->next_chunk++];
		return true;
	}
	if (c->file != NULL && !c->in_file)
	{
		c->in_file = true;
		c->current = MemoryContextAlloc(c->context, CHUNK_TOKENS * sizeof(int32));
	}
	if (c->in_file && !c->at_last)
	{
		size_t		nread = BufFileRead(c->file, c->current, CHUNK_TOKENS * sizeof(int32));

		if (nread == CHUNK_TOKENS * sizeof(int32))
			return true;
		if (nread != 0)
			ereport(ERROR,
					(errcode_for_file_access(),
					 errmsg("could not read from a temporary file: read only %zu of %zu bytes",
							nread, CHUNK_TOKENS * sizeof(int32))));
		pfree(c->current);
	}
	if (c->at_last)
	{
		c->used = 0;
		return false;
	}
	c->at_last = true;
	c->current = c->last;
	c->used = c->last_used;
	return true;
}

int
wemb_corpus_next(Corpus *c, const int32 *rank, int32 *out, int max)
{
	int			n = 0;

	while (n < max)
	{
		int32		number;

		if (c->next == c->used && !next_chunk(c))
			break;
		if (c->next == c->used)
			continue;
		number = c->current[c->next++];
		if (number >= 0)
		{
			if (rank[number] >= 0)
				out[n++] = rank[number];
		}
		else if (n > 0)
			break;
	}
	return n;
}

void
wemb_corpus_close(Corpus *c)
{
	if (c->file != NULL)
		BufFileClose(c->file);
	c->file = NULL;
}
