/*
 * bit.c
 *		Distances of the server's own bit strings.
 *
 * The bits behind the end of a string, up to a whole byte, are zeros.
 */
#include "postgres.h"

#include "utils/varbit.h"

#include "core/kernel/kernel.h"
#include "pg/compat.h"

static inline void
check_same_length(VarBit *a, VarBit *b)
{
	if (unlikely(VARBITLEN(a) != VARBITLEN(b)))
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("different bit lengths %u and %u", VARBITLEN(a), VARBITLEN(b))));
}

PG_FUNCTION_INFO_V1(wemb_bit_hamming_distance);
Datum
wemb_bit_hamming_distance(PG_FUNCTION_ARGS)
{
	VarBit	   *a = PG_GETARG_VARBIT_P(0);
	VarBit	   *b = PG_GETARG_VARBIT_P(1);

	check_same_length(a, b);
	PG_RETURN_FLOAT8((double) wemb_kernel->differing_bits(VARBITS(a), VARBITS(b), VARBITBYTES(a)));
}

/* 1, not NaN, if no bit is set in both, even where none is set in either. */
PG_FUNCTION_INFO_V1(wemb_bit_jaccard_distance);
Datum
wemb_bit_jaccard_distance(PG_FUNCTION_ARGS)
{
	VarBit	   *a = PG_GETARG_VARBIT_P(0);
	VarBit	   *b = PG_GETARG_VARBIT_P(1);
	BitCounts	bits;

	check_same_length(a, b);
	bits = wemb_kernel->common_bits(VARBITS(a), VARBITS(b), VARBITBYTES(a));
	PG_RETURN_FLOAT8(bits.both == 0 ? 1 : 1 - (double) bits.both / (double) bits.either);
}
