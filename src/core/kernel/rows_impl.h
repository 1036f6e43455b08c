/*
 * rows_impl.h
 *		Sums over many rows of a matrix, and back to them, over the words of an
 *		isa_<name>.h.  Included once for each instruction set.
 */

/* The columns of one block of vectors, whose sums stay in registers while the rows pass by. */
static inline __attribute__((always_inline)) void
ISA(sum_block) (const RowList *list, int d, float *out, const int vectors)
{
	const float *column = list->matrix + d;
	vf			sum[8];

#pragma GCC unroll 8
	for (int v = 0; v < vectors; v++)
		sum[v] = vf_load(out + d + v * VF_LANES);
	for (int k = 0; k < list->n; k++)
	{
		const float *row = column + (size_t) list->index[k] * list->stride;

#pragma GCC unroll 8
		for (int v = 0; v < vectors; v++)
			sum[v] = vf_add(sum[v], vf_load(row + v * VF_LANES));
	}
#pragma GCC unroll 8
	for (int v = 0; v < vectors; v++)
		vf_store(out + d + v * VF_LANES, sum[v]);
}

static void
ISA(sum_rows) (const RowList *list, float *out)
{
	int			d = 0;

	for (; d + 8 * VF_LANES <= list->dim; d += 8 * VF_LANES)
		ISA(sum_block) (list, d, out, 8);
	for (; d + 4 * VF_LANES <= list->dim; d += 4 * VF_LANES)
		ISA(sum_block) (list, d, out, 4);
	for (; d + 2 * VF_LANES <= list->dim; d += 2 * VF_LANES)
		ISA(sum_block) (list, d, out, 2);
	for (; d < list->dim; d += VF_LANES)
		ISA(sum_block) (list, d, out, 1);
}

static void
ISA(add_to_rows) (const RowList *list, const float *x)
{
	for (int k = 0; k < list->n; k++)
	{
		float	   *row = list->matrix + (size_t) list->index[k] * list->stride;

		for (int d = 0; d < list->dim; d += VF_LANES)
			vf_store(row + d, vf_add(vf_load(row + d), vf_load(x + d)));
	}
}
