#include "tools/view/holders.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/map.h"
#include "tools/util/mem.h"

/* What a site retains takes a walk over the whole graph, so it is asked of a few: those whose
 * blocks, each by itself, retain most. */
enum { CANDIDATES_MIN = 4, CANDIDATES_MAX = 32, BLOCKS_WALKED = 40000000 };

static double share(const struct lr_sum *part, const struct lr_sum *all)
{
	return all->bytes ? (double)part->bytes / (double)all->bytes : 0;
}

static int by_retained(const void *pa, const void *pb)
{
	const struct lr_holder_row *a = pa, *b = pb;
	if (a->retained.bytes != b->retained.bytes)
		return a->retained.bytes > b->retained.bytes ? -1 : 1;
	if (a->retained.blocks != b->retained.blocks)
		return a->retained.blocks > b->retained.blocks ? -1 : 1;
	return a->holder < b->holder ? -1 : a->holder > b->holder;
}

static void add_rows(struct lr_holders_view *v, struct lr_heap *h, size_t limit)
{
	v->rows = lr_calloc(h->holders_used, sizeof(*v->rows));
	for (uint32_t i = 0; i < h->holders_used; i++) {
		struct lr_sum sum = lr_retained_by_holder(&h->retained, i);
		if (sum.blocks)
			v->rows[v->found++] = (struct lr_holder_row){.holder = &h->holders[i],
				.retained = sum,
				.share = share(&sum, &h->all)};
	}
	if (v->found)
		qsort(v->rows, v->found, sizeof(*v->rows), by_retained);
	v->used = v->found < limit ? v->found : limit;
	for (size_t i = 0; i < v->used; i++)
		lr_heap_declare(h, (uint32_t)(v->rows[i].holder - h->holders));
	for (size_t i = v->used; i < v->found; i++) {
		v->rest.blocks += v->rows[i].retained.blocks;
		v->rest.bytes += v->rows[i].retained.bytes;
	}
	v->rest_share = share(&v->rest, &v->all);
}

struct candidate {
	uint32_t place;
	struct lr_sum own;
	uint64_t bound; /* bytes: what its outermost blocks retain, each by itself */
};

static int by_bound(const void *pa, const void *pb)
{
	const struct candidate *a = pa, *b = pb;
	if (a->bound != b->bound)
		return a->bound > b->bound ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

/* All sites, by bound. A new array. */
static struct candidate *candidates(const struct lr_heap *h, size_t *used)
{
	const struct lr_retained *r = &h->retained;
	uint32_t first = 1 + r->holders;
	struct lr_map of = {.used = 0};
	struct candidate *c = NULL;
	size_t n = 0, room = 0;
	for (uint32_t i = 0; i < r->blocks; i++) {
		bool fresh;
		uint32_t above = r->tree.above[first + i];
		uint32_t *at = lr_map_put(&of, h->places[i], &fresh);
		if (fresh) {
			*at = (uint32_t)n;
			LR_GROW(c, n, room);
			c[n++] = (struct candidate){.place = h->places[i]};
		}
		struct candidate *x = &c[*at];
		x->own.blocks++;
		x->own.bytes += h->sizes[i];
		if (above < first || above == LR_NO_NODE || h->places[above - first] != x->place)
			x->bound += r->bytes[first + i];
	}
	lr_map_free(&of);
	if (n)
		qsort(c, n, sizeof(*c), by_bound);
	*used = n;
	return c;
}

static int by_site_retained(const void *pa, const void *pb)
{
	const struct lr_holder_site *a = pa, *b = pb;
	if (a->retained.bytes != b->retained.bytes)
		return a->retained.bytes > b->retained.bytes ? -1 : 1;
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

static void weigh(struct lr_holder_site *s, const struct lr_heap *h, const struct candidate *c,
	size_t stack_max)
{
	bool *member = lr_calloc((size_t)h->graph.blocks + 1, sizeof(*member));
	for (uint32_t i = 0; i < h->graph.blocks; i++)
		member[i] = h->places[i] == c->place;
	*s = (struct lr_holder_site){.frame = h->place[c->place].frame,
		.own = c->own,
		.retained = lr_retained_by_all(&h->retained, member)};
	s->share = share(&s->retained, &h->all);
	s->stack = lr_heap_place_lines(h, c->place, stack_max, &s->stack_used, &s->stack_cut);
	free(member);
}

static void add_sites(struct lr_holders_view *v, const struct lr_heap *h, size_t limit, size_t max)
{
	size_t n, asked = BLOCKS_WALKED / ((size_t)h->graph.blocks + 1);
	struct candidate *c = candidates(h, &n);
	asked = asked < CANDIDATES_MIN   ? CANDIDATES_MIN
		: asked > CANDIDATES_MAX ? CANDIDATES_MAX
					 : asked;
	n = n < asked ? n : asked;
	v->sites = lr_calloc(n, sizeof(*v->sites));
	for (size_t i = 0; i < n; i++)
		weigh(&v->sites[i], h, &c[i], max);
	if (n)
		qsort(v->sites, n, sizeof(*v->sites), by_site_retained);
	v->sites_used = n < limit ? n : limit;
	for (size_t i = v->sites_used; i < n; i++)
		free(v->sites[i].stack);
	free(c);
}

struct lr_holders_view *lr_holders_make(struct lr_heap *h, size_t limit, size_t stack_max)
{
	struct lr_holders_view *v = lr_calloc(1, sizeof(*v));
	*v = (struct lr_holders_view){.scan = h->scan,
		.graph = h->graph.whole,
		.all = h->all,
		.shared = h->retained.shared};
	v->shared_share = share(&v->shared, &v->all);
	add_rows(v, h, limit);
	lr_holders_add_shared(v, h, limit, stack_max);
	add_sites(v, h, limit, stack_max);
	return v;
}

void lr_holders_free(struct lr_holders_view *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->sites_used; i++)
		free(v->sites[i].stack);
	for (size_t i = 0; i < v->shared_used; i++)
		free(v->shared_rows[i].stack);
	free(v->shared_rows);
	free(v->sites);
	free(v->rows);
	free(v);
}
