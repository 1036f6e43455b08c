/*
 * bits_impl.h
 *		Counts over pairs of bit strings, over the words of an isa_<name>.h.
 *		Included once for each instruction set.
 */

static uint64_t
ISA(differing_bits) (const uint8_t *a, const uint8_t *b, int n)
{
	vb			count = vb_zero();
	int			i = 0;

	for (; i + VB_BYTES <= n; i += VB_BYTES)
		count = vb_add(count, vb_count(vb_xor(vb_load(a + i), vb_load(b + i))));
	if (i < n)
		count = vb_add(count, vb_count(vb_xor(vb_load_part(a + i, n - i), vb_load_part(b + i, n - i))));
	return vb_sum(count);
}

static BitCounts
ISA(common_bits) (const uint8_t *a, const uint8_t *b, int n)
{
	vb			both = vb_zero(),
				either = vb_zero();
	int			i = 0;

	for (; i + VB_BYTES <= n; i += VB_BYTES)
	{
		vb			x = vb_load(a + i),
					y = vb_load(b + i);

		both = vb_add(both, vb_count(vb_and(x, y)));
		either = vb_add(either, vb_count(vb_or(x, y)));
	}
	if (i < n)
	{
		vb			x = vb_load_part(a + i, n - i),
					y = vb_load_part(b + i, n - i);

		both = vb_add(both, vb_count(vb_and(x, y)));
		either = vb_add(either, vb_count(vb_or(x, y)));
	}
	return (BitCounts) {vb_sum(both), vb_sum(either)};
}
