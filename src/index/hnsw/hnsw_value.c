/*
 * hnsw_value.c
 *		Vectors as queries and as copies in the index, and how far they are apart.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "core/base/sparse.h"
#include "core/quant/bytes.h"
#include "index/hnsw/hnsw_value.h"
#include "pg/compat.h"
#include "type/dense_error.h"
#include "type/halfvec.h"
#include "type/sparsevec.h"
#include "type/vector.h"
#include "utils/varbit.h"

/* ---- values ---- */

HnswValue *
wemb_hnsw_value_create(const HnswIndex *index)
{
	HnswValue  *value = palloc0(sizeof(HnswValue));

	if (index->form == HNSW_BYTES)
		value->x = palloc(index->dim * sizeof(float));
	else
		value->raw.bytes = palloc(wemb_hnsw_max_copy(index));
	if (index->codes != NULL)
	{
		value->rotated = palloc(index->rotation->padded * sizeof(float));
		value->query = palloc(wemb_quant_query_size(index->codes));
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
set_sparse(HnswCopy *raw, const SparseVec *vec, double scale)
{
	int32	   *indices = (int32 *) raw->bytes;
	float	   *values = (float *) (indices + vec->nnz);

	memcpy(indices, vec->indices, vec->nnz * sizeof(int32));
	for (int i = 0; i < vec->nnz; i++)
		values[i] = (float) (SPARSEVEC_VALUES((SparseVec *) vec)[i] * scale);
	raw->size = vec->nnz * (int) (sizeof(int32) + sizeof(float));
}

static bool
set_sparse_value(const HnswIndex *index, HnswValue *value, Datum datum)
{
	SparseVec  *vec = DatumGetSparseVec(datum);
	SparseView	view = sparsevec_view(vec);
	double		length = wemb_sparse_norm(&view);
	bool		unit = index->metric->unit_length;

	check_dim("sparsevec", index->dim, vec->dim);
	wemb_index_check_nnz(index->relation, vec->nnz);
	value->length = unit ? 1 : length;
	if (unit && length == 0)
		return false;
	set_sparse(&value->raw, vec, unit ? 1 / length : 1);
	if ((Pointer) vec != DatumGetPointer(datum))
		pfree(vec);
	return true;
}

static bool
set_bits(const HnswIndex *index, HnswValue *value, Datum datum)
{
	VarBit	   *bits = DatumGetVarBitP(datum);

	if (VARBITLEN(bits) != index->dim)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("different bit lengths %u and %u", index->dim, VARBITLEN(bits))));
	value->raw.size = VARBITBYTES(bits);
	memcpy((uint8 *) value->raw.bytes, VARBITS(bits), value->raw.size);
	if ((Pointer) bits != DatumGetPointer(datum))
		pfree(bits);
	return true;
}

bool
wemb_hnsw_value_set(const HnswIndex *index, HnswValue *value, Datum datum)
{
	struct varlena *plain;
	bool		valid;

	if (index->form == HNSW_BITS)
		return set_bits(index, value, datum);
	if (index->form == HNSW_SPARSE)
		return set_sparse_value(index, value, datum);
	plain = PG_DETOAST_DATUM(datum);
	if (index->metric->element == INDEX_VECTOR)
		check_dim("vector", index->dim, ((Vector *) plain)->dim);
	else
		check_dim("halfvec", index->dim, ((HalfVec *) plain)->dim);
	valid = wemb_index_value(index->metric, PointerGetDatum(plain), index->dim, value->x);
	value->length = length_of(value->x, index->dim);
	if ((Pointer) plain != DatumGetPointer(datum))
		pfree(plain);
	return valid;
}

void
wemb_hnsw_value_of_copy(const HnswIndex *index, HnswValue *value, const HnswCopy *copy)
{
	if (index->form == HNSW_BYTES)
	{
		for (int i = 0; i < index->dim; i++)
			value->x[i] = copy->low + copy->step * copy->bytes[i];
		value->length = length_of(value->x, index->dim);
		return;
	}
	memcpy((uint8 *) value->raw.bytes, copy->bytes, copy->size);
	value->raw.size = copy->size;
	if (index->form == HNSW_SPARSE)
	{
		const float *values = (const float *) value->raw.bytes;
		int			n = copy->size / (int) (sizeof(int32) + sizeof(float));

		value->length = length_of(values + n, n);
	}
}

/* The first numbers of a rotated vector stand for all of them. */
static void
shrink_rotated(const HnswIndex *index, float *rotated)
{
	if (index->codes != index->rotation)
		wemb_kernel->scale_f32(index->shrink, rotated, index->codes->padded);
}

void
wemb_hnsw_value_prepare(const HnswIndex *index, HnswValue *value)
{
	if (index->codes == NULL)
		return;
	wemb_quant_rotate(index->rotation, value->x, value->rotated);
	shrink_rotated(index, value->rotated);
	wemb_quant_query_init(value->query, index->codes, value->rotated, QUANT_EPSILON);
}

/* ---- copies ---- */

int
wemb_hnsw_max_copy(const HnswIndex *index)
{
	switch (index->form)
	{
		case HNSW_BITS:
			return (index->dim + 7) / 8;
		case HNSW_SPARSE:
			return INDEX_MAX_NNZ * (int) (sizeof(int32) + sizeof(float));
		case HNSW_BYTES:
			break;
	}
	return index->dim;
}

/* What sums over floats may be wrong by, whatever their order: relative to the sum of magnitudes. */
static double
rounding_of(const HnswIndex *index)
{
	return (4 + (index->form == HNSW_SPARSE ? INDEX_MAX_NNZ : index->dim)) * FLT_EPSILON;
}

/*
 * How far the distance of a query to a copy, as it is computed, can be from what it is in exact
 * numbers, however small it is: each difference starts from one to the scale's low end.
 */
static float
rounding_of_bytes(const HnswIndex *index, const ByteScale *scale, double length)
{
	double		difference = FLT_EPSILON * UINT8_MAX * scale->step;

	switch (index->metric->distance)
	{
		case INDEX_IP:
			return (float) (length * rounding_of(index));
		case INDEX_L1:
			return (float) (index->dim * difference);
		default:
			return (float) (sqrt(index->dim) * difference);
	}
}

HnswCopy
wemb_hnsw_copy_of_value(const HnswIndex *index, const HnswValue *value, uint8 *out)
{
	HnswCopy	copy = value->raw;

	copy.bytes = out;
	if (index->form == HNSW_BYTES)
	{
		ByteScale	scale;

		wemb_bytes_encode(value->x, index->dim, index->metric->distance == INDEX_L1, out, &scale);
		copy.low = scale.low;
		copy.step = scale.step;
		copy.lost = scale.lost + rounding_of_bytes(index, &scale, value->length);
		copy.size = index->dim;
		return copy;
	}
	memcpy(out, value->raw.bytes, copy.size);
	if (index->metric->distance == INDEX_IP)
		copy.lost += (float) (value->length * rounding_of(index));
	return copy;
}

bool
wemb_hnsw_same_copy(const HnswCopy *a, const HnswCopy *b)
{
	return a->size == b->size && a->low == b->low && a->step == b->step && memcmp(a->bytes, b->bytes, a->size) == 0;
}

void
wemb_hnsw_copy_rotate(const HnswIndex *index, const HnswCopy *copy, float *scratch, float *rotated)
{
	for (int i = 0; i < index->dim; i++)
		scratch[i] = copy->low + copy->step * copy->bytes[i];
	if (index->codes == index->rotation)
		wemb_quant_rotate(index->rotation, scratch, rotated);
	else
	{
		float	   *whole = scratch + index->dim;

		wemb_quant_rotate(index->rotation, scratch, whole);
		shrink_rotated(index, whole);
		memcpy(rotated, whole, index->codes->padded * sizeof(float));
	}
}

int
wemb_hnsw_scratch_size(const HnswIndex *index)
{
	return index->rotation != NULL ? index->dim + index->rotation->padded : index->dim;
}

/* ---- distances ---- */

static ByteVector
bytes_of(const HnswCopy *copy)
{
	return (ByteVector) {copy->bytes, copy->low, copy->step};
}

static SparseView
sparse_of(const HnswIndex *index, const HnswCopy *copy)
{
	int			n = copy->size / (int) (sizeof(int32) + sizeof(float));
	const int32 *indices = (const int32 *) copy->bytes;

	return (SparseView) {index->dim, n, indices, (const float *) (indices + n)};
}

static float
bits_distance(const HnswIndex *index, const HnswCopy *a, const HnswCopy *b)
{
	BitCounts	counts;

	if (index->metric->distance == INDEX_HAMMING)
		return (float) wemb_kernel->differing_bits(a->bytes, b->bytes, a->size);
	counts = wemb_kernel->common_bits(a->bytes, b->bytes, a->size);
	return counts.both == 0 ? 1.0f : (float) (1.0 - (double) counts.both / counts.either);
}

static float
sparse_distance(const HnswIndex *index, const HnswCopy *a, const HnswCopy *b)
{
	SparseView	left = sparse_of(index, a);
	SparseView	right = sparse_of(index, b);

	switch (index->metric->distance)
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
wemb_hnsw_distance(const HnswIndex *index, const HnswValue *value, const HnswCopy *copy)
{
	ByteVector	bytes = bytes_of(copy);

	if (index->form == HNSW_BITS)
		return bits_distance(index, &value->raw, copy);
	if (index->form == HNSW_SPARSE)
		return sparse_distance(index, &value->raw, copy);
	switch (index->metric->distance)
	{
		case INDEX_IP:
			return -wemb_kernel->dot_f32_u8(value->x, &bytes, index->dim);
		case INDEX_L1:
			return wemb_kernel->l1_f32_u8(value->x, &bytes, index->dim);
		default:
			return wemb_kernel->l2sq_f32_u8(value->x, &bytes, index->dim);
	}
}

float
wemb_hnsw_copy_distance(const HnswIndex *index, const HnswCopy *a, const HnswCopy *b)
{
	ByteVector	left = bytes_of(a);
	ByteVector	right = bytes_of(b);

	if (index->form == HNSW_BITS)
		return bits_distance(index, a, b);
	if (index->form == HNSW_SPARSE)
		return sparse_distance(index, a, b);
	switch (index->metric->distance)
	{
		case INDEX_IP:
			return -wemb_kernel->dot_u8(&left, &right, index->dim);
		case INDEX_L1:
			return wemb_kernel->l1_u8(&left, &right, index->dim);
		default:
			return wemb_kernel->l2sq_u8(&left, &right, index->dim);
	}
}

/* ---- bounds ---- */

float
wemb_hnsw_lower(const HnswIndex *index, const HnswValue *value, float distance, float lost)
{
	float		least = (float) (1 - rounding_of(index));	/* of a sum, by what it was computed as */
	float		root;

	switch (index->metric->distance)
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
wemb_hnsw_order_value(const HnswIndex *index, const HnswValue *value, float lower)
{
	double		rounding = rounding_of(index);
	double		result = lower;

	switch (index->metric->distance)
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
