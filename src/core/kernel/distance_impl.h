/*
 * distance_impl.h
 *		Distances and small vector operations over the words of an isa_<name>.h.
 *		Included once for each instruction set.
 *
 * The main loops keep four accumulators, since one addition waits for the one
 * before it for about four cycles.
 */

static float
ISA(dot_f32) (const float *a, const float *b, int n)
{
	vf			acc0 = vf_zero(),
				acc1 = vf_zero(),
				acc2 = vf_zero(),
				acc3 = vf_zero();
	int			i = 0;

	for (; i + 4 * VF_LANES <= n; i += 4 * VF_LANES)
	{
		acc0 = vf_fma(vf_load(a + i), vf_load(b + i), acc0);
		acc1 = vf_fma(vf_load(a + i + VF_LANES), vf_load(b + i + VF_LANES), acc1);
		acc2 = vf_fma(vf_load(a + i + 2 * VF_LANES), vf_load(b + i + 2 * VF_LANES), acc2);
		acc3 = vf_fma(vf_load(a + i + 3 * VF_LANES), vf_load(b + i + 3 * VF_LANES), acc3);
	}
	for (; i + VF_LANES <= n; i += VF_LANES)
		acc0 = vf_fma(vf_load(a + i), vf_load(b + i), acc0);

	float		sum = vf_sum(vf_add(vf_add(acc0, acc1), vf_add(acc2, acc3)));

	for (; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

static float
ISA(l2sq_f32) (const float *a, const float *b, int n)
{
	vf			acc0 = vf_zero(),
				acc1 = vf_zero(),
				acc2 = vf_zero(),
				acc3 = vf_zero();
	int			i = 0;

	for (; i + 4 * VF_LANES <= n; i += 4 * VF_LANES)
	{
		vf			d0 = vf_sub(vf_load(a + i), vf_load(b + i)),
					d1 = vf_sub(vf_load(a + i + VF_LANES), vf_load(b + i + VF_LANES)),
					d2 = vf_sub(vf_load(a + i + 2 * VF_LANES), vf_load(b + i + 2 * VF_LANES)),
					d3 = vf_sub(vf_load(a + i + 3 * VF_LANES), vf_load(b + i + 3 * VF_LANES));

		acc0 = vf_fma(d0, d0, acc0);
		acc1 = vf_fma(d1, d1, acc1);
		acc2 = vf_fma(d2, d2, acc2);
		acc3 = vf_fma(d3, d3, acc3);
	}
	for (; i + VF_LANES <= n; i += VF_LANES)
	{
		vf			d = vf_sub(vf_load(a + i), vf_load(b + i));

		acc0 = vf_fma(d, d, acc0);
	}

	float		sum = vf_sum(vf_add(vf_add(acc0, acc1), vf_add(acc2, acc3)));

	for (; i < n; i++)
		sum += (a[i] - b[i]) * (a[i] - b[i]);
	return sum;
}

static float
ISA(l1_f32) (const float *a, const float *b, int n)
{
	vf			acc0 = vf_zero(),
				acc1 = vf_zero();
	int			i = 0;

	for (; i + 2 * VF_LANES <= n; i += 2 * VF_LANES)
	{
		vf			d0 = vf_sub(vf_load(a + i), vf_load(b + i)),
					d1 = vf_sub(vf_load(a + i + VF_LANES), vf_load(b + i + VF_LANES));

		acc0 = vf_add(acc0, vf_abs(d0));
		acc1 = vf_add(acc1, vf_abs(d1));
	}

	float		sum = vf_sum(vf_add(acc0, acc1));

	for (; i < n; i++)
		sum += a[i] > b[i] ? a[i] - b[i] : b[i] - a[i];
	return sum;
}

static CosineSums
ISA(cosine_f32) (const float *a, const float *b, int n)
{
	vf			ab = vf_zero(),
				aa = vf_zero(),
				bb = vf_zero();
	int			i = 0;

	for (; i + VF_LANES <= n; i += VF_LANES)
	{
		vf			x = vf_load(a + i),
					y = vf_load(b + i);

		ab = vf_fma(x, y, ab);
		aa = vf_fma(x, x, aa);
		bb = vf_fma(y, y, bb);
	}

	CosineSums	sums = {vf_sum(ab), vf_sum(aa), vf_sum(bb)};

	for (; i < n; i++)
	{
		sums.ab += a[i] * b[i];
		sums.aa += a[i] * a[i];
		sums.bb += b[i] * b[i];
	}
	return sums;
}

static void
ISA(axpy_f32) (float alpha, const float *x, float *y, int n)
{
	vf			factor = vf_set1(alpha);
	int			i = 0;

	for (; i + VF_LANES <= n; i += VF_LANES)
		vf_store(y + i, vf_fma(factor, vf_load(x + i), vf_load(y + i)));
	for (; i < n; i++)
		y[i] += alpha * x[i];
}

static void
ISA(scale_f32) (float alpha, float *x, int n)
{
	vf			factor = vf_set1(alpha);
	int			i = 0;

	for (; i + VF_LANES <= n; i += VF_LANES)
		vf_store(x + i, vf_mul(factor, vf_load(x + i)));
	for (; i < n; i++)
		x[i] *= alpha;
}
