#include "lib/scan_graph.h"

#include "format/graph.h"
#include "lib/scan_search.h"

enum {
	RECENT = 8192,   /* targets that a source's next pointers are compared with */
	BLOCKS_AHEAD = 8 /* how far ahead the memory is asked for */
};

struct telling {
	struct lt_scan_graph *g;
	struct ltf_graph_state state;
	uint8_t *at;
	uintptr_t start; /* of the root or the word that is read */
	uint32_t index;  /* of it */
	uint32_t kind;   /* enum ltf_graph_kind */
	bool enough;
	/* In the work space, by target, of which several share a place where there are more: */
	uint32_t *recent_from, *recent_to;
};

static void hand_out(struct telling *w, bool last)
{
	struct lt_scan_graph *g = w->g;

	if (!w->enough && (last || w->at > g->room))
		w->enough = !g->take(g->context, (size_t)(w->at - g->room), last);
	w->state = (struct ltf_graph_state){0};
	w->at = g->room;
}

static bool is_lost(const struct lt_scan_block *b)
{
	return b->verdict == LT_SCAN_DEFINITE || b->verdict == LT_SCAN_INDIRECT;
}

/* Whether the pointer makes a difference to what is known of block `to`. */
static bool counts(const struct lt_scan *s, const struct lt_scan_candidate *c, uint32_t to)
{
	const struct lt_scan_block *b = &s->blocks[to];

	if (c->from != LT_SCAN_NO_BLOCK && is_lost(&s->blocks[c->from]) != is_lost(b))
		return false;
	if (b->verdict != LT_SCAN_REACHABLE || c->value == b->addr)
		return true;
	enum lt_scan_by by = lt_scan_heuristic(s, b, c->value);
	return by != LT_SCAN_BY_INTERIOR && by != LT_SCAN_BY_END;
}

static bool is_repeated(struct telling *w, uint32_t from, uint32_t to)
{
	uint32_t k = to % RECENT;
	if (from == LT_SCAN_NO_BLOCK)
		return false; /* two variables may lie in one root */
	bool repeated = w->recent_from[k] == from && w->recent_to[k] == to;
	w->recent_from[k] = from;
	w->recent_to[k] = to;
	return repeated;
}

static void tell(struct lt_scan_state *t, uint32_t to, const struct lt_scan_candidate *c)
{
	struct telling *w = t->telling;
	struct ltf_graph_edge e = {.kind = w->kind, .from = w->index, .to = to};

	if (c->from == to || w->enough || !counts(t->s, c, to) || is_repeated(w, c->from, to))
		return;
	if (c->from == LT_SCAN_NO_BLOCK) {
		e.offset = c->via - w->start;
	} else {
		e.kind = LTF_GRAPH_BLOCK;
		e.from = c->from;
		e.offset = c->via - t->s->blocks[c->from].addr;
	}
	if (w->at + LTF_GRAPH_EDGE_MAX > w->g->room + w->g->size)
		hand_out(w, false);
	w->at = ltf_graph_put(&w->state, w->at, &e);
	w->g->edges++;
}

static void tell_roots(struct lt_scan_state *t, struct telling *w)
{
	const struct lt_scan *s = t->s;

	w->kind = LTF_GRAPH_WORD;
	for (w->index = 0; w->index < s->n_words; w->index++) {
		w->start = (uintptr_t)&s->words[w->index].value;
		lt_scan_read_word(t, &s->words[w->index]);
		lt_scan_flush(t);
	}
	w->kind = LTF_GRAPH_ROOT;
	for (w->index = 0; w->index < s->n_roots; w->index++) {
		w->start = s->roots[w->index].start;
		lt_scan_read_root(t, &s->roots[w->index]);
		lt_scan_flush(t);
	}
}

static void tell_blocks(struct lt_scan_state *t, const struct telling *w)
{
	const struct lt_scan *s = t->s;

	for (uint32_t i = 0; i < s->n_blocks && !w->enough; i++) {
		if (s->n_blocks - i > BLOCKS_AHEAD)
			__builtin_prefetch((const void *)s->blocks[i + BLOCKS_AHEAD].addr);
		lt_scan_read_block(t, i);
	}
	lt_scan_flush(t);
}

void lt_scan_graph(const struct lt_scan *s, struct lt_scan_graph *g)
{
	struct lt_scan_state *t = s->work;
	struct telling w = {.g = g, .at = g->room};
	uint64_t words_read = s->words_read, pointers = s->pointers;

	g->edges = 0;
	if (s->n_blocks) {
		w.recent_from = t->queue;
		w.recent_to = t->list;
		for (unsigned i = 0; i < RECENT && i < s->n_blocks; i++)
			w.recent_from[i] = LT_SCAN_NO_BLOCK;
		t->mode = LT_SCAN_TELL;
		t->telling = &w;
		t->tell = tell;
		__builtin_memset(t->settled, 0, (s->n_blocks / 64 + 1) * sizeof(*t->settled));
		tell_roots(t, &w);
		tell_blocks(t, &w);
	}
	hand_out(&w, true);
	if (s->n_blocks) {
		t->s->words_read = words_read;
		t->s->pointers = pointers;
	}
}
