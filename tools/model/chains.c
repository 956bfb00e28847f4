#include "tools/model/chains.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/map.h"
#include "tools/util/mem.h"

enum { BACK = 4 }; /* steps back in which a site that comes again is looked for */

static uint32_t *by_block(const struct lr_graph *g)
{
	uint32_t *a = lr_calloc((size_t)g->blocks + 1, sizeof(*a));
	memset(a, 0xff, ((size_t)g->blocks + 1) * sizeof(*a));
	return a;
}

void lr_ways_find(struct lr_ways *w, const struct lr_graph *g, const struct lr_holders *h,
	const bool *left_out)
{
	uint32_t *queue = by_block(g), used = 0, at = 0;
	w->from = by_block(g);
	w->by = by_block(g);
	for (int passing = 0; passing < 2; passing++) {
		for (size_t i = 0; i < h->holds_used; i++) {
			const struct lr_hold *x = &h->holds[i];
			if (h->passing[x->holder] != passing || w->from[x->block] != LR_WAY_NONE ||
				(left_out && left_out[x->holder]))
				continue;
			w->from[x->block] = LR_WAY_HELD;
			w->by[x->block] = (uint32_t)i;
			queue[used++] = x->block;
		}
		for (; at < used; at++)
			for (uint32_t k = g->first[queue[at]]; k < g->first[queue[at] + 1]; k++) {
				uint32_t to = g->to[k];
				if (w->from[to] != LR_WAY_NONE)
					continue;
				w->from[to] = queue[at];
				w->by[to] = k;
				queue[used++] = to;
			}
	}
	free(queue);
}

void lr_ways_free(struct lr_ways *w)
{
	free(w->from);
	free(w->by);
	*w = (struct lr_ways){.from = NULL};
}

struct walk {
	struct lr_chains *c;
	const struct lr_ways *w;
	const struct lr_graph *g;
	const struct lr_holders *h;
	const uint32_t *sites;
	const uint64_t *sizes;
	struct lr_map step_of; /* (step before, site), or (holder, site) -> index */
	uint32_t *step;        /* the chains' step_of */
	uint32_t *chain;
};

static void widen(struct lr_span *s, uint64_t offset, bool first)
{
	if (first || offset < s->least)
		s->least = offset;
	if (first || offset > s->most)
		s->most = offset;
}

/* The step at a site: one a little before, where the chain comes back to it, or the next. */
static uint32_t step_for(struct walk *x, uint32_t before, uint32_t holder, uint32_t site)
{
	struct lr_chains *c = x->c;
	uint32_t back = before;
	bool fresh;
	for (int i = 0; i < BACK && back != LR_WAY_NONE; i++, back = c->steps[back].before)
		if (c->steps[back].site == site)
			return back;
	/* Steps and holders share the keys' upper half: they are told apart by their parity. */
	uint64_t key = before != LR_WAY_NONE ? 2 * (uint64_t)before : 2 * (uint64_t)holder + 1;
	uint32_t *at = lr_map_put(&x->step_of, key << 32 | site, &fresh);
	if (!fresh)
		return *at;
	*at = (uint32_t)c->used;
	LR_GROW(c->steps, c->used, c->room);
	c->steps[c->used] = (struct lr_step){
		.before = before, .holder = holder, .site = site, .block = LR_WAY_NONE};
	return (uint32_t)c->used++;
}

/* A block joins the chains: the one before it has. */
static void join(struct walk *x, uint32_t block)
{
	uint32_t from = x->w->from[block], before = LR_WAY_NONE, holder;
	uint64_t offset;
	if (from == LR_WAY_HELD) {
		holder = x->h->holds[x->w->by[block]].holder;
		offset = x->h->holds[x->w->by[block]].offset;
	} else {
		before = x->step[from];
		holder = x->c->steps[before].holder;
		offset = x->g->offset[x->w->by[block]];
	}
	uint32_t i = x->step[block] = step_for(x, before, holder, x->sites[block]);
	struct lr_step *s = &x->c->steps[i];
	/* The pointer lies in a block of the step before, or else in one of those that a chain came
	 * back from. */
	if (s->before == before)
		widen(&s->at, offset, s->sum.blocks == 0);
	else
		widen(&s->next, offset, !s->again);
	s->again |= s->before != before;
	s->sum.blocks++;
	s->sum.bytes += x->sizes[block];
	if (s->block == LR_WAY_NONE)
		s->block = block;
}

static void follow(struct walk *x, uint32_t block)
{
	uint32_t depth = 0;
	for (uint32_t i = block;; i = x->w->from[i]) {
		if (x->step[i] != LR_WAY_NONE)
			break;
		x->chain[depth++] = i;
		if (x->w->from[i] == LR_WAY_HELD)
			break;
	}
	while (depth > 0)
		join(x, x->chain[--depth]);
	struct lr_step *s = &x->c->steps[x->step[block]];
	if (s->ends.blocks == 0)
		s->block = block;
	s->ends.blocks++;
	s->ends.bytes += x->sizes[block];
}

void lr_chains_find(struct lr_chains *c, const struct lr_ways *w, const struct lr_graph *g,
	const struct lr_holders *h, const uint32_t *sites, const uint64_t *sizes,
	const bool *wanted)
{
	struct walk x = {.c = c,
		.w = w,
		.g = g,
		.h = h,
		.sites = sites,
		.sizes = sizes,
		.step = by_block(g),
		.chain = by_block(g)};
	*c = (struct lr_chains){.step_of = x.step};
	for (uint32_t i = 0; i < g->blocks; i++) {
		if (wanted[i] && w->from[i] != LR_WAY_NONE)
			follow(&x, i);
		else
			c->missed += wanted[i];
	}
	lr_map_free(&x.step_of);
	free(x.chain);
}

void lr_chains_free(struct lr_chains *c)
{
	free(c->steps);
	free(c->step_of);
	*c = (struct lr_chains){.used = 0};
}
