/*
 * metric.h
 *		What an index measures: the elements of its values and the distance between them.
 *
 * An operator class says it by its support function 1, one for each pair of a
 * type and a distance.  The function takes and returns `internal`, so that it
 * cannot be called in SQL, and no name has to be looked up at run time.
 */
#ifndef WEMB_INDEX_METRIC_H
#define WEMB_INDEX_METRIC_H

#include "postgres.h"

#include "utils/relcache.h"

typedef enum IndexElement
{
	INDEX_VECTOR,
	INDEX_HALFVEC,
	INDEX_BIT,
	INDEX_SPARSEVEC
} IndexElement;

typedef enum IndexDistance
{
	INDEX_L2,
	INDEX_IP,					/* the inner product, negated */
	INDEX_COSINE,
	INDEX_L1,
	INDEX_HAMMING,
	INDEX_JACCARD
} IndexDistance;

typedef struct IndexMetric
{
	const char *name;			/* as in the name of the support function: vector_l2 */
	IndexElement element;
	IndexDistance distance;
	bool		unit_length;	/* vectors are scaled to length 1, and those of length 0 are not indexed */
	int			max_dim;
} IndexMetric;

/* Number of the support function */
#define INDEX_METRIC_PROC	1

/* Elements other than zero that a sparsevec in an index has at most: pgvector's limit. */
#define INDEX_MAX_NNZ		1000

/* Of the first column.  An error unless its operator class has a support function of ours, for its type. */
extern const IndexMetric *wemb_index_metric(Relation index);

/* What an operator class of a type measures that has the function as support function 1; NULL if it cannot have it. */
extern const IndexMetric *wemb_index_metric_of(Oid function, Oid type);

/*
 * Dimensions of the first column, 1 .. metric->max_dim, from its typmod.  An
 * error, with pgvector's text, if the column has none, or too many, or is of a
 * type without a fixed number.
 */
extern int	wemb_index_dim(Relation index, const IndexMetric *metric);

/*
 * The value of a vector or halfvec as dim floats, scaled as the metric asks.
 * value is detoasted and not packed (DatumGetVector()).  False if the value is
 * not indexed; x is undefined then.  An error if it has not dim dimensions.
 */
extern bool wemb_index_value(const IndexMetric *metric, Datum value, int dim, float *x);

/* An error, with pgvector's text, if a sparsevec with nnz elements is too much for an index. */
extern void wemb_index_check_nnz(Relation index, int nnz);

#endif							/* WEMB_INDEX_METRIC_H */
