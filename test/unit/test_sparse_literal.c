/*
 * test_sparse_literal.c
 *		core/text/sparse_literal.h: what is read, and what is refused where.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "core/text/literal.h"
#include "core/text/sparse_literal.h"

#define MAX_ELEMENTS	4

static const struct
{
	const char *text;
	int32_t		dim;
	int			n;
	SparseElement elements[MAX_ELEMENTS];
} good[] = {
	{"{1:1.5,3:-3.5}/5", 5, 2, {{0, 1.5f}, {2, -3.5f}}},
	{" { 1 : 1.5 ,\t3\v:  -3.5  } / 5 ", 5, 2, {{0, 1.5f}, {2, -3.5f}}},
	{"{}/7", 7, 0, {{0, 0}}},
	{"{ }/+7", 7, 0, {{0, 0}}},
	{"{3:1,1:2}/3", 3, 2, {{2, 1}, {0, 2}}},
	{"{1:0,2:1,3:-0.0,4:0e5,5:0x0p1}/5", 5, 1, {{1, 1}}},
	{"{+1:0x1p3,02:.5,3:2.}/3", 3, 3, {{0, 8}, {1, 0.5f}, {2, 2}}},
	{"{1:1e-45}/1", 1, 1, {{0, 1e-45f}}},
	{"{0:1,-5:2,9:3}/2", 2, 3, {{-1, 1}, {-1, 2}, {8, 3}}},
	{"{2147483647:1,2147483648:2,99999999999999999999:3}/1", 1, 3, {{2147483646, 1}, {2147483646, 2}, {2147483646, 3}}},
	{"{-2147483648:1,-99999999999999999999:3}/1", 1, 2, {{-1, 1}, {-1, 3}}},
	{"{}/0", 0, 0, {{0, 0}}},
	{"{}/-1", -1, 0, {{0, 0}}},
	{"{}/9223372036854775808", INT32_MAX, 0, {{0, 0}}},
	{"{}/-9223372036854775809", INT32_MIN, 0, {{0, 0}}},
};

static const struct
{
	const char *text;
	WembStatus	status;
	SparseLiteralPart part;
	size_t		bad_offset;
	size_t		bad_len;
} bad[] = {
	{"", WEMB_BAD_SYNTAX, SPARSE_LITERAL_OPENING, 0, 0},
	{" [1]", WEMB_BAD_SYNTAX, SPARSE_LITERAL_OPENING, 1, 0},
	{"{", WEMB_BAD_SYNTAX, SPARSE_LITERAL_LIST, 1, 0},
	{"{:", WEMB_BAD_SYNTAX, SPARSE_LITERAL_LIST, 1, 0},
	{"{,}/1", WEMB_BAD_SYNTAX, SPARSE_LITERAL_LIST, 1, 0},
	{"{1}/1", WEMB_BAD_SYNTAX, SPARSE_LITERAL_LIST, 1, 0},
	{"{1a:1}/1", WEMB_BAD_SYNTAX, SPARSE_LITERAL_LIST, 1, 0},
	{"{-:1}/1", WEMB_BAD_SYNTAX, SPARSE_LITERAL_LIST, 1, 0},
	{"{1:}/1", WEMB_BAD_SYNTAX, SPARSE_LITERAL_NUMBER, 3, 0},
	{"{1:a}/1", WEMB_BAD_SYNTAX, SPARSE_LITERAL_NUMBER, 3, 0},
	{"{1:1a}/1", WEMB_BAD_SYNTAX, SPARSE_LITERAL_LIST, 4, 0},
	{"{1:1,}/1", WEMB_BAD_SYNTAX, SPARSE_LITERAL_LIST, 5, 0},
	{"{1:1,,2:1}/2", WEMB_BAD_SYNTAX, SPARSE_LITERAL_LIST, 5, 0},
	{"{1:1 2:1}/2", WEMB_BAD_SYNTAX, SPARSE_LITERAL_LIST, 5, 0},
	{"{1:1", WEMB_BAD_SYNTAX, SPARSE_LITERAL_LIST, 4, 0},
	{"{}", WEMB_BAD_SYNTAX, SPARSE_LITERAL_SLASH, 2, 0},
	{"{}5", WEMB_BAD_SYNTAX, SPARSE_LITERAL_SLASH, 2, 0},
	{"{}/", WEMB_BAD_SYNTAX, SPARSE_LITERAL_DIM, 3, 0},
	{"{}/a", WEMB_BAD_SYNTAX, SPARSE_LITERAL_DIM, 3, 0},
	{"{}/1a", WEMB_BAD_SYNTAX, SPARSE_LITERAL_REST, 4, 0},
	{"{}/1 2", WEMB_BAD_SYNTAX, SPARSE_LITERAL_REST, 5, 0},
	{"{1:NaN}/1", WEMB_NOT_FINITE, SPARSE_LITERAL_NUMBER, 3, 3},
	{"{1:1,2:-inf}/2", WEMB_NOT_FINITE, SPARSE_LITERAL_NUMBER, 7, 4},
	{"{1:4e38}/1", WEMB_OUT_OF_RANGE, SPARSE_LITERAL_NUMBER, 3, 4},
	{"{1:1e-46}/1", WEMB_OUT_OF_RANGE, SPARSE_LITERAL_NUMBER, 3, 5},
	{"{1:-0.1e-50}/1", WEMB_OUT_OF_RANGE, SPARSE_LITERAL_NUMBER, 3, 8},
	{"{1:0x0.8p-200}/1", WEMB_OUT_OF_RANGE, SPARSE_LITERAL_NUMBER, 3, 10},
	{"{1:1,2:1,3:1,4:1,5:1}/5", WEMB_FULL, SPARSE_LITERAL_LIST, 17, 0},
};

static void
test_good(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
	{
		SparseElement elements[MAX_ELEMENTS + 1];
		SparseLiteral literal;
		WembStatus	status = wemb_literal_sparse(good[i].text, elements, wemb_literal_room(good[i].text), &literal);

		unit_group(good[i].text);
		CHECK(status == WEMB_OK, "status %d", status);
		CHECK(literal.dim == good[i].dim, "%d dimensions", literal.dim);
		CHECK(literal.n == good[i].n, "%d elements", literal.n);
		for (int k = 0; k < good[i].n && k < literal.n; k++)
			CHECK(elements[k].index == good[i].elements[k].index && elements[k].value == good[i].elements[k].value,
				  "%d:%g", elements[k].index, elements[k].value);
	}
}

static void
test_bad(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		/* a block of exactly this size, so that a byte read beyond it is found */
		char	   *text = malloc(strlen(bad[i].text) + 1);
		SparseElement elements[MAX_ELEMENTS];
		SparseLiteral literal;
		WembStatus	status;

		strcpy(text, bad[i].text);
		status = wemb_literal_sparse(text, elements, MAX_ELEMENTS, &literal);
		unit_group(*text ? bad[i].text : "empty text");
		CHECK(status == bad[i].status, "status %d, expected %d", status, bad[i].status);
		CHECK(literal.part == bad[i].part, "part %d, expected %d", literal.part, bad[i].part);
		CHECK(literal.bad_offset == bad[i].bad_offset, "offset %zu, expected %zu", literal.bad_offset, bad[i].bad_offset);
		CHECK(literal.bad_len == bad[i].bad_len, "length %zu, expected %zu", literal.bad_len, bad[i].bad_len);
		free(text);
	}
}

int
main(void)
{
	test_good();
	test_bad();
	return unit_done();
}
