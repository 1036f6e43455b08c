/*
 * byte_vector_impl.h
 *		Distances to vectors whose numbers are bytes on a scale, over the words
 *		of an isa_<name>.h.  Included once for each instruction set.
 *
 * Differences are taken from the scale's low end, (x - low) - step * byte: so
 * they are as good for vectors far from zero as for others.
 */

/* Two sides of a distance, of which the first is floats (x) or bytes (a). */
typedef struct ByteSides
{
	const float *x;
	const uint8_t *a;
	const uint8_t *b;
	vf			shift;			/* what is added to x */
	vf			a_low;
	vf			a_step;
	vf			b_low;			/* for products */
	vf			b_step;			/* for differences negative */
} ByteSides;

#define BYTE_INLINE		static inline __attribute__((always_inline))

/* Bytes from memory, as many as are left of a row, then zeros. */
BYTE_INLINE vf
ISA(bytes_at) (const uint8_t *p, int left)
{
	return left >= VF_LANES ? vf_load_bytes(p) : vf_load_bytes_part(p, left);
}

/* The first side's numbers from place i on, as many as are left, then zeros. */
typedef vf (*FirstSide) (const ByteSides *s, int i, int left);

BYTE_INLINE vf
ISA(float_side) (const ByteSides *s, int i, int left)
{
	if (left >= VF_LANES)
		return vf_add(vf_load(s->x + i), s->shift);
	return vf_add(vf_load_part(s->x + i, left), vf_first(s->shift, left));
}

BYTE_INLINE vf
ISA(byte_side) (const ByteSides *s, int i, int left)
{
	return vf_fma(ISA(bytes_at) (s->a + i, left), s->a_step, left >= VF_LANES ? s->a_low : vf_first(s->a_low, left));
}

/* The terms of the first side's numbers and b's bytes, added to a part of the sum. */
typedef vf (*ByteTerm) (const ByteSides *s, vf first, vf bytes, vf part);

BYTE_INLINE vf
ISA(product_term) (const ByteSides *s, vf first, vf bytes, vf part)
{
	return vf_fma(first, vf_fma(bytes, s->b_step, s->b_low), part);
}

BYTE_INLINE vf
ISA(square_term) (const ByteSides *s, vf first, vf bytes, vf part)
{
	vf			d = vf_fma(bytes, s->b_step, first);

	return vf_fma(d, d, part);
}

BYTE_INLINE vf
ISA(size_term) (const ByteSides *s, vf first, vf bytes, vf part)
{
	vf			d = vf_fma(bytes, s->b_step, first);

	return vf_add(part, vf_abs(d));
}

/* The sum over a row, in four parts as in distance_impl.h. */
BYTE_INLINE float
ISA(sum_terms) (const ByteSides *s, int n, const FirstSide side, const ByteTerm term)
{
	vf			parts[4] = {vf_zero(), vf_zero(), vf_zero(), vf_zero()};
	int			i = 0;

#define ADD_TERMS(part, at, left) \
	parts[part] = term(s, side(s, at, left), ISA(bytes_at) (s->b + (at), left), parts[part])
	for (; i + 4 * VF_LANES <= n; i += 4 * VF_LANES)
	{
		ADD_TERMS(0, i, VF_LANES);
		ADD_TERMS(1, i + VF_LANES, VF_LANES);
		ADD_TERMS(2, i + 2 * VF_LANES, VF_LANES);
		ADD_TERMS(3, i + 3 * VF_LANES, VF_LANES);
	}
	if (i + 2 * VF_LANES <= n)
	{
		ADD_TERMS(0, i, VF_LANES);
		ADD_TERMS(1, i + VF_LANES, VF_LANES);
		i += 2 * VF_LANES;
	}
	if (i + VF_LANES <= n)
	{
		ADD_TERMS(2, i, VF_LANES);
		i += VF_LANES;
	}
	if (i < n)
		ADD_TERMS(3, i, n - i);
#undef ADD_TERMS
	return vf_sum(vf_add(vf_add(parts[0], parts[1]), vf_add(parts[2], parts[3])));
}

/* ---- floats and bytes */

BYTE_INLINE ByteSides
ISA(float_products) (const float *x, const ByteVector *b)
{
	/* compilers drop the addition of -0, which changes no number */
	return (ByteSides) {
		.x = x,.b = b->bytes,.shift = vf_set1(-0.0f),.b_low = vf_set1(b->low),.b_step = vf_set1(b->step)
	};
}

BYTE_INLINE ByteSides
ISA(float_differences) (const float *x, const ByteVector *b)
{
	return (ByteSides) {.x = x,.b = b->bytes,.shift = vf_set1(-b->low),.b_step = vf_set1(-b->step)};
}

static float
ISA(dot_f32_u8) (const float *x, const ByteVector *b, int n)
{
	ByteSides	s = ISA(float_products) (x, b);

	return ISA(sum_terms) (&s, n, ISA(float_side), ISA(product_term));
}

static float
ISA(l2sq_f32_u8) (const float *x, const ByteVector *b, int n)
{
	ByteSides	s = ISA(float_differences) (x, b);

	return ISA(sum_terms) (&s, n, ISA(float_side), ISA(square_term));
}

static float
ISA(l1_f32_u8) (const float *x, const ByteVector *b, int n)
{
	ByteSides	s = ISA(float_differences) (x, b);

	return ISA(sum_terms) (&s, n, ISA(float_side), ISA(size_term));
}

/* ---- bytes and bytes */

BYTE_INLINE ByteSides
ISA(byte_products) (const ByteVector *a, const ByteVector *b)
{
	return (ByteSides) {
		.a = a->bytes,.b = b->bytes,.a_low = vf_set1(a->low),.a_step = vf_set1(a->step),
		.b_low = vf_set1(b->low),.b_step = vf_set1(b->step)
	};
}

BYTE_INLINE ByteSides
ISA(byte_differences) (const ByteVector *a, const ByteVector *b)
{
	return (ByteSides) {
		.a = a->bytes,.b = b->bytes,.a_low = vf_set1(a->low - b->low),.a_step = vf_set1(a->step),
		.b_step = vf_set1(-b->step)
	};
}

static float
ISA(dot_u8) (const ByteVector *a, const ByteVector *b, int n)
{
	ByteSides	s = ISA(byte_products) (a, b);

	return ISA(sum_terms) (&s, n, ISA(byte_side), ISA(product_term));
}

static float
ISA(l2sq_u8) (const ByteVector *a, const ByteVector *b, int n)
{
	ByteSides	s = ISA(byte_differences) (a, b);

	return ISA(sum_terms) (&s, n, ISA(byte_side), ISA(square_term));
}

static float
ISA(l1_u8) (const ByteVector *a, const ByteVector *b, int n)
{
	ByteSides	s = ISA(byte_differences) (a, b);

	return ISA(sum_terms) (&s, n, ISA(byte_side), ISA(size_term));
}

static uint32_t
ISA(products_u8) (const uint8_t *a, const uint8_t *b, int n)
{
	vi			parts[2] = {vi_zero(), vi_zero()};
	int			i = 0;

	for (; i + 2 * VI_BYTES <= n; i += 2 * VI_BYTES)
	{
		parts[0] = vi_add(parts[0], vi_products(a + i, b + i));
		parts[1] = vi_add(parts[1], vi_products(a + i + VI_BYTES, b + i + VI_BYTES));
	}
	if (i + VI_BYTES <= n)
	{
		parts[0] = vi_add(parts[0], vi_products(a + i, b + i));
		i += VI_BYTES;
	}
	if (i < n)
		parts[1] = vi_add(parts[1], vi_products_part(a + i, b + i, n - i));
	return vi_sum(vi_add(parts[0], parts[1]));
}
