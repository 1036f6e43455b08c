/*
 * ivf_build_files.c
 *		Temporary files of a build: each written by one process, and read by all.
 *
 * A process that is alone needs no shared memory to say where they are: it
 * keeps them open.
 */
#include "postgres.h"

#include "index/ivf/ivf_build.h"

#define NAME_LEN	32

static void
file_name(char *name, int which, int member)
{
	snprintf(name, NAME_LEN, "ivf%d.%d", which, member);
}

BufFile *
wemb_ivf_file_new(IvfBuild *build, int which)
{
	char		name[NAME_LEN];

	if (build->files == NULL)
		return build->own[which] = BufFileCreateTemp(false);
	file_name(name, which, build->member);
	return wemb_files_new(build->files, name);
}

void
wemb_ivf_file_done(IvfBuild *build, BufFile *file)
{
	if (build->files == NULL)
		return;
	wemb_files_export(file);
	BufFileClose(file);
}

BufFile *
wemb_ivf_file_open(IvfBuild *build, int which, int member)
{
	char		name[NAME_LEN];

	if (build->files == NULL)
	{
		wemb_file_seek(build->own[which], 0);
		return build->own[which];
	}
	file_name(name, which, member);
	return wemb_files_open(build->files, name);
}

void
wemb_ivf_file_close(IvfBuild *build, BufFile *file)
{
	if (build->files != NULL)
		BufFileClose(file);
}

void
wemb_ivf_files_end(IvfBuild *build)
{
	if (build->files != NULL)
		wemb_files_close(build->files);
	for (int i = 0; i < lengthof(build->own); i++)
		if (build->own[i] != NULL)
			BufFileClose(build->own[i]);
}
