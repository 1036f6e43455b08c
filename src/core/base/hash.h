/*
 * hash.h
 *		A 64-bit hash of bytes, the same on every machine and release: subword
 *		rows of stored models are addressed by it, so it must never change.
 */
#ifndef WEMB_HASH_H
#define WEMB_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a, 64 bit, with a final mix so that low bits depend on all of the input. */
static inline uint64_t
wemb_hash(const char *bytes, size_t len)
{
	uint64_t	h = UINT64_C(0xCBF29CE484222325);

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char) bytes[i]) * UINT64_C(0x100000001B3);
	h ^= h >> 32;
	h *= UINT64_C(0xD6E8FEB86659FD93);
	h ^= h >> 32;
	return h;
}

#endif							/* WEMB_HASH_H */
