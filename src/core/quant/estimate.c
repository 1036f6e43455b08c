/*
 * estimate.c
 *		Queries made ready, and estimates from arrays and blocks of codes.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/quant/quant.h"

/* Four neighbouring bytes of a query are at most this together before they are rounded. */
#define FOUR_LARGEST	253

/* Below, a query is taken for zero: floats have no more digits there. */
#define SMALLEST_QUERY	1e-30f

/* Where a code's four dimensions lie in a block: half a byte. */
typedef struct Nibble
{
	int			byte;			/* of the sixteen */
	int			shift;
} Nibble;

size_t
wemb_quant_query_size(const Quant *quant)
{
	return sizeof(QuantQuery) + (size_t) quant->padded + (size_t) quant->padded / 8;
}

QuantQuery *
wemb_quant_query_init(void *block, const Quant *quant, const float *rotated, float epsilon)
{
	QuantQuery *query = block;
	uint8_t    *signs = query->bytes + quant->padded;
	float		largest = 0;

	query->padded = quant->padded;
	query->bits = quant->bits;
	query->bounds = quant->bounds;
	query->unit = quant->unit;
	query->epsilon = epsilon;
	for (int i = 0; i < quant->padded; i += 4)
	{
		float		four = fabsf(rotated[i]) + fabsf(rotated[i + 1]) + fabsf(rotated[i + 2]) + fabsf(rotated[i + 3]);

		largest = four > largest ? four : largest;
	}
	/* nothing can be known of a query that is not finite: all bytes zero, and any distance is within the bound */
	query->step = isfinite(largest) && largest > SMALLEST_QUERY ? largest / FOUR_LARGEST : 0;
	query->total = 0;
	memset(signs, 0, (size_t) quant->padded / 8);
	for (int i = 0; i < quant->padded; i++)
	{
		query->bytes[i] = query->step > 0 ? (uint8_t) (fabsf(rotated[i]) / query->step + 0.5f) : 0;
		query->total += query->bytes[i];
		if (rotated[i] < 0)
			signs[i / 8] |= (uint8_t) (1 << i % 8);
	}
	return query;
}

/* Factors of n codes, in one array after the other, each with room for capacity. */
typedef struct FactorArrays
{
	const Half *first;
	int			capacity;
	int			n;
} FactorArrays;

static void
estimate_from_sums(const QuantQuery *query, const QuantOrigin *origin, FactorArrays factors, const int32_t *sums,
				   QuantEstimates *estimates)
{
	CodeFactors list = {
		.n = factors.n,
		.add = factors.first,
		.rescale = factors.first + factors.capacity,
		.error = query->bounds ? factors.first + 2 * factors.capacity : NULL,
	};

	/* a rounding error is even over a step; over the numbers of a code less their mean, at most 2^bits / 2 */
	float		spread = query->step * sqrtf((float) query->padded / 12) * (float) (1 << query->bits) / 4;
	float		scale = query->unit * query->unit;
	CodeTerms	terms = {
		.step = query->step / 2,
		.scale = scale,
		.origin = origin->add,
		/* above zero, since the error may be infinite */
		.reach = query->epsilon * query->unit * origin->distance + FLT_MIN,
		.blur = query->epsilon * scale * spread,
	};

	if (query->bounds)
		wemb_kernel->code_bounds(&terms, &list, sums, estimates->distance, estimates->lower);
	else
		wemb_kernel->code_estimates(&terms, &list, sums, estimates->distance);
}

static CodeQuery
code_query(const QuantQuery *query)
{
	return (CodeQuery) {
		.dim = query->padded,
		.bits = query->bits,
		.total = (int32_t) (query->total * ((1u << query->bits) - 1)),
		.magnitudes = query->bytes,
		.signs = query->bytes + query->padded,
	};
}

/* ---- arrays */

size_t
wemb_quant_array_size(const Quant *quant, int capacity)
{
	return (size_t) capacity * ((size_t) quant->code_bytes + sizeof(Half) * (quant->bounds ? 3 : 2));
}

/* Factor number which of code i, where capacity of each lie at factors. */
static char *
factor_at(const void *factors, int capacity, int which, int i)
{
	return (char *) factors + sizeof(Half) * (size_t) (which * capacity + i);
}

static void
put_factors(const Quant *quant, void *at, int capacity, int i, const QuantFactors *factors)
{
	memcpy(factor_at(at, capacity, 0, i), &factors->add, sizeof(Half));
	memcpy(factor_at(at, capacity, 1, i), &factors->rescale, sizeof(Half));
	if (quant->bounds)
		memcpy(factor_at(at, capacity, 2, i), &factors->error, sizeof(Half));
}

static void
get_factors(const Quant *quant, const void *at, int capacity, int i, QuantFactors *factors)
{
	memcpy(&factors->add, factor_at(at, capacity, 0, i), sizeof(Half));
	memcpy(&factors->rescale, factor_at(at, capacity, 1, i), sizeof(Half));
	factors->error = HALF_INFINITY;
	if (quant->bounds)
		memcpy(&factors->error, factor_at(at, capacity, 2, i), sizeof(Half));
}

void
wemb_quant_array_put(const Quant *quant, void *array, int capacity, int i, const uint8_t *code,
					 const QuantFactors *factors)
{
	size_t		bytes = (size_t) quant->code_bytes;

	memcpy((uint8_t *) array + (size_t) i * bytes, code, bytes);
	put_factors(quant, (uint8_t *) array + (size_t) capacity * bytes, capacity, i, factors);
}

void
wemb_quant_array_get(const Quant *quant, const void *array, int capacity, int i, uint8_t *code, QuantFactors *factors)
{
	size_t		bytes = (size_t) quant->code_bytes;

	memcpy(code, (const uint8_t *) array + (size_t) i * bytes, bytes);
	get_factors(quant, (const uint8_t *) array + (size_t) capacity * bytes, capacity, i, factors);
}

void
wemb_quant_array_estimate(const QuantQuery *query, const QuantOrigin *origin, QuantSpan span,
						  QuantEstimates *estimates)
{
	CodeQuery	codes = code_query(query);
	size_t		code_bytes = (size_t) query->bits * (size_t) query->padded / 8;
	const uint8_t *codes_at = span.array;
	const Half *factors = (const Half *) (codes_at + (size_t) span.capacity * code_bytes) + span.first;
	int32_t		sums[QUANT_ARRAY_CODES];

	wemb_kernel->array_sums(&codes, codes_at + (size_t) span.first * code_bytes, span.n, sums);
	estimate_from_sums(query, origin, (FactorArrays) {factors, span.capacity, span.n}, sums, estimates);
}

/* ---- blocks */

/* Codes 0 to 7 have the low halves of even bytes, 8 to 15 of odd ones, 16 to 31 the high halves. */
static Nibble
nibble_of(int code)
{
	return (Nibble) {.byte = code % 8 * 2 + code / 8 % 2,.shift = code / 16 * 4};
}

size_t
wemb_quant_block_size(const Quant *quant)
{
	return wemb_quant_array_size(quant, QUANT_BLOCK_CODES);
}

void
wemb_quant_block_put(const Quant *quant, void *block, int i, const uint8_t *code, const QuantFactors *factors)
{
	Nibble		nibble = nibble_of(i);
	uint8_t    *group = (uint8_t *) block + nibble.byte;

	for (int d = 0; d < quant->code_bytes * 8; d += 4, group += 16)
	{
		int			four = code[d / 8] >> d % 8 & 15;

		*group = (uint8_t) ((*group & ~(15 << nibble.shift)) | four << nibble.shift);
	}
	put_factors(quant, (uint8_t *) block + QUANT_BLOCK_CODES * quant->code_bytes, QUANT_BLOCK_CODES, i, factors);
}

void
wemb_quant_block_get(const Quant *quant, const void *block, int i, uint8_t *code, QuantFactors *factors)
{
	Nibble		nibble = nibble_of(i);
	const uint8_t *group = (const uint8_t *) block + nibble.byte;

	for (int byte = 0; byte < quant->code_bytes; byte++, group += 32)
		code[byte] = (uint8_t) ((group[0] >> nibble.shift & 15) | (group[16] >> nibble.shift & 15) << 4);
	get_factors(quant, (const uint8_t *) block + QUANT_BLOCK_CODES * quant->code_bytes, QUANT_BLOCK_CODES, i, factors);
}

size_t
wemb_quant_table_size(const Quant *quant)
{
	return 4 * (size_t) quant->padded;
}

void
wemb_quant_table_init(uint8_t *table, const QuantQuery *query)
{
	typedef uint8_t Entries __attribute__((vector_size(16)));
	static const Entries with_bit[4] = {
		{0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255},
		{0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255, 255},
		{0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255},
		{0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255},
	};
	const uint8_t *signs = query->bytes + query->padded;

	for (int d = 0; d < query->padded; d += 4, table += 16)
	{
		Entries		sums = {0};

		/* a code's bit counts where it differs from the sign */
		for (int i = 0; i < 4; i++)
		{
			uint8_t		sign = signs[d / 8] >> (d % 8 + i) & 1 ? 255 : 0;

			sums += (with_bit[i] ^ sign) & query->bytes[d + i];
		}
		memcpy(table, &sums, sizeof(sums));
	}
}

void
wemb_quant_block_estimate(const QuantQuery *query, const uint8_t *table, const QuantOrigin *origin, const void *block,
						  QuantEstimates *estimates)
{
	CodeQuery	codes = code_query(query);
	const void *factors = (const uint8_t *) block + QUANT_BLOCK_CODES * (query->bits * query->padded / 8);
	int32_t		sums[QUANT_BLOCK_CODES];

	wemb_kernel->block_sums(&codes, table, block, sums);
	estimate_from_sums(query, origin, (FactorArrays) {factors, QUANT_BLOCK_CODES, QUANT_BLOCK_CODES}, sums, estimates);
}
