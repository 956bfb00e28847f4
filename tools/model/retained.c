#include "tools/model/retained.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

static uint32_t node_of(const struct lr_retained *r, uint32_t block)
{
	return 1 + r->holders + block;
}

/* How well a block is held. A pointer counts only where what it lies in is held no worse than what
 * it points to: what passes does not share in what lasts. */
enum rank { UNKNOWN, PASSING, LASTING };

struct ranks {
	const struct lr_graph *g;
	uint8_t *of; /* by block */
	uint32_t *queue;
	uint32_t used;
};

static void rank(struct ranks *x, uint32_t block, enum rank rank)
{
	if (x->of[block] != UNKNOWN)
		return;
	x->of[block] = (uint8_t)rank;
	x->queue[x->used++] = block;
}

static uint8_t *rank_all(const struct lr_graph *g, const struct lr_holders *h)
{
	struct ranks x = {.g = g,
		.of = lr_calloc((size_t)g->blocks + 1, 1),
		.queue = lr_calloc((size_t)g->blocks + 1, sizeof(*x.queue))};
	uint32_t at = 0;
	for (enum rank r = LASTING; r > UNKNOWN; r--) {
		for (size_t i = 0; i < h->holds_used; i++)
			if (h->passing[h->holds[i].holder] == (r == PASSING))
				rank(&x, h->holds[i].block, r);
		for (; at < x.used; at++)
			for (uint32_t k = g->first[x.queue[at]]; k < g->first[x.queue[at] + 1]; k++)
				rank(&x, g->to[k], r);
	}
	free(x.queue);
	return x.of;
}

/* The holds that count, and for what nothing leads to, the unknown holder's. */
static struct lr_hold *choose(const struct lr_graph *g, const struct lr_holders *h,
	const uint8_t *rank_of, size_t *chosen_used)
{
	struct lr_hold *chosen = NULL;
	size_t used = 0, room = 0;
	for (size_t i = 0; i < h->holds_used; i++) {
		const struct lr_hold *x = &h->holds[i];
		if (h->passing[x->holder] && rank_of[x->block] == LASTING)
			continue;
		LR_GROW(chosen, used, room);
		chosen[used++] = *x;
	}
	for (uint32_t i = 0; i < g->blocks; i++) {
		if (rank_of[i] != UNKNOWN)
			continue;
		LR_GROW(chosen, used, room);
		chosen[used++] = (struct lr_hold){.holder = h->unknown, .block = i};
	}
	*chosen_used = used;
	return chosen;
}

/* first[] of the holders, and their part of to[], which begins at `at`. Returns where it ends. */
static uint32_t lay_out_holders(
	struct lr_digraph *d, uint32_t holders, uint32_t at, const struct lr_hold *h, size_t used)
{
	uint32_t *next = lr_calloc((size_t)holders + 1, sizeof(*next));
	for (size_t i = 0; i < used; i++)
		next[h[i].holder]++;
	for (uint32_t i = 0; i < holders; i++) {
		uint32_t own = next[i];
		d->first[1 + i] = next[i] = at;
		at += own;
	}
	for (size_t i = 0; i < used; i++)
		d->to[next[h[i].holder]++] = 1 + holders + h[i].block;
	free(next);
	return at;
}

/* Node 0 leads to each holder, a holder to what it holds, a block to what it points to. */
static void lay_out(struct lr_retained *r, const struct lr_graph *g, const struct lr_hold *holds,
	size_t holds_used, const uint8_t *rank_of)
{
	struct lr_digraph *d = &r->graph;
	d->n = 1 + r->holders + r->blocks;
	d->first = lr_calloc((size_t)d->n + 1, sizeof(*d->first));
	d->to = lr_calloc(
		(size_t)r->holders + holds_used + g->first[g->blocks] + 1, sizeof(*d->to));
	for (uint32_t i = 0; i < r->holders; i++)
		d->to[i] = 1 + i;
	uint32_t at = lay_out_holders(d, r->holders, r->holders, holds, holds_used);
	for (uint32_t i = 0; i < r->blocks; i++) {
		d->first[node_of(r, i)] = at;
		for (uint32_t k = g->first[i]; k < g->first[i + 1]; k++)
			if (rank_of[i] >= rank_of[g->to[k]])
				d->to[at++] = node_of(r, g->to[k]);
	}
	d->first[d->n] = at;
}

static void sum_up(struct lr_retained *r)
{
	uint32_t n = r->graph.n;
	r->bytes = lr_calloc(n, sizeof(*r->bytes));
	r->block_count = lr_calloc(n, sizeof(*r->block_count));
	for (uint32_t i = 0; i < r->blocks; i++) {
		r->bytes[node_of(r, i)] = r->size[i];
		r->block_count[node_of(r, i)] = 1;
	}
	lr_dominators_sum(&r->tree, r->bytes);
	lr_dominators_sum(&r->tree, r->block_count);
	for (uint32_t i = node_of(r, 0); i < n; i++)
		if (r->tree.above[i] == 0) {
			r->shared.bytes += r->bytes[i];
			r->shared.blocks += r->block_count[i];
		}
}

void lr_retained_make(struct lr_retained *r, const struct lr_graph *g, const struct lr_holders *h,
	const uint64_t *sizes)
{
	size_t used;
	uint8_t *rank_of = rank_all(g, h);
	struct lr_hold *holds = choose(g, h, rank_of, &used);
	*r = (struct lr_retained){.holders = h->holders, .blocks = g->blocks, .size = sizes};
	lay_out(r, g, holds, used, rank_of);
	free(holds);
	free(rank_of);
	lr_dominators_find(&r->tree, &r->graph);
	sum_up(r);
}

void lr_retained_free(struct lr_retained *r)
{
	lr_dominators_free(&r->tree);
	free(r->graph.first);
	free(r->graph.to);
	free(r->bytes);
	free(r->block_count);
	*r = (struct lr_retained){.holders = 0};
}

static struct lr_sum by_node(const struct lr_retained *r, uint32_t node)
{
	return (struct lr_sum){.blocks = r->block_count[node], .bytes = r->bytes[node]};
}

struct lr_sum lr_retained_by_holder(const struct lr_retained *r, uint32_t holder)
{
	return by_node(r, 1 + holder);
}

struct lr_sum lr_retained_by_block(const struct lr_retained *r, uint32_t block)
{
	return by_node(r, node_of(r, block));
}

struct lr_sum lr_retained_by_all(const struct lr_retained *r, const bool *member)
{
	const struct lr_digraph *d = &r->graph;
	uint32_t *queue = lr_calloc(d->n, sizeof(*queue)), used = 1;
	bool *reached = lr_calloc(d->n, sizeof(*reached));
	struct lr_sum all = by_node(r, 0);
	reached[0] = true; /* and stands in the queue */
	for (uint32_t i = 0; i < r->blocks; i++)
		reached[node_of(r, i)] = member[i]; /* never entered */
	for (uint32_t i = 0; i < used; i++)
		for (uint32_t k = d->first[queue[i]]; k < d->first[queue[i] + 1]; k++) {
			uint32_t to = d->to[k];
			if (reached[to])
				continue;
			reached[to] = true;
			queue[used++] = to;
			if (to >= node_of(r, 0)) {
				all.bytes -= r->size[to - node_of(r, 0)];
				all.blocks--;
			}
		}
	free(queue);
	free(reached);
	return all;
}

uint32_t *lr_retained_owners(const struct lr_retained *r)
{
	uint32_t *owner = lr_calloc(r->graph.n, sizeof(*owner)); /* by node, plus 1; 0: several */
	for (uint32_t i = 1; i < r->tree.reached; i++) {
		uint32_t node = r->tree.order[i], above = r->tree.above[node];
		owner[node] = above ? owner[above] : node <= r->holders ? node : 0;
	}
	for (uint32_t i = 0; i < r->blocks; i++)
		owner[i] = owner[node_of(r, i)] - 1;
	return owner;
}
