/*
 * hnsw_options.c
 *		CREATE INDEX ... WITH (m, ef_construction).
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "utils/rel.h"

#include "index/hnsw/hnsw.h"

typedef struct HnswOptions
{
	int32		vl_len_;		/* varlena header */
	int			m;
	int			ef_construction;
} HnswOptions;

static relopt_kind option_kind;

void
wemb_hnsw_options_init(void)
{
	option_kind = add_reloption_kind();
	add_int_reloption(option_kind, "m", "Links of a node on each layer above the lowest, which has twice as many",
					  HNSW_DEFAULT_M, HNSW_MIN_M, HNSW_MAX_M, AccessExclusiveLock);
	add_int_reloption(option_kind, "ef_construction", "Candidates for links that are kept while a row is inserted",
					  HNSW_DEFAULT_EF_CONSTRUCTION, HNSW_MIN_EF_CONSTRUCTION, HNSW_MAX_EF_CONSTRUCTION,
					  AccessExclusiveLock);
}

bytea *
wemb_hnsw_options(Datum options, bool validate)
{
	static const relopt_parse_elt fields[] = {
		{"m", RELOPT_TYPE_INT, offsetof(HnswOptions, m)},
		{"ef_construction", RELOPT_TYPE_INT, offsetof(HnswOptions, ef_construction)},
	};

	return (bytea *) build_reloptions(options, validate, option_kind, sizeof(HnswOptions), fields, lengthof(fields));
}

int
wemb_hnsw_m(Relation index)
{
	const HnswOptions *options = (const HnswOptions *) index->rd_options;

	return options != NULL ? options->m : HNSW_DEFAULT_M;
}

int
wemb_hnsw_ef_construction(Relation index)
{
	const HnswOptions *options = (const HnswOptions *) index->rd_options;

	return options != NULL ? options->ef_construction : HNSW_DEFAULT_EF_CONSTRUCTION;
}

void
wemb_hnsw_check_options(Relation index)
{
	if (wemb_hnsw_ef_construction(index) < 2 * wemb_hnsw_m(index))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ef_construction must be greater than or equal to 2 * m")));
}
