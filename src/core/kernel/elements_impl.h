/*
 * elements_impl.h
 *		The distances of distance_impl.h for each type of element, and the ways
 *		between the types, over the words of an isa_<name>.h.
 */

#define ELEM					float
#define DISTANCE(name)			ISA(name##_f32)
#define elem_load(p)			vf_load(p)
#define elem_load_part(p, n)	vf_load_part(p, n)
#include "core/kernel/distance_impl.h"
#undef ELEM
#undef DISTANCE
#undef elem_load
#undef elem_load_part

#define ELEM					Half
#define DISTANCE(name)			ISA(name##_f16)
#define elem_load(p)			vf_load_half(p)
#define elem_load_part(p, n)	vf_load_half_part(p, n)
#include "core/kernel/distance_impl.h"
#undef ELEM
#undef DISTANCE
#undef elem_load
#undef elem_load_part

static void
ISA(f32_from_f16) (const Half *x, float *y, int n)
{
	int			i = 0;

	for (; i + VF_LANES <= n; i += VF_LANES)
		vf_store(y + i, vf_load_half(x + i));
	for (; i < n; i++)
		y[i] = half_to_float(x[i]);
}

static void
ISA(f16_from_f32) (const float *x, Half *y, int n)
{
	int			i = 0;

	for (; i + VF_LANES <= n; i += VF_LANES)
		vf_store_half(y + i, vf_load(x + i));
	for (; i < n; i++)
		y[i] = half_from_float(x[i]);
}
