/*
 * fuzz_sparse_literal.c
 *		Any text through core/text/sparse_literal.h.
 *
 * Input: one byte that chooses the room for elements, then the text.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text/literal.h"
#include "core/text/sparse_literal.h"

#define MAX_ROOM		64
#define MAX_ELEMENT_LEN 32

static void
require(bool condition)
{
	if (!condition)
		abort();
}

/* What was read, written with enough digits, reads the same; so elements that cannot be written are left out. */
static void
check_round_trip(const SparseElement *elements, const SparseLiteral *literal)
{
	char		text[MAX_ROOM * MAX_ELEMENT_LEN + MAX_ELEMENT_LEN];
	SparseElement again[MAX_ROOM];
	SparseLiteral result;
	size_t		len = 0;
	int			n = 0;

	text[len++] = '{';
	for (int i = 0; i < literal->n; i++)
	{
		if (elements[i].index >= 0)
			len += snprintf(text + len, sizeof(text) - len, "%s%d:%.9g", n++ == 0 ? "" : ",", elements[i].index + 1,
							elements[i].value);
	}
	snprintf(text + len, sizeof(text) - len, "}/%d", literal->dim);
	require(wemb_literal_sparse(text, again, MAX_ROOM, &result) == WEMB_OK);
	require(result.dim == literal->dim && result.n == n);
	for (int i = 0, k = 0; i < literal->n; i++)
	{
		if (elements[i].index >= 0)
		{
			require(again[k].index == elements[i].index && again[k].value == elements[i].value);
			k++;
		}
	}
}

static void
check_literal(const char *text, size_t room)
{
	SparseElement *elements = malloc(room * sizeof(SparseElement) + 1);
	SparseLiteral literal;
	WembStatus	status = wemb_literal_sparse(text, elements, room, &literal);

	require(literal.n >= 0 && (size_t) literal.n <= room && (size_t) literal.n <= wemb_literal_room(text));
	for (int i = 0; i < literal.n; i++)
		require(isfinite(elements[i].value) && elements[i].value != 0 && elements[i].index >= -1 &&
				elements[i].index < INT32_MAX);
	if (status == WEMB_OK)
	{
		if (literal.n <= MAX_ROOM)
			check_round_trip(elements, &literal);
	}
	else
	{
		require(status == WEMB_BAD_SYNTAX || status == WEMB_FULL || status == WEMB_OUT_OF_RANGE ||
				status == WEMB_NOT_FINITE);
		require(literal.bad_offset + literal.bad_len <= strlen(text));
		require(status != WEMB_FULL || wemb_literal_room(text) > room);
	}
	free(elements);
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

	check_literal(text, bytes[0] % MAX_ROOM);
	check_literal(text, wemb_literal_room(text));
	free(text);
	return 0;
}
