/* Decoding one event from a block's words. */
#include "format/events.h"

#include <string.h>

static uint64_t payload(uint64_t w)
{
	return w & LTF_MASK60;
}

/* True when need CONT words stand behind the lead. Looks at no word beyond: its owner may be
 * writing it just now. */
static bool has_conts(const uint64_t *w, size_t n, size_t need)
{
	if (n < 1 + need)
		return false;
	for (size_t i = 1; i <= need; i++)
		if (LTF_TAG(w[i]) != LTF_W_CONT)
			return false;
	return true;
}

static size_t decode_alloc(const uint64_t *w, size_t n, struct ltf_event *ev)
{
	if (!has_conts(w, n, 1))
		return 0;
	unsigned flags = w[1] & 3;
	size_t need = 1 + !!(flags & LTF_ALLOC_NUMBERED) + !!(flags & LTF_ALLOC_HUGE);
	if (!has_conts(w, n, need))
		return 0;
	ev->addr = (w[0] >> 16 & ((1ULL << 44) - 1)) << 3;
	ev->api = w[0] >> 12 & 15;
	ev->site = w[1] >> 30 & LTF_SITE_MAX;
	ev->size = (w[0] & 0xfff) | (w[1] >> 2 & ((1ULL << 28) - 1)) << 12;
	size_t at = 2;
	if (flags & LTF_ALLOC_NUMBERED) {
		ev->numbered = true;
		ev->number = (uint32_t)w[at++];
	}
	if (flags & LTF_ALLOC_HUGE)
		ev->size = payload(w[at]);
	return 1 + need;
}

static size_t decode_release(const uint64_t *w, size_t n, struct ltf_event *ev)
{
	size_t need = !!(w[0] & LTF_FREE_NUMBERED) + !!(w[0] & LTF_FREE_STACKED);
	if (!has_conts(w, n, need))
		return 0;
	ev->addr = (w[0] >> 16 & ((1ULL << 44) - 1)) << 3;
	ev->api = w[0] >> 12 & 15;
	size_t at = 1;
	if (w[0] & LTF_FREE_NUMBERED) {
		ev->numbered = true;
		ev->number = (uint32_t)w[at++];
	}
	if (w[0] & LTF_FREE_STACKED)
		ev->site = w[at] & LTF_SITE_MAX;
	return 1 + need;
}

static size_t decode_node(const uint64_t *w, size_t n, struct ltf_event *ev)
{
	if (!has_conts(w, n, 2))
		return 0;
	ev->id = w[0] >> 30 & LTF_SITE_MAX;
	ev->parent = w[0] & LTF_SITE_MAX;
	ev->pc = w[1] >> 12 & ((1ULL << 48) - 1);
	ev->flags = w[1] & 0xfff;
	ev->module = w[2] & ((1U << 28) - 1);
	return 3;
}

static size_t decode_blob(const uint64_t *w, size_t n, struct ltf_event *ev, uint8_t *scratch)
{
	size_t len = w[0] >> 28 & 0xffff;
	size_t need = (len + LTF_BLOB_BYTES_PER_WORD - 1) / LTF_BLOB_BYTES_PER_WORD;
	if (!has_conts(w, n, need))
		return 0;
	ev->id = w[0] >> 52 & 0xff;
	ev->blob = scratch;
	ev->blob_len = (uint32_t)len;
	for (size_t i = 0; i < need; i++)
		for (size_t b = 0; b < LTF_BLOB_BYTES_PER_WORD; b++)
			*scratch++ = (uint8_t)(w[1 + i] >> (8 * b));
	return 1 + need;
}

static size_t decode_res(const uint64_t *w, size_t n, struct ltf_event *ev)
{
	size_t nargs = w[0] >> 48 & 15;
	if (nargs < 2 || nargs > 6 || !has_conts(w, n, nargs))
		return 0;
	ev->id = w[0] >> 52 & 0xff;
	ev->numbered = w[0] >> 47 & 1;
	ev->number = (uint32_t)w[0];
	ev->site = w[1] & LTF_SITE_MAX;
	ev->nargs = (uint8_t)(nargs - 1);
	for (size_t i = 0; i < ev->nargs; i++)
		ev->args[i] = payload(w[2 + i]);
	ev->addr = ev->args[0];
	return 1 + nargs;
}

/* In pieces that are cleared by some stores: for so many bytes the compiler would use an
 * instruction that takes as long as all else here. */
static void clear(struct ltf_event *ev)
{
	enum { PIECE = offsetof(struct ltf_event, pc) };
	memset(ev, 0, PIECE);
	memset((char *)ev + PIECE, 0, offsetof(struct ltf_event, args) - PIECE);
	memset(ev->args, 0, sizeof(*ev) - offsetof(struct ltf_event, args));
}

size_t ltf_words_next(const uint64_t *words, size_t n, struct ltf_event *ev, uint8_t *scratch)
{
	size_t i;
	if (n == 0)
		return 0;
	clear(ev);
	ev->tag = (uint8_t)LTF_TAG(words[0]);
	switch (ev->tag) {
	case LTF_W_EMPTY:
	case LTF_W_CONT:
		return 0;
	case LTF_W_ALLOC:
		return decode_alloc(words, n, ev);
	case LTF_W_FREE:
	case LTF_W_RELEASE:
	case LTF_W_RESTORE:
		return decode_release(words, n, ev);
	case LTF_W_NODE:
		return decode_node(words, n, ev);
	case LTF_W_TIME:
		ev->time = payload(words[0]);
		return 1;
	case LTF_W_BLOB:
		return decode_blob(words, n, ev, scratch);
	case LTF_W_RES:
		return decode_res(words, n, ev);
	case LTF_W_WITHDRAWN:
		ev->id = words[0] >> 32 & (LTF_REGION_COUNT - 1);
		ev->numbered = true;
		ev->number = (uint32_t)words[0];
		return 1;
	default: /* of a later version: skipped whole */
		for (i = 1; i < n && LTF_TAG(words[i]) == LTF_W_CONT; i++)
			;
		return i;
	}
}
