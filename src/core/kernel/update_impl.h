/*
 * update_impl.h
 *		Updates of a vector in place over the words of an isa_<name>.h.
 *		Included once for each instruction set.
 */

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
