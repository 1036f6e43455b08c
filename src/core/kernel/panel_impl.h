/*
 * panel_impl.h
 *		Products of many rows with many columns, over the words of an
 *		isa_<name>.h.  Included once for each instruction set.
 *
 * A tile of sums stays in registers while both sides pass by: PANEL_VECTORS vectors
 * of columns, and as many rows as there are registers left for.  A number of
 * a row serves all columns of the tile, and a vector of columns all its rows,
 * so that loads are fewer than multiplications.
 */

#define PANEL_VECTORS	2
#define PANEL_TILE		(VF_REGISTERS >= 32 ? 12 : 6)	/* rows */

/* Rows first .. first + rows - 1 with all columns. */
static inline __attribute__((always_inline)) void
ISA(panel_tile) (const PanelProduct *product, int first, const int rows)
{
	const float *row = product->rows + first * product->stride;

	for (int column = 0; column < KERNEL_PANEL; column += PANEL_VECTORS * VF_LANES)
	{
		float	   *sums = product->sums + first * KERNEL_PANEL + column;
		const float *panel = product->panel + column;
		vf			sum[PANEL_TILE][PANEL_VECTORS];

#pragma GCC unroll 12
		for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
			for (int v = 0; v < PANEL_VECTORS; v++)
				sum[r][v] = vf_load(sums + r * KERNEL_PANEL + v * VF_LANES);
		for (int d = 0; d < product->dim; d++, panel += KERNEL_PANEL)
		{
			vf			c0 = vf_load(panel),
						c1 = vf_load(panel + VF_LANES);

#pragma GCC unroll 12
			for (int r = 0; r < rows; r++)
			{
				vf			x = vf_set1(row[r * product->stride + d]);

				sum[r][0] = vf_fma(x, c0, sum[r][0]);
				sum[r][1] = vf_fma(x, c1, sum[r][1]);
			}
		}
#pragma GCC unroll 12
		for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
			for (int v = 0; v < PANEL_VECTORS; v++)
				vf_store(sums + r * KERNEL_PANEL + v * VF_LANES, sum[r][v]);
	}
}

static void
ISA(add_products) (const PanelProduct *product)
{
	int			r = 0;

	for (; r + PANEL_TILE <= product->n; r += PANEL_TILE)
		ISA(panel_tile) (product, r, PANEL_TILE);
	for (; r + 3 <= product->n; r += 3)
		ISA(panel_tile) (product, r, 3);
	for (; r < product->n; r++)
		ISA(panel_tile) (product, r, 1);
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
