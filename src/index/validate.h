/*
 * validate.h
 *		amvalidate: whether an operator class is one that an index of ours can work with.
 *
 * Each group of a pair of types needs support function 1 (index/metric.h), and
 * operators only to order by, of results that the sort family can sort.
 */
#ifndef WEMB_INDEX_VALIDATE_H
#define WEMB_INDEX_VALIDATE_H

#include "postgres.h"

#include "index/metric.h"

/* Whether an access method has what is measured. */
typedef bool (*IndexServes) (const IndexMetric *metric);

/* False after saying what is wrong. */
extern bool wemb_index_validate(Oid opclass, IndexServes serves);

#endif							/* WEMB_INDEX_VALIDATE_H */
