/* Blocks handed out and given back are all but a few of a dump's events, and which of the two comes
 * next, and how long its numbers are, no branch predictor can tell. So this way of decoding
 * branches on neither. */
#include <string.h>
#include "format/events.h"
#include "format/events_ops.h"
#include "format/varint.h"

/* The seven low bits of each byte, pushed together. */
static inline uint64_t squeeze(uint64_t w)
{
	w &= 0x7f7f7f7f7f7f7f7f;
	w = (w & 0x007f007f007f007f) | (w & 0x7f007f007f007f00) >> 1;
	w = (w & 0x00003fff00003fff) | (w & 0x3fff00003fff0000) >> 2;
	return (w & 0x000000000fffffff) | (w & 0x0fffffff00000000) >> 4;
}

static inline uint64_t load(const uint8_t *p)
{
	uint64_t w;
	memcpy(&w, p, sizeof(w));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	w = __builtin_bswap64(w);
#endif
	return w;
}

/* Takes a column's next integer when there is one to be taken, else gives 0. False: damage. */
static inline bool take(const uint8_t **p, const uint8_t *end, bool want, uint64_t *v)
{
	if (end - *p >= 8) {
		uint64_t w = load(*p), last = ~w & 0x8080808080808080;
		if (last) {
			uint64_t mask = -(uint64_t)want;
			*v = squeeze(w & (last ^ (last - 1))) & mask;
			*p += ((unsigned)__builtin_ctzll(last) / 8 + 1) & mask;
			return true;
		}
	}
	*v = 0;
	return !want || (*p = ltf_get(*p, end, v)) != NULL;
}

static inline bool is_plain(uint8_t op)
{
	const unsigned tags =
		1 << LTF_W_ALLOC | 1 << LTF_W_FREE | 1 << LTF_W_RELEASE | 1 << LTF_W_RESTORE;
	return tags >> (op & 15) & 1;
}

/* False: damage. */
static inline bool one(struct ltf_events *r, uint8_t op, struct ltf_plain *ev)
{
	uint64_t addr, size, site, v;
	bool alloc = (op & 15) == LTF_W_ALLOC;
	bool good = take(&r->addr, r->addr_end, true, &addr) &&
		    take(&r->size, r->size_end, alloc, &size) &&
		    take(&r->site, r->site_end, alloc & (op / OP_SITE), &site);
	if (!good)
		return false;
	r->last_addr += (uint64_t)ltf_unzigzag(addr);
	r->last_site += (uint32_t)ltf_unzigzag(site);
	*ev = (struct ltf_plain){.addr = (r->last_addr & ((1ULL << 44) - 1)) << 3,
		.size = size,
		.site = r->last_site & -(uint32_t)alloc,
		.tag = op & 15};
	if (op & OP_API) {
		if (r->extra == r->extra_end)
			return false;
		ev->api = *r->extra++;
	}
	if (!alloc && op & OP_SITE) {
		if (!take(&r->extra, r->extra_end, true, &v) || v > LTF_SITE_MAX)
			return false;
		ev->site = (uint32_t)v;
	}
	if (op & OP_NUMBERED) {
		if (!take(&r->number, r->number_end, true, &v))
			return false;
		r->last_number += (uint32_t)ltf_unzigzag(v);
		ev->numbered = true;
		ev->number = r->last_number;
	}
	return ev->site <= LTF_SITE_MAX;
}

size_t ltf_events_plain(struct ltf_events *r, struct ltf_plain *out, size_t max)
{
	struct ltf_events at = *r; /* out of memory's way */
	size_t n = 0;
	if (max > at.left)
		max = at.left;
	while (n < max && at.ops != at.ops_end && is_plain(*at.ops)) {
		if (!one(&at, *at.ops++, &out[n])) {
			at.ops = at.ops_end; /* which ltf_events_next tells */
			break;
		}
		n++;
	}
	at.left -= (uint32_t)n;
	*r = at;
	return n;
}
