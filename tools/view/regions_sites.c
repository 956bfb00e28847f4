/* Which sites allocate most in each region that is shown, with what is within it. */
#include <stdlib.h>
#include "tools/util/map.h"
#include "tools/util/mem.h"
#include "tools/view/regions_parts.h"

/* A site in a row. */
struct item {
	struct lr_counts counts;
	uint32_t row, frame; /* row: index plus 1 */
};

struct items {
	struct item *all;
	size_t used, room;
	struct lr_map of; /* row << 32 | frame -> index */
};

static void add(struct items *x, uint32_t row, const struct lr_site *s)
{
	bool fresh;
	uint32_t *at = lr_map_put(&x->of, (uint64_t)row << 32 | s->frame, &fresh);
	if (fresh) {
		*at = (uint32_t)x->used;
		LR_GROW(x->all, x->used, x->room);
		x->all[x->used++] = (struct item){.row = row, .frame = s->frame};
	}
	lr_counts_add(&x->all[*at].counts, &s->counts);
}

/* To the row of its region, and of those around it. */
static void gather(struct lr_regions_making *w, const struct lr_site *s, void *items)
{
	for (uint32_t at = lr_regions_node_of(w, s); at; at = w->nodes[at - 1].parent)
		if (w->nodes[at - 1].row && w->nodes[at - 1].row <= w->v->used)
			add(items, w->nodes[at - 1].row, s);
}

static int compare(const struct item *a, const struct item *b, bool by_bytes)
{
	uint64_t of_a = by_bytes ? a->counts.allocated_bytes : a->counts.allocations;
	uint64_t of_b = by_bytes ? b->counts.allocated_bytes : b->counts.allocations;
	if (a->row != b->row)
		return a->row < b->row ? -1 : 1;
	if (of_a != of_b)
		return of_a > of_b ? -1 : 1;
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

static int by_allocations(const void *a, const void *b)
{
	return compare(a, b, false);
}

static int by_bytes(const void *a, const void *b)
{
	return compare(a, b, true);
}

static void show(struct lr_regions_making *w, const struct item *item)
{
	struct lr_region_row *r = &w->v->rows[item->row - 1];
	if (r->sites_used >= w->q->sites_max)
		return;
	if (!r->sites)
		r->sites = lr_calloc(w->q->sites_max, sizeof(*r->sites));
	struct lr_region_site *s = &r->sites[r->sites_used++];
	*s = (struct lr_region_site){.counts = item->counts, .frame = item->frame};
	s->stack = lr_stack_lines(
		w->m, w->names, item->frame, w->q->sites->stack_max, &s->stack_used, &s->stack_cut);
}

void lr_regions_sites(struct lr_regions_making *w)
{
	struct items x = {0};
	if (!w->q->sites_max || !w->q->sites->stack_max)
		return;
	lr_regions_each_site(w, gather, &x);
	if (x.used)
		qsort(x.all, x.used, sizeof(*x.all),
			w->q->sort == LR_REGION_SORT_BYTES ? by_bytes : by_allocations);
	for (size_t i = 0; i < x.used; i++)
		show(w, &x.all[i]);
	lr_map_free(&x.of);
	free(x.all);
}
