/*
 * matrix_impl.h
 *		Products of matrices over the words of an isa_<name>.h.  Included once
 *		for each instruction set.
 *
 * A tile of the result stays in registers while the depth passes by: MATRIX_VECTORS
 * vectors of columns, and as many rows as there are registers left for.  A number
 * of a serves all columns of the tile, and a vector of b all its rows, so that
 * loads are fewer than multiplications.
 */

#define MATRIX_VECTORS	2
#define MATRIX_ROWS		(VF_REGISTERS >= 32 ? 12 : 6)
#define MATRIX_FEW_ROWS 3		/* of the tiles for what is left */
#define MATRIX_INLINE	static inline __attribute__((always_inline))

/* The tile at row, column. */
MATRIX_INLINE void
ISA(matrix_tile) (const MatrixProduct *p, int row, int column, const int rows, const int vectors)
{
	const float *a = p->a + row * p->a_row;
	const float *b = p->b + column;
	float	   *c = p->c + row * p->c_stride + column;
	vf			sum[MATRIX_ROWS][MATRIX_VECTORS];

#pragma GCC unroll 12
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
		for (int v = 0; v < vectors; v++)
			sum[i][v] = p->add ? vf_load(c + i * p->c_stride + v * VF_LANES) : vf_zero();
	for (int k = 0; k < p->depth; k++)
	{
		vf			of_b[MATRIX_VECTORS];

#pragma GCC unroll 2
		for (int v = 0; v < vectors; v++)
			of_b[v] = vf_load(b + v * VF_LANES);
#pragma GCC unroll 12
		for (int i = 0; i < rows; i++)
		{
			vf			of_a = vf_set1(a[i * p->a_row]);

#pragma GCC unroll 2
			for (int v = 0; v < vectors; v++)
				sum[i][v] = vf_fma(of_a, of_b[v], sum[i][v]);
		}
		a += p->a_step;
		b += p->b_stride;
	}
#pragma GCC unroll 12
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
		for (int v = 0; v < vectors; v++)
			vf_store(c + i * p->c_stride + v * VF_LANES, sum[i][v]);
}

/* All rows of the columns from column on, of so many vectors. */
MATRIX_INLINE void
ISA(matrix_columns) (const MatrixProduct *p, int column, const int vectors)
{
	int			row = 0;

	for (; row + MATRIX_ROWS <= p->rows; row += MATRIX_ROWS)
		ISA(matrix_tile) (p, row, column, MATRIX_ROWS, vectors);
	for (; row + MATRIX_FEW_ROWS <= p->rows; row += MATRIX_FEW_ROWS)
		ISA(matrix_tile) (p, row, column, MATRIX_FEW_ROWS, vectors);
	for (; row < p->rows; row++)
		ISA(matrix_tile) (p, row, column, 1, vectors);
}

static void
ISA(matrix_product) (const MatrixProduct *p)
{
	int			column = 0;

	for (; column + VF_LANES < p->columns; column += MATRIX_VECTORS * VF_LANES)
		ISA(matrix_columns) (p, column, MATRIX_VECTORS);
	if (column < p->columns)
		ISA(matrix_columns) (p, column, 1);
}
