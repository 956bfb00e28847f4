/* Little-endian base-128 integers, and zigzag for signed ones. Pure. */
#ifndef LTF_VARINT_H
#define LTF_VARINT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { LTF_VARINT_MAX = 10 };

/* Writes v at p (LTF_VARINT_MAX bytes of room are the caller's promise); returns the next byte. */
static inline uint8_t *ltf_put(uint8_t *p, uint64_t v)
{
	while (v >= 0x80) {
		*p++ = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	*p++ = (uint8_t)v;
	return p;
}

/* Reads into *v; returns the next byte, or NULL when the input ends first or overflows 64 bits. */
static inline const uint8_t *ltf_get(const uint8_t *p, const uint8_t *end, uint64_t *v)
{
	uint64_t r = 0;
	for (unsigned shift = 0; p < end && shift < 64; shift += 7) {
		uint64_t b = *p++;
		if (shift == 63 && b > 1)
			return NULL;
		r |= (b & 0x7f) << shift;
		if (!(b & 0x80)) {
			*v = r;
			return p;
		}
	}
	return NULL;
}

/* Eight bytes, of which the caller uses the first few: the lowest. */
static inline void ltf_store(uint8_t *p, uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	memcpy(p, &v, sizeof(v));
}

static inline void ltf_store16(uint8_t *p, uint16_t v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap16(v);
#endif
	memcpy(p, &v, sizeof(v));
}

static inline uint64_t ltf_load(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

static inline uint64_t ltf_zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}

static inline int64_t ltf_unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

#endif
