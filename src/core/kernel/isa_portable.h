/*
 * isa_portable.h
 *		The vocabulary of the kernels in plain C with the vector extension of
 *		gcc and clang: four floats, whatever the processor makes of them.
 *
 * The words, the same in every isa_<name>.h:
 *
 *	ISA(name)			name of a function of this instruction set
 *	vf, VF_LANES		a vector of floats and how many it holds
 *	VF_REGISTERS		how many of them the processor has registers for
 *	vf_zero vf_set1		all zero; all the same
 *	vf_load vf_store	from and to memory, any alignment
 *	vf_load_part(p, n)	the first n lanes from memory, 0 < n < VF_LANES, the others zero
 *	vf_load_half vf_load_half_part vf_store_half
 *						the same, where the memory has halves
 *	vf_load_bytes vf_load_bytes_part
 *						the same, where the memory has bytes without a sign
 *	vf_first(v, n)		the first n lanes of v, 0 < n < VF_LANES, the others zero
 *	vf_add vf_sub vf_mul vf_div vf_min vf_max vf_abs vf_sqrt
 *	vf_fma(a, b, c)		a * b + c
 *	vf_shl23			bits shifted left by 23, as 2^n is made from n
 *	vf_from_i32(p)		from memory with integers of 32 bits
 *	vf_flip(v, bits)	the sign of lane i changed if bit i is set; higher bits do not matter
 *	vf_positive			a number: bit i is set if lane i is above zero
 *	vf_swap1 vf_swap2 vf_swap4 vf_swap8
 *						every lane i for lane i ^ 1, 2, 4, 8; those below VF_LANES
 *	vf_sum				the sum of all lanes
 *	vf_join4(vf_join2(a, b), vf_join2(c, d))
 *						in every group of four lanes: the sums of a's, b's, c's and d's
 *						lanes of that group
 *	vf_fold(out, a, b, c, d)
 *						the sums of a's groups of four, then b's, c's and d's: 16 lanes
 *
 *	vb, VB_BYTES		a vector of bits, and of 64-bit counts; how many bytes it holds
 *	vb_zero vb_load		all zero; from memory, any alignment
 *	vb_load_part(p, n)	n bytes from memory, 0 < n < VB_BYTES, in an order that n decides, and zeros
 *	vb_and vb_or vb_xor
 *	vb_count			in every 64 bits: how many of them are set
 *	vb_add vb_sum		add counts; the sum of all of them
 *	vb_sum_picked(p, bits)
 *						of 64 bytes from memory, those where bit i is set: their sum, in parts
 *	vb_store_sums(p, a, b, c, d)
 *						the sums of all parts of a, b, c and d, to memory as integers of 32 bits
 *
 *	vi, VI_BYTES		a vector of integers of 32 bits without a sign; the bytes that it takes products of
 *	vi_zero vi_add vi_sum
 *						all zero; element by element; the sum of all of them
 *	vi_products(p, q)	the sum of products of bytes in memory, in parts
 *	vi_products_part(p, q, n)
 *						the same of n bytes, 0 < n < VI_BYTES
 *
 *	vt, VT_BYTES		a vector of bytes, and how many it holds
 *	vt_lookup(t, i)		in every 16 bytes: t's byte at each of i's, which are below 16
 *	vt_fold				as eight words of 16 bits: the sums of those in the same place of every 16 bytes
 */
#include <math.h>

#include "core/kernel/bytes.h"

#define ISA_NAME		"portable"
#define ISA(name)		name##_portable
#define VF_LANES		4
#define VF_REGISTERS	16

typedef float vf __attribute__((vector_size(16)));
typedef unsigned vf_bits __attribute__((vector_size(16)));

static inline vf
vf_load(const float *p)
{
	vf			v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline void
vf_store(float *p, vf v)
{
	memcpy(p, &v, sizeof(v));
}

static inline vf
vf_load_part(const float *p, int n)
{
	vf			v = {p[0], n > 1 ? p[1] : 0, n > 2 ? p[2] : 0, 0};

	return v;
}

static inline vf
vf_load_half(const Half *p)
{
	vf			v = {half_to_float(p[0]), half_to_float(p[1]), half_to_float(p[2]), half_to_float(p[3])};

	return v;
}

static inline vf
vf_load_half_part(const Half *p, int n)
{
	Half		part[VF_LANES] = {p[0], n > 1 ? p[1] : 0, n > 2 ? p[2] : 0, 0};

	return vf_load_half(part);
}

static inline void
vf_store_half(Half *p, vf v)
{
	for (int i = 0; i < VF_LANES; i++)
		p[i] = half_from_float(v[i]);
}

/* The first half of a's elements and of b's in turn: what compilers know instructions for, unlike bytes to floats. */
typedef uint8_t vf_bytes __attribute__((vector_size(16)));
typedef uint16_t vf_words __attribute__((vector_size(16)));

#define BYTES_IN_TURN	0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define WORDS_IN_TURN	0, 8, 1, 9, 2, 10, 3, 11
#if defined(__clang__)
#define bytes_in_turn(a, b)	__builtin_shufflevector(a, b, BYTES_IN_TURN)
#define words_in_turn(a, b)	__builtin_shufflevector(a, b, WORDS_IN_TURN)
#else
#define bytes_in_turn(a, b)	__builtin_shuffle(a, b, (vf_bytes) {BYTES_IN_TURN})
#define words_in_turn(a, b)	__builtin_shuffle(a, b, (vf_words) {WORDS_IN_TURN})
#endif

static inline vf
vf_load_bytes(const uint8_t *p)
{
	typedef int32_t integers __attribute__((vector_size(16)));
	const vf_bytes zero = {0};
	uint32_t	all;

	memcpy(&all, p, sizeof(all));

	vf_bytes	bytes = (vf_bytes) (vf_bits) {all, 0, 0, 0};
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	vf_words	words = (vf_words) bytes_in_turn(zero, bytes);
	vf_words	longs = words_in_turn((vf_words) zero, words);
#else
	vf_words	words = (vf_words) bytes_in_turn(bytes, zero);
	vf_words	longs = words_in_turn(words, (vf_words) zero);
#endif

	return __builtin_convertvector((integers) longs, vf);
}

static inline vf
vf_load_bytes_part(const uint8_t *p, int n)
{
	vf			v = {p[0], n > 1 ? p[1] : 0, n > 2 ? p[2] : 0, 0};

	return v;
}

static inline vf
vf_first(vf v, int n)
{
	vf			first = {v[0], n > 1 ? v[1] : 0, n > 2 ? v[2] : 0, 0};

	return first;
}

static inline vf
vf_min(vf a, vf b)
{
	vf_bits		less = (vf_bits) (a < b);

	return (vf) (((vf_bits) a & less) | ((vf_bits) b & ~less));
}

static inline vf
vf_max(vf a, vf b)
{
	vf_bits		more = (vf_bits) (a > b);

	return (vf) (((vf_bits) a & more) | ((vf_bits) b & ~more));
}

static inline vf
vf_sqrt(vf v)
{
	vf			root = {sqrtf(v[0]), sqrtf(v[1]), sqrtf(v[2]), sqrtf(v[3])};

	return root;
}

static inline float
vf_sum(vf v)
{
	return (v[0] + v[2]) + (v[1] + v[3]);
}

#if defined(__clang__)
#define vf_pick(a, b, i, j, k, l)	__builtin_shufflevector(a, b, i, j, k, l)
#else
#define vf_pick(a, b, i, j, k, l)	__builtin_shuffle(a, b, (vf_bits) {i, j, k, l})
#endif

static inline vf
vf_join2(vf a, vf b)
{
	return vf_pick(a, b, 0, 4, 1, 5) + vf_pick(a, b, 2, 6, 3, 7);
}

static inline vf
vf_join4(vf ab, vf cd)
{
	return vf_pick(ab, cd, 0, 1, 4, 5) + vf_pick(ab, cd, 2, 3, 6, 7);
}

static inline void
vf_fold(vf *out, vf a, vf b, vf c, vf d)
{
	out[0] = a;
	out[1] = b;
	out[2] = c;
	out[3] = d;
}

static inline vf
vf_from_i32(const int32_t *p)
{
	vf			v = {(float) p[0], (float) p[1], (float) p[2], (float) p[3]};

	return v;
}

static inline vf
vf_flip(vf v, unsigned bits)
{
	vf_bits		signs = {bits << 31, bits >> 1 << 31, bits >> 2 << 31, bits >> 3 << 31};

	return (vf) ((vf_bits) v ^ signs);
}

static inline unsigned
vf_positive(vf v)
{
	return (unsigned) (v[0] > 0) | (unsigned) (v[1] > 0) << 1 | (unsigned) (v[2] > 0) << 2 | (unsigned) (v[3] > 0) << 3;
}

#define vf_swap1(v)		vf_pick(v, v, 1, 0, 3, 2)
#define vf_swap2(v)		vf_pick(v, v, 2, 3, 0, 1)
#define vf_set1(x)		((vf) {(x), (x), (x), (x)})
#define vf_zero()		vf_set1(0.0f)
#define vf_add(a, b)	((a) + (b))
#define vf_sub(a, b)	((a) - (b))
#define vf_mul(a, b)	((a) * (b))
#define vf_div(a, b)	((a) / (b))
#define vf_fma(a, b, c) ((a) * (b) + (c))
#define vf_abs(a)		((vf) ((vf_bits) (a) & 0x7FFFFFFFu))
#define vf_shl23(a)		((vf) ((vf_bits) (a) << 23))

typedef uint64_t vb;

#define VB_BYTES		8

static inline vb
vb_load(const uint8_t *p)
{
	vb			v;

	memcpy(&v, p, sizeof(v));
	return v;
}

#define vb_zero()		UINT64_C(0)
#define vb_load_part(p, n) bytes_up_to_7(p, n)
#define vb_and(a, b)	((a) & (b))
#define vb_or(a, b)		((a) | (b))
#define vb_xor(a, b)	((a) ^ (b))
#define vb_count(v)		((uint64_t) __builtin_popcountll(v))
#define vb_add(a, b)	((a) + (b))
#define vb_sum(v)		(v)

/* A byte at a time: it in all bytes of a word, of each one bit, made 255 if it is set. */
static inline vb
vb_sum_picked(const uint8_t *p, uint64_t bits)
{
	const uint64_t pairs = UINT64_C(0x00FF00FF00FF00FF);
	uint64_t	sum = 0;

	for (int i = 0; i < 8; i++, bits >>= 8)
	{
		uint64_t	each = (bits & 255) * UINT64_C(0x0101010101010101) & UINT64_C(0x8040201008040201);
		uint64_t	set = (each + UINT64_C(0x7F7F7F7F7F7F7F7F)) >> 7 & UINT64_C(0x0101010101010101);
		uint64_t	picked;

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		set = __builtin_bswap64(set);
#endif
		picked = vb_load(p + i * 8) & set * 255;
		sum += (picked & pairs) + (picked >> 8 & pairs);
	}
	sum = (sum & UINT64_C(0x0000FFFF0000FFFF)) + (sum >> 16 & UINT64_C(0x0000FFFF0000FFFF));
	return (sum & UINT32_MAX) + (sum >> 32);
}

static inline void
vb_store_sums(int32_t *p, vb a, vb b, vb c, vb d)
{
	p[0] = (int32_t) a;
	p[1] = (int32_t) b;
	p[2] = (int32_t) c;
	p[3] = (int32_t) d;
}

typedef vf_bits vi;

#define VI_BYTES		16
#define vi_zero()		((vi) {0})
#define vi_add(a, b)	((a) + (b))
#define vi_sum(v)		(((v)[0] + (v)[2]) + ((v)[1] + (v)[3]))

/* A product of two bytes fits a word. */
static inline vi
vi_products(const uint8_t *p, const uint8_t *q)
{
	vf_words	a,
				b;
	vi			even,
				odd;

	memcpy(&a, p, sizeof(a));
	memcpy(&b, q, sizeof(b));
	even = (vi) ((a & 255) * (b & 255));
	odd = (vi) ((a >> 8) * (b >> 8));
	return (even & 0xFFFFu) + (even >> 16) + (odd & 0xFFFFu) + (odd >> 16);
}

static inline vi
vi_products_part(const uint8_t *p, const uint8_t *q, int n)
{
	uint8_t		a[VI_BYTES] = {0},
				b[VI_BYTES] = {0};

	memcpy(a, p, (size_t) n);
	memcpy(b, q, (size_t) n);
	return vi_products(a, b);
}

#define VT_BYTES		16

typedef uint8_t vt __attribute__((vector_size(VT_BYTES)));

static inline vt
vt_lookup(vt table, vt index)
{
	uint8_t		entries[VT_BYTES],
				at[VT_BYTES];

	memcpy(entries, &table, sizeof(table));
	memcpy(at, &index, sizeof(index));
	for (int i = 0; i < VT_BYTES; i++)
		at[i] = entries[at[i]];
	memcpy(&index, at, sizeof(index));
	return index;
}

#define vt_fold(v)		((eight_words) (v))
