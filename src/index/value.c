/*
 * value.c
 *		Vectors as queries and as copies in the index, and how far they are apart.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "core/base/sparse.h"
#include "core/quant/bytes.h"
#include "index/value.h"
#include "pg/compat.h"
#include "type/dense_error.h"
#include "type/halfvec.h"
#include "type/sparsevec.h"
#include "type/vector.h"
#include "utils/varbit.h"

/* ---- values ---- */

ValueForm
wemb_value_form(const IndexMetric *metric)
{
	switch (metric->element)
	{
		case INDEX_BIT:
			return VALUE_BITS;
		case INDEX_SPARSEVEC:
			return VALUE_SPARSE;
		default:
			return VALUE_BYTES;
	}
}

IndexValue *
wemb_value_create(const IndexVectors *vectors)
{
	IndexValue *value = palloc0(sizeof(IndexValue));

	if (vectors->form == VALUE_BYTES)
		value->x = palloc(vectors->dim * sizeof(float));
	else
		value->raw.bytes = palloc(wemb_value_max_copy(vectors));
	if (vectors->codes != NULL)
	{
		value->rotated = palloc(vectors->rotation->padded * sizeof(float));
		value->query = palloc(wemb_quant_query_size(vectors->codes));
	}
	return value;
}

static double
length_of(const float *x, int n)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += (double) x[i] * x[i];
	return sqrt(sum);
}

/* Only a query can have other dimensions than the column: said as the operator would. */
static void
check_dim(const char *type, int dim, int of_query)
{
	if (dim != of_query)
		wemb_dense_report_mismatch(type, dim, of_query);
}

static void
set_sparse(IndexCopy *raw, const SparseVec *vec, double scale)
{
	int32	   *indices = (int32 *) raw->bytes;
	float	   *values = (float *) (indices + vec->nnz);

	memcpy(indices, vec->indices, vec->nnz * sizeof(int32));
	for (int i = 0; i < vec->nnz; i++)
		values[i] = (float) (SPARSEVEC_VALUES((SparseVec *) vec)[i] * scale);
	raw->size = vec->nnz * (int) (sizeof(int32) + sizeof(float));
}

static bool
set_sparse_value(const IndexVectors *vectors, IndexValue *value, Datum datum)
{
	SparseVec  *vec = DatumGetSparseVec(datum);
	SparseView	view = sparsevec_view(vec);
	double		length = wemb_sparse_norm(&view);
	bool		unit = vectors->metric->unit_length;

	check_dim("sparsevec", vectors->dim, vec->dim);
	wemb_index_check_nnz(vectors->relation, vec->nnz);
	value->length = unit ? 1 : length;
	if (unit && length == 0)
		return false;
	set_sparse(&value->raw, vec, unit ? 1 / length : 1);
	if ((Pointer) vec != DatumGetPointer(datum))
		pfree(vec);
	return true;
}

static bool
set_bits(const IndexVectors *vectors, IndexValue *value, Datum datum)
{
	VarBit	   *bits = DatumGetVarBitP(datum);

	if (VARBITLEN(bits) != vectors->dim)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("different bit lengths %u and %u", vectors->dim, VARBITLEN(bits))));
	value->raw.size = VARBITBYTES(bits);
	memcpy((uint8 *) value->raw.bytes, VARBITS(bits), value->raw.size);
	if ((Pointer) bits != DatumGetPointer(datum))
		pfree(bits);
	return true;
}

bool
wemb_value_set(const IndexVectors *vectors, IndexValue *value, Datum datum)
{
	struct varlena *plain;
	bool		valid;

	if (vectors->form == VALUE_BITS)
		return set_bits(vectors, value, datum);
	if (vectors->form == VALUE_SPARSE)
		return set_sparse_value(vectors, value, datum);
	plain = PG_DETOAST_DATUM(datum);
	if (vectors->metric->element == INDEX_VECTOR)
		check_dim("vector", vectors->dim, ((Vector *) plain)->dim);
	else
		check_dim("halfvec", vectors->dim, ((HalfVec *) plain)->dim);
	valid = wemb_index_value(vectors->metric, PointerGetDatum(plain), vectors->dim, value->x);
	value->length = length_of(value->x, vectors->dim);
	if ((Pointer) plain != DatumGetPointer(datum))
		pfree(plain);
	return valid;
}

void
wemb_value_of_copy(const IndexVectors *vectors, IndexValue *value, const IndexCopy *copy)
{
	if (vectors->form == VALUE_BYTES)
	{
		for (int i = 0; i < vectors->dim; i++)
			value->x[i] = copy->low + copy->step * copy->bytes[i];
		value->length = length_of(value->x, vectors->dim);
		return;
	}
	memcpy((uint8 *) value->raw.bytes, copy->bytes, copy->size);
	value->raw.size = copy->size;
	if (vectors->form == VALUE_SPARSE)
	{
		const float *values = (const float *) value->raw.bytes;
		int			n = copy->size / (int) (sizeof(int32) + sizeof(float));

		value->length = length_of(values + n, n);
	}
}

/* The first numbers of a rotated vector stand for all of them. */
static void
shrink_rotated(const IndexVectors *vectors, float *rotated)
{
	if (vectors->codes != vectors->rotation)
		wemb_kernel->scale_f32(vectors->shrink, rotated, vectors->codes->padded);
}

void
wemb_value_prepare(const IndexVectors *vectors, IndexValue *value)
{
	if (vectors->codes == NULL)
		return;
	wemb_quant_rotate(vectors->rotation, value->x, value->rotated);
	shrink_rotated(vectors, value->rotated);
	wemb_quant_query_init(value->query, vectors->codes, value->rotated, QUANT_EPSILON);
}

/* ---- copies ---- */

int
wemb_value_max_copy(const IndexVectors *vectors)
{
	switch (vectors->form)
	{
		case VALUE_BITS:
			return (vectors->dim + 7) / 8;
		case VALUE_SPARSE:
			return INDEX_MAX_NNZ * (int) (sizeof(int32) + sizeof(float));
		case VALUE_BYTES:
			break;
	}
	return vectors->dim;
}

/* What sums over floats may be wrong by, whatever their order: relative to the sum of magnitudes. */
static double
rounding_of(const IndexVectors *vectors)
{
	return (4 + (vectors->form == VALUE_SPARSE ? INDEX_MAX_NNZ : vectors->dim)) * FLT_EPSILON;
}

/*
 * How far the distance of a query to a copy, as it is computed, can be from what it is in exact
 * numbers, however small it is: each difference starts from one to the scale's low end.
 */
static float
rounding_of_bytes(const IndexVectors *vectors, const ByteScale *scale, double length)
{
	double		difference = FLT_EPSILON * UINT8_MAX * scale->step;

	switch (vectors->metric->distance)
	{
		case INDEX_IP:
			return (float) (length * rounding_of(vectors));
		case INDEX_L1:
			return (float) (vectors->dim * difference);
		default:
			return (float) (sqrt(vectors->dim) * difference);
	}
}

IndexCopy
wemb_value_copy(const IndexVectors *vectors, const IndexValue *value, uint8 *out)
{
	IndexCopy	copy = value->raw;

	copy.bytes = out;
	if (vectors->form == VALUE_BYTES)
	{
		ByteScale	scale;

		wemb_bytes_encode(value->x, vectors->dim, vectors->metric->distance == INDEX_L1, out, &scale);
		copy.low = scale.low;
		copy.step = scale.step;
		copy.lost = scale.lost + rounding_of_bytes(vectors, &scale, value->length);
		copy.size = vectors->dim;
		return copy;
	}
	memcpy(out, value->raw.bytes, copy.size);
	if (vectors->metric->distance == INDEX_IP)
		copy.lost += (float) (value->length * rounding_of(vectors));
	return copy;
}

bool
wemb_copy_same(const IndexCopy *a, const IndexCopy *b)
{
	return a->size == b->size && a->low == b->low && a->step == b->step && memcmp(a->bytes, b->bytes, a->size) == 0;
}

void
wemb_copy_rotate(const IndexVectors *vectors, const IndexCopy *copy, float *scratch, float *rotated)
{
	for (int i = 0; i < vectors->dim; i++)
		scratch[i] = copy->low + copy->step * copy->bytes[i];
	if (vectors->codes == vectors->rotation)
		wemb_quant_rotate(vectors->rotation, scratch, rotated);
	else
	{
		float	   *whole = scratch + vectors->dim;

		wemb_quant_rotate(vectors->rotation, scratch, whole);
		shrink_rotated(vectors, whole);
		memcpy(rotated, whole, vectors->codes->padded * sizeof(float));
	}
}

int
wemb_copy_scratch_size(const IndexVectors *vectors)
{
	return vectors->rotation != NULL ? vectors->dim + vectors->rotation->padded : vectors->dim;
}

/* ---- distances ---- */

static ByteVector
bytes_of(const IndexCopy *copy)
{
	return (ByteVector) {copy->bytes, copy->low, copy->step};
}

static SparseView
sparse_of(const IndexVectors *vectors, const IndexCopy *copy)
{
	int			n = copy->size / (int) (sizeof(int32) + sizeof(float));
	const int32 *indices = (const int32 *) copy->bytes;

	return (SparseView) {vectors->dim, n, indices, (const float *) (indices + n)};
}

static float
bits_distance(const IndexVectors *vectors, const IndexCopy *a, const IndexCopy *b)
{
	BitCounts	counts;

	if (vectors->metric->distance == INDEX_HAMMING)
		return (float) wemb_kernel->differing_bits(a->bytes, b->bytes, a->size);
	counts = wemb_kernel->common_bits(a->bytes, b->bytes, a->size);
	return counts.both == 0 ? 1.0f : (float) (1.0 - (double) counts.both / counts.either);
}

static float
sparse_distance(const IndexVectors *vectors, const IndexCopy *a, const IndexCopy *b)
{
	SparseView	left = sparse_of(vectors, a);
	SparseView	right = sparse_of(vectors, b);

	switch (vectors->metric->distance)
	{
		case INDEX_IP:
			return -wemb_sparse_dot(&left, &right);
		case INDEX_L1:
			return wemb_sparse_l1(&left, &right);
		default:
			return wemb_sparse_l2sq(&left, &right);
	}
}

float
wemb_value_distance(const IndexVectors *vectors, const IndexValue *value, const IndexCopy *copy)
{
	ByteVector	bytes = bytes_of(copy);

	if (vectors->form == VALUE_BITS)
		return bits_distance(vectors, &value->raw, copy);
	if (vectors->form == VALUE_SPARSE)
		return sparse_distance(vectors, &value->raw, copy);
	switch (vectors->metric->distance)
	{
		case INDEX_IP:
			return -wemb_kernel->dot_f32_u8(value->x, &bytes, vectors->dim);
		case INDEX_L1:
			return wemb_kernel->l1_f32_u8(value->x, &bytes, vectors->dim);
		default:
			return wemb_kernel->l2sq_f32_u8(value->x, &bytes, vectors->dim);
	}
}

float
wemb_copy_distance(const IndexVectors *vectors, const IndexCopy *a, const IndexCopy *b)
{
	ByteVector	left = bytes_of(a);
	ByteVector	right = bytes_of(b);

	if (vectors->form == VALUE_BITS)
		return bits_distance(vectors, a, b);
	if (vectors->form == VALUE_SPARSE)
		return sparse_distance(vectors, a, b);
	switch (vectors->metric->distance)
	{
		case INDEX_IP:
			return -wemb_kernel->dot_u8(&left, &right, vectors->dim);
		case INDEX_L1:
			return wemb_kernel->l1_u8(&left, &right, vectors->dim);
		default:
			return wemb_kernel->l2sq_u8(&left, &right, vectors->dim);
	}
}

/* ---- bounds ---- */

float
wemb_value_lower(const IndexVectors *vectors, const IndexValue *value, float distance, float lost)
{
	float		least = (float) (1 - rounding_of(vectors));	/* of a sum, by what it was computed as */
	float		root;

	switch (vectors->metric->distance)
	{
		case INDEX_IP:
			return (float) (distance - lost * value->length);
		case INDEX_L1:
			return fmaxf(distance * least - lost, 0);
		case INDEX_L2:
		case INDEX_COSINE:
			root = fmaxf(sqrtf(distance) * least - lost, 0);
			return root * root;
		default:
			return distance;
	}
}

double
wemb_value_order(const IndexVectors *vectors, const IndexValue *value, float lower)
{
	double		rounding = rounding_of(vectors);
	double		result = lower;

	switch (vectors->metric->distance)
	{
		case INDEX_L2:
			return sqrt(result) * (1 - rounding);
		case INDEX_COSINE:
			return result / 2 - rounding;
		case INDEX_IP:
			return result - rounding * fabs(result);	/* the rest is in lost */
		default:
			return result * (1 - rounding);
	}
}
