/*
 * guc.c
 *		wemb's settings.
 *
 * The server learns of them when the library is loaded, at the first call of
 * one of its functions; a SET before that is checked then.
 */
#include "postgres.h"

#include <limits.h>

#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/varlena.h"

#include "core/kernel/kernel.h"
#include "pg/compat.h"
#include "pg/guc.h"

char	   *wemb_model;
int			wemb_cache_size;
int			wemb_progress_interval;
int			wemb_max_memory;

enum
{
	KERNEL_AUTO, KERNEL_PORTABLE, KERNEL_AVX2, KERNEL_AVX512, KERNEL_NEON
};

static const struct config_enum_entry kernel_choices[] = {
	{"auto", KERNEL_AUTO, false},
	{"portable", KERNEL_PORTABLE, false},
	{"avx2", KERNEL_AVX2, false},
	{"avx512", KERNEL_AVX512, false},
	{"neon", KERNEL_NEON, false},
	{NULL, 0, false}
};

static int	kernel_choice;

/* The table for a choice, or NULL if this machine cannot run it. */
static const WembKernel *
find_kernel(int choice)
{
	const WembKernel *best = NULL;

	if (choice != KERNEL_AUTO)
		return wemb_kernel_by_name(kernel_choices[choice].name);
	for (int i = 0; wemb_kernel_at(i) != NULL; i++)
		best = wemb_kernel_at(i);
	return best;
}

static bool
check_kernel(int *choice, void **extra, GucSource source)
{
	if (find_kernel(*choice) != NULL)
		return true;
	GUC_check_errdetail("This machine cannot run the kernel \"%s\".", kernel_choices[*choice].name);
	return false;
}

static void
assign_kernel(int choice, void *extra)
{
	wemb_kernel_use(find_kernel(choice));
}

/* Whether the model exists is not asked: it may be made later. */
static bool
check_model(char **name, void **extra, GucSource source)
{
	char	   *copy = pstrdup(*name);
	List	   *identifiers;
	bool		good = SplitIdentifierString(copy, '.', &identifiers) &&
		list_length(identifiers) >= 1 && list_length(identifiers) <= 2;

	list_free(identifiers);
	pfree(copy);
	if (!good)
		GUC_check_errdetail("The name of a model is written as in SQL: a table's name, with or without a schema.");
	return good;
}

void
wemb_guc_init(void)
{
	DefineCustomStringVariable("wemb.model",
							   "Sets the embedding model used where none is named.",
							   "The name of a table, schema-qualified or found through search_path.",
							   &wemb_model,
							   "wemb_model",
							   PGC_USERSET, 0, check_model, NULL, NULL);
	DefineCustomIntVariable("wemb.cache_size",
							"Sets how much memory a session uses to keep words of embedding models.",
							"When it is full, it is emptied and fills again with the words in use.",
							&wemb_cache_size,
							64 * 1024, 0, MAX_KILOBYTES,
							PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomIntVariable("wemb.progress_interval",
							"Sets the time between two progress messages of a training.",
							"Zero turns them off.",
							&wemb_progress_interval,
							5, 0, INT_MAX / 1000,
							PGC_USERSET, GUC_UNIT_S, NULL, NULL, NULL);
	DefineCustomIntVariable("wemb.max_memory",
							"Sets how much memory a training may take.",
							"Zero stands for what the machine has free. A training that needs more is refused before it begins.",
							&wemb_max_memory,
							0, 0, MAX_KILOBYTES,
							PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);

	/* anyone may set it: a kernel changes speed and the last bits of results, nothing else */
	DefineCustomEnumVariable("wemb.kernel",
							 "Chooses the instruction set of the arithmetic, for tests and benchmarks.",
							 "Normally the best one that the processor has.",
							 &kernel_choice,
							 KERNEL_AUTO, kernel_choices,
							 PGC_USERSET, GUC_NOT_IN_SAMPLE, check_kernel, assign_kernel, NULL);

	MarkGUCPrefixReserved("wemb");
}
