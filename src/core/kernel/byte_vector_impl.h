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
	vf			a_low;
	vf			a_step;
	vf			b_low;
	vf			b_step;
} ByteSides;

#define BYTE_INLINE		static inline __attribute__((always_inline))

/* Lanes from memory, as many as are left of a row, then zeros. */
BYTE_INLINE vf
ISA(bytes_at) (const uint8_t *p, int left)
{
	return left >= VF_LANES ? vf_load_bytes(p) : vf_load_bytes_part(p, left);
}

BYTE_INLINE vf
ISA(floats_at) (const float *p, int left)
{
	return left >= VF_LANES ? vf_load(p) : vf_load_part(p, left);
}

BYTE_INLINE vf
ISA(first_lanes) (vf v, int left)
{
	return left >= VF_LANES ? v : vf_first(v, left);
}

typedef vf (*ByteTerm) (const ByteSides *s, int i, int left, vf part);

/* The sum of all terms, of which each call adds those from place i on, at most VF_LANES, to a part. */
BYTE_INLINE float
ISA(sum_terms) (const ByteSides *s, int n, const ByteTerm term)
{
	vf			part0 = vf_zero(),
				part1 = vf_zero(),
				part2 = vf_zero(),
				part3 = vf_zero();
	int			i = 0;

	for (; i + 4 * VF_LANES <= n; i += 4 * VF_LANES)
	{
		part0 = term(s, i, VF_LANES, part0);
		part1 = term(s, i + VF_LANES, VF_LANES, part1);
		part2 = term(s, i + 2 * VF_LANES, VF_LANES, part2);
		part3 = term(s, i + 3 * VF_LANES, VF_LANES, part3);
	}
	if (i + 2 * VF_LANES <= n)
	{
		part0 = term(s, i, VF_LANES, part0);
		part1 = term(s, i + VF_LANES, VF_LANES, part1);
		i += 2 * VF_LANES;
	}
	if (i + VF_LANES <= n)
	{
		part2 = term(s, i, VF_LANES, part2);
		i += VF_LANES;
	}
	if (i < n)
		part3 = term(s, i, n - i, part3);
	return vf_sum(vf_add(vf_add(part0, part1), vf_add(part2, part3)));
}

/* ---- floats and bytes */

BYTE_INLINE ByteSides
ISA(float_sides) (const float *x, const ByteVector *b)
{
	return (ByteSides) {.x = x,.b = b->bytes,.b_low = vf_set1(b->low),.b_step = vf_set1(b->step)};
}

/* number - x */
BYTE_INLINE vf
ISA(float_difference) (const ByteSides *s, int i, int left)
{
	vf			origin = vf_sub(ISA(first_lanes) (s->b_low, left), ISA(floats_at) (s->x + i, left));

	return vf_fma(ISA(bytes_at) (s->b + i, left), s->b_step, origin);
}

BYTE_INLINE vf
ISA(float_dot_term) (const ByteSides *s, int i, int left, vf part)
{
	/* the number is low where nothing is left, but x is zero there */
	return vf_fma(ISA(floats_at) (s->x + i, left), vf_fma(ISA(bytes_at) (s->b + i, left), s->b_step, s->b_low), part);
}

BYTE_INLINE vf
ISA(float_l2sq_term) (const ByteSides *s, int i, int left, vf part)
{
	vf			d = ISA(float_difference) (s, i, left);

	return vf_fma(d, d, part);
}

BYTE_INLINE vf
ISA(float_l1_term) (const ByteSides *s, int i, int left, vf part)
{
	vf			d = ISA(float_difference) (s, i, left);

	return vf_add(part, vf_abs(d));
}

static float
ISA(dot_f32_u8) (const float *x, const ByteVector *b, int n)
{
	ByteSides	s = ISA(float_sides) (x, b);

	return ISA(sum_terms) (&s, n, ISA(float_dot_term));
}

static float
ISA(l2sq_f32_u8) (const float *x, const ByteVector *b, int n)
{
	ByteSides	s = ISA(float_sides) (x, b);

	return ISA(sum_terms) (&s, n, ISA(float_l2sq_term));
}

static float
ISA(l1_f32_u8) (const float *x, const ByteVector *b, int n)
{
	ByteSides	s = ISA(float_sides) (x, b);

	return ISA(sum_terms) (&s, n, ISA(float_l1_term));
}

/* ---- bytes and bytes */

BYTE_INLINE ByteSides
ISA(byte_sides) (const ByteVector *a, const ByteVector *b)
{
	return (ByteSides) {
		.a = a->bytes,.b = b->bytes,.a_low = vf_set1(a->low),.a_step = vf_set1(a->step),
		.b_low = vf_set1(b->low),.b_step = vf_set1(b->step)
	};
}

/* For differences: both from b's low end. */
BYTE_INLINE ByteSides
ISA(shifted_sides) (const ByteVector *a, const ByteVector *b)
{
	return (ByteSides) {
		.a = a->bytes,.b = b->bytes,.a_low = vf_set1(a->low - b->low),.a_step = vf_set1(a->step),
		.b_step = vf_set1(-b->step)
	};
}

BYTE_INLINE vf
ISA(byte_difference) (const ByteSides *s, int i, int left)
{
	vf			x = vf_fma(ISA(bytes_at) (s->a + i, left), s->a_step, ISA(first_lanes) (s->a_low, left));

	return vf_fma(ISA(bytes_at) (s->b + i, left), s->b_step, x);
}

BYTE_INLINE vf
ISA(byte_dot_term) (const ByteSides *s, int i, int left, vf part)
{
	vf			x = vf_fma(ISA(bytes_at) (s->a + i, left), s->a_step, ISA(first_lanes) (s->a_low, left));

	return vf_fma(x, vf_fma(ISA(bytes_at) (s->b + i, left), s->b_step, s->b_low), part);
}

BYTE_INLINE vf
ISA(byte_l2sq_term) (const ByteSides *s, int i, int left, vf part)
{
	vf			d = ISA(byte_difference) (s, i, left);

	return vf_fma(d, d, part);
}

BYTE_INLINE vf
ISA(byte_l1_term) (const ByteSides *s, int i, int left, vf part)
{
	vf			d = ISA(byte_difference) (s, i, left);

	return vf_add(part, vf_abs(d));
}

static float
ISA(dot_u8) (const ByteVector *a, const ByteVector *b, int n)
{
	ByteSides	s = ISA(byte_sides) (a, b);

	return ISA(sum_terms) (&s, n, ISA(byte_dot_term));
}

static float
ISA(l2sq_u8) (const ByteVector *a, const ByteVector *b, int n)
{
	ByteSides	s = ISA(shifted_sides) (a, b);

	return ISA(sum_terms) (&s, n, ISA(byte_l2sq_term));
}

static float
ISA(l1_u8) (const ByteVector *a, const ByteVector *b, int n)
{
	ByteSides	s = ISA(shifted_sides) (a, b);

	return ISA(sum_terms) (&s, n, ISA(byte_l1_term));
}
