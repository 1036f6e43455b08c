/*
 * isa_avx512.h
 *		The vocabulary of the kernels (see isa_portable.h) in AVX-512 F, DQ, BW and VL.
 */
#include <immintrin.h>

#define ISA_NAME		"avx512"
#define ISA(name)		name##_avx512
#define VF_LANES		16
#define VF_REGISTERS	32

typedef __m512 vf;

#define vf_zero()		_mm512_setzero_ps()
#define vf_set1(x)		_mm512_set1_ps(x)
#define vf_load(p)		_mm512_loadu_ps(p)
#define vf_store(p, v)	_mm512_storeu_ps(p, v)
#define vf_load_part(p, n) _mm512_maskz_loadu_ps((__mmask16) ((1u << (n)) - 1), p)
#define vf_load_half(p) _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *) (p)))
#define vf_load_half_part(p, n) \
	_mm512_cvtph_ps(_mm256_maskz_loadu_epi16((__mmask16) ((1u << (n)) - 1), p))
#define vf_store_half(p, v) \
	_mm256_storeu_si256((__m256i *) (p), _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT))
#define vf_load_bytes(p) _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *) (p))))
#define vf_load_bytes_part(p, n) \
	_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8((__mmask16) ((1u << (n)) - 1), p)))
#define vf_first(v, n)	_mm512_maskz_mov_ps((__mmask16) ((1u << (n)) - 1), v)
#define vf_add(a, b)	_mm512_add_ps(a, b)
#define vf_sub(a, b)	_mm512_sub_ps(a, b)
#define vf_mul(a, b)	_mm512_mul_ps(a, b)
#define vf_div(a, b)	_mm512_div_ps(a, b)
#define vf_min(a, b)	_mm512_min_ps(a, b)
#define vf_max(a, b)	_mm512_max_ps(a, b)
#define vf_fma(a, b, c) _mm512_fmadd_ps(a, b, c)
#define vf_sqrt(a)		_mm512_sqrt_ps(a)
#define vf_abs(a)		_mm512_abs_ps(a)
#define vf_shl23(a)		_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(a), 23))

#define vf_from_i32(p)	_mm512_cvtepi32_ps(_mm512_loadu_si512(p))
#define vf_positive(v)	((unsigned) _mm512_cmp_ps_mask(v, _mm512_setzero_ps(), _CMP_GT_OQ))
#define vf_flip(v, bits) _mm512_mask_xor_ps(v, (__mmask16) (bits), v, _mm512_set1_ps(-0.0f))
#define vf_swap1(v)		_mm512_permute_ps(v, _MM_SHUFFLE(2, 3, 0, 1))
#define vf_swap2(v)		_mm512_permute_ps(v, _MM_SHUFFLE(1, 0, 3, 2))
#define vf_swap4(v)		_mm512_shuffle_f32x4(v, v, _MM_SHUFFLE(2, 3, 0, 1))
#define vf_swap8(v)		_mm512_shuffle_f32x4(v, v, _MM_SHUFFLE(1, 0, 3, 2))

static inline float
vf_sum(vf v)
{
	__m256		half = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
	__m128		quarter = _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));

	quarter = _mm_add_ps(quarter, _mm_movehl_ps(quarter, quarter));
	return _mm_cvtss_f32(_mm_add_ss(quarter, _mm_movehdup_ps(quarter)));
}

static inline vf
vf_join2(vf a, vf b)
{
	return _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
}

static inline vf
vf_join4(vf ab, vf cd)
{
	return _mm512_add_ps(_mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(1, 0, 1, 0)),
						 _mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 2, 3, 2)));
}

static inline void
vf_fold(vf *out, vf a, vf b, vf c, vf d)
{
	vf			ab = _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xEE));
	vf			cd = _mm512_add_ps(_mm512_shuffle_f32x4(c, d, 0x44), _mm512_shuffle_f32x4(c, d, 0xEE));

	out[0] = _mm512_add_ps(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xDD));
}

typedef __m512i vb;

#define VB_BYTES		64
#define vb_zero()		_mm512_setzero_si512()
#define vb_load(p)		_mm512_loadu_si512(p)
#define vb_load_part(p, n) _mm512_maskz_loadu_epi8((UINT64_C(1) << (n)) - 1, p)
#define vb_and(a, b)	_mm512_and_si512(a, b)
#define vb_or(a, b)		_mm512_or_si512(a, b)
#define vb_xor(a, b)	_mm512_xor_si512(a, b)
#define vb_add(a, b)	_mm512_add_epi64(a, b)
#define vb_sum(v)		((uint64_t) _mm512_reduce_add_epi64(v))

/* As in isa_avx2.h: not every processor with AVX-512 has an instruction for it. */
static inline vb
vb_count(vb v)
{
	const __m512i bits_of = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
	const __m512i low = _mm512_set1_epi8(15);
	__m512i		low_bits = _mm512_shuffle_epi8(bits_of, _mm512_and_si512(v, low));
	__m512i		high_bits = _mm512_shuffle_epi8(bits_of, _mm512_and_si512(_mm512_srli_epi16(v, 4), low));

	return _mm512_sad_epu8(_mm512_add_epi8(low_bits, high_bits), _mm512_setzero_si512());
}

#define vb_sum_picked(p, bits) \
	_mm512_sad_epu8(_mm512_maskz_mov_epi8(bits, _mm512_loadu_si512(p)), _mm512_setzero_si512())

/* As in isa_avx2.h. */
static inline void
vb_store_sums(int32_t *p, vb a, vb b, vb c, vb d)
{
	__m512i		ab = _mm512_or_si512(a, _mm512_slli_epi64(b, 32));
	__m512i		cd = _mm512_or_si512(c, _mm512_slli_epi64(d, 32));
	__m512i		all = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
	__m256i		half = _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));

	_mm_storeu_si128((__m128i *) p, _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1)));
}

typedef __m512i vi;

#define VI_BYTES		64
#define vi_zero()		_mm512_setzero_si512()
#define vi_add(a, b)	_mm512_add_epi32(a, b)
#define vi_sum(v)		((uint32_t) _mm512_reduce_add_epi32(v))
#define vi_products(p, q) products_of_bytes(vb_load(p), vb_load(q))
#define vi_products_part(p, q, n) products_of_bytes(vb_load_part(p, n), vb_load_part(q, n))

/* As in isa_avx2.h. */
static inline vi
products_of_bytes(__m512i a, __m512i b)
{
	const __m512i low = _mm512_set1_epi16(255);

	return _mm512_add_epi32(_mm512_madd_epi16(_mm512_and_si512(a, low), _mm512_and_si512(b, low)),
							_mm512_madd_epi16(_mm512_srli_epi16(a, 8), _mm512_srli_epi16(b, 8)));
}

#define VT_BYTES		64

typedef uint8_t vt __attribute__((vector_size(VT_BYTES)));

#define vt_lookup(t, i) ((vt) _mm512_shuffle_epi8((__m512i) (t), (__m512i) (i)))

static inline __m128i
vt_fold_quarters(__m512i v)
{
	__m256i		half = _mm256_add_epi16(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));

	return _mm_add_epi16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

#define vt_fold(v)		((eight_words) vt_fold_quarters((__m512i) (v)))
