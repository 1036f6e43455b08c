/*
 * core_quant.c
 *		How fast the quantizer is, and how well estimates find neighbours.
 *
 *	core_quant time DIMENSIONS ...
 *		Nanoseconds of each operation, for each kernel.
 *	core_quant bytes DIMENSIONS ...
 *		The same of encoding as bytes and of distances to them.
 *	core_quant recall VECTORS.tsv [name=value ...]
 *		A scan of all vectors by estimates, then the best by exact distance.
 *		A line of VECTORS.tsv ends in [x,y,...].  Names: bits, ip, unit_length
 *		(0 or 1), mean (1: codes relative to the mean), epsilon, k, queries.
 *
 *	cc -std=gnu11 -O3 -ffp-contract=off -Isrc -o core_quant test/bench/core_quant.c src/core/{quant,kernel}/[a-z]*.c -lm
 */
#include "bench_text.h"

#include <math.h>

#include "core/base/rng.h"
#include "core/quant/bytes.h"
#include "core/quant/quant.h"

#define REPETITIONS 9
#define LEAST_TIME	0.004		/* seconds of a repetition */

static double bits = 1,
			ip = 0,
			unit_length = 1,
			mean = 1,
			epsilon = 1.9,
			neighbours = 10,
			queries = 300;

static const BenchOption options[] = {
	{"bits", &bits}, {"ip", &ip}, {"unit_length", &unit_length}, {"mean", &mean}, {"epsilon", &epsilon},
	{"k", &neighbours}, {"queries", &queries}, {NULL, NULL}
};

/* ---- time */

/* What a timed operation works on. */
typedef struct Subject
{
	Quant	   *quant;
	float	   *x;
	float	   *rotated;
	float	   *centroid;
	uint8_t    *code;
	QuantFactors factors;
	QuantQuery *query;
	uint8_t    *table;
	uint8_t    *codes;			/* arrays or blocks, one after the other */
	size_t		narrays;
	size_t		nblocks;
	size_t		at;
	QuantOrigin origin;
	QuantEstimates estimates;
} Subject;

static void
time_rotate(void *subject)
{
	Subject    *s = subject;

	wemb_quant_rotate(s->quant, s->x, s->rotated);
}

static void
time_encode(void *subject)
{
	Subject    *s = subject;

	wemb_quant_encode(s->quant, s->rotated, s->centroid, s->code, &s->factors);
}

static void
time_query(void *subject)
{
	Subject    *s = subject;

	wemb_quant_query_init(s->query, s->quant, s->rotated, QUANT_EPSILON);
}

static void
time_table(void *subject)
{
	Subject    *s = subject;

	wemb_quant_table_init(s->table, s->query);
}

/* Arrays and blocks are taken in turn from 256 kB, as pages in a cache are. */
static void
time_array(void *subject)
{
	Subject    *s = subject;

	QuantSpan	span = {NULL, 32, 0, 32};

	s->at = (s->at + 1) % s->narrays;
	span.array = s->codes + s->at * wemb_quant_array_size(s->quant, 32);
	wemb_quant_array_estimate(s->query, &s->origin, span, &s->estimates);
}

static void
time_block(void *subject)
{
	Subject    *s = subject;

	s->at = (s->at + 1) % s->nblocks;
	wemb_quant_block_estimate(s->query, s->table, &s->origin, s->codes + s->at * wemb_quant_block_size(s->quant),
							  &s->estimates);
}

static double
least_time(void (*operation) (void *), void *s)
{
	double		least = INFINITY;
	long		n = 1;

	for (int repetition = 0; repetition < REPETITIONS;)
	{
		double		start = seconds(),
					took;

		for (long i = 0; i < n; i++)
			operation(s);
		took = seconds() - start;
		if (took < LEAST_TIME)
			n *= 2;
		else
		{
			least = took / n < least ? took / n : least;
			repetition++;
		}
	}
	return least * 1e9;
}

static void
time_dim(int dim, int nbits)
{
	QuantConfig config = {.dim = dim,.bits = nbits,.unit = 1,.bounds = true};
	Subject		s = {.quant = wemb_quant_init(block(wemb_quant_size(&config)), &config)};
	const WembKernel *kernel;
	Rng			rng = {1};
	size_t		bytes = 256 * 1024 + wemb_quant_array_size(s.quant, 32);

	s.x = block(sizeof(float) * (size_t) s.quant->padded);
	s.rotated = block(sizeof(float) * (size_t) s.quant->padded);
	s.centroid = block(sizeof(float) * (size_t) s.quant->padded);
	s.code = block((size_t) s.quant->code_bytes);
	s.query = block(wemb_quant_query_size(s.quant));
	s.table = block(wemb_quant_table_size(s.quant));
	s.codes = block(bytes);
	s.narrays = bytes / wemb_quant_array_size(s.quant, 32);
	s.nblocks = bytes / wemb_quant_block_size(s.quant);
	s.origin = (QuantOrigin) {1, 1};
	for (size_t i = 0; i < bytes; i++)
		s.codes[i] = (uint8_t) rng_next(&rng) & 0xBB;	/* no half of it is infinite or NaN */
	for (int i = 0; i < dim; i++)
	{
		s.x[i] = rng_float(&rng) - 0.5f;
		s.centroid[i] = rng_float(&rng) * 0.1f;
	}
	for (int i = 0; (kernel = wemb_kernel_at(i)) != NULL; i++)
	{
		double		rotate,
					encode,
					query,
					table,
					array,
					codes;

		wemb_kernel_use(kernel);
		rotate = least_time(time_rotate, &s);
		encode = least_time(time_encode, &s);
		query = least_time(time_query, &s);
		table = least_time(time_table, &s);
		array = least_time(time_array, &s) / 32;
		codes = least_time(time_block, &s) / 32;
		printf("%-9s %6d %5d %9.0f %9.0f %9.0f %9.0f %10.2f %10.2f\n", kernel->name, dim, nbits, rotate, encode, query, table,
			   array, codes);
	}
}

/* Rows of floats and of bytes, taken in turn. */
typedef struct ByteRows
{
	int			dim;
	int			n;
	float	   *x;				/* (n, dim) */
	uint8_t    *bytes;			/* (n, dim) */
	ByteScale  *scales;
	int			at;
	float		sum;			/* of what was computed */
} ByteRows;

static ByteVector
byte_row(const ByteRows *r, int i)
{
	return (ByteVector) {r->bytes + i * r->dim, r->scales[i].low, r->scales[i].step};
}

static void
time_bytes_encode(void *subject)
{
	ByteRows   *r = subject;
	int			i = r->at++ % r->n;

	wemb_bytes_encode(r->x + i * r->dim, r->dim, false, r->bytes + i * r->dim, &r->scales[i]);
}

static void
time_floats(void *subject)
{
	ByteRows   *r = subject;

	r->sum += wemb_kernel->l2sq_f32(r->x, r->x + r->at++ % r->n * r->dim, r->dim);
}

static void
time_floats_and_bytes(void *subject)
{
	ByteRows   *r = subject;
	ByteVector	b = byte_row(r, r->at++ % r->n);

	r->sum += wemb_kernel->l2sq_f32_u8(r->x, &b, r->dim);
}

static void
time_bytes(void *subject)
{
	ByteRows   *r = subject;
	ByteVector	a = byte_row(r, 0),
				b = byte_row(r, r->at++ % r->n);

	r->sum += wemb_kernel->l2sq_u8(&a, &b, r->dim);
}

static void
time_byte_rows(int dim)
{
	static void (*const operations[]) (void *) = {time_bytes_encode, time_floats, time_floats_and_bytes, time_bytes};
	ByteRows	r = {.dim = dim,.n = 64};
	const WembKernel *kernel;
	Rng			rng = {1};

	r.x = block(sizeof(float) * 64 * (size_t) dim);
	r.bytes = block(64 * (size_t) dim);
	r.scales = block(sizeof(ByteScale) * 64);
	for (int i = 0; i < 64 * dim; i++)
		r.x[i] = rng_float(&rng) - 0.5f;
	for (int i = 0; i < 64; i++)
		time_bytes_encode(&r);
	for (int i = 0; (kernel = wemb_kernel_at(i)) != NULL; i++)
	{
		wemb_kernel_use(kernel);
		printf("%-9s %6d", kernel->name, dim);
		for (int j = 0; j < 4; j++)
			printf(" %12.1f", least_time(operations[j], &r));
		printf("\n");
	}
}

/* ---- recall */

static float
exact_distance(const float *a, const float *b, int dim)
{
	return ip != 0 ? -wemb_kernel->dot_f32(a, b, dim) : wemb_kernel->l2sq_f32(a, b, dim);
}

typedef struct Candidate
{
	float		distance;
	float		exact;
	int			number;
} Candidate;

static int
by_distance(const void *a, const void *b)
{
	float		x = ((const Candidate *) a)->distance,
				y = ((const Candidate *) b)->distance;

	return (x > y) - (x < y);
}

static int
by_float(const void *a, const void *b)
{
	float		x = *(const float *) a,
				y = *(const float *) b;

	return (x > y) - (x < y);
}

/* Vectors, their codes, and what is found out about them. */
typedef struct Scan
{
	Vectors		v;
	Quant	   *quant;
	float	   *centroid;
	float	   *rotated_centroid;
	float	   *rotated;
	uint8_t    *arrays;
	QuantQuery *query;
	Candidate  *candidates;
	float	   *nearest;		/* exact distances of the true neighbours */
	float	   *lower;
	double		below;			/* exact distances below their bound */
	double		visited;		/* exact distances that a search by bounds computes */
	double		found_by_bound;
} Scan;

static void
encode_all(Scan *s)
{
	uint8_t    *code = block((size_t) s->quant->code_bytes);
	size_t		size = wemb_quant_array_size(s->quant, QUANT_ARRAY_CODES);
	double		start = seconds();

	for (int d = 0; d < s->v.dim; d++)
		for (int i = 0; i < s->v.n; i++)
			s->centroid[d] += mean != 0 ? s->v.x[(size_t) i * s->v.dim + d] / s->v.n : 0;
	wemb_quant_rotate(s->quant, s->centroid, s->rotated_centroid);
	for (int i = 0; i < s->v.n; i++)
	{
		QuantFactors factors;

		wemb_quant_rotate(s->quant, s->v.x + (size_t) i * s->v.dim, s->rotated);
		wemb_quant_encode(s->quant, s->rotated, s->rotated_centroid, code, &factors);
		wemb_quant_array_put(s->quant, s->arrays + i / QUANT_ARRAY_CODES * size, QUANT_ARRAY_CODES,
							 i % QUANT_ARRAY_CODES, code, &factors);
	}
	printf("%d vectors of %d dimensions encoded in %.2f s, %zu bytes each\n", s->v.n, s->v.dim, seconds() - start,
		   s->quant->code_bytes + sizeof(QuantFactors));
	free(code);
}

/* One query: estimates of all into candidates, best first; what the bounds do. */
static void
scan_query(Scan *s, const float *q, int k)
{
	QuantOrigin origin = {
		exact_distance(q, s->centroid, s->v.dim), sqrtf(wemb_kernel->l2sq_f32(q, s->centroid, s->v.dim))
	};
	size_t		size = wemb_quant_array_size(s->quant, QUANT_ARRAY_CODES);
	float	   *exact = s->lower + s->v.n;
	int			visited = 0,
				found = 0;

	wemb_quant_rotate(s->quant, q, s->rotated);
	wemb_quant_query_init(s->query, s->quant, s->rotated, (float) epsilon);
	for (int i = 0; i < s->v.n; i += QUANT_ARRAY_CODES)
	{
		QuantEstimates e;
		int			n = s->v.n - i < QUANT_ARRAY_CODES ? s->v.n - i : QUANT_ARRAY_CODES;
		QuantSpan	span = {s->arrays + i / QUANT_ARRAY_CODES * size, QUANT_ARRAY_CODES, 0, n};

		wemb_quant_array_estimate(s->query, &origin, span, &e);
		for (int j = 0; j < n; j++)
		{
			float		d = exact_distance(q, s->v.x + (size_t) (i + j) * s->v.dim, s->v.dim);

			s->candidates[i + j] = (Candidate) {e.distance[j], d, i + j};
			s->lower[i + j] = e.lower[j];
			exact[i + j] = d;
			s->below += d < e.lower[j];
		}
	}
	qsort(exact, (size_t) s->v.n, sizeof(float), by_float);
	memcpy(s->nearest, exact, sizeof(float) * (size_t) k);

	/* what must be looked at exactly: all whose bound is not above the k-th distance */
	for (int i = 0; i < s->v.n; i++)
		if (s->lower[i] <= s->nearest[k - 1])
		{
			visited++;
			found += s->candidates[i].exact <= s->nearest[k - 1];
		}
	s->visited += visited;
	s->found_by_bound += found < k ? found : k;
	qsort(s->candidates, (size_t) s->v.n, sizeof(Candidate), by_distance);
}

static void
measure_recall(const char *path)
{
	static const int depths[] = {10, 20, 30, 50, 100, 200, 500, 1000};
	double		found[8] = {0};
	Scan		s = {.v = read_vectors(path)};
	QuantConfig config = {.dim = s.v.dim,.bits = (int) bits,.metric = ip != 0 ? QUANT_IP : QUANT_L2,.seed = 1,
	.bounds = true};
	int			k = (int) neighbours,
				n = (int) queries;
	float		length = 0;

	for (int i = 0; i < s.v.n; i++)
	{
		float	   *x = s.v.x + (size_t) i * s.v.dim;
		float		own = sqrtf(wemb_kernel->dot_f32(x, x, s.v.dim));

		length += own / s.v.n;
		if (unit_length != 0)
			wemb_kernel->scale_f32(1 / own, x, s.v.dim);
	}
	config.unit = wemb_quant_unit(unit_length != 0 ? 1 : length);
	s.quant = wemb_quant_init(block(wemb_quant_size(&config)), &config);
	s.centroid = calloc((size_t) s.v.dim, sizeof(float));
	s.rotated_centroid = block(sizeof(float) * (size_t) s.quant->padded);
	s.rotated = block(sizeof(float) * (size_t) s.quant->padded);
	s.arrays = block((size_t) (s.v.n / QUANT_ARRAY_CODES + 1) * wemb_quant_array_size(s.quant, QUANT_ARRAY_CODES));
	s.query = block(wemb_quant_query_size(s.quant));
	s.candidates = block(sizeof(Candidate) * (size_t) s.v.n);
	s.nearest = block(sizeof(float) * (size_t) k);
	s.lower = block(sizeof(float) * 2 * (size_t) s.v.n);
	encode_all(&s);

	for (int i = 0; i < n; i++)
	{
		scan_query(&s, s.v.x + (size_t) ((long) i * s.v.n / n) * s.v.dim, k);
		for (int d = 0; d < 8; d++)
			for (int c = 0; c < depths[d] && c < s.v.n; c++)
				found[d] += s.candidates[c].exact <= s.nearest[k - 1];
	}
	for (int d = 0; d < 8; d++)
		printf("best %4d by estimate: recall@%d %.4f\n", depths[d], k, found[d] / n / k);
	printf("by bound: recall@%d %.4f, %.0f exact distances a query; %.4f of all distances below their bound\n", k,
		   s.found_by_bound / n / k, s.visited / n, s.below / n / s.v.n);
}

int
main(int argc, char **argv)
{
	wemb_kernel_init();
	if (argc >= 3 && strcmp(argv[1], "time") == 0)
	{
		printf("%-9s %6s %5s %9s %9s %9s %9s %10s %10s\n", "kernel", "dim", "bits", "rotate ns", "encode ns", "query ns",
			   "table ns", "array ns/c", "block ns/c");
		for (int i = 2; i < argc; i++)
			time_dim(atoi(argv[i]), 1);
		time_dim(atoi(argv[2]), 2);
		time_dim(atoi(argv[2]), 4);
		return 0;
	}
	if (argc >= 3 && strcmp(argv[1], "recall") == 0)
	{
		for (int i = 3; i < argc; i++)
			set_option(options, argv[i]);
		measure_recall(argv[2]);
		return 0;
	}
	if (argc >= 3 && strcmp(argv[1], "bytes") == 0)
	{
		printf("%-9s %6s %12s %12s %12s %12s\n", "kernel", "dim", "encode ns", "l2sq_f32 ns", "f32_u8 ns", "u8 ns");
		for (int i = 2; i < argc; i++)
			time_byte_rows(atoi(argv[i]));
		return 0;
	}
	fprintf(stderr, "usage: core_quant time|bytes DIMENSIONS ... | core_quant recall VECTORS.tsv [name=value ...]\n");
	return 1;
}
