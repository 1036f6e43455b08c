/*
 * utf8.c
 *		UTF-8 over whole texts.
 */
#include "core/text/utf8.h"

#include <string.h>

size_t
wemb_utf8_valid_bytes(const char *text, size_t len)
{
	size_t		at = 0;

	while (at < len)
	{
		uint64_t	eight;
		uint32_t	code;
		int			size;

		if (len - at >= sizeof(eight))
		{
			memcpy(&eight, text + at, sizeof(eight));
			if ((eight & UINT64_C(0x8080808080808080)) == 0)
			{
				at += sizeof(eight);
				continue;
			}
		}
		size = utf8_decode(text + at, len - at, &code);
		if (size == 0)
			break;
		at += size;
	}
	return at;
}

size_t
wemb_utf8_length(const char *text, size_t len)
{
	size_t		n = 0;

	for (size_t i = 0; i < len; i++)
		n += !utf8_is_continuation(text[i]);
	return n;
}
