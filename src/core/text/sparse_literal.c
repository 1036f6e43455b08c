/*
 * sparse_literal.c
 *		Sparse vectors written as text.
 */
#include "core/text/sparse_literal.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/text/literal.h"

/* Record where the literal went wrong, and pass the status on. */
static WembStatus
fault(SparseLiteral *result, WembStatus status, SparseLiteralPart part, size_t offset)
{
	result->part = part;
	result->bad_offset = offset;
	return status;
}

/*
 * Read a decimal integer with an optional sign and return the byte after it,
 * or NULL if there is none.  Beyond 32 bits it stays at the nearest bound.
 */
static const char *
scan_integer(const char *p, int32_t *value)
{
	bool		negative = (*p == '-');
	int64_t		size = 0;

	if (*p == '-' || *p == '+')
		p++;
	if (!literal_is_digit(*p))
		return NULL;
	for (; literal_is_digit(*p); p++)
	{
		if (size <= INT32_MAX)
			size = size * 10 + (*p - '0');
	}
	if (negative)
		*value = size > INT32_MAX ? INT32_MIN : (int32_t) -size;
	else
		*value = size > INT32_MAX ? INT32_MAX : (int32_t) size;
	return p;
}

static inline bool
is_exponent(char c, bool hexadecimal)
{
	return hexadecimal ? (c == 'p' || c == 'P') : (c == 'e' || c == 'E');
}

/* Whether the number that text starts with, len bytes of it, is zero as it is written. */
static bool
is_written_zero(const char *text, size_t len)
{
	const char *end = text + len;
	const char *p = text + (*text == '-' || *text == '+');
	bool		hexadecimal = end - p > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X');

	if (hexadecimal)
		p += 2;
	for (; p < end && !is_exponent(*p, hexadecimal); p++)
	{
		if (*p != '0' && *p != '.')
			return false;
	}
	return true;
}

/* Read the value at p; *len is how many bytes it takes. */
static WembStatus
read_value(const char *p, float *value, size_t *len)
{
	WembStatus	status = wemb_literal_number(p, value, len);

	if (status != WEMB_OK)
		return status;
	if (!isfinite(*value))
		return WEMB_NOT_FINITE;
	return *value != 0 || is_written_zero(p, *len) ? WEMB_OK : WEMB_OUT_OF_RANGE;
}

/* Read index and colon at p; the byte after them, or NULL.  index is from 0 on, or negative if it is less than 1. */
static const char *
scan_index(const char *p, int32_t *index)
{
	p = scan_integer(literal_skip_space(p), index);
	if (p == NULL)
		return NULL;
	*index = *index < 1 ? -1 : *index - 1;
	p = literal_skip_space(p);
	return *p == ':' ? literal_skip_space(p + 1) : NULL;
}

/* Read the elements from *p on, which stands behind the opening brace, and move it behind the closing one. */
static WembStatus
read_list(const char *text, const char **p, SparseElement *elements, size_t room, SparseLiteral *result)
{
	*p = literal_skip_space(*p);
	while (**p != '}')
	{
		SparseElement element;
		const char *number = scan_index(*p, &element.index);
		size_t		len;
		WembStatus	status;

		if (number == NULL)
			return fault(result, WEMB_BAD_SYNTAX, SPARSE_LITERAL_LIST, *p - text);
		status = read_value(number, &element.value, &len);
		if (status != WEMB_OK)
		{
			result->bad_len = len;
			result->bad_value = element.value;
			return fault(result, status, SPARSE_LITERAL_NUMBER, number - text);
		}
		if (element.value != 0)
		{
			if ((size_t) result->n >= room)
				return fault(result, WEMB_FULL, SPARSE_LITERAL_LIST, *p - text);
			elements[result->n++] = element;
		}
		*p = literal_skip_space(number + len);
		if (**p == ',')
		{
			*p = literal_skip_space(*p + 1);
			/* an element must follow */
			if (**p == '}')
				return fault(result, WEMB_BAD_SYNTAX, SPARSE_LITERAL_LIST, *p - text);
		}
		else if (**p != '}')
			return fault(result, WEMB_BAD_SYNTAX, SPARSE_LITERAL_LIST, *p - text);
	}
	(*p)++;
	return WEMB_OK;
}

WembStatus
wemb_literal_sparse(const char *text, SparseElement *elements, size_t room, SparseLiteral *result)
{
	const char *p = literal_skip_space(text);
	const char *end;
	WembStatus	status;

	memset(result, 0, sizeof(*result));
	if (*p != '{')
		return fault(result, WEMB_BAD_SYNTAX, SPARSE_LITERAL_OPENING, p - text);
	p++;
	status = read_list(text, &p, elements, room, result);
	if (status != WEMB_OK)
		return status;
	p = literal_skip_space(p);
	if (*p != '/')
		return fault(result, WEMB_BAD_SYNTAX, SPARSE_LITERAL_SLASH, p - text);
	p = literal_skip_space(p + 1);
	end = scan_integer(p, &result->dim);
	if (end == NULL)
		return fault(result, WEMB_BAD_SYNTAX, SPARSE_LITERAL_DIM, p - text);
	p = literal_skip_space(end);
	if (*p != '\0')
		return fault(result, WEMB_BAD_SYNTAX, SPARSE_LITERAL_REST, p - text);
	return WEMB_OK;
}
