/*
 * test_quant.c
 *		Codes and estimates against plain references in double precision, on
 *		every kernel; the promises of the estimator over many rotations.
 *		The rotation itself: test_rotation.c.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/rng.h"
#include "core/quant/quant.h"
#include "unit.h"

/* Everything of one index with one array and one block of vectors. */
typedef struct Bench
{
	QuantConfig config;
	Quant	   *quant;
	float	   *centroid;		/* as given, then rotated */
	float	   *rotated_centroid;
	float	   *vectors;		/* (n, dim) */
	int			n;
	void	   *array;
	void	   *block;
	float	   *rotated;		/* of one vector */
	uint8_t    *code;
	QuantQuery *query;
	uint8_t    *table;
} Bench;

static float *
floats(int n)
{
	return calloc((size_t) n + 64, sizeof(float));
}

/* Roughly normal: a sum of uniform numbers. */
static float
normal(Rng *rng)
{
	float		sum = 0;

	for (int i = 0; i < 12; i++)
		sum += rng_float(rng);
	return sum - 6;
}

static Bench
bench_new(QuantConfig config, int n)
{
	Bench		b = {.config = config,.n = n};
	int			padded;

	b.quant = wemb_quant_init(malloc(wemb_quant_size(&config)), &config);
	padded = b.quant->padded;
	b.centroid = floats(config.dim);
	b.rotated_centroid = floats(padded);
	b.vectors = floats(config.dim * n);
	b.array = calloc(1, wemb_quant_array_size(b.quant, n));
	b.block = calloc(1, wemb_quant_block_size(b.quant));
	b.rotated = floats(padded);
	b.code = malloc((size_t) b.quant->code_bytes);
	b.query = malloc(wemb_quant_query_size(b.quant));
	b.table = malloc(wemb_quant_table_size(b.quant));
	return b;
}

static void
bench_free(Bench *b)
{
	free(b->quant);
	free(b->centroid);
	free(b->rotated_centroid);
	free(b->vectors);
	free(b->array);
	free(b->block);
	free(b->rotated);
	free(b->code);
	free(b->query);
	free(b->table);
}

/* A centroid away from zero and vectors around it, some coordinates far wider than others. */
static void
fill(Bench *b, Rng *rng, float offset)
{
	int			dim = b->config.dim;

	for (int d = 0; d < dim; d++)
		b->centroid[d] = offset * normal(rng);
	for (int i = 0; i < b->n; i++)
		for (int d = 0; d < dim; d++)
			b->vectors[i * dim + d] = b->centroid[d] + normal(rng) * (d % 10 == 3 ? 4 : 1);
}

static void
encode_all(Bench *b)
{
	QuantFactors factors;

	wemb_quant_rotate(b->quant, b->centroid, b->rotated_centroid);
	for (int i = 0; i < b->n; i++)
	{
		wemb_quant_rotate(b->quant, b->vectors + i * b->config.dim, b->rotated);
		wemb_quant_encode(b->quant, b->rotated, b->rotated_centroid, b->code, &factors);
		wemb_quant_array_put(b->quant, b->array, b->n, i, b->code, &factors);
		if (i < QUANT_BLOCK_CODES)
			wemb_quant_block_put(b->quant, b->block, i, b->code, &factors);
	}
}

static double
l2sq(const float *x, const float *y, int n)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += ((double) x[i] - y[i]) * ((double) x[i] - y[i]);
	return sum;
}

static double
dot(const float *x, const float *y, int n)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += (double) x[i] * y[i];
	return sum;
}

static double
exact(const Bench *b, const float *x, const float *y)
{
	return b->config.metric == QUANT_L2 ? l2sq(x, y, b->config.dim) : -dot(x, y, b->config.dim);
}

static QuantOrigin
prepare(Bench *b, const float *query, float epsilon)
{
	wemb_quant_rotate(b->quant, query, b->rotated);
	wemb_quant_query_init(b->query, b->quant, b->rotated, epsilon);
	wemb_quant_table_init(b->table, b->query);
	return (QuantOrigin) {
		(float) exact(b, query, b->centroid), (float) sqrt(l2sq(query, b->centroid, b->config.dim))
	};
}

/* The estimate of code i as README.md has it, from the stored code and factors and the quantized query, in double. */
static double
plain_estimate(Bench *b, const QuantOrigin *origin, int i)
{
	QuantFactors factors;
	int			plane = b->quant->padded / 8;
	const uint8_t *signs = b->query->bytes + b->quant->padded;
	double		inner = 0,
				unit = b->quant->unit;

	wemb_quant_array_get(b->quant, b->array, b->n, i, b->code, &factors);
	for (int d = 0; d < b->quant->padded; d++)
	{
		double		q = b->query->step * (double) b->query->bytes[d] * (signs[d / 8] >> d % 8 & 1 ? -1 : 1);
		double		number = 0;

		for (int bit = 0; bit < b->config.bits; bit++)
			number = 2 * number + (b->code[bit * plane + d / 8] >> d % 8 & 1);
		inner += q * (number - ((1 << b->config.bits) - 1) / 2.0);
	}
	return (half_to_float(factors.add) + half_to_float(factors.rescale) * inner) * unit * unit + origin->add;
}

static bool
estimates_are_plain(Bench *b, const WembKernel *kernel, Rng *rng)
{
	QuantEstimates array,
				block;
	float	   *query = floats(b->config.dim);
	QuantOrigin origin;
	bool		ok = true;
	int			n = 1 + (int) rng_below(rng, (uint32_t) b->n);

	for (int d = 0; d < b->config.dim; d++)
		query[d] = b->centroid[d] + normal(rng);
	origin = prepare(b, query, 1.9f);
	wemb_kernel_use(kernel);
	memset(&array, 0, sizeof(array));
	wemb_quant_array_estimate(b->query, &origin, (QuantSpan) {b->array, b->n, 0, n}, &array);
	for (int i = 0; i < n; i++)
	{
		double		want = plain_estimate(b, &origin, i);

		ok = ok && fabs(array.distance[i] - want) <= 4e-6 * (fabs(want) + fabs(origin.add) + 30 * b->config.dim) &&
			array.lower[i] < array.distance[i];
	}
	wemb_quant_block_estimate(b->query, b->table, &origin, b->block, &block);
	for (int i = 0; i < n && i < QUANT_BLOCK_CODES; i++)
		ok = ok && block.distance[i] == array.distance[i] && block.lower[i] == array.lower[i];
	free(query);
	return ok;
}

static void
test_kernels(void)
{
	static const int large[] = {512, 960, 1000, 1025, 1088, 2100, 16000};
	const WembKernel *kernel;
	static char group[100];

	for (int k = 0; (kernel = wemb_kernel_at(k)) != NULL; k++)
	{
		unit_end_group();
		snprintf(group, sizeof(group), "%s: estimates are those of the formula, and blocks give the same as arrays",
				 kernel->name);
		unit_group(group);
		for (int i = 1; i <= 300 + (int) (sizeof(large) / sizeof(large[0])); i++)
		{
			int			dim = i <= 300 ? i : large[i - 301];
			Rng			rng = rng_for(99, (uint64_t) dim);
			QuantConfig config = {.dim = dim,.bits = i % 4 == 0 ? 1 + i / 4 % 8 : 1,
			.metric = i % 3 == 0 ? QUANT_IP : QUANT_L2,.seed = (uint64_t) i,.unit = i % 5 == 0 ? 4 : 1,.bounds = true};
			Bench		b = bench_new(config, i % 7 == 0 ? 64 : 33);

			wemb_kernel_use(kernel);
			fill(&b, &rng, 1);
			encode_all(&b);
			CHECK(estimates_are_plain(&b, kernel, &rng), "%d dimensions", dim);
			bench_free(&b);
		}
	}
}

/* Codes, factors, tables and estimates of a few configurations in one number. */
static uint64_t
fingerprint(void)
{
	static const int dims[] = {3, 64, 100, 128, 200, 768, 1536};
	uint64_t	sum = 0;

	for (int i = 0; i < (int) (sizeof(dims) / sizeof(dims[0])); i++)
		for (int bits = 1; bits <= 8; bits += 3)
		{
			Rng			rng = rng_for(5, (uint64_t) i);
			QuantMetric metric = i % 2 ? QUANT_IP : QUANT_L2;
			QuantConfig config = {.dim = dims[i],.bits = bits,.metric = metric,.seed = 7,.unit = 8,.bounds = true};
			Bench		b = bench_new(config, 40);
			QuantEstimates estimates;
			QuantOrigin origin;

			fill(&b, &rng, 0.5f);
			encode_all(&b);
			origin = prepare(&b, b.vectors + 3 * dims[i], 1.9f);
			wemb_quant_array_estimate(b.query, &origin, (QuantSpan) {b.array, 40, 0, 40}, &estimates);
			sum = sum * 31 + wemb_hash(b.array, wemb_quant_array_size(b.quant, 40));
			sum = sum * 31 + wemb_hash((const char *) estimates.distance, 40 * sizeof(float));
			sum = sum * 31 + wemb_hash((const char *) estimates.lower, 40 * sizeof(float));
			bench_free(&b);
		}
	return sum;
}

static void
test_same_bits(void)
{
	const WembKernel *kernel;

	unit_group("codes, factors and estimates are the same bits on every kernel and machine");
	for (int k = 0; (kernel = wemb_kernel_at(k)) != NULL; k++)
	{
		wemb_kernel_use(kernel);
		CHECK(fingerprint() == UINT64_C(0xFF783B086F3D7CEC), "%s: %llx", kernel->name, (unsigned long long) fingerprint());
	}
	wemb_kernel_init();
}

/* What becomes of one pair of a vector and a query over many rotations. */
typedef struct Trials
{
	int			n;
	double		mean;			/* of estimate - exact */
	double		deviation;
	double		below;			/* share with exact < lower */
	double		bound;			/* mean of estimate - lower */
} Trials;

static Trials
try_rotations(QuantConfig config, float offset, float epsilon, int seeds)
{
	Trials		t = {0};
	Rng			rng = rng_for(17, (uint64_t) (config.dim * 10 + config.bits));
	Bench		b = bench_new(config, 20);
	float	   *query = floats(config.dim);
	double		squares = 0;

	fill(&b, &rng, offset);
	for (int d = 0; d < config.dim; d++)
		query[d] = b.vectors[d] * 0.5f + b.vectors[config.dim + d] * 0.5f + normal(&rng) * 0.5f;
	for (int seed = 0; seed < seeds; seed++)
	{
		QuantEstimates estimates;
		QuantOrigin origin;

		config.seed = (uint64_t) seed;
		wemb_quant_init(b.quant, &config);
		encode_all(&b);
		origin = prepare(&b, query, epsilon);
		wemb_quant_array_estimate(b.query, &origin, (QuantSpan) {b.array, b.n, 0, b.n}, &estimates);
		for (int i = 0; i < b.n; i++, t.n++)
		{
			double		want = exact(&b, b.vectors + i * config.dim, query);
			double		wrong = estimates.distance[i] - want;

			t.mean += wrong;
			squares += wrong * wrong;
			t.below += want < estimates.lower[i];
			t.bound += estimates.distance[i] - estimates.lower[i];
		}
	}
	t.mean /= t.n;
	t.below /= t.n;
	t.bound /= t.n;
	t.deviation = sqrt(squares / t.n);
	free(query);
	bench_free(&b);
	return t;
}

static void
test_estimator(int seeds)
{
	static const int dims[] = {30, 64, 100, 200, 768};

	unit_group("over rotations, estimates are unbiased and within their bound as often as they shall");
	for (int i = 0; i < 5; i++)
		for (int metric = 0; metric < 2; metric++)
		{
			QuantConfig config = {.dim = dims[i],.bits = 1,.metric = (QuantMetric) metric,.unit = 16,.bounds = true};
			Trials		t = try_rotations(config, 0.2f, 1.9f, seeds),
						narrow = try_rotations(config, 0.2f, 1.0f, seeds);

			/* the 20 vectors of a rotation are not independent: four deviations of as many as there are rotations */
			CHECK(fabs(t.mean) < 4 * t.deviation / sqrt(seeds), "%d dimensions: off by %g +- %g", dims[i], t.mean, t.deviation);
			CHECK(t.below > 0.01 && t.below < 0.045, "%d dimensions: %g below the bound", dims[i], t.below);
			CHECK(narrow.below > 0.10 && narrow.below < 0.20, "%d dimensions: %g below", dims[i], narrow.below);
		}

	unit_group("bounds hold for codes whose centroid is far from zero");
	for (int i = 0; i < 5; i++)
	{
		QuantConfig config = {.dim = dims[i],.bits = 1 + i % 2 * 3,.metric = QUANT_L2,.unit = 16,.bounds = true};
		Trials		t = try_rotations(config, 20, 1.9f, seeds);

		CHECK(fabs(t.mean) < 4 * t.deviation / sqrt(seeds), "%d dimensions: off by %g +- %g", dims[i], t.mean, t.deviation);
		CHECK(t.below < 0.045, "%d dimensions: %g below the bound", dims[i], t.below);
	}

	unit_group("each further bit about halves the error and the bound");
	for (int metric = 0; metric < 2; metric++)
	{
		QuantConfig config = {.dim = 100,.bits = 1,.metric = (QuantMetric) metric,.unit = 16,.bounds = true};
		Trials		before = try_rotations(config, 0.2f, 1.9f, seeds / 4);

		for (config.bits = 2; config.bits <= 6; config.bits++)
		{
			Trials		t = try_rotations(config, 0.2f, 1.9f, seeds / 4);

			CHECK(t.deviation < 0.65 * before.deviation, "%d bits: %g after %g", config.bits, t.deviation, before.deviation);
			CHECK(t.bound < 0.7 * before.bound, "%d bits: bound %g after %g", config.bits, t.bound, before.bound);
			CHECK(t.below < 0.06, "%d bits: %g below the bound", config.bits, t.below);
			before = t;
		}
	}
}

/* Arrays and blocks with bounds and without, of the same vectors. */
static void
test_without_bounds(void)
{
	const WembKernel *kernel;

	unit_group("without bounds, estimates are the same");
	for (int k = 0; (kernel = wemb_kernel_at(k)) != NULL; k++)
		for (int dim = 1; dim <= 130; dim += 3)
		{
			QuantConfig config = {.dim = dim,.bits = 1 + dim % 3,.unit = 1,.bounds = true};
			QuantEstimates estimates[4];
			int			n = 1 + dim % 64;

			wemb_kernel_use(kernel);
			for (int bounds = 0; bounds < 2; bounds++)
			{
				Rng			rng = rng_for(4, (uint64_t) dim);
				QuantOrigin origin;
				Bench		b;
				void	   *array;
				size_t		size;

				config.bounds = bounds != 0;
				b = bench_new(config, n);
				fill(&b, &rng, 1);
				encode_all(&b);
				origin = prepare(&b, b.vectors, QUANT_EPSILON);
				/* a copy whose end is the array's, at an address that is aligned to two */
				size = wemb_quant_array_size(b.quant, n);
				array = (char *) malloc(size + 2) + 2;
				memcpy(array, b.array, size);
				wemb_quant_array_estimate(b.query, &origin, (QuantSpan) {array, n, 0, n}, &estimates[bounds]);
				wemb_quant_block_estimate(b.query, b.table, &origin, b.block, &estimates[2 + bounds]);
				free((char *) array - 2);
				bench_free(&b);
			}
			CHECK(memcmp(estimates[0].distance, estimates[1].distance, sizeof(float) * (size_t) n) == 0,
				  "%s: array, %d dimensions", kernel->name, dim);
			n = n < QUANT_BLOCK_CODES ? n : QUANT_BLOCK_CODES;
			CHECK(memcmp(estimates[2].distance, estimates[1].distance, sizeof(float) * (size_t) n) == 0,
				  "%s: block, %d dimensions", kernel->name, dim);
		}
	wemb_kernel_init();
}

static void
test_edges(void)
{
	QuantConfig config = {.dim = 70,.bits = 1,.unit = 1,.bounds = true};
	float		x[70],
				query[70];

	unit_group("extreme vectors: nothing wrong is claimed");
	for (int bits = 1; bits <= 4; bits += 3)
		for (int metric = 0; metric < 2; metric++)
			for (int i = 0; i < 9; i++)
			{
				static const float sizes[] = {0, 1e-38f, 1e-20f, 1e-5f, 1e4f, 1e20f, 3e38f, INFINITY, NAN};
				QuantEstimates estimates;
				QuantOrigin origin;
				Bench		b;
				double		want;

				config.bits = bits;
				config.metric = (QuantMetric) metric;
				b = bench_new(config, 1);
				for (int d = 0; d < config.dim; d++)
				{
					x[d] = b.vectors[d] = sizes[i] * (d % 3 ? -1 : 1);
					query[d] = d % 5 ? 0.1f : 0.2f;
				}
				encode_all(&b);
				origin = prepare(&b, query, 3);
				wemb_quant_array_estimate(b.query, &origin, (QuantSpan) {b.array, 1, 0, 1}, &estimates);
				want = exact(&b, x, query);
				CHECK(isnan(want) || estimates.lower[0] <= want, "%d bits, size %g: %g, but it is %g", bits, sizes[i],
					  estimates.lower[0], want);
				CHECK(!isnan(estimates.lower[0]) && !isnan(estimates.distance[0]), "%d bits, size %g", bits, sizes[i]);
				/* such a query has an origin that says nothing */
				origin = prepare(&b, x, 3);
				bench_free(&b);
			}

	unit_group("the vector that is its centroid has the centroid's distance");
	for (int metric = 0; metric < 2; metric++)
	{
		QuantEstimates estimates;
		QuantOrigin origin;
		Bench		b;

		config.metric = (QuantMetric) metric;
		b = bench_new(config, 1);
		for (int d = 0; d < config.dim; d++)
		{
			b.vectors[d] = b.centroid[d] = (float) d / 64;
			query[d] = d % 5 ? 0.1f : 0.2f;
		}
		encode_all(&b);
		origin = prepare(&b, query, 3);
		wemb_quant_array_estimate(b.query, &origin, (QuantSpan) {b.array, 1, 0, 1}, &estimates);
		CHECK(fabs(estimates.distance[0] - origin.add) <= fabs(origin.add) * 1e-3, "%g, not %g", estimates.distance[0], origin.add);
		bench_free(&b);
	}

	unit_group("units are powers of two");
	CHECK(wemb_quant_unit(1.5f) == 2 && wemb_quant_unit(0.1f) == 0.125f && wemb_quant_unit(0) == 1, "they are not");
	CHECK(wemb_quant_unit(NAN) == 1 && wemb_quant_unit(INFINITY) == 1, "they are not");
	CHECK(isfinite(1 / (wemb_quant_unit(1e-40f) * wemb_quant_unit(1e-40f))), "they are not");
}

static bool
are_numbered(const QuantFactors *factors, int i, bool bounds)
{
	return factors->add == i && factors->rescale == i + 100 && factors->error == (bounds ? i + 200 : HALF_INFINITY);
}

static void
test_layout(int bits, bool bounds)
{
	QuantConfig config = {.dim = 100,.bits = bits,.unit = 1,.bounds = bounds};
	Bench		b = bench_new(config, 32);
	Rng			rng = rng_for(1, 1);
	int			size = 16 * bits;
	size_t		all = (size_t) (32 * (size + (bounds ? 6 : 4)));
	uint8_t		before[48 * 32],
				code[48];
	QuantFactors factors,
				back;

	CHECK(wemb_quant_array_size(b.quant, 32) == all, "%zu", wemb_quant_array_size(b.quant, 32));
	CHECK(wemb_quant_block_size(b.quant) == all, "%zu", wemb_quant_block_size(b.quant));
	for (int i = 0; i < size * 32; i++)
		before[i] = (uint8_t) rng_next(&rng);
	memset(b.block, 0xAA, wemb_quant_block_size(b.quant));
	for (int i = 0; i < 32; i++)
	{
		factors = (QuantFactors) {(Half) i, (Half) (i + 100), (Half) (i + 200)};
		wemb_quant_array_put(b.quant, b.array, 32, i, before + i * size, &factors);
		wemb_quant_block_put(b.quant, b.block, i, before + i * size, &factors);
	}
	for (int i = 0; i < 32; i++)
	{
		wemb_quant_block_get(b.quant, b.block, i, code, &back);
		CHECK(memcmp(code, before + i * size, (size_t) size) == 0 && are_numbered(&back, i, bounds), "code %d of the block", i);
		wemb_quant_array_get(b.quant, b.array, 32, i, code, &back);
		CHECK(memcmp(code, before + i * size, (size_t) size) == 0 && are_numbered(&back, i, bounds), "code %d of the array", i);
	}
	bench_free(&b);
}

int
main(void)
{
	wemb_kernel_init();
#ifdef UNIT_EMULATED
	test_estimator(40);
#else
	test_estimator(400);
#endif
	unit_group("arrays and blocks give back what was put, whatever was there");
	test_layout(1, true);
	test_layout(3, true);
	test_layout(1, false);
	test_layout(3, false);
	test_without_bounds();
	test_edges();
	test_kernels();
	test_same_bits();
	return unit_done();
}
