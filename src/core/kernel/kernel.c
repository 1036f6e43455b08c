/*
 * kernel.c
 *		Which instruction set's kernels this process uses.
 */
#include "core/kernel/kernel_tables.h"

#include <stddef.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

const WembKernel *wemb_kernel = &wemb_kernel_portable;

/* Every table of this architecture, slowest first. */
static const WembKernel *const tables[] = {
	&wemb_kernel_portable,
#if defined(__x86_64__)
	&wemb_kernel_avx2,
	&wemb_kernel_avx512,
#elif defined(__aarch64__)
	&wemb_kernel_neon,
#endif
};

#if defined(__x86_64__)
/* Not every compiler's __builtin_cpu_supports() knows of F16C.  Its registers are AVX's. */
static bool
has_f16c(void)
{
	unsigned	eax,
				ebx,
				ecx,
				edx;

	return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & bit_F16C) != 0;
}
#endif

/*
 * Whether the processor has what the table needs and the operating system
 * saves its registers; __builtin_cpu_supports() answers for both.
 */
static bool
can_run(const WembKernel *table)
{
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (table != &wemb_kernel_portable &&
		!(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c()))
		return false;
	if (table == &wemb_kernel_avx512)
		return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
			__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#endif
	(void) table;
	return true;
}

const WembKernel *
wemb_kernel_at(int i)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		if (can_run(tables[t]) && i-- == 0)
			return tables[t];
	return NULL;
}

const WembKernel *
wemb_kernel_by_name(const char *name)
{
	const WembKernel *table;

	for (int i = 0; (table = wemb_kernel_at(i)) != NULL; i++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

void
wemb_kernel_use(const WembKernel *kernel)
{
	wemb_kernel = kernel;
}

void
wemb_kernel_init(void)
{
	for (int i = 0; wemb_kernel_at(i) != NULL; i++)
		wemb_kernel = wemb_kernel_at(i);
}
