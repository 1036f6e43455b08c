/*
 * literal.c
 *		Numbers and vectors written as text.
 *
 * Reading vectors is bound by reading decimals, so the common form (an
 * optional sign, at most 19 digits with a point among them, a small exponent)
 * is read here, and strtof() gets the rest: long mantissas, hexadecimal, NaN,
 * and whatever else it accepts.
 */
#include "core/text/literal.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Up to here a double holds integers and powers of ten exactly. */
#define EXACT_INTEGER	(UINT64_C(1) << 53)
#define EXACT_POWER		22
/* More digits than this could overflow 64 bits. */
#define MAX_DIGITS		19

/* A decimal as it is written: (negative ? -1 : 1) * mantissa * 10^exponent */
typedef struct Decimal
{
	bool		negative;
	uint64_t	mantissa;
	int			exponent;
} Decimal;

/*
 * Read the common form of a decimal and return the byte after it, or NULL if
 * the text takes another form, or might: strtof() must then decide.
 */
static const char *
scan_decimal(const char *text, Decimal *decimal)
{
	const char *p = text;
	int			ndigits = 0;
	int			nfraction = 0;

	decimal->negative = (*p == '-');
	if (*p == '-' || *p == '+')
		p++;
	decimal->mantissa = 0;
	for (; literal_is_digit(*p); p++, ndigits++)
		decimal->mantissa = decimal->mantissa * 10 + (*p - '0');
	if (*p == '.')
	{
		p++;
		for (; literal_is_digit(*p); p++, nfraction++)
			decimal->mantissa = decimal->mantissa * 10 + (*p - '0');
	}
	/* a mantissa that has overflowed is caught here: its digits are too many */
	if (ndigits + nfraction == 0 || ndigits + nfraction > MAX_DIGITS || *p == 'x' || *p == 'X')
		return NULL;
	decimal->exponent = -nfraction;
	if (*p == 'e' || *p == 'E')
	{
		bool		negative = (p[1] == '-');
		int			exponent = 0;
		int			nexponent = 0;

		p++;
		if (*p == '-' || *p == '+')
			p++;
		for (; literal_is_digit(*p) && nexponent < 4; p++, nexponent++)
			exponent = exponent * 10 + (*p - '0');
		if (nexponent == 0 || nexponent == 4)
			return NULL;
		decimal->exponent += negative ? -exponent : exponent;
	}
	return p;
}

/*
 * The float nearest to a decimal; false if that needs more than a double.
 *
 * A product or quotient of two exact doubles is the double nearest to the
 * decimal.  Rounding that again to float is right unless the double lies
 * exactly halfway between two floats, for then the decimal may lie on either
 * side.  With these bounds the result is zero or between 1e-22 and 1e38, so
 * neither overflow nor subnormal floats can occur.
 */
static bool
round_decimal(const Decimal *decimal, float *value)
{
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD == 0
	static const double powers_of_ten[EXACT_POWER + 1] = {
		1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
	};
	double		d;
	uint64_t	bits;

	if (decimal->mantissa > EXACT_INTEGER || abs(decimal->exponent) > EXACT_POWER)
		return false;
	d = (double) decimal->mantissa;
	if (decimal->exponent < 0)
		d /= powers_of_ten[-decimal->exponent];
	else
		d *= powers_of_ten[decimal->exponent];
	memcpy(&bits, &d, sizeof(bits));
	/* the 29 bits that a float lacks: one followed by zeros is halfway */
	if ((bits & UINT64_C(0x1FFFFFFF)) == UINT64_C(0x10000000))
		return false;
	*value = decimal->negative ? -(float) d : (float) d;
	return true;
#else
	/* arithmetic in a wider format rounds twice */
	return false;
#endif
}

WembStatus
wemb_literal_number(const char *text, float *value, size_t *len)
{
	Decimal		decimal;
	const char *end = scan_decimal(text, &decimal);
	char	   *strtof_end;

	if (end != NULL && round_decimal(&decimal, value))
	{
		*len = end - text;
		return WEMB_OK;
	}
	errno = 0;
	*value = strtof(text, &strtof_end);
	*len = strtof_end - text;
	if (*len == 0)
		return WEMB_BAD_SYNTAX;
	/* ERANGE is also set for numbers that are too small, which are welcome */
	if (errno == ERANGE && isinf(*value))
		return WEMB_OUT_OF_RANGE;
	return WEMB_OK;
}

size_t
wemb_literal_room(const char *text)
{
	size_t		len = strlen(text);
	size_t		room = 1;

	for (size_t i = 0; i < len; i++)
		room += (text[i] == ',');
	return room;
}

/* Record where the literal went wrong, and pass the status on. */
static WembStatus
fault(VectorLiteral *result, WembStatus status, LiteralPart part, size_t offset)
{
	result->part = part;
	result->bad_offset = offset;
	return status;
}

/* Read the element at p into *x; *len is how many bytes it takes. */
static WembStatus
read_element(const char *p, float limit, float *x, size_t *len)
{
	WembStatus	status = wemb_literal_number(p, x, len);

	if (status != WEMB_OK)
		return status;
	if (!isfinite(*x))
		return WEMB_NOT_FINITE;
	return fabsf(*x) <= limit ? WEMB_OK : WEMB_OUT_OF_RANGE;
}

WembStatus
wemb_literal_vector(const char *text, float limit, float *x, size_t room, VectorLiteral *result)
{
	const char *p = literal_skip_space(text);

	memset(result, 0, sizeof(*result));
	if (*p != '[')
		return fault(result, WEMB_BAD_SYNTAX, LITERAL_OPENING, p - text);
	p = literal_skip_space(p + 1);
	if (*p == ']')
		return fault(result, WEMB_OUT_OF_RANGE, LITERAL_LIST, p - text);
	for (;;)
	{
		float		value;
		size_t		len;
		WembStatus	status;

		if ((size_t) result->dim >= room)
			return fault(result, WEMB_FULL, LITERAL_LIST, p - text);
		p = literal_skip_space(p);
		status = read_element(p, limit, &value, &len);
		if (status != WEMB_OK)
		{
			result->bad_len = len;
			result->bad_value = value;
			return fault(result, status, LITERAL_NUMBER, p - text);
		}
		x[result->dim++] = value;
		p = literal_skip_space(p + len);
		if (*p == ']')
			break;
		if (*p != ',')
			return fault(result, WEMB_BAD_SYNTAX, LITERAL_LIST, p - text);
		p++;
	}
	p = literal_skip_space(p + 1);
	if (*p != '\0')
		return fault(result, WEMB_BAD_SYNTAX, LITERAL_REST, p - text);
	return WEMB_OK;
}
