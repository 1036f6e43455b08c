/*
 * ivf_options.c
 *		CREATE INDEX ... WITH (lists, bits).
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "utils/rel.h"

#include "index/ivf/ivf.h"

typedef struct IvfOptions
{
	int32		vl_len_;		/* varlena header */
	int			lists;
	int			bits;
} IvfOptions;

static relopt_kind option_kind;

void
wemb_ivf_options_init(void)
{
	option_kind = add_reloption_kind();
	add_int_reloption(option_kind, "lists", "Lists that the rows are divided into; chosen from the rows unless given",
					  IVF_CHOOSE_LISTS, IVF_MIN_LISTS, IVF_MAX_LISTS, AccessExclusiveLock);
	add_int_reloption(option_kind, "bits", "Bits of a dimension in a code; chosen from the dimensions unless given",
					  IVF_CHOOSE_BITS, IVF_MIN_BITS, IVF_MAX_BITS, AccessExclusiveLock);
}

bytea *
wemb_ivf_options(Datum options, bool validate)
{
	static const relopt_parse_elt fields[] = {
		{"lists", RELOPT_TYPE_INT, offsetof(IvfOptions, lists)},
		{"bits", RELOPT_TYPE_INT, offsetof(IvfOptions, bits)},
	};

	return (bytea *) build_reloptions(options, validate, option_kind, sizeof(IvfOptions), fields, lengthof(fields));
}

int
wemb_ivf_lists(Relation index)
{
	const IvfOptions *options = (const IvfOptions *) index->rd_options;

	return options != NULL ? options->lists : IVF_CHOOSE_LISTS;
}

int
wemb_ivf_bits(Relation index)
{
	const IvfOptions *options = (const IvfOptions *) index->rd_options;

	return options != NULL ? options->bits : IVF_CHOOSE_BITS;
}
