#include "tools/view/only.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

enum { BY_OTHERS = 1, BY_THESE };

bool lr_only_open(struct lr_only *o, const struct lr_scan *s)
{
	*o = (struct lr_only){.scan = s};
	if (!s || s->cut || !s->blocks || !s->graph.used)
		return false;
	lr_graph_read(&o->graph, &s->graph, (uint32_t)s->blocks_used, (uint32_t)s->roots_used,
		(uint32_t)s->words_used);
	if (o->graph.whole) {
		o->seen = lr_calloc(s->blocks_used, sizeof(*o->seen));
		o->queue = lr_calloc(s->blocks_used, sizeof(*o->queue));
	}
	return o->graph.whole;
}

void lr_only_close(struct lr_only *o)
{
	lr_graph_free(&o->graph);
	free(o->seen);
	free(o->queue);
}

static bool is_in(const struct lr_only_set *set, uint32_t block)
{
	return set->blocks && set->blocks[block];
}

static void reach(struct lr_only *o, uint32_t block, uint8_t mark, size_t *used)
{
	if (o->seen[block])
		return;
	o->seen[block] = mark;
	o->queue[(*used)++] = block;
}

/* Marks what these blocks lead to, and what that does. */
static void follow(struct lr_only *o, const struct lr_only_set *set, uint8_t mark, size_t used)
{
	const struct lr_graph *g = &o->graph;
	for (size_t i = 0; i < used; i++) {
		uint32_t from = o->queue[i];
		for (uint32_t k = g->first[from]; k < g->first[from + 1]; k++)
			if (!is_in(set, g->to[k]))
				reach(o, g->to[k], mark, &used);
	}
}

static void follow_others(struct lr_only *o, const struct lr_only_set *set)
{
	const struct lr_graph *g = &o->graph;
	size_t used = 0;
	for (size_t i = 0; i < g->roots_used; i++)
		if (!is_in(set, g->roots[i].to) &&
			!(set->is_one && set->is_one(set->ctx, o->scan, &g->roots[i])))
			reach(o, g->roots[i].to, BY_OTHERS, &used);
	for (uint32_t i = 0; i < o->scan->blocks_used; i++)
		if ((o->scan->blocks[i].flags & LTF_SCANNED_HELD) && !is_in(set, i))
			reach(o, i, BY_OTHERS, &used);
	follow(o, set, BY_OTHERS, used);
}

static void follow_these(struct lr_only *o, const struct lr_only_set *set)
{
	const struct lr_graph *g = &o->graph;
	size_t used = 0;
	for (size_t i = 0; set->is_one && i < g->roots_used; i++)
		if (!is_in(set, g->roots[i].to) && set->is_one(set->ctx, o->scan, &g->roots[i]))
			reach(o, g->roots[i].to, BY_THESE, &used);
	for (uint32_t b = 0; set->blocks && b < g->blocks; b++)
		for (uint32_t k = g->first[b]; is_in(set, b) && k < g->first[b + 1]; k++)
			if (!is_in(set, g->to[k]))
				reach(o, g->to[k], BY_THESE, &used);
	follow(o, set, BY_THESE, used);
}

struct lr_sum lr_only_sum(struct lr_only *o, const struct lr_only_set *set)
{
	struct lr_sum sum = {0};
	if (o->scan->blocks_used)
		memset(o->seen, 0, o->scan->blocks_used * sizeof(*o->seen));
	follow_others(o, set);
	follow_these(o, set);
	for (size_t i = 0; i < o->scan->blocks_used; i++)
		if (o->seen[i] == BY_THESE) {
			sum.blocks++;
			sum.bytes += o->scan->blocks[i].size;
		}
	return sum;
}
