/*
 * panel_impl.h
 *		The greatest or least number of panels, over the words of an
 *		isa_<name>.h.  Included once for each instruction set.
 */

/* The greatest lane, in all lanes. */
static inline vf
ISA(greatest_lane) (vf v)
{
	v = vf_max(v, vf_swap1(v));
	v = vf_max(v, vf_swap2(v));
#if VF_LANES > 4
	v = vf_max(v, vf_swap4(v));
#endif
#if VF_LANES > 8
	v = vf_max(v, vf_swap8(v));
#endif
	return v;
}

static inline vf
ISA(least_lane) (vf v)
{
	v = vf_min(v, vf_swap1(v));
	v = vf_min(v, vf_swap2(v));
#if VF_LANES > 4
	v = vf_min(v, vf_swap4(v));
#endif
#if VF_LANES > 8
	v = vf_min(v, vf_swap8(v));
#endif
	return v;
}

static void
ISA(panel_maxima) (const float *sums, int n, float *maxima)
{
	for (int r = 0; r < n; r++, sums += KERNEL_PANEL)
	{
		vf			max = vf_load(sums);
		float		lanes[VF_LANES];

		for (int column = VF_LANES; column < KERNEL_PANEL; column += VF_LANES)
			max = vf_max(max, vf_load(sums + column));
		vf_store(lanes, ISA(greatest_lane) (max));
		maxima[r] = lanes[0];
	}
}

static float
ISA(panel_least) (const float *panel)
{
	vf			min = vf_load(panel);
	float		lanes[VF_LANES];

	for (int column = VF_LANES; column < KERNEL_PANEL; column += VF_LANES)
		min = vf_min(min, vf_load(panel + column));
	vf_store(lanes, ISA(least_lane) (min));
	return lanes[0];
}

/* A lane that is not above the least is it: also where both are infinite, since their difference is NaN. */
static int
ISA(panel_find) (const float *panel, float least)
{
	vf			all = vf_set1(least);
	uint32_t	above = 0;

	for (int column = 0; column < KERNEL_PANEL; column += VF_LANES)
		above |= (uint32_t) vf_positive(vf_sub(vf_load(panel + column), all)) << column;
	return above == UINT32_MAX ? 0 : __builtin_ctz(~above);
}
