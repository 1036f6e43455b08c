/*
 * panel_impl.h
 *		The greatest number of each panel of columns, over the words of an
 *		isa_<name>.h.  Included once for each instruction set.
 */

static void
ISA(panel_maxima) (const float *sums, int n, float *maxima)
{
	for (int r = 0; r < n; r++, sums += KERNEL_PANEL)
	{
		vf			max = vf_load(sums);
		float		lanes[VF_LANES];

		for (int column = VF_LANES; column < KERNEL_PANEL; column += VF_LANES)
			max = vf_max(max, vf_load(sums + column));
		max = vf_max(max, vf_swap1(max));
		max = vf_max(max, vf_swap2(max));
#if VF_LANES > 4
		max = vf_max(max, vf_swap4(max));
#endif
#if VF_LANES > 8
		max = vf_max(max, vf_swap8(max));
#endif
		vf_store(lanes, max);
		maxima[r] = lanes[0];
	}
}
