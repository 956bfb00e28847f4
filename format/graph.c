#include "format/graph.h"

static const uint8_t *source(struct ltf_graph_state *s, const uint8_t *p, const uint8_t *end)
{
	uint64_t v;
	p = ltf_get(p, end, &v);
	if (!p || (v & 3) >= LTF_GRAPH_KINDS)
		return NULL;
	uint64_t from = (s->last.kind == (v & 3) ? s->last.from : 0) + (v >> 2);
	if (from > UINT32_MAX)
		return NULL;
	s->last.kind = v & 3;
	s->last.from = (uint32_t)from;
	s->last.offset = 0;
	if (s->last.kind == LTF_GRAPH_BLOCK)
		s->last.to = s->last.from;
	return p;
}

const uint8_t *ltf_graph_get(
	struct ltf_graph_state *s, const uint8_t *p, const uint8_t *end, struct ltf_graph_edge *e)
{
	uint64_t target, gap;
	if (!s->goes_on)
		p = source(s, p, end);
	p = p ? ltf_get(p, end, &target) : NULL;
	p = p ? ltf_get(p, end, &gap) : NULL;
	if (!p)
		return NULL;
	int64_t step = ltf_unzigzag(target >> 1), to;
	gap = gap & 1 ? gap >> 1 : gap << 2;
	if (__builtin_add_overflow((int64_t)s->last.to, step, &to) || to < 0 || to > UINT32_MAX ||
		__builtin_add_overflow(s->last.offset, gap, &s->last.offset))
		return NULL;
	s->goes_on = target & 1;
	s->last.to = (uint32_t)to;
	*e = s->last;
	return p;
}
