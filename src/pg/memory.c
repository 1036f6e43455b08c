/*
 * memory.c
 *		Large blocks, and how much memory there is for them.
 */
#include "pg/compat.h"

#include <limits.h>

#include "storage/fd.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "pg/guc.h"
#include "pg/memory.h"

#define BLOCK_ALIGN		64

void *
wemb_block_alloc(Size size)
{
	char	   *block;

	if (size > MaxAllocHugeSize - BLOCK_ALIGN)
		return NULL;
	block = MemoryContextAllocExtended(CurrentMemoryContext, size + BLOCK_ALIGN,
									   MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
	return block == NULL ? NULL : (void *) TYPEALIGN(BLOCK_ALIGN, block);
}

/* The number that follows prefix in a small text file, or -1. */
static int64
number_in_file(const char *path, const char *prefix)
{
	FILE	   *file = AllocateFile(path, "r");
	char		line[256];
	int64		number = -1;

	if (file == NULL)
		return -1;
	while (number < 0 && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, prefix, strlen(prefix)) == 0)
		{
			char	   *end;
			const char *digits = line + strlen(prefix);
			long long	value = strtoll(digits, &end, 10);

			if (end != digits)
				number = value;
		}
	FreeFile(file);
	return number;
}

Size
wemb_memory_available(void)
{
	Size		available = SIZE_MAX;
	int64		kilobytes = number_in_file("/proc/meminfo", "MemAvailable:");
	int64		limit = number_in_file("/sys/fs/cgroup/memory.max", "");
	int64		used = number_in_file("/sys/fs/cgroup/memory.current", "");

	if (wemb_max_memory > 0)
		return (Size) wemb_max_memory * 1024;
	if (kilobytes >= 0)
		available = (Size) kilobytes * 1024;
	if (limit >= 0 && used >= 0)
		available = Min(available, limit > used ? (Size) (limit - used) : 0);
	return available;
}

Size
wemb_memory_limit(Size held)
{
	Size		available = wemb_memory_available();

	if (wemb_max_memory > 0)
		return available;
	return available > SIZE_MAX - held ? SIZE_MAX : available + held;
}

char *
wemb_size_pretty(Size size)
{
	return text_to_cstring(DatumGetTextPP(DirectFunctionCall1(pg_size_pretty,
															  Int64GetDatum((int64) Min(size, (Size) PG_INT64_MAX)))));
}
