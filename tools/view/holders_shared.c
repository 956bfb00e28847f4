/* What several holders share hangs at the root of the tree of dominators, beside them. Who they are
 * is seen from what points to it. */
#include <stdlib.h>
#include <string.h>
#include "tools/util/map.h"
#include "tools/util/mem.h"
#include "tools/view/holders.h"

struct sharing {
	struct lr_heap *h;
	uint32_t *owner;            /* by block */
	uint32_t (*by)[LR_SHARERS]; /* by node: holders, in order of their indices, then none */
	bool *more;                 /* by node */
	struct lr_shared_row *rows;
	size_t used, room;
	struct lr_map row_of;
};

static bool is_shared(const struct lr_retained *r, uint32_t node)
{
	return node > r->holders && r->tree.above[node] == 0;
}

static void add_sharer(struct sharing *s, uint32_t node, uint32_t holder)
{
	uint32_t *by = s->by[node];
	for (int i = 0; i < LR_SHARERS; i++) {
		if (by[i] == holder)
			return;
		if (by[i] < holder)
			continue;
		uint32_t next = by[i];
		by[i] = holder;
		if (next == LR_NO_NODE)
			return;
		holder = next;
	}
	s->more[node] = true;
}

static void find_sharers(struct sharing *s)
{
	const struct lr_retained *r = &s->h->retained;
	const struct lr_digraph *d = &r->graph;
	for (uint32_t node = 1; node < d->n; node++) {
		uint32_t holder = node <= r->holders ? node - 1 : s->owner[node - 1 - r->holders];
		for (uint32_t k = d->first[node]; k < d->first[node + 1]; k++) {
			uint32_t to = d->to[k];
			if (!is_shared(r, to) || to == node)
				continue;
			if (holder == LR_NO_NODE)
				s->more[to] = true;
			else
				add_sharer(s, to, holder);
		}
	}
}

static uint64_t key_of(const struct sharing *s, uint32_t node)
{
	const struct lr_heap *h = s->h;
	uint64_t key = h->places[node - 1 - h->retained.holders] * 2 + s->more[node];
	for (int i = 0; i < LR_SHARERS; i++)
		key = lr_hash_mix(key, s->by[node][i]);
	return key;
}

static void add_node(struct sharing *s, uint32_t node, size_t stack_max)
{
	struct lr_heap *h = s->h;
	bool fresh;
	uint32_t *at = lr_map_put(&s->row_of, key_of(s, node), &fresh);
	if (fresh) {
		*at = (uint32_t)s->used;
		LR_GROW(s->rows, s->used, s->room);
		struct lr_shared_row *row = &s->rows[s->used++];
		*row = (struct lr_shared_row){.by_more = s->more[node]};
		for (int i = 0; i < LR_SHARERS && s->by[node][i] != LR_NO_NODE; i++)
			row->by[row->by_used++] = &h->holders[s->by[node][i]];
		row->stack = lr_heap_place_lines(h, h->places[node - 1 - h->retained.holders],
			stack_max, &row->stack_used, &row->stack_cut);
	}
	struct lr_shared_row *row = &s->rows[*at];
	row->blocks++;
	row->retained.blocks += h->retained.block_count[node];
	row->retained.bytes += h->retained.bytes[node];
}

static int by_bytes(const void *pa, const void *pb)
{
	const struct lr_shared_row *a = pa, *b = pb;
	if (a->retained.bytes != b->retained.bytes)
		return a->retained.bytes > b->retained.bytes ? -1 : 1;
	return a->retained.blocks > b->retained.blocks ? -1
						       : a->retained.blocks < b->retained.blocks;
}

void lr_holders_add_shared(
	struct lr_holders_view *v, struct lr_heap *h, size_t limit, size_t stack_max)
{
	const struct lr_retained *r = &h->retained;
	struct sharing s = {.h = h,
		.owner = lr_retained_owners(r),
		.by = lr_calloc(r->graph.n, sizeof(*s.by)),
		.more = lr_calloc(r->graph.n, sizeof(*s.more))};
	memset(s.by, 0xff, r->graph.n * sizeof(*s.by));
	find_sharers(&s);
	for (uint32_t node = 1; node < r->graph.n; node++)
		if (is_shared(r, node))
			add_node(&s, node, stack_max);
	if (s.used)
		qsort(s.rows, s.used, sizeof(*s.rows), by_bytes);
	v->shared_rows = s.rows;
	v->shared_found = s.used;
	v->shared_used = s.used < limit ? s.used : limit;
	for (size_t i = 0; i < s.used; i++) {
		struct lr_shared_row *row = &s.rows[i];
		row->share = h->all.bytes ? (double)row->retained.bytes / (double)h->all.bytes : 0;
		for (size_t k = 0; i < v->shared_used && k < row->by_used; k++)
			lr_heap_declare(h, (uint32_t)(row->by[k] - h->holders));
		if (i >= v->shared_used)
			free(row->stack);
	}
	lr_map_free(&s.row_of);
	free(s.owner);
	free(s.by);
	free(s.more);
}
