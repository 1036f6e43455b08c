/*
 * fuzz_literal.c
 *		Any text through core/text/literal.h.
 *
 * Input: one byte that chooses the room for numbers and the largest magnitude,
 * then the text.
 */
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text/literal.h"

#define HALF_MAX_VALUE	65504.0f
#define MAX_ROOM		64

static void
require(bool condition)
{
	if (!condition)
		abort();
}

/* What was read, written with enough digits, reads the same. */
static void
check_round_trip(const float *x, int dim)
{
	char		text[MAX_ROOM * 20 + 3];
	float		again[MAX_ROOM];
	VectorLiteral result;
	size_t		n = 0;

	for (int i = 0; i < dim; i++)
		n += snprintf(text + n, sizeof(text) - n, "%c%.9g", i == 0 ? '[' : ',', x[i]);
	snprintf(text + n, sizeof(text) - n, "]");
	require(wemb_literal_vector(text, FLT_MAX, again, MAX_ROOM, &result) == WEMB_OK);
	require(result.dim == dim && memcmp(again, x, dim * sizeof(float)) == 0);
}

static void
check_vector(const char *text, float limit, size_t room)
{
	float	   *x = malloc(room * sizeof(float) + 1);
	VectorLiteral result;
	WembStatus	status = wemb_literal_vector(text, limit, x, room, &result);

	require(result.dim >= 0 && (size_t) result.dim <= room);
	if (status == WEMB_OK)
	{
		require(result.dim >= 1 && (size_t) result.dim <= wemb_literal_room(text));
		for (int i = 0; i < result.dim; i++)
			require(isfinite(x[i]) && fabsf(x[i]) <= limit);
		check_round_trip(x, result.dim);
	}
	else
	{
		require(status == WEMB_BAD_SYNTAX || status == WEMB_FULL || status == WEMB_OUT_OF_RANGE ||
				status == WEMB_NOT_FINITE);
		require(result.bad_offset + result.bad_len <= strlen(text));
		require(status != WEMB_FULL || wemb_literal_room(text) > room);
	}
	free(x);
}

static void
check_number(const char *text)
{
	float		value = 0;
	size_t		len = 0;
	WembStatus	status = wemb_literal_number(text, &value, &len);

	require(len <= strlen(text));
	require(status == WEMB_OK || status == WEMB_BAD_SYNTAX || status == WEMB_OUT_OF_RANGE);
	require((status == WEMB_BAD_SYNTAX) == (len == 0));
	require(status != WEMB_OUT_OF_RANGE || isinf(value));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes)
{
	char	   *text;

	if (nbytes < 1)
		return 0;
	text = malloc(nbytes);
	memcpy(text, bytes + 1, nbytes - 1);
	text[nbytes - 1] = '\0';

	check_vector(text, bytes[0] >= 128 ? HALF_MAX_VALUE : FLT_MAX, bytes[0] % MAX_ROOM);
	check_vector(text, FLT_MAX, MAX_ROOM);
	check_number(text);
	free(text);
	return 0;
}
