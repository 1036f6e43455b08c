/*
 * shared_files.c
 *		Temporary files that several processes read and write.
 */
#include "pg/compat.h"

#include <fcntl.h>

#include "storage/sharedfileset.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "pg/shared_files.h"
#include "pg/shared_memory.h"

struct SharedFiles
{
	dsm_segment *segment;		/* holds the SharedFileSet, and nothing else */
	ResourceOwner owner;		/* of the files that this process opens, and where they are allocated: */
	MemoryContext context;		/* they are opened while a cursor's are the current ones */
};

static SharedFiles *
make_files(dsm_segment *segment)
{
	SharedFiles *files = palloc(sizeof(SharedFiles));

	files->segment = segment;
	files->owner = CurrentResourceOwner;
	files->context = CurrentMemoryContext;
	return files;
}

static SharedFileSet *
file_set(const SharedFiles *files)
{
	return dsm_segment_address(files->segment);
}

SharedFiles *
wemb_files_create(char **why)
{
	dsm_segment *segment = wemb_dsm_try_create(sizeof(SharedFileSet), why);

	if (segment == NULL)
		return NULL;
	SharedFileSetInit(dsm_segment_address(segment), segment);
	return make_files(segment);
}

dsm_handle
wemb_files_handle(const SharedFiles *files)
{
	return dsm_segment_handle(files->segment);
}

SharedFiles *
wemb_files_attach(dsm_handle handle)
{
	dsm_segment *segment = wemb_dsm_attach(handle);

	SharedFileSetAttach(dsm_segment_address(segment), segment);
	return make_files(segment);
}

void
wemb_files_close(SharedFiles *files)
{
	dsm_detach(files->segment);
	pfree(files);
}

/* Create a file, or open one that was exported. */
static BufFile *
get_file(SharedFiles *files, const char *name, bool create)
{
	ResourceOwner owner = CurrentResourceOwner;
	MemoryContext context = MemoryContextSwitchTo(files->context);
	BufFile    *file;

	CurrentResourceOwner = files->owner;
	file = create ? BufFileCreateFileSetCompat(file_set(files), name) :
		BufFileOpenFileSetCompat(file_set(files), name);
	CurrentResourceOwner = owner;
	MemoryContextSwitchTo(context);
	return file;
}

BufFile *
wemb_files_new(SharedFiles *files, const char *name)
{
	return get_file(files, name, true);
}

void
wemb_files_export(BufFile *file)
{
	BufFileExportFileSetCompat(file);
}

BufFile *
wemb_files_open(SharedFiles *files, const char *name)
{
	return get_file(files, name, false);
}

void
wemb_files_delete(SharedFiles *files, const char *name)
{
	BufFileDeleteFileSetCompat(file_set(files), name);
}

void
wemb_file_read(BufFile *file, void *to, Size size)
{
	size_t		nread = BufFileRead(file, to, size);

	if (nread != size)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read from a temporary file: read only %zu of %zu bytes", nread, size)));
}

void
wemb_file_seek(BufFile *file, int64 offset)
{
	if (BufFileSeekBlock(file, (long) (offset / BLCKSZ)) != 0 ||
		(offset % BLCKSZ != 0 && BufFileSeek(file, 0, (off_t) (offset % BLCKSZ), SEEK_CUR) != 0))
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not seek in a temporary file: %m")));
}
