/*
 * kernel_neon.c
 *		The kernels for 64-bit ARM.
 */
#include <string.h>

#include "core/kernel/kernel_tables.h"

#if defined(__aarch64__)
#include "core/kernel/isa_neon.h"

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

#endif							/* __aarch64__ */
