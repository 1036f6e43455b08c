/*
 * isa_neon.h
 *		The vocabulary of the kernels (see isa_portable.h) in 64-bit ARM's NEON.
 */
#include <arm_neon.h>

#define ISA_NAME		"neon"
#define ISA(name)		name##_neon
#define VF_LANES		4

typedef float32x4_t vf;

#define vf_zero()		vdupq_n_f32(0.0f)
#define vf_set1(x)		vdupq_n_f32(x)
#define vf_load(p)		vld1q_f32(p)
#define vf_store(p, v)	vst1q_f32(p, v)
#define vf_add(a, b)	vaddq_f32(a, b)
#define vf_sub(a, b)	vsubq_f32(a, b)
#define vf_mul(a, b)	vmulq_f32(a, b)
#define vf_div(a, b)	vdivq_f32(a, b)
#define vf_min(a, b)	vminq_f32(a, b)
#define vf_max(a, b)	vmaxq_f32(a, b)
#define vf_fma(a, b, c) vfmaq_f32(c, a, b)
#define vf_abs(a)		vabsq_f32(a)
#define vf_shl23(a)		vreinterpretq_f32_s32(vshlq_n_s32(vreinterpretq_s32_f32(a), 23))
#define vf_sum(v)		vaddvq_f32(v)
#define vf_join2(a, b)	vpaddq_f32(a, b)
#define vf_join4(ab, cd) vpaddq_f32(ab, cd)

static inline void
vf_fold(vf *out, vf a, vf b, vf c, vf d)
{
	out[0] = a;
	out[1] = b;
	out[2] = c;
	out[3] = d;
}
