/* Reading bytes, integers and LEB128 numbers up to an end. Internal to the reader of unwind tables.
 */
#ifndef LT_CFI_IN_H
#define LT_CFI_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A reader that stops at end: once bad is set, all it gives is zero. */
struct in {
	const uint8_t *p, *end;
	bool bad;
};

static inline uint64_t in_fixed(struct in *s, unsigned n)
{
	uint64_t v = 0;

	if (s->bad || (size_t)(s->end - s->p) < n) {
		s->bad = true;
		return 0;
	}
	memcpy(&v, s->p, n);
	s->p += n;
	return v;
}

static inline uint64_t in_uleb(struct in *s)
{
	uint64_t v = 0;

	for (unsigned shift = 0; !s->bad; shift += 7) {
		uint64_t b = in_fixed(s, 1);
		if (shift < 64)
			v |= (b & 0x7f) << shift;
		if (!(b & 0x80))
			break;
	}
	return v;
}

static inline int64_t in_sleb(struct in *s)
{
	uint64_t v = 0;

	for (unsigned shift = 0; !s->bad;) {
		uint64_t b = in_fixed(s, 1);
		if (shift < 64)
			v |= (b & 0x7f) << shift;
		shift += 7;
		if (b & 0x80)
			continue;
		if ((b & 0x40) && shift < 64)
			v |= ~(uint64_t)0 << shift;
		break;
	}
	return (int64_t)v;
}

static inline void in_skip(struct in *s, uint64_t n)
{
	if (s->bad || n > (size_t)(s->end - s->p))
		s->bad = true;
	else
		s->p += n;
}

#endif
