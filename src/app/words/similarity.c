/*
 * similarity.c
 *		wemb_similarity(): how alike two words or texts are.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"

#include "app/embed/embed.h"
#include "core/kernel/kernel.h"
#include "pg/compat.h"

/* Rounding may bring a cosine beyond 1. */
static float
cosine(const Vector *a, const Vector *b)
{
	CosineSums	sums = wemb_kernel->cosine_f32(a->x, b->x, a->dim);
	double		result = sums.ab / sqrt((double) sums.aa * (double) sums.bb);

	return (float) Max(-1.0, Min(1.0, result));
}

PG_FUNCTION_INFO_V1(wemb_words_similarity);
Datum
wemb_words_similarity(PG_FUNCTION_ARGS)
{
	char	   *model;
	Vector	   *a;
	Vector	   *b;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	model = wemb_embed_model_argument(fcinfo, 2);
	a = wemb_embed_once(fcinfo, 0, 0, PG_GETARG_TEXT_PP(0), model);
	b = wemb_embed_once(fcinfo, 1, 1, PG_GETARG_TEXT_PP(1), model);
	if (a == NULL || b == NULL)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT4(cosine(a, b));
}
