/* What points to what: the body of a record of a scan's graph. Edges stand one after the other,
 * each told by what it differs in from the one before. Pure. */
#ifndef LTF_GRAPH_H
#define LTF_GRAPH_H

#include <stddef.h>
#include <stdint.h>
#include "format/varint.h"

/* What the pointer lies in. */
enum ltf_graph_kind { LTF_GRAPH_BLOCK, LTF_GRAPH_ROOT, LTF_GRAPH_WORD, LTF_GRAPH_KINDS };

struct ltf_graph_edge {
	uint32_t kind;   /* enum ltf_graph_kind */
	uint32_t from;   /* index of a block, a root or a word */
	uint32_t to;     /* index of a block */
	uint64_t offset; /* bytes from its start to the pointer */
};

/* What is remembered within a body, by the writer and by the reader. All zero at its beginning. */
struct ltf_graph_state {
	struct ltf_graph_edge last;
	uint8_t *
		more; /* the writer's: where the last edge says whether one of its source follows */
	int goes_on;  /* the reader's: one of the last source follows */
};

enum { LTF_GRAPH_EDGE_MAX = 3 * LTF_VARINT_MAX };

/* A source that another one follows must not come again in the same body, unless its edges follow
 * each other. Edges of a source: in order of their offsets. Returns the next byte; p has room for
 * LTF_GRAPH_EDGE_MAX. */
static inline uint8_t *ltf_graph_put(
	struct ltf_graph_state *s, uint8_t *p, const struct ltf_graph_edge *e)
{
	struct ltf_graph_edge *last = &s->last;
	if (s->more && last->kind == e->kind && last->from == e->from) {
		*s->more |= 1;
	} else {
		uint32_t before = last->kind == e->kind ? last->from : 0;
		p = ltf_put(p, (uint64_t)(e->from - before) << 2 | e->kind);
		last->offset = 0;
		if (e->kind == LTF_GRAPH_BLOCK)
			last->to = e->from;
	}
	s->more = p;
	p = ltf_put(p, ltf_zigzag((int64_t)e->to - last->to) << 1);
	uint64_t gap = e->offset - last->offset;
	p = ltf_put(p, gap % 8 ? gap << 1 | 1 : gap >> 2);
	*last = *e;
	return p;
}

/* Reads an edge. Returns the next byte, or NULL where there is no edge. Indices are any. */
const uint8_t *ltf_graph_get(
	struct ltf_graph_state *s, const uint8_t *p, const uint8_t *end, struct ltf_graph_edge *e);

#endif
