/*
 * shared_files.h
 *		Temporary files that several processes read and write.
 *
 * They count against temp_file_limit, lie in temp_tablespaces, and go when the
 * last process that has them open lets go: at the end of the statement, after
 * an error, or after a crash at the next start.
 */
#ifndef WEMB_SHARED_FILES_H
#define WEMB_SHARED_FILES_H

#include "postgres.h"

#include "storage/buffile.h"
#include "storage/dsm.h"

typedef struct SharedFiles SharedFiles;

/* An empty set of files, or NULL if there is no shared memory to keep it in; why is then the reason. */
extern SharedFiles *wemb_files_create(char **why);

/* How another process finds them, and how it takes part. */
extern dsm_handle wemb_files_handle(const SharedFiles *files);
extern SharedFiles *wemb_files_attach(dsm_handle handle);

/* This process is done with them; its files are closed. */
extern void wemb_files_close(SharedFiles *files);

/*
 * A new file, to be written; to be read by others once it is exported.  It
 * belongs to the resource owner and the memory context that were current when
 * files was made.
 */
extern BufFile *wemb_files_new(SharedFiles *files, const char *name);
extern void wemb_files_export(BufFile *file);
extern BufFile *wemb_files_open(SharedFiles *files, const char *name);
extern void wemb_files_delete(SharedFiles *files, const char *name);

/* Read exactly so many bytes; ERROR if there are fewer. */
extern void wemb_file_read(BufFile *file, void *to, Size size);
extern void wemb_file_seek(BufFile *file, int64 offset);

#endif							/* WEMB_SHARED_FILES_H */
