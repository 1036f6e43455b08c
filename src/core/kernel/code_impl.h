/*
 * code_impl.h
 *		Binary codes of vectors and sums over them, over the words of an
 *		isa_<name>.h.  Included once for each instruction set.
 *
 * Floats are added in 16 lanes, whatever the width of a vector, and the rest is
 * in integers: every instruction set gives the same bits.
 */
#define CODE_PARTS	(CODE_LANES / VF_LANES)

static double
ISA(sum_of_lanes) (const vf *parts)
{
	float		lanes[CODE_LANES];
	double		sum = 0;

	for (int p = 0; p < CODE_PARTS; p++)
		vf_store(lanes + p * VF_LANES, parts[p]);
	for (int lane = 0; lane < CODE_LANES; lane++)
		sum += lanes[lane];
	return sum;
}

static CodeSums
ISA(code_of_residual) (const float *x, const float *centroid, int n, uint8_t *code)
{
	vf			squares[CODE_PARTS],
				sizes[CODE_PARTS],
				along_code[CODE_PARTS],
				along_centroid[CODE_PARTS];

	for (int p = 0; p < CODE_PARTS; p++)
		squares[p] = sizes[p] = along_code[p] = along_centroid[p] = vf_zero();
	for (int i = 0; i < n; i += CODE_LANES)
	{
		unsigned	bits = 0;

		for (int p = 0; p < CODE_PARTS; p++)
		{
			vf			c = vf_load(centroid + i + p * VF_LANES);
			vf			r = vf_sub(vf_load(x + i + p * VF_LANES), c);
			unsigned	positive = vf_positive(r);

			bits |= positive << (p * VF_LANES);
			squares[p] = vf_add(squares[p], vf_mul(r, r));
			sizes[p] = vf_add(sizes[p], vf_abs(r));
			along_code[p] = vf_add(along_code[p], vf_flip(c, ~positive));
			along_centroid[p] = vf_add(along_centroid[p], vf_mul(r, c));
		}
		code[i / 8] = (uint8_t) bits;
		code[i / 8 + 1] = (uint8_t) (bits >> 8);
	}
	return (CodeSums) {
		.residual_squared = ISA(sum_of_lanes) (squares),
		.residual_code = ISA(sum_of_lanes) (sizes),
		.centroid_code = ISA(sum_of_lanes) (along_code),
		.residual_centroid = ISA(sum_of_lanes) (along_centroid),
	};
}

/* The 64 bits at p, the lowest in the lowest byte. */
static inline uint64_t
ISA(code_bits) (const uint8_t *p)
{
	uint64_t	bits;

	memcpy(&bits, p, sizeof(bits));
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	bits = __builtin_bswap64(bits);
#endif
	return bits;
}

/* The sums of four codes, without the total. */
static inline void
ISA(four_sums) (const CodeQuery *query, const uint8_t *const codes[4], int32_t *sums)
{
	vb			sum[4] = {vb_zero(), vb_zero(), vb_zero(), vb_zero()};
	int			plane_bytes = query->dim / 8;

	for (int bit = 0; bit < query->bits; bit++)
	{
		for (int i = 0; i < 4; i++)
			sum[i] = vb_add(sum[i], sum[i]);
		for (int at = 0; at < plane_bytes; at += 8)
		{
			uint64_t	flipped = ISA(code_bits) (query->signs + at);

			for (int i = 0; i < 4; i++)
				sum[i] = vb_add(sum[i], vb_sum_picked(query->magnitudes + at * 8,
													  ISA(code_bits) (codes[i] + bit * plane_bytes + at) ^ flipped));
		}
	}
	vb_store_sums(sums, sum[0], sum[1], sum[2], sum[3]);
}

static void
ISA(array_sums) (const CodeQuery *query, const uint8_t *codes, int ncodes, int32_t *sums)
{
	int			code_bytes = query->bits * (query->dim / 8);

	for (int i = 0; i < ncodes; i += 4)
	{
		const uint8_t *four[4];

		/* where there are no four, the last one again */
		for (int j = 0; j < 4; j++)
			four[j] = codes + (i + j < ncodes ? i + j : ncodes - 1) * code_bytes;
		ISA(four_sums) (query, four, sums + i);
		for (int j = 0; j < 4; j++)
			sums[i + j] = 2 * sums[i + j] - query->total;
	}
}

/* Words of 16 bits: as many as vt_lookup()'s vectors have room for, and eight. */
typedef uint16_t vt_words __attribute__((vector_size(VT_BYTES)));
typedef uint16_t eight_words __attribute__((vector_size(16)));

#define BLOCK_CHUNK		256		/* groups: as many bytes add up to less than 2^16 */

/* Add bytes that were added in pairs, shifted left: those in the low half of a word, then those in the high half. */
static inline void
ISA(add_chunk) (int32_t *sums, vt_words pairs, vt_words highs, int shift)
{
	eight_words high = vt_fold(highs);
	eight_words low = vt_fold(pairs) - (high << 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	eight_words first = high,
				second = low;
#else
	eight_words first = low,
				second = high;
#endif

	for (int i = 0; i < 8; i++)
	{
		sums[i] += first[i] << shift;
		sums[8 + i] += second[i] << shift;
	}
}

/* Add one plane's sums, shifted left, to those of 32 codes. */
static inline void
ISA(add_plane) (int32_t *sums, const uint8_t *table, const uint8_t *plane, int end, int shift)
{
	for (int start = 0; start < end; start += BLOCK_CHUNK * 16)
	{
		int			stop = end - start < BLOCK_CHUNK * 16 ? end : start + BLOCK_CHUNK * 16;
		vt_words	pairs[2] = {{0}},
					highs[2] = {{0}};

		for (int i = start; i < stop; i += VT_BYTES)
		{
			vt			part,
						entries;
			vt_words	found;

			memcpy(&part, plane + i, sizeof(part));
			memcpy(&entries, table + i, sizeof(entries));
			found = (vt_words) vt_lookup(entries, part & 15);
			pairs[0] += found;
			highs[0] += found >> 8;
			found = (vt_words) vt_lookup(entries, (vt) ((vt_words) part >> 4) & 15);
			pairs[1] += found;
			highs[1] += found >> 8;
		}
		ISA(add_chunk) (sums, pairs[0], highs[0], shift);
		ISA(add_chunk) (sums + 16, pairs[1], highs[1], shift);
	}
}

static void
ISA(block_sums) (const CodeQuery *query, const uint8_t *table, const uint8_t *codes, int32_t *sums)
{
	int			plane_bytes = query->dim * 4;

	for (int i = 0; i < 32; i++)
		sums[i] = -query->total;
	for (int bit = 0; bit < query->bits; bit++)
		ISA(add_plane) (sums, table, codes + bit * plane_bytes, plane_bytes, query->bits - bit);
}

static inline vf
ISA(halves_at) (const Half *p, int left)
{
	return left >= VF_LANES ? vf_load_half(p) : vf_load_half_part(p, left);
}

/* As many estimates as lanes; in share what the query has of them, before it is scaled. */
static inline vf
ISA(estimates_at) (const CodeTerms *terms, const int32_t *sums, vf add, vf rescale, vf *share)
{
	*share = vf_mul(rescale, vf_mul(vf_from_i32(sums), vf_set1(terms->step)));
	return vf_add(vf_mul(vf_add(add, *share), vf_set1(terms->scale)), vf_set1(terms->origin));
}

static void
ISA(code_estimates) (const CodeTerms *terms, const CodeFactors *factors, const int32_t *sums, float *distance)
{
	for (int i = 0; i < factors->n; i += VF_LANES)
	{
		int			left = factors->n - i;
		vf			add = ISA(halves_at) (factors->add + i, left),
					rescale = ISA(halves_at) (factors->rescale + i, left),
					share;

		vf_store(distance + i, ISA(estimates_at) (terms, sums + i, add, rescale, &share));
	}
}

static void
ISA(code_bounds) (const CodeTerms *terms, const CodeFactors *factors, const int32_t *sums, float *distance,
				  float *lower)
{
	vf			rounding = vf_set1(terms->scale * CODE_HALF_ROUNDING);

	for (int i = 0; i < factors->n; i += VF_LANES)
	{
		int			left = factors->n - i;
		vf			add = ISA(halves_at) (factors->add + i, left),
					rescale = ISA(halves_at) (factors->rescale + i, left),
					error = ISA(halves_at) (factors->error + i, left),
					share,
					estimate,
					slack;

		estimate = ISA(estimates_at) (terms, sums + i, add, rescale, &share);
		slack = vf_add(vf_mul(error, vf_set1(terms->reach)), vf_mul(vf_abs(rescale), vf_set1(terms->blur)));
		slack = vf_add(slack, vf_mul(vf_add(vf_abs(add), vf_abs(share)), rounding));
		vf_store(distance + i, estimate);
		vf_store(lower + i, vf_sub(estimate, slack));
	}
}
