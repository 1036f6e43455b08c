/*
 * distance_impl.h
 *		Distances over the words of an isa_<name>.h.  Included once for each
 *		instruction set and type of element, by elements_impl.h.
 *
 * Parameters:
 *
 *	ELEM				type of an element
 *	DISTANCE(name)		name of a function for that type
 *	elem_load(p)		VF_LANES elements, as floats
 *	elem_load_part(p, n)	the first n of them, 0 < n < VF_LANES, then zeros
 *
 * Sums have four parts, since one addition waits for the one before it for
 * about four cycles.  The last vectors of a row go to different parts, too:
 * at 100 elements they are as many as the main loop's.
 */

/* The sum over all pairs, of which step adds one vector to a part of the sum. */
static inline __attribute__((always_inline)) float
DISTANCE(sum_pairs) (const ELEM *a, const ELEM *b, int n, vf (*const step) (vf x, vf y, vf part))
{
	vf			part0 = vf_zero(),
				part1 = vf_zero(),
				part2 = vf_zero(),
				part3 = vf_zero();
	int			i = 0;

	for (; i + 4 * VF_LANES <= n; i += 4 * VF_LANES)
	{
		part0 = step(elem_load(a + i), elem_load(b + i), part0);
		part1 = step(elem_load(a + i + VF_LANES), elem_load(b + i + VF_LANES), part1);
		part2 = step(elem_load(a + i + 2 * VF_LANES), elem_load(b + i + 2 * VF_LANES), part2);
		part3 = step(elem_load(a + i + 3 * VF_LANES), elem_load(b + i + 3 * VF_LANES), part3);
	}
	if (i + 2 * VF_LANES <= n)
	{
		part0 = step(elem_load(a + i), elem_load(b + i), part0);
		part1 = step(elem_load(a + i + VF_LANES), elem_load(b + i + VF_LANES), part1);
		i += 2 * VF_LANES;
	}
	if (i + VF_LANES <= n)
	{
		part2 = step(elem_load(a + i), elem_load(b + i), part2);
		i += VF_LANES;
	}
	if (i < n)
		part3 = step(elem_load_part(a + i, n - i), elem_load_part(b + i, n - i), part3);
	return vf_sum(vf_add(vf_add(part0, part1), vf_add(part2, part3)));
}

static inline vf
DISTANCE(dot_step) (vf x, vf y, vf part)
{
	return vf_fma(x, y, part);
}

static inline vf
DISTANCE(l2sq_step) (vf x, vf y, vf part)
{
	vf			d = vf_sub(x, y);

	return vf_fma(d, d, part);
}

static inline vf
DISTANCE(l1_step) (vf x, vf y, vf part)
{
	vf			d = vf_sub(x, y);

	return vf_add(part, vf_abs(d));
}

static float
DISTANCE(dot) (const ELEM *a, const ELEM *b, int n)
{
	return DISTANCE(sum_pairs) (a, b, n, DISTANCE(dot_step));
}

static float
DISTANCE(l2sq) (const ELEM *a, const ELEM *b, int n)
{
	return DISTANCE(sum_pairs) (a, b, n, DISTANCE(l2sq_step));
}

static float
DISTANCE(l1) (const ELEM *a, const ELEM *b, int n)
{
	return DISTANCE(sum_pairs) (a, b, n, DISTANCE(l1_step));
}

/* Three sums at once, each in two parts. */
static CosineSums
DISTANCE(cosine) (const ELEM *a, const ELEM *b, int n)
{
	vf			ab[2] = {vf_zero(), vf_zero()},
				aa[2] = {vf_zero(), vf_zero()},
				bb[2] = {vf_zero(), vf_zero()};
	int			i = 0;

	for (; i + VF_LANES < n; i += 2 * VF_LANES)
	{
		/* the second vector may be one in part */
		bool		whole = i + 2 * VF_LANES <= n;
		vf			x = elem_load(a + i),
					y = elem_load(b + i),
					u = whole ? elem_load(a + i + VF_LANES) : elem_load_part(a + i + VF_LANES, n - i - VF_LANES),
					v = whole ? elem_load(b + i + VF_LANES) : elem_load_part(b + i + VF_LANES, n - i - VF_LANES);

		ab[0] = vf_fma(x, y, ab[0]);
		aa[0] = vf_fma(x, x, aa[0]);
		bb[0] = vf_fma(y, y, bb[0]);
		ab[1] = vf_fma(u, v, ab[1]);
		aa[1] = vf_fma(u, u, aa[1]);
		bb[1] = vf_fma(v, v, bb[1]);
	}
	if (i < n)
	{
		bool		whole = i + VF_LANES == n;
		vf			x = whole ? elem_load(a + i) : elem_load_part(a + i, n - i),
					y = whole ? elem_load(b + i) : elem_load_part(b + i, n - i);

		ab[0] = vf_fma(x, y, ab[0]);
		aa[0] = vf_fma(x, x, aa[0]);
		bb[0] = vf_fma(y, y, bb[0]);
	}
	return (CosineSums) {vf_sum(vf_add(ab[0], ab[1])), vf_sum(vf_add(aa[0], aa[1])), vf_sum(vf_add(bb[0], bb[1]))};
}
