/*
 * kernel_tables.h
 *		The tables that kernel.c chooses from; each exists on its own processors.
 */
#ifndef WEMB_KERNEL_TABLES_H
#define WEMB_KERNEL_TABLES_H

#include "core/kernel/kernel.h"

extern const WembKernel wemb_kernel_portable;
extern const WembKernel wemb_kernel_avx2;	/* x86-64 */
extern const WembKernel wemb_kernel_avx512; /* x86-64 */
extern const WembKernel wemb_kernel_neon;	/* 64-bit ARM */

#endif							/* WEMB_KERNEL_TABLES_H */
