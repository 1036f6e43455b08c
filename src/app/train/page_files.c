/*
 * page_files.c
 *		Temporary files of pages.
 */
#include "pg/compat.h"

#include "app/train/page_files.h"
#include "core/train/cooccur.h"

struct PageFiles
{
	MemoryContext context;
	SharedFiles *shared;		/* NULL: the files are this process's own */
	int			nfiles;
	BufFile    *file[FLEXIBLE_ARRAY_MEMBER];	/* NULL: not open */
};

PageFiles *
wemb_page_files_open(SharedFiles *shared, int nfiles)
{
	PageFiles  *pages = palloc0(offsetof(PageFiles, file) + nfiles * sizeof(BufFile *));

	pages->context = CurrentMemoryContext;
	pages->shared = shared;
	pages->nfiles = nfiles;
	return pages;
}

void
wemb_page_files_close(PageFiles *pages)
{
	for (int i = 0; i < pages->nfiles; i++)
		if (pages->file[i] != NULL)
			BufFileClose(pages->file[i]);
	pfree(pages);
}

static char *
file_name(int file)
{
	return psprintf("wemb.pairs.%d", file);
}

void
wemb_page_files_create(PageFiles *pages, int file)
{
	MemoryContext caller = MemoryContextSwitchTo(pages->context);

	pages->file[file] = pages->shared != NULL ? wemb_files_new(pages->shared, file_name(file)) :
		BufFileCreateTemp(false);
	MemoryContextSwitchTo(caller);
}

void
wemb_page_files_write(PageFiles *pages, int file, void *page)
{
	BufFileWrite(pages->file[file], page, COOCCUR_PAGE);
}

void
wemb_page_files_finish(PageFiles *pages, int file)
{
	if (pages->shared == NULL)
		return;
	wemb_files_export(pages->file[file]);
	BufFileClose(pages->file[file]);
	pages->file[file] = NULL;
}

void
wemb_page_files_read(PageFiles *pages, int file, int64 number, void *page)
{
	if (pages->file[file] == NULL)
		pages->file[file] = wemb_files_open(pages->shared, file_name(file));
	wemb_file_seek(pages->file[file], number * COOCCUR_PAGE);
	wemb_file_read(pages->file[file], page, COOCCUR_PAGE);
}
