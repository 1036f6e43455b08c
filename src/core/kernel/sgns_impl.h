/*
 * sgns_impl.h
 *		One step of skip-gram with negative sampling over the words of an
 *		isa_<name>.h.  Included once for each instruction set.
 *
 * The inputs X (n, stride) are the rows of the window's words, the outputs O
 * (m, stride) those of the centre word and of the negatives that these
 * inputs share (Ji, Satish, Li and Dubey, "Parallelizing word2vec in shared
 * and distributed memory", 2016).  So the step is three small products,
 *
 *		P = sigmoid(O X^T)      G = alpha * (label - P)
 *		X += G^T O              O += G X		(with the X and O from before)
 *
 * made of tiles that stay in registers: the first walks along the rows with
 * 2 x 6 sums at once, the second and third go down the columns together, so
 * that every X and O is loaded once for both.
 *
 * More than 6 outputs are done in groups of 6; later groups then see inputs
 * that the earlier groups have moved, as stochastic gradient descent allows.
 */

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

/* The 12 products of two inputs with six outputs, to score[output][k .. k + 1]. */
static inline void
ISA(score_tile) (const float *x0, const float *x1, float *const *o, int stride,
				 float (*score)[SGNS_MAX_INPUTS], int k)
{
	vf			acc0[SGNS_TILE],
				acc1[SGNS_TILE];

	for (int i = 0; i < SGNS_TILE; i++)
		acc0[i] = acc1[i] = vf_zero();
	for (int d = 0; d < stride; d += VF_LANES)
	{
		vf			a = vf_load(x0 + d),
					b = vf_load(x1 + d);

#pragma GCC unroll 6
		for (int i = 0; i < SGNS_TILE; i++)
		{
			vf			w = vf_load(o[i] + d);

			acc0[i] = vf_fma(a, w, acc0[i]);
			acc1[i] = vf_fma(b, w, acc1[i]);
		}
	}
	for (int i = 0; i < SGNS_TILE; i += 2)
	{
		float		sums[4];

		vf_sum4(sums, acc0[i], acc1[i], acc0[i + 1], acc1[i + 1]);
		memcpy(&score[i][k], sums, 2 * sizeof(float));
		memcpy(&score[i + 1][k], sums + 2, 2 * sizeof(float));
	}
}

/*
 * For every column: X += G^T O and O += G X, both with the old values.
 * gradient[output][input] holds G.
 */
static inline void
ISA(update_tile) (float *const *x, int ninputs, float *const *o, int stride,
				  float (*gradient)[SGNS_MAX_INPUTS])
{
	for (int d = 0; d < stride; d += VF_LANES)
	{
		vf			out[SGNS_TILE],
					delta[SGNS_TILE];

#pragma GCC unroll 6
		for (int i = 0; i < SGNS_TILE; i++)
		{
			out[i] = vf_load(o[i] + d);
			delta[i] = out[i];
		}
		for (int k = 0; k < ninputs; k++)
		{
			vf			in = vf_load(x[k] + d);
			vf			moved = in;

#pragma GCC unroll 6
			for (int i = 0; i < SGNS_TILE; i++)
			{
				vf			g = vf_set1(gradient[i][k]);

				moved = vf_fma(g, out[i], moved);
				delta[i] = vf_fma(g, in, delta[i]);
			}
			vf_store(x[k] + d, moved);
		}
#pragma GCC unroll 6
		for (int i = 0; i < SGNS_TILE; i++)
			vf_store(o[i] + d, delta[i]);
	}
}

static void
ISA(sgns_step) (SgnsStep *step)
{
	int			n = step->ninputs;
	float		(*score)[SGNS_MAX_INPUTS] = step->gradient;
	vf			alpha = vf_set1(step->alpha);

	for (int first = 0; first < step->noutputs; first += SGNS_TILE)
	{
		float	   *o[SGNS_TILE];
		int			m = step->noutputs - first;

		if (m > SGNS_TILE)
			m = SGNS_TILE;
		for (int i = 0; i < SGNS_TILE; i++)
			o[i] = i < m ? step->outputs[first + i] : step->spare;

		for (int k = 0; k < n; k += 2)
			ISA(score_tile) (step->inputs[k], step->inputs[k + 1 < n ? k + 1 : k], o, step->stride,
							 score, k);
		for (int i = 0; i < m; i++)
		{
			vf			label = vf_set1(step->label[first + i]);

			for (int k = 0; k < n; k += VF_LANES)
			{
				vf			p = ISA(sigmoid) (vf_load(&score[i][k]));

				vf_store(&step->probability[first + i][k], p);
				vf_store(&score[i][k], vf_mul(alpha, vf_sub(label, p)));
			}
		}
		for (int i = m; i < SGNS_TILE; i++)
			memset(score[i], 0, n * sizeof(float));
		ISA(update_tile) (step->inputs, n, o, step->stride, score);
	}
}
