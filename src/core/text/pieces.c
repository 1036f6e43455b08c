/*
 * pieces.c
 *		Where a long text can be cut.
 */
#include "core/text/pieces.h"

#include "core/text/fold.h"
#include "core/text/utf8.h"

/* Does the character at p, which has size bytes, separate tokens wherever it stands? */
static bool
is_boundary(const char *p, int size)
{
	uint32_t	code = 0;
	CharInfo	info;

	if (utf8_decode(p, size, &code) != size || code == 0)
		return false;
	wemb_char_describe(code, &info);
	return info.class == CHAR_SEPARATOR;
}

size_t
wemb_text_piece(const char *text, size_t len, size_t max)
{
	size_t		cut = max;
	size_t		lowest;

	if (len <= max)
		return len;
	for (size_t n = max; n > 0; n--)
		if (text_is_space(text[n - 1]))
			return n;

	/* No whitespace: the last boundary among some hundred characters. */
	while (cut > max - UTF8_MAX_BYTES && cut > 1 && utf8_is_continuation(text[cut]))
		cut--;
	if (utf8_is_continuation(text[cut]))
		return max;				/* not UTF-8 */
	lowest = cut > 1024 ? cut - 1024 : 1;
	for (size_t n = cut; n > lowest;)
	{
		size_t		from = n - 1;

		while (from > lowest && utf8_is_continuation(text[from]))
			from--;
		if (is_boundary(text + from, (int) (n - from)))
			return n;
		n = from;
	}
	return cut;
}
