/*
 * kernel_portable.c
 *		The kernels for any processor.
 */
#include <string.h>

#include "core/kernel/kernel_tables.h"

#include "core/kernel/isa_portable.h"

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
