/* Semi-NCA (Georgiadis, Tarjan and others): numbers by depth-first search; semidominators from the
 * last to the first, with path compression; from these the dominators, from the first to the last.
 * All but the search works on numbers, so that what is near in the search is near in memory. */
#include "tools/model/dominators.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

struct work {
	const struct lr_digraph *g;
	uint32_t n;       /* nodes reached */
	uint32_t *vertex; /* by number */
	uint32_t *number; /* by node */
	uint32_t *parent; /* in the search's tree; this and all that follows: numbers by number */
	uint32_t *first, *from; /* edges backwards, as lr_digraph */
	uint32_t *up;           /* towards the root, as far as compressed */
	uint32_t *least;        /* the least semidominator on the way to up, up not included */
	uint32_t *semi;
	uint32_t *stack;
};

static uint32_t *numbers(uint32_t n)
{
	return lr_calloc((size_t)n + 1, sizeof(uint32_t));
}

static void visit(struct work *w, uint32_t node, uint32_t parent)
{
	w->number[node] = w->n;
	w->parent[w->n] = parent;
	w->vertex[w->n++] = node;
}

static void search(struct work *w)
{
	const struct lr_digraph *g = w->g;
	uint32_t *next = numbers(g->n), depth = 0; /* next edge, by depth */
	memset(w->number, 0xff, g->n * sizeof(*w->number));
	visit(w, 0, 0);
	w->stack[depth] = 0;
	next[depth] = g->first[0];
	for (;;) {
		uint32_t node = w->stack[depth];
		if (next[depth] == g->first[node + 1]) {
			if (depth-- == 0)
				break;
			continue;
		}
		uint32_t to = g->to[next[depth]++];
		if (w->number[to] != LR_NO_NODE)
			continue;
		visit(w, to, w->number[node]);
		w->stack[++depth] = to;
		next[depth] = g->first[to];
	}
	free(next);
}

static void turn_around(struct work *w)
{
	const struct lr_digraph *g = w->g;
	for (uint32_t i = 0; i < w->n; i++)
		for (uint32_t k = g->first[w->vertex[i]]; k < g->first[w->vertex[i] + 1]; k++)
			w->first[w->number[g->to[k]]]++;
	uint32_t sum = 0;
	for (uint32_t i = 0; i <= w->n; i++)
		w->first[i] = sum += i < w->n ? w->first[i] : 0;
	for (uint32_t i = w->n; i-- > 0;)
		for (uint32_t k = g->first[w->vertex[i]]; k < g->first[w->vertex[i] + 1]; k++)
			w->from[--w->first[w->number[g->to[k]]]] = i;
}

/* The least semidominator on the way up from v among numbers that are done: linked and above. */
static uint32_t least_above(struct work *w, uint32_t v, uint32_t linked)
{
	uint32_t depth = 0;
	while (w->up[v] >= linked) {
		w->stack[depth++] = v;
		v = w->up[v];
	}
	uint32_t least = w->least[v], up = w->up[v];
	while (depth > 0) {
		v = w->stack[--depth];
		w->up[v] = up;
		if (w->least[v] < least)
			least = w->least[v];
		else
			w->least[v] = least;
	}
	return least;
}

static void find_semidominators(struct work *w)
{
	for (uint32_t i = 0; i < w->n; i++) {
		w->up[i] = w->parent[i];
		w->least[i] = i;
	}
	for (uint32_t i = w->n; i-- > 1;) {
		uint32_t semi = w->parent[i];
		for (uint32_t k = w->first[i]; k < w->first[i + 1]; k++) {
			uint32_t least = least_above(w, w->from[k], i + 1);
			semi = least < semi ? least : semi;
		}
		w->semi[i] = w->least[i] = semi;
	}
}

/* What is known of numbers becomes known of nodes. */
static void find_dominators(struct work *w, uint32_t *above)
{
	uint32_t *dominator = w->parent;
	for (uint32_t i = 1; i < w->n; i++) {
		uint32_t k = dominator[i];
		while (k > w->semi[i])
			k = dominator[k];
		dominator[i] = k;
	}
	memset(above, 0xff, w->g->n * sizeof(*above));
	for (uint32_t i = 1; i < w->n; i++)
		above[w->vertex[i]] = w->vertex[dominator[i]];
}

void lr_dominators_find(struct lr_dominators *d, const struct lr_digraph *g)
{
	struct work w = {.g = g,
		.vertex = numbers(g->n),
		.number = numbers(g->n),
		.parent = numbers(g->n),
		.stack = numbers(g->n)};
	search(&w);
	w.first = numbers(w.n);
	w.from = numbers(g->first[g->n]);
	turn_around(&w);
	d->above = w.number; /* no longer needed */
	w.up = numbers(w.n);
	w.least = numbers(w.n);
	w.semi = numbers(w.n);
	find_semidominators(&w);
	find_dominators(&w, d->above);
	d->order = w.vertex;
	d->reached = w.n;
	free(w.parent);
	free(w.stack);
	free(w.first);
	free(w.from);
	free(w.up);
	free(w.least);
	free(w.semi);
}

void lr_dominators_free(struct lr_dominators *d)
{
	free(d->above);
	free(d->order);
	*d = (struct lr_dominators){.above = NULL};
}

void lr_dominators_sum(const struct lr_dominators *d, uint64_t *value)
{
	for (uint32_t i = d->reached; i-- > 1;)
		value[d->above[d->order[i]]] += value[d->order[i]];
}
