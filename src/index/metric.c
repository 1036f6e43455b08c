/*
 * metric.c
 *		What an index measures: the elements of its values and the distance between them.
 */
#include "postgres.h"

#include <math.h>

#include "access/genam.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "fmgr.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "core/kernel/kernel.h"
#include "index/metric.h"
#include "pg/compat.h"
#include "type/dense_error.h"
#include "type/halfvec.h"
#include "type/sparsevec.h"
#include "type/vector.h"

#define BIT_MAX_DIM		64000	/* pgvector's limit for an index */

/* Sums of squares within these lost no digits to the range of floats, below or above. */
#define SUM_MIN			1e-30f
#define SUM_MAX			1e30f

PG_FUNCTION_INFO_V1(wemb_index_vector_l2);
PG_FUNCTION_INFO_V1(wemb_index_vector_ip);
PG_FUNCTION_INFO_V1(wemb_index_vector_cosine);
PG_FUNCTION_INFO_V1(wemb_index_vector_l1);
PG_FUNCTION_INFO_V1(wemb_index_halfvec_l2);
PG_FUNCTION_INFO_V1(wemb_index_halfvec_ip);
PG_FUNCTION_INFO_V1(wemb_index_halfvec_cosine);
PG_FUNCTION_INFO_V1(wemb_index_halfvec_l1);
PG_FUNCTION_INFO_V1(wemb_index_sparsevec_l2);
PG_FUNCTION_INFO_V1(wemb_index_sparsevec_ip);
PG_FUNCTION_INFO_V1(wemb_index_sparsevec_cosine);
PG_FUNCTION_INFO_V1(wemb_index_sparsevec_l1);
PG_FUNCTION_INFO_V1(wemb_index_bit_hamming);
PG_FUNCTION_INFO_V1(wemb_index_bit_jaccard);

/* METRIC(name, element, distance, max_dim), in any order */
#define ALL_METRICS \
	METRIC(vector_l2, INDEX_VECTOR, INDEX_L2, VECTOR_MAX_DIM) \
	METRIC(vector_ip, INDEX_VECTOR, INDEX_IP, VECTOR_MAX_DIM) \
	METRIC(vector_cosine, INDEX_VECTOR, INDEX_COSINE, VECTOR_MAX_DIM) \
	METRIC(vector_l1, INDEX_VECTOR, INDEX_L1, VECTOR_MAX_DIM) \
	METRIC(halfvec_l2, INDEX_HALFVEC, INDEX_L2, HALFVEC_MAX_DIM) \
	METRIC(halfvec_ip, INDEX_HALFVEC, INDEX_IP, HALFVEC_MAX_DIM) \
	METRIC(halfvec_cosine, INDEX_HALFVEC, INDEX_COSINE, HALFVEC_MAX_DIM) \
	METRIC(halfvec_l1, INDEX_HALFVEC, INDEX_L1, HALFVEC_MAX_DIM) \
	METRIC(sparsevec_l2, INDEX_SPARSEVEC, INDEX_L2, SPARSEVEC_MAX_DIM) \
	METRIC(sparsevec_ip, INDEX_SPARSEVEC, INDEX_IP, SPARSEVEC_MAX_DIM) \
	METRIC(sparsevec_cosine, INDEX_SPARSEVEC, INDEX_COSINE, SPARSEVEC_MAX_DIM) \
	METRIC(sparsevec_l1, INDEX_SPARSEVEC, INDEX_L1, SPARSEVEC_MAX_DIM) \
	METRIC(bit_hamming, INDEX_BIT, INDEX_HAMMING, BIT_MAX_DIM) \
	METRIC(bit_jaccard, INDEX_BIT, INDEX_JACCARD, BIT_MAX_DIM)

#define METRIC(sql_name, elements, measure, most) \
	static const IndexMetric metric_##sql_name = {#sql_name, elements, measure, measure == INDEX_COSINE, most}; \
	Datum wemb_index_##sql_name(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_POINTER(&metric_##sql_name); \
	}
ALL_METRICS
#undef METRIC

/* Whoever may create operator classes may give them any function: only those listed here are ever called. */
#define METRIC(sql_name, elements, measure, most) {wemb_index_##sql_name, &metric_##sql_name},
static const struct
{
	PGFunction	function;
	const IndexMetric *metric;
} metrics[] = {ALL_METRICS};
#undef METRIC

/* By name, since it is ours or pgvector's, in whatever schema. */
static bool
is_type_of(Oid type, IndexElement element)
{
	static const char *const names[] = {
		[INDEX_VECTOR] = "vector",
		[INDEX_HALFVEC] = "halfvec",
		[INDEX_SPARSEVEC] = "sparsevec",
	};
	HeapTuple	tuple;
	bool		same;

	if (element == INDEX_BIT)
		return type == BITOID;
	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	if (!HeapTupleIsValid(tuple))
		return false;
	same = strcmp(NameStr(((Form_pg_type) GETSTRUCT(tuple))->typname), names[element]) == 0;
	ReleaseSysCache(tuple);
	return same;
}

/* The metric that function stands for, if it fits values of type; else NULL. */
static const IndexMetric *
find_metric(PGFunction function, Oid type)
{
	for (int i = 0; i < lengthof(metrics); i++)
		if (function == metrics[i].function && is_type_of(type, metrics[i].metric->element))
			return metrics[i].metric;
	return NULL;
}

const IndexMetric *
wemb_index_metric_of(Oid function, Oid type)
{
	FmgrInfo	info;

	fmgr_info(function, &info);
	return find_metric(info.fn_addr, type);
}

const IndexMetric *
wemb_index_metric(Relation index)
{
	const IndexMetric *metric = NULL;

	if (RegProcedureIsValid(index_getprocid(index, 1, INDEX_METRIC_PROC)))
		metric = find_metric(index_getprocinfo(index, 1, INDEX_METRIC_PROC)->fn_addr, index->rd_opcintype[0]);
	if (metric == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
				 errmsg("operator class of index \"%s\" does not say what is measured", RelationGetRelationName(index)),
				 errdetail("Support function %d must be one that the extension has for the type and a distance.",
						   INDEX_METRIC_PROC)));
	return metric;
}

int
wemb_index_dim(Relation index, const IndexMetric *metric)
{
	Form_pg_attribute column = TupleDescAttr(RelationGetDescr(index), 0);
	const char *am = get_am_name(index->rd_rel->relam);

	/* an operator class of bit takes varbit, whose typmod is only a limit */
	if (column->atttypid == VARBITOID)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("type not supported for %s index", am)));
	if (column->atttypmod < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column does not have dimensions")));
	if (column->atttypmod > metric->max_dim)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("column cannot have more than %d dimensions for %s index", metric->max_dim, am)));
	return column->atttypmod;
}

static float
largest_element(const float *x, int dim)
{
	float		largest = 0;

	for (int i = 0; i < dim; i++)
		largest = fmaxf(largest, fabsf(x[i]));
	return largest;
}

/* False if the length is 0. */
static bool
scale_to_unit(float *x, int dim)
{
	float		sum = wemb_kernel->dot_f32(x, x, dim);

	if (!(sum >= SUM_MIN && sum <= SUM_MAX))
	{
		float		largest = largest_element(x, dim);

		if (largest == 0)
			return false;

		/* By a power of 2, which is exact.  100 is enough for the smallest float, and 2^100 is a float. */
		wemb_kernel->scale_f32(ldexpf(1, Min(-ilogbf(largest), 100)), x, dim);
		sum = wemb_kernel->dot_f32(x, x, dim);
	}
	wemb_kernel->scale_f32(1 / sqrtf(sum), x, dim);
	return true;
}

static void
check_dim(int expected, int dim)
{
	if (unlikely(dim != expected))
		wemb_dense_report_expected(expected, dim, NULL);
}

bool
wemb_index_value(const IndexMetric *metric, Datum value, int dim, float *x)
{
	if (metric->element == INDEX_VECTOR)
	{
		const Vector *vector = (const Vector *) DatumGetPointer(value);

		check_dim(dim, vector->dim);
		memcpy(x, vector->x, sizeof(float) * dim);
	}
	else
	{
		const HalfVec *halfvec = (const HalfVec *) DatumGetPointer(value);

		Assert(metric->element == INDEX_HALFVEC);
		check_dim(dim, halfvec->dim);
		wemb_kernel->f32_from_f16(halfvec->x, x, dim);
	}
	return !metric->unit_length || scale_to_unit(x, dim);
}

void
wemb_index_check_nnz(Relation index, int nnz)
{
	if (nnz > INDEX_MAX_NNZ)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("sparsevec cannot have more than %d non-zero elements for %s index", INDEX_MAX_NNZ,
						get_am_name(index->rd_rel->relam))));
}
