/*
 * isa_avx2.h
 *		The vocabulary of the kernels (see isa_portable.h) in AVX2, FMA and F16C.
 */
#include <immintrin.h>

#include "core/kernel/bytes.h"

#define ISA_NAME		"avx2"
#define ISA(name)		name##_avx2
#define VF_LANES		8
#define VF_REGISTERS	16

typedef __m256 vf;

#define vf_zero()		_mm256_setzero_ps()
#define vf_set1(x)		_mm256_set1_ps(x)
#define vf_load(p)		_mm256_loadu_ps(p)
#define vf_store(p, v)	_mm256_storeu_ps(p, v)
#define vf_load_half(p) _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *) (p)))
#define vf_store_half(p, v) \
	_mm_storeu_si128((__m128i *) (p), _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT))
#define vf_add(a, b)	_mm256_add_ps(a, b)
#define vf_sub(a, b)	_mm256_sub_ps(a, b)
#define vf_mul(a, b)	_mm256_mul_ps(a, b)
#define vf_div(a, b)	_mm256_div_ps(a, b)
#define vf_min(a, b)	_mm256_min_ps(a, b)
#define vf_max(a, b)	_mm256_max_ps(a, b)
#define vf_fma(a, b, c) _mm256_fmadd_ps(a, b, c)
#define vf_sqrt(a)		_mm256_sqrt_ps(a)
#define vf_abs(a)		_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a)
#define vf_shl23(a)		_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(a), 23))

#define vf_from_i32(p)	_mm256_cvtepi32_ps(_mm256_loadu_si256((const __m256i *) (p)))
#define vf_positive(v)	((unsigned) _mm256_movemask_ps(_mm256_cmp_ps(v, _mm256_setzero_ps(), _CMP_GT_OQ)))
#define vf_swap1(v)		_mm256_permute_ps(v, _MM_SHUFFLE(2, 3, 0, 1))
#define vf_swap2(v)		_mm256_permute_ps(v, _MM_SHUFFLE(1, 0, 3, 2))
#define vf_swap4(v)		_mm256_permute2f128_ps(v, v, 1)

/* Each lane's bit is shifted up to the sign. */
static inline vf
vf_flip(vf v, unsigned bits)
{
	const __m256i up = _mm256_setr_epi32(31, 30, 29, 28, 27, 26, 25, 24);
	const __m256i sign = _mm256_set1_epi32(INT32_MIN);

	__m256i		shifted = _mm256_sllv_epi32(_mm256_set1_epi32((int) bits), up);

	return _mm256_xor_ps(v, _mm256_castsi256_ps(_mm256_and_si256(shifted, sign)));
}

/* all bits of the first n lanes */
static inline __m256i
first_lanes_mask(int n)
{
	/* as many ones in front as the load begins before the zeros */
	static const int32_t ones[2 * VF_LANES] = {-1, -1, -1, -1, -1, -1, -1, -1};

	return _mm256_loadu_si256((const __m256i *) (ones + VF_LANES - n));
}

#define vf_load_part(p, n) _mm256_maskload_ps(p, first_lanes_mask(n))
#define vf_first(v, n)	_mm256_and_ps(v, _mm256_castsi256_ps(first_lanes_mask(n)))
#define vf_load_bytes(p) _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *) (p))))
#define vf_load_bytes_part(p, n) \
	_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t) bytes_up_to_7(p, n))))

/* 0 to 3 halves, the first in the lowest bits */
static inline uint64_t
halves_up_to_3(const Half *p, int n)
{
	uint32_t	pair = 0;

	if (n >= 2)
		memcpy(&pair, p, sizeof(pair));
	if (n == 2)
		return pair;
	return n == 3 ? pair | (uint64_t) p[2] << 32 : n == 1 ? p[0] : 0;
}

static inline vf
vf_load_half_part(const Half *p, int n)
{
	uint64_t	low,
				high = 0;

	if (n >= 4)
	{
		memcpy(&low, p, sizeof(low));
		high = halves_up_to_3(p + 4, n - 4);
	}
	else
		low = halves_up_to_3(p, n);
	return _mm256_cvtph_ps(_mm_set_epi64x((int64_t) high, (int64_t) low));
}

static inline float
vf_sum(vf v)
{
	__m128		half = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));

	half = _mm_add_ps(half, _mm_movehl_ps(half, half));
	return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}

static inline vf
vf_join2(vf a, vf b)
{
	return _mm256_add_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
}

static inline vf
vf_join4(vf ab, vf cd)
{
	return _mm256_add_ps(_mm256_shuffle_ps(ab, cd, _MM_SHUFFLE(1, 0, 1, 0)),
						 _mm256_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 2, 3, 2)));
}

static inline void
vf_fold(vf *out, vf a, vf b, vf c, vf d)
{
	out[0] = _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31));
	out[1] = _mm256_add_ps(_mm256_permute2f128_ps(c, d, 0x20), _mm256_permute2f128_ps(c, d, 0x31));
}

typedef __m256i vb;

#define VB_BYTES		32
#define vb_zero()		_mm256_setzero_si256()
#define vb_load(p)		_mm256_loadu_si256((const __m256i *) (p))
#define vb_and(a, b)	_mm256_and_si256(a, b)
#define vb_or(a, b)		_mm256_or_si256(a, b)
#define vb_xor(a, b)	_mm256_xor_si256(a, b)
#define vb_add(a, b)	_mm256_add_epi64(a, b)

static inline vb
vb_load_part(const uint8_t *p, int n)
{
	__m128i		whole = _mm_setzero_si128(),
				part;
	uint64_t	first,
				second;

	bytes_up_to_15(p + (n & 16), n & 15, &first, &second);
	part = _mm_set_epi64x((int64_t) second, (int64_t) first);
	if (n >= 16)
		whole = _mm_loadu_si128((const __m128i *) p);
	return _mm256_set_m128i(whole, part);
}

/* A table look-up counts the bits of each half byte; the counts of eight bytes are then added up. */
static inline vb
vb_count(vb v)
{
	const __m256i bits_of = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
											 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
	const __m256i low = _mm256_set1_epi8(15);
	__m256i		low_bits = _mm256_shuffle_epi8(bits_of, _mm256_and_si256(v, low));
	__m256i		high_bits = _mm256_shuffle_epi8(bits_of, _mm256_and_si256(_mm256_srli_epi16(v, 4), low));

	return _mm256_sad_epu8(_mm256_add_epi8(low_bits, high_bits), _mm256_setzero_si256());
}

static inline uint64_t
vb_sum(vb v)
{
	__m128i		half = _mm_add_epi64(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));

	return (uint64_t) _mm_cvtsi128_si64(half) + (uint64_t) _mm_extract_epi64(half, 1);
}

static inline vb
vb_sum_picked(const uint8_t *p, uint64_t bits)
{
	const __m256i byte = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1,
										  2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
	const __m256i bit = _mm256_set1_epi64x((int64_t) UINT64_C(0x8040201008040201));
	__m256i		all = _mm256_set1_epi64x((int64_t) bits);
	__m256i		first = _mm256_shuffle_epi8(all, byte);
	__m256i		second = _mm256_shuffle_epi8(all, _mm256_add_epi8(byte, _mm256_set1_epi8(4)));

	first = _mm256_and_si256(vb_load(p), _mm256_cmpeq_epi8(_mm256_and_si256(first, bit), bit));
	second = _mm256_and_si256(vb_load(p + 32), _mm256_cmpeq_epi8(_mm256_and_si256(second, bit), bit));
	return _mm256_add_epi64(_mm256_sad_epu8(first, _mm256_setzero_si256()),
							_mm256_sad_epu8(second, _mm256_setzero_si256()));
}

/* The parts of b and d go above those of a and c, then all are sums of 32 bits. */
static inline void
vb_store_sums(int32_t *p, vb a, vb b, vb c, vb d)
{
	__m256i		ab = _mm256_or_si256(a, _mm256_slli_epi64(b, 32));
	__m256i		cd = _mm256_or_si256(c, _mm256_slli_epi64(d, 32));
	__m256i		all = _mm256_add_epi32(_mm256_unpacklo_epi64(ab, cd), _mm256_unpackhi_epi64(ab, cd));

	_mm_storeu_si128((__m128i *) p, _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1)));
}

typedef __m256i vi;

#define VI_BYTES		32
#define vi_zero()		_mm256_setzero_si256()
#define vi_add(a, b)	_mm256_add_epi32(a, b)
#define vi_products(p, q) products_of_bytes(vb_load(p), vb_load(q))
#define vi_products_part(p, q, n) products_of_bytes(vb_load_part(p, n), vb_load_part(q, n))

/* Even and odd bytes apart, as words of 16 bits: there is no such product of two numbers without a sign. */
static inline vi
products_of_bytes(__m256i a, __m256i b)
{
	const __m256i low = _mm256_set1_epi16(255);

	return _mm256_add_epi32(_mm256_madd_epi16(_mm256_and_si256(a, low), _mm256_and_si256(b, low)),
							_mm256_madd_epi16(_mm256_srli_epi16(a, 8), _mm256_srli_epi16(b, 8)));
}

static inline uint32_t
vi_sum(vi v)
{
	__m128i		half = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));

	half = _mm_add_epi32(half, _mm_unpackhi_epi64(half, half));
	return (uint32_t) _mm_cvtsi128_si32(half) + (uint32_t) _mm_extract_epi32(half, 1);
}

#define VT_BYTES		32

typedef uint8_t vt __attribute__((vector_size(VT_BYTES)));

#define vt_lookup(t, i) ((vt) _mm256_shuffle_epi8((__m256i) (t), (__m256i) (i)))
#define vt_fold(v) \
	((eight_words) _mm_add_epi16(_mm256_castsi256_si128((__m256i) (v)), _mm256_extracti128_si256((__m256i) (v), 1)))
