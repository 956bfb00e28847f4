#include "lib/tell.h"

#include <stddef.h>
#include "format/file.h"
#include "format/varint.h"
#include "lib/config.h"
#include "lib/dump.h"

enum { ENTRY = 1 + 3 * LTF_VARINT_MAX };

void lt_tell_send(struct lt_channel *c, unsigned type, const uint8_t *end)
{
	size_t len = (size_t)(end - c->body);
	uint8_t head[2 * LTF_VARINT_MAX], *p = ltf_put(ltf_put(head, type), len);
	struct ltf_piece piece[] = {{head, (size_t)(p - head)}, {c->body, len}};
	c->failed = c->failed || !lt_dump_append(piece, 2);
}

/* Where the next entry goes: what is there is sent first when there may be no room for one more. */
static uint8_t *next_entry(struct lt_channel *c, unsigned type, uint8_t *p)
{
	if (p + ENTRY <= c->body + LT_TELL_BODY)
		return p;
	lt_tell_send(c, type, p);
	return c->body;
}

static void send_verdicts(struct lt_channel *c, const struct lt_scan *s)
{
	uint8_t *p = c->body;
	uint64_t before = 0;
	for (uint32_t i = 0; i < s->n_blocks; i++) {
		const struct lt_scan_block *b = &s->blocks[i];
		struct lt_scan_holder h = lt_scan_holder(s, i);
		p = ltf_put(p, b->addr / 8 - before);
		before = b->addr / 8;
		*p++ = (uint8_t)(b->verdict | b->by << 3 | (b->flags & LT_SCAN_CYCLE ? 64 : 0) |
				 (b->flags & LT_SCAN_INHERITED ? 128 : 0));
		p = ltf_put(p, (uint64_t)h.index << 2 | h.in);
		p = ltf_put(p, h.offset);
		p = next_entry(c, LTF_REC_VERDICTS, p);
	}
	lt_tell_send(c, LTF_REC_VERDICTS, p);
}

static void send_roots(struct lt_channel *c, const struct lt_scan *s)
{
	uint8_t *p = c->body;
	for (uint32_t i = 0; i < s->n_roots; i++) {
		p = ltf_put(p, s->roots[i].start);
		p = ltf_put(p, s->roots[i].end - s->roots[i].start);
		*p++ = (uint8_t)s->roots[i].kind;
		p = next_entry(c, LTF_REC_ROOTS, p);
	}
	lt_tell_send(c, LTF_REC_ROOTS, p);
}

/* Inherited blocks are summed up apart. */
static void send_sums(struct lt_channel *c, const struct lt_scan *s)
{
	uint64_t count[LT_SCAN_VERDICTS] = {0}, bytes[LT_SCAN_VERDICTS] = {0};
	uint8_t *p = c->body;
	for (uint32_t i = 0; i < s->n_blocks; i++) {
		const struct lt_scan_block *b = &s->blocks[i];
		uint64_t inherited = (b->flags & LT_SCAN_INHERITED) != 0;
		count[b->verdict] += inherited;
		bytes[b->verdict] += inherited * b->size;
	}
	p = ltf_put(p, s->n_blocks);
	for (unsigned v = LT_SCAN_REACHABLE; v < LT_SCAN_VERDICTS; v++)
		p = ltf_put(ltf_put(p, s->count[v] - count[v]), s->bytes[v] - bytes[v]);
	p = ltf_put(p, s->words_read);
	for (unsigned v = LT_SCAN_REACHABLE; v < LT_SCAN_VERDICTS; v++)
		p = ltf_put(ltf_put(p, count[v]), bytes[v]);
	p = ltf_put(p, s->coverage);
	lt_tell_send(c, LTF_REC_SCAN, p);
}

bool lt_tell(struct lt_channel *c, const struct lt_scan *s)
{
	send_verdicts(c, s);
	send_roots(c, s);
	if (lt_config.graph)
		lt_tell_graph(c, s);
	send_sums(c, s);
	return !c->failed;
}
