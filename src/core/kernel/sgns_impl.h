/*
 * sgns_impl.h
 *		Steps of negative sampling and hierarchical softmax over the words of an
 *		isa_<name>.h.  Included once for each instruction set.
 *
 * The inputs X (n, dim) are the rows of words of a window, the outputs O
 * (m, dim) negatives or nodes of a tree, which all inputs share (Ji, Satish,
 * Li and Dubey, "Parallelizing word2vec in shared and distributed memory",
 * 2016).  So a step is three small products,
 *
 *		P = sigmoid(O X^T)      G = alpha * (label - P)
 *		X += G^T O              O += G X		(with the X and O from before)
 *
 * made of tiles that stay in registers: the first walks along the rows with
 * all sums of two inputs at once, the second and third go down the columns
 * together, so that every X and O is loaded once for both.  With targets, the
 * first output differs: an input on the left has target[0], one on the right
 * target[1].
 *
 * More than SGNS_TILE outputs are done in tiles of so many; later ones then see
 * inputs that the earlier ones have moved, as stochastic gradient descent
 * allows.  Tiles are compiled for each number of outputs, which a constant
 * tells them, so that no register and no instruction is spent on outputs that
 * are not there.
 */

#define TILE_INLINE		static inline __attribute__((always_inline))
#define PAIR_VECTORS	(2 * SGNS_LANES / VF_LANES) /* that hold the numbers of two inputs */

/* exp(x) for |x| <= 30, relative error below 3e-6: 2^n times a polynomial in the fraction. */
static inline vf
ISA(exp) (vf x)
{
	/* Adding 1.5 * 2^23 rounds to an integer; 127 more is the exponent's bias. */
	vf			magic = vf_set1(12582912.0f + 127.0f);
	vf			t = vf_mul(x, vf_set1(1.44269504f));
	vf			biased = vf_add(t, magic);
	vf			f = vf_sub(t, vf_sub(biased, magic));
	vf			p = vf_set1(1.33335581e-3f);

	p = vf_fma(p, f, vf_set1(9.61812911e-3f));
	p = vf_fma(p, f, vf_set1(5.55041087e-2f));
	p = vf_fma(p, f, vf_set1(2.40226507e-1f));
	p = vf_fma(p, f, vf_set1(6.93147181e-1f));
	p = vf_fma(p, f, vf_set1(1.0f));
	return vf_mul(p, vf_shl23(biased));
}

static inline vf
ISA(sigmoid) (vf x)
{
	vf			bounded = vf_min(vf_max(x, vf_set1(-30.0f)), vf_set1(30.0f));
	vf			e = ISA(exp) (vf_sub(vf_zero(), bounded));

	return vf_div(vf_set1(1.0f), vf_add(vf_set1(1.0f), e));
}

/* The sums of v[first .. first + 3] in each group of four lanes; beyond n, the last one's once more. */
TILE_INLINE vf
ISA(join) (const vf *v, const int first, const int n)
{
	vf			ab = vf_join2(v[first], v[first + 1 < n ? first + 1 : n - 1]);

	return first + 2 < n ? vf_join4(ab, vf_join2(v[first + 2], v[first + 3 < n ? first + 3 : n - 1])) :
		vf_join4(ab, ab);
}

/* The sums of n vectors a and n vectors b, to SGNS_LANES numbers each. */
TILE_INLINE void
ISA(sum_pair) (vf *out, const vf *a, const vf *b, const int n)
{
	vf			a0 = ISA(join) (a, 0, n),
				b0 = ISA(join) (b, 0, n);

	vf_fold(out, a0, n > 4 ? ISA(join) (a, 4, n) : a0, b0, n > 4 ? ISA(join) (b, 4, n) : b0);
}

/*
 * The products of inputs k and k + 1 with outputs o[0 .. m - 1], to SGNS_LANES
 * numbers each.  An input beyond the last is the last once more.
 */
TILE_INLINE void
ISA(score_pair) (const SgnsStep *step, float *const *o, int k, vf *score, const int m, const bool targets)
{
	int			k1 = k + 1 < step->ninputs ? k + 1 : k;
	const float *x0 = step->inputs[k],
			   *x1 = step->inputs[k1];
	const float *t0 = targets ? step->target[k >= step->nleft] : o[0],
			   *t1 = targets ? step->target[k1 >= step->nleft] : o[0];
	vf			acc0[SGNS_LANES],
				acc1[SGNS_LANES];

#pragma GCC unroll 6
	for (int i = 0; i < m; i++)
		acc0[i] = acc1[i] = vf_zero();
	for (int d = 0; d < step->dim; d += VF_LANES)
	{
		vf			a = vf_load(x0 + d),
					b = vf_load(x1 + d);

		acc0[0] = vf_fma(a, vf_load(t0 + d), acc0[0]);
		acc1[0] = vf_fma(b, vf_load(t1 + d), acc1[0]);
#pragma GCC unroll 6
		for (int i = 1; i < m; i++)
		{
			vf			w = vf_load(o[i] + d);

			acc0[i] = vf_fma(a, w, acc0[i]);
			acc1[i] = vf_fma(b, w, acc1[i]);
		}
	}
	ISA(sum_pair) (score, acc0, acc1, m);
}

/* A column of a tile's outputs: as they were, and as they become. */
typedef struct Column
{
	vf			out[SGNS_TILE];
	vf			moved[SGNS_TILE];
} Column;

TILE_INLINE void
ISA(load_output) (Column *column, int i, const float *row)
{
	column->out[i] = column->moved[i] = vf_load(row);
}

/* In column d: inputs first .. last - 1 and the tile's m outputs move by each other. */
TILE_INLINE void
ISA(update_column) (SgnsStep *step, Column *column, int d, int first, int last, const int m)
{
	for (int k = first; k < last; k++)
	{
		const float *gradient = step->gradient[k];
		vf			in = vf_load(step->inputs[k] + d);
		vf			moved = in;

#pragma GCC unroll 6
		for (int i = 0; i < m; i++)
		{
			vf			g = vf_set1(gradient[i]);

			moved = vf_fma(g, column->out[i], moved);
			column->moved[i] = vf_fma(g, in, column->moved[i]);
		}
		vf_store(step->inputs[k] + d, moved);
	}
}

/* For every column: X += G^T O and O += G X, both with the old values.  step->gradient holds G. */
TILE_INLINE void
ISA(update_tile) (SgnsStep *step, float *const *o, const int m, const bool targets)
{
	int			middle = targets ? step->nleft : step->ninputs;

	for (int d = 0; d < step->dim; d += VF_LANES)
	{
		Column		column;
		float	   *left = targets ? step->target[0] : o[0];

#pragma GCC unroll 6
		for (int i = 1; i < m; i++)
			ISA(load_output) (&column, i, o[i] + d);
		ISA(load_output) (&column, 0, left + d);
		ISA(update_column) (step, &column, d, 0, middle, m);
		vf_store(left + d, column.moved[0]);
		if (targets && middle < step->ninputs)
		{
			ISA(load_output) (&column, 0, step->target[1] + d);
			ISA(update_column) (step, &column, d, middle, step->ninputs, m);
			vf_store(step->target[1] + d, column.moved[0]);
		}
#pragma GCC unroll 6
		for (int i = 1; i < m; i++)
			vf_store(o[i] + d, column.moved[i]);
	}
}

/* All inputs against the m outputs from first on. */
TILE_INLINE void
ISA(train_tile) (SgnsStep *step, int first, const int m, const bool targets)
{
	float	   *const *o = step->outputs + first;
	float		(*probability)[SGNS_LANES] = step->probability[first / SGNS_TILE];
	float		lanes[2 * SGNS_LANES] = {0};
	vf			alpha = vf_set1(step->alpha);

#pragma GCC unroll 6
	for (int i = 0; i < m; i++)
		lanes[i] = lanes[SGNS_LANES + i] = targets ? i == 0 : step->label[first + i];
	for (int k = 0; k < step->ninputs; k += 2)
	{
		vf			score[PAIR_VECTORS];

		ISA(score_pair) (step, o, k, score, m, targets);
#pragma GCC unroll 4
		for (int v = 0; v < PAIR_VECTORS; v++)
		{
			vf			p = ISA(sigmoid) (score[v]);
			vf			label = vf_load(lanes + v * VF_LANES);

			vf_store(probability[k] + v * VF_LANES, p);
			vf_store(step->gradient[k] + v * VF_LANES, vf_mul(alpha, vf_sub(label, p)));
		}
	}
	ISA(update_tile) (step, o, m, targets);
}

static void
ISA(labels_from) (SgnsStep *step, int first)
{
	for (; first < step->noutputs; first += SGNS_TILE)
		switch (step->noutputs - first)
		{
			case 1:
				ISA(train_tile) (step, first, 1, false);
				break;
			case 2:
				ISA(train_tile) (step, first, 2, false);
				break;
			case 3:
				ISA(train_tile) (step, first, 3, false);
				break;
			case 4:
				ISA(train_tile) (step, first, 4, false);
				break;
			case 5:
				ISA(train_tile) (step, first, 5, false);
				break;
			default:
				ISA(train_tile) (step, first, SGNS_TILE, false);
		}
}

static void
ISA(labels_step) (SgnsStep *step)
{
	ISA(labels_from) (step, 0);
}

static void
ISA(targets_step) (SgnsStep *step)
{
	switch (step->noutputs)
	{
		case 1:
			ISA(train_tile) (step, 0, 1, true);
			break;
		case 2:
			ISA(train_tile) (step, 0, 2, true);
			break;
		case 3:
			ISA(train_tile) (step, 0, 3, true);
			break;
		case 4:
			ISA(train_tile) (step, 0, 4, true);
			break;
		case 5:
			ISA(train_tile) (step, 0, 5, true);
			break;
		default:
			ISA(train_tile) (step, 0, SGNS_TILE, true);
			ISA(labels_from) (step, SGNS_TILE);
	}
}
