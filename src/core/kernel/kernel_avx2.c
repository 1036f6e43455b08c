/*
 * kernel_avx2.c
 *		The kernels for x86-64 with AVX2, FMA and F16C.
 */
#include <string.h>

#include "core/kernel/kernel_tables.h"

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c")
#endif
#include "core/kernel/isa_avx2.h"

#include "core/kernel/elements_impl.h"
#include "core/kernel/byte_vector_impl.h"
#include "core/kernel/update_impl.h"
#include "core/kernel/rows_impl.h"
#include "core/kernel/panel_impl.h"
#include "core/kernel/sgns_impl.h"
#include "core/kernel/matrix_impl.h"
#include "core/kernel/cell_impl.h"
#include "core/kernel/bits_impl.h"
#include "core/kernel/rotate_impl.h"
#include "core/kernel/code_impl.h"
#include "core/kernel/table_impl.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif							/* __x86_64__ */
