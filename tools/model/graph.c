#include "tools/model/graph.h"

#include <stdlib.h>
#include <string.h>
#include "format/file.h"
#include "format/graph.h"
#include "tools/model/scan.h"
#include "tools/util/mem.h"

void lr_graph_add(struct lr_graph_records *r, const uint8_t *body, size_t len)
{
	uint32_t edges = (uint32_t)len - 1;
	if (len == 0 || len > UINT32_MAX || r->ended)
		return;
	r->ended = body[0] != LTF_GRAPH_MORE;
	r->cut = body[0] == LTF_GRAPH_CUT;
	while (r->room - r->used < sizeof(edges) + edges) {
		r->room = r->room ? 2 * r->room : 4096;
		r->bytes = lr_resize(r->bytes, r->room, 1);
	}
	memcpy(r->bytes + r->used, &edges, sizeof(edges));
	memcpy(r->bytes + r->used + sizeof(edges), body + 1, edges);
	r->used += sizeof(edges) + edges;
}

void lr_graph_forget(struct lr_graph_records *r)
{
	free(r->bytes);
	*r = (struct lr_graph_records){.used = 0};
}

/* Beyond what a tracer writes; so indices and sums of them stay within 32 bits. */
enum { EDGES_MAX = 1 << 30, ROOT_EDGES_MAX = 1 << 28 };

struct reading {
	struct lr_graph *g;
	uint32_t roots, words;
	size_t to_room, roots_room;
	size_t edges;
	uint32_t at; /* the block whose edges come now: first[] is known up to it */
};

static bool add_root(struct reading *x, const struct ltf_graph_edge *e)
{
	struct lr_graph *g = x->g;
	if (g->roots_used == ROOT_EDGES_MAX)
		return false;
	LR_GROW(g->roots, g->roots_used, x->roots_room);
	g->roots[g->roots_used++] = (struct lr_root_edge){.from = e->from,
		.to = e->to,
		.offset = e->offset,
		.word = e->kind == LTF_GRAPH_WORD};
	return true;
}

static bool add_edge(struct reading *x, const struct ltf_graph_edge *e)
{
	struct lr_graph *g = x->g;
	uint32_t sources[] = {[LTF_GRAPH_BLOCK] = g->blocks,
		[LTF_GRAPH_ROOT] = x->roots,
		[LTF_GRAPH_WORD] = x->words};
	if (e->from >= sources[e->kind] || e->to >= g->blocks || x->edges == EDGES_MAX)
		return false;
	if (e->kind != LTF_GRAPH_BLOCK)
		return add_root(x, e);
	if (e->from < x->at)
		return false;
	while (x->at < e->from)
		g->first[++x->at] = (uint32_t)x->edges;
	if (x->edges == x->to_room) {
		x->to_room = x->to_room ? 2 * x->to_room : 1024;
		g->to = lr_resize(g->to, x->to_room, sizeof(*g->to));
		g->offset = lr_resize(g->offset, x->to_room, sizeof(*g->offset));
	}
	g->to[x->edges] = e->to;
	g->offset[x->edges++] = e->offset < UINT32_MAX ? (uint32_t)e->offset : UINT32_MAX;
	return true;
}

static bool read_body(struct reading *x, const uint8_t *p, const uint8_t *end)
{
	struct ltf_graph_state s = {0};
	struct ltf_graph_edge e;
	while (p < end) {
		p = ltf_graph_get(&s, p, end, &e);
		if (!p || !add_edge(x, &e))
			return false;
	}
	return !s.goes_on;
}

void lr_graph_read(struct lr_graph *g, const struct lr_graph_records *r, uint32_t blocks,
	uint32_t roots, uint32_t words)
{
	struct reading x = {.g = g, .roots = roots, .words = words};
	uint32_t len;
	*g = (struct lr_graph){.blocks = blocks, .whole = r->ended && !r->cut};
	g->first = lr_calloc((size_t)blocks + 1, sizeof(*g->first));
	for (size_t at = 0; at < r->used && g->whole; at += sizeof(len) + len) {
		const uint8_t *body = r->bytes + at + sizeof(len);
		memcpy(&len, r->bytes + at, sizeof(len));
		if (!read_body(&x, body, body + len))
			g->whole = false;
	}
	while (x.at < blocks)
		g->first[++x.at] = (uint32_t)x.edges;
}

void lr_graph_of_scan(struct lr_graph *g, const struct lr_scan *scan)
{
	uint32_t n = (uint32_t)scan->blocks_used, *next;
	size_t room = 0;
	*g = (struct lr_graph){.blocks = n};
	g->first = lr_calloc((size_t)n + 1, sizeof(*g->first));
	g->to = lr_calloc(n, sizeof(*g->to));
	g->offset = lr_calloc(n, sizeof(*g->offset));
	next = lr_calloc((size_t)n + 1, sizeof(*next));
	for (uint32_t i = 0; i < n; i++)
		if (scan->blocks[i].in == LTF_IN_BLOCK)
			next[scan->blocks[i].holder + 1]++;
	for (uint32_t i = 0; i < n; i++)
		g->first[i + 1] = next[i + 1] += next[i];
	for (uint32_t i = 0; i < n; i++) {
		const struct lr_scan_block *b = &scan->blocks[i];
		if (b->in == LTF_IN_BLOCK) {
			g->to[next[b->holder]] = i;
			g->offset[next[b->holder]++] =
				b->offset < UINT32_MAX ? (uint32_t)b->offset : UINT32_MAX;
		} else if (b->in != LTF_IN_NOTHING) {
			LR_GROW(g->roots, g->roots_used, room);
			g->roots[g->roots_used++] = (struct lr_root_edge){.from = b->holder,
				.to = i,
				.offset = b->offset,
				.word = b->in == LTF_IN_WORD};
		}
	}
	free(next);
}

void lr_graph_free(struct lr_graph *g)
{
	free(g->first);
	free(g->to);
	free(g->offset);
	free(g->roots);
	*g = (struct lr_graph){.blocks = 0};
}
