/*
 * rotate_impl.h
 *		What a random rotation is made of, over the words of an isa_<name>.h.
 *		Included once for each instruction set.
 *
 * An element of a result is one sum, difference or product of two numbers at
 * a time, in an order that does not depend on the width of a vector: every
 * instruction set gives the same bits.
 */

static void
ISA(flip_signs) (float *x, const uint8_t *signs, int n)
{
	for (int i = 0; i < n; i += 16)
	{
		unsigned	bits = signs[i / 8] | (unsigned) signs[i / 8 + 1] << 8;

		for (int lane = 0; lane < 16; lane += VF_LANES)
			vf_store(x + i + lane, vf_flip(vf_load(x + i + lane), bits >> lane));
	}
}

static void
ISA(sums_and_differences) (float *x, float *y, int n)
{
	for (int i = 0; i < n; i += VF_LANES)
	{
		vf			a = vf_load(x + i),
					b = vf_load(y + i);

		vf_store(x + i, vf_add(a, b));
		vf_store(y + i, vf_sub(a, b));
	}
}

/* Stages between elements of one vector: a copy with partners swapped, added to one with signs of half changed. */
static inline vf
ISA(hadamard_within) (vf v)
{
	v = vf_add(vf_swap1(v), vf_flip(v, 0xAAAA));
	v = vf_add(vf_swap2(v), vf_flip(v, 0xCCCC));
#if VF_LANES > 4
	v = vf_add(vf_swap4(v), vf_flip(v, 0xF0F0));
#endif
#if VF_LANES > 8
	v = vf_add(vf_swap8(v), vf_flip(v, 0xFF00));
#endif
	return v;
}

static void
ISA(hadamard) (float *x, int n)
{
	int			apart = VF_LANES;

	for (int i = 0; i < n; i += VF_LANES)
		vf_store(x + i, ISA(hadamard_within) (vf_load(x + i)));

	/* two stages at a time: half the loads and stores */
	for (; apart * 4 <= n; apart *= 4)
		for (int start = 0; start < n; start += apart * 4)
			for (int i = start; i < start + apart; i += VF_LANES)
			{
				vf			a = vf_load(x + i),
							b = vf_load(x + i + apart),
							c = vf_load(x + i + 2 * apart),
							d = vf_load(x + i + 3 * apart);
				vf			ab = vf_add(a, b),
							cd = vf_add(c, d);

				a = vf_sub(a, b);
				c = vf_sub(c, d);
				vf_store(x + i, vf_add(ab, cd));
				vf_store(x + i + apart, vf_add(a, c));
				vf_store(x + i + 2 * apart, vf_sub(ab, cd));
				vf_store(x + i + 3 * apart, vf_sub(a, c));
			}
	if (apart < n)
		ISA(sums_and_differences) (x, x + apart, apart);
}
