#include "tools/view/why.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/map.h"
#include "tools/util/mem.h"
#include "tools/view/sitename.h"

/* Of blocks that a holder does not have alone: how many other chains are shown, and for how many
 * kinds of chain these are searched. */
enum { OTHERS = 2, SEARCHES = 4 };

struct asking {
	struct lr_heap *h;
	struct lr_why *w;
	bool *wanted; /* by block */
	uint32_t *owner;
	size_t room, stack_max;
};

static void want(struct asking *a, uint32_t block)
{
	const struct lr_scan_block *b = &a->h->scan->blocks[block];
	struct lr_sum *by_verdict = &a->w->verdicts[b->verdict];
	a->wanted[block] = true;
	a->w->sum.blocks++;
	a->w->sum.bytes += b->size;
	by_verdict->blocks++;
	by_verdict->bytes += b->size;
}

static bool is_address(const char *s, uint64_t *addr)
{
	char *end;
	if (!isdigit((unsigned char)*s))
		return false;
	*addr = strtoull(s, &end, 0);
	return *end == 0;
}

static void want_sites(struct asking *a, bool anywhere)
{
	struct lr_heap *h = a->h;
	struct lr_map sites = {.used = 0}; /* frame -> 1 it is meant, 2 it is not */
	for (uint32_t i = 0; i < h->scan->blocks_used; i++) {
		bool fresh;
		uint32_t *known = lr_map_put(&sites, h->sites[i], &fresh);
		if (fresh) {
			*known = lr_site_matches(
					 h->model, h->names, h->sites[i], a->w->asked, anywhere)
					 ? 1
					 : 2;
			a->w->sites += *known == 1;
		}
		if (*known == 1)
			want(a, i);
	}
	lr_map_free(&sites);
}

static void select_blocks(struct asking *a)
{
	uint64_t addr;
	if (is_address(a->w->asked, &addr)) {
		uint32_t block = lr_scan_block_at(a->h->scan, addr);
		if (block != LR_NO_NODE) {
			want(a, block);
			a->w->addr = a->h->scan->blocks[block].addr;
		}
		return;
	}
	want_sites(a, false);
	if (a->w->sum.blocks == 0)
		want_sites(a, true);
}

static double share(const struct lr_sum *part, const struct lr_sum *all)
{
	return all->bytes ? (double)part->bytes / (double)all->bytes : 0;
}

static struct lr_why_step step_of(struct asking *a, const struct lr_step *s)
{
	struct lr_heap *h = a->h;
	struct lr_why_step step = {.frame = h->place[s->site].frame,
		.sum = s->sum,
		.addr = h->scan->blocks[s->block].addr,
		.at = s->at,
		.again = s->again,
		.next = s->next};
	step.stack =
		lr_heap_place_lines(h, s->site, a->stack_max, &step.stack_used, &step.stack_cut);
	return step;
}

static void add_chain(struct asking *a, const struct lr_chains *c, uint32_t end, bool also)
{
	struct lr_why *w = a->w;
	const struct lr_step *last = &c->steps[end];
	size_t n = 1;
	for (uint32_t i = end; i != LR_WAY_NONE; i = c->steps[i].before)
		n++;
	LR_GROW(w->chains, w->used, a->room);
	struct lr_why_chain *chain = &w->chains[w->used++];
	*chain = (struct lr_why_chain){.sum = last->ends,
		.also = also,
		.retained_by_holder = lr_retained_by_holder(&a->h->retained, last->holder),
		.steps = lr_calloc(n, sizeof(*chain->steps)),
		.steps_used = n};
	chain->holder_share = share(&chain->retained_by_holder, &w->all);
	lr_heap_declare(a->h, last->holder);
	chain->steps[0].holder = &a->h->holders[last->holder];
	for (uint32_t i = end; i != LR_WAY_NONE; i = c->steps[i].before)
		chain->steps[--n] = step_of(a, &c->steps[i]);
}

struct end {
	struct lr_sum sum;
	uint32_t step;
};

static int by_bytes(const void *pa, const void *pb)
{
	const struct end *a = pa, *b = pb;
	if (a->sum.bytes != b->sum.bytes)
		return a->sum.bytes > b->sum.bytes ? -1 : 1;
	if (a->sum.blocks != b->sum.blocks)
		return a->sum.blocks > b->sum.blocks ? -1 : 1;
	return a->step < b->step ? -1 : a->step > b->step;
}

/* The steps at which chains end, those with the most bytes first. A new array. */
static struct end *ends_of(const struct lr_chains *c, size_t *used)
{
	struct end *ends = lr_calloc(c->used, sizeof(*ends));
	size_t n = 0;
	for (uint32_t i = 0; i < c->used; i++)
		if (c->steps[i].ends.blocks)
			ends[n++] = (struct end){c->steps[i].ends, i};
	if (n)
		qsort(ends, n, sizeof(*ends), by_bytes);
	*used = n;
	return ends;
}

static void find(
	struct asking *a, const bool *wanted, const bool *left_out, struct lr_chains *chains)
{
	struct lr_heap *h = a->h;
	struct lr_ways ways;
	lr_ways_find(&ways, &h->graph, &h->held, left_out);
	lr_chains_find(chains, &ways, &h->graph, &h->held, h->places, h->sizes, wanted);
	lr_ways_free(&ways);
}

/* The other chains to those blocks at the end of a chain that its holder does not have alone. */
static void add_others(struct asking *a, const struct lr_chains *c, uint32_t step)
{
	struct lr_heap *h = a->h;
	bool *left_out = lr_calloc(h->holders_used, sizeof(*left_out));
	bool *wanted = lr_calloc((size_t)h->graph.blocks + 1, sizeof(*wanted));
	struct lr_chains others;
	size_t n;
	for (uint32_t i = 0; i < h->graph.blocks; i++)
		wanted[i] = a->wanted[i] && c->step_of[i] == step && a->owner[i] == LR_NO_NODE;
	left_out[c->steps[step].holder] = true;
	find(a, wanted, left_out, &others);
	struct end *ends = ends_of(&others, &n);
	for (size_t i = 0; i < n && i < OTHERS; i++)
		add_chain(a, &others, ends[i].step, true);
	free(ends);
	lr_chains_free(&others);
	free(left_out);
	free(wanted);
}

static void find_chains(struct asking *a, size_t limit)
{
	struct lr_chains c;
	size_t n, searches = 0;
	find(a, a->wanted, NULL, &c);
	struct end *ends = ends_of(&c, &n);
	uint64_t *shared = lr_calloc(c.used, sizeof(*shared)); /* by step */
	for (uint32_t i = 0; i < a->h->graph.blocks; i++)
		if (a->wanted[i] && c.step_of[i] != LR_WAY_NONE && a->owner[i] == LR_NO_NODE)
			shared[c.step_of[i]]++;
	a->w->found = n;
	for (size_t i = 0; i < n && i < limit; i++) {
		uint32_t step = ends[i].step;
		add_chain(a, &c, step, false);
		a->w->chains[a->w->used - 1].shared_blocks = shared[step];
		if (shared[step] && a->w->graph && searches++ < SEARCHES)
			add_others(a, &c, step);
	}
	a->w->shown = n < limit ? n : limit;
	free(shared);
	free(ends);
	lr_chains_free(&c);
}

struct lr_why *lr_why_make(struct lr_heap *h, const char *asked, size_t limit, size_t stack_max)
{
	struct lr_why *w = lr_calloc(1, sizeof(*w));
	struct asking a = {.h = h,
		.w = w,
		.stack_max = stack_max,
		.wanted = lr_calloc((size_t)h->graph.blocks + 1, sizeof(*a.wanted))};
	*w = (struct lr_why){
		.asked = asked, .scan = h->scan, .graph = h->graph.whole, .all = h->all};
	select_blocks(&a);
	if (w->sum.blocks == 0) {
		free(a.wanted);
		free(w);
		return NULL;
	}
	a.owner = lr_retained_owners(&h->retained);
	w->retained = lr_retained_by_all(&h->retained, a.wanted);
	w->share = share(&w->retained, &w->all);
	find_chains(&a, limit);
	free(a.owner);
	free(a.wanted);
	return w;
}

void lr_why_free(struct lr_why *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->used; i++) {
		for (size_t k = 0; k < w->chains[i].steps_used; k++)
			free(w->chains[i].steps[k].stack);
		free(w->chains[i].steps);
	}
	free(w->chains);
	free(w);
}
