/*
 * isa_neon.h
 *		The vocabulary of the kernels (see isa_portable.h) in 64-bit ARM's NEON.
 */
#include <arm_neon.h>

#include "core/kernel/bytes.h"

#define ISA_NAME		"neon"
#define ISA(name)		name##_neon
#define VF_LANES		4
#define VF_REGISTERS	32

typedef float32x4_t vf;

#define vf_zero()		vdupq_n_f32(0.0f)
#define vf_set1(x)		vdupq_n_f32(x)
#define vf_load(p)		vld1q_f32(p)
#define vf_store(p, v)	vst1q_f32(p, v)
#define vf_load_half(p) vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)))
#define vf_store_half(p, v) vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(v)))
#define vf_add(a, b)	vaddq_f32(a, b)
#define vf_sub(a, b)	vsubq_f32(a, b)
#define vf_mul(a, b)	vmulq_f32(a, b)
#define vf_div(a, b)	vdivq_f32(a, b)
#define vf_min(a, b)	vminq_f32(a, b)
#define vf_max(a, b)	vmaxq_f32(a, b)
#define vf_fma(a, b, c) vfmaq_f32(c, a, b)
#define vf_sqrt(a)		vsqrtq_f32(a)
#define vf_abs(a)		vabsq_f32(a)
#define vf_shl23(a)		vreinterpretq_f32_s32(vshlq_n_s32(vreinterpretq_s32_f32(a), 23))
#define vf_sum(v)		vaddvq_f32(v)
#define vf_join2(a, b)	vpaddq_f32(a, b)
#define vf_join4(ab, cd) vpaddq_f32(ab, cd)

#define vf_from_i32(p)	vcvtq_f32_s32(vld1q_s32(p))
#define vf_swap1(v)		vrev64q_f32(v)
#define vf_swap2(v)		vextq_f32(v, v, 2)

static inline vf
vf_flip(vf v, unsigned bits)
{
	const int32x4_t up = {31, 30, 29, 28};
	uint32x4_t	signs = vandq_u32(vshlq_u32(vdupq_n_u32(bits), up), vdupq_n_u32(0x80000000));

	return vreinterpretq_f32_u32(veorq_u32(vreinterpretq_u32_f32(v), signs));
}

static inline unsigned
vf_positive(vf v)
{
	const uint32x4_t bit = {1, 2, 4, 8};

	return vaddvq_u32(vandq_u32(vcgtzq_f32(v), bit));
}

static inline vf
vf_load_part(const float *p, int n)
{
	vf			v = vsetq_lane_f32(p[0], vf_zero(), 0);

	if (n > 1)
		v = vsetq_lane_f32(p[1], v, 1);
	if (n > 2)
		v = vsetq_lane_f32(p[2], v, 2);
	return v;
}

static inline vf
vf_load_half_part(const Half *p, int n)
{
	uint16x4_t	v = vset_lane_u16(p[0], vdup_n_u16(0), 0);

	if (n > 1)
		v = vset_lane_u16(p[1], v, 1);
	if (n > 2)
		v = vset_lane_u16(p[2], v, 2);
	return vcvt_f32_f16(vreinterpret_f16_u16(v));
}

static inline vf
vf_load_bytes(const uint8_t *p)
{
	uint32_t	bytes;

	memcpy(&bytes, p, sizeof(bytes));
	return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(vreinterpret_u8_u32(vdup_n_u32(bytes))))));
}

static inline vf
vf_load_bytes_part(const uint8_t *p, int n)
{
	const uint8_t part[VF_LANES] = {p[0], n > 1 ? p[1] : 0, n > 2 ? p[2] : 0, 0};

	return vf_load_bytes(part);
}

static inline vf
vf_first(vf v, int n)
{
	const int32x4_t lane = {0, 1, 2, 3};
	uint32x4_t	is_first = vcltq_s32(lane, vdupq_n_s32(n));

	return vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(v), is_first));
}

static inline void
vf_fold(vf *out, vf a, vf b, vf c, vf d)
{
	out[0] = a;
	out[1] = b;
	out[2] = c;
	out[3] = d;
}

typedef uint64x2_t vb;

#define VB_BYTES		16
#define vb_zero()		vdupq_n_u64(0)
#define vb_load(p)		vreinterpretq_u64_u8(vld1q_u8(p))
#define vb_and(a, b)	vandq_u64(a, b)
#define vb_or(a, b)		vorrq_u64(a, b)
#define vb_xor(a, b)	veorq_u64(a, b)
#define vb_add(a, b)	vaddq_u64(a, b)
#define vb_count(v)		vpaddlq_u32(vpaddlq_u16(vpaddlq_u8(vcntq_u8(vreinterpretq_u8_u64(v)))))
#define vb_sum(v)		vaddvq_u64(v)

static inline vb
vb_load_part(const uint8_t *p, int n)
{
	uint64_t	first,
				second;

	bytes_up_to_15(p, n, &first, &second);
	return vcombine_u64(vcreate_u64(first), vcreate_u64(second));
}

/* 16 bytes at a time; 16-bit sums of two bytes of each quarter. */
static inline vb
vb_sum_picked(const uint8_t *p, uint64_t bits)
{
	const uint8x16_t bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
	uint16x8_t	sum = vdupq_n_u16(0);

	for (int i = 0; i < 4; i++, bits >>= 16)
	{
		uint8x16_t	each = vcombine_u8(vdup_n_u8((uint8_t) bits), vdup_n_u8((uint8_t) (bits >> 8)));

		sum = vpadalq_u8(sum, vandq_u8(vld1q_u8(p + i * 16), vtstq_u8(each, bit)));
	}
	return vpaddlq_u32(vpaddlq_u16(sum));
}

static inline void
vb_store_sums(int32_t *p, vb a, vb b, vb c, vb d)
{
	uint32x4_t	sums = vcombine_u32(vmovn_u64(vpaddq_u64(a, b)), vmovn_u64(vpaddq_u64(c, d)));

	vst1q_s32(p, vreinterpretq_s32_u32(sums));
}

typedef uint32x4_t vi;

#define VI_BYTES		16
#define vi_zero()		vdupq_n_u32(0)
#define vi_add(a, b)	vaddq_u32(a, b)
#define vi_sum(v)		vaddvq_u32(v)
#define vi_products(p, q) products_of_bytes(vld1q_u8(p), vld1q_u8(q))
#define vi_products_part(p, q, n) \
	products_of_bytes(vreinterpretq_u8_u64(vb_load_part(p, n)), vreinterpretq_u8_u64(vb_load_part(q, n)))

static inline vi
products_of_bytes(uint8x16_t a, uint8x16_t b)
{
	return vpadalq_u16(vpaddlq_u16(vmull_u8(vget_low_u8(a), vget_low_u8(b))), vmull_high_u8(a, b));
}

#define VT_BYTES		16

typedef uint8x16_t vt;

#define vt_lookup(t, i) vqtbl1q_u8(t, i)
#define vt_fold(v)		((eight_words) (v))
