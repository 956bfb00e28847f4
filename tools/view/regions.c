/* Each site's counts go to its region; then, from the innermost outwards, to those around it. */
#include "tools/view/regions.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/view/function_regions.h"
#include "tools/view/match.h"
#include "tools/view/region_names.h"
#include "tools/view/regions_parts.h"

#define SORT_NAME(name, value) value,
const char *const lr_region_sort_names[LR_REGION_SORT_COUNT] = {LR_REGION_SORTS(SORT_NAME)};

static uint64_t value_of(
	const struct lr_counts *c, const struct lr_entries *e, enum lr_region_sort sort)
{
	const uint64_t values[LR_REGION_SORT_COUNT] = {
		[LR_REGION_SORT_ALLOCATIONS] = c->allocations,
		[LR_REGION_SORT_BYTES] = c->allocated_bytes,
		[LR_REGION_SORT_ENTRIES] = e ? e->begun : 0,
		[LR_REGION_SORT_LEFT] = e ? e->left[LR_OF_BYTES] : 0,
		[LR_REGION_SORT_PEAK] = c->peak_bytes,
		[LR_REGION_SORT_UNFREED] = c->live_bytes,
		[LR_REGION_SORT_TEMPORARY] = c->temporary};
	return values[sort];
}

/* Entries have no whole: those of a region within another are a part of it. */
static enum lr_region_sort share_of(enum lr_region_sort sort)
{
	bool none = sort == LR_REGION_SORT_ENTRIES || sort == LR_REGION_SORT_LEFT;
	return none ? LR_REGION_SORT_ALLOCATIONS : sort;
}

/* Index plus 1 of the node that a site's blocks count to; 0: to none. */
uint32_t lr_regions_node_of(const struct lr_regions_making *w, const struct lr_site *s)
{
	return w->v->by_functions ? lr_function_region_of(w->v->functions, s->frame) : s->region;
}

void lr_regions_each_site(struct lr_regions_making *w,
	void (*each)(struct lr_regions_making *w, const struct lr_site *s, void *ctx), void *ctx)
{
	struct lr_query others = *w->q->sites;
	others.region = NULL;
	struct lr_match *match = lr_match_new(w->m, w->names, &others);
	for (size_t i = 0; i < w->m->sites_used; i++)
		if (lr_match_site(match, &w->m->sites[i]))
			each(w, &w->m->sites[i], ctx);
	lr_match_free(match);
}

static void count_site(struct lr_regions_making *w, const struct lr_site *s, void *unused)
{
	(void)unused;
	uint32_t at = lr_regions_node_of(w, s);
	lr_counts_add(&w->v->total, &s->counts);
	if (w->v->by_functions) /* what functions there are is known now */
		lr_regions_functions(w);
	lr_counts_add(at ? &w->nodes[at - 1].own : &w->v->outside, &s->counts);
}

/* Nodes stand behind those around them. */
static void add_up(struct lr_regions_making *w)
{
	for (size_t i = 0; i < w->used; i++)
		w->nodes[i].counts = w->nodes[i].own;
	for (size_t i = w->used; i-- > 0;)
		if (w->nodes[i].parent)
			lr_counts_add(
				&w->nodes[w->nodes[i].parent - 1].counts, &w->nodes[i].counts);
	for (size_t i = 0; !w->v->by_functions && i < w->m->entries_used; i++) {
		const struct lr_region_entries *e = &w->m->entries[i];
		if (lr_match_thread(w->m, w->q->sites->thread, e->thread))
			lr_entries_add(&w->nodes[e->region].entries, &e->of);
	}
	for (size_t i = 0; i < w->used; i++)
		w->nodes[i].value = value_of(&w->nodes[i].counts, &w->nodes[i].entries, w->q->sort);
}

static bool is_shown(const struct lr_regions_making *w, const struct lr_region_node *n)
{
	const struct lr_entries *e = &n->entries;
	const char *pattern = w->q->sites->region;
	if (!n->counts.allocations && !e->begun && !e->again && !e->inherited)
		return false;
	return !pattern || w->v->by_functions || lr_region_matches(n->path, pattern, true);
}

static struct lr_region_row *add_row(struct lr_regions_making *w, struct lr_region_node *n)
{
	struct lr_regions_view *v = w->v;
	const struct lr_query *q = w->q->sites;
	const struct lr_region_node *outer = n->parent ? &w->nodes[n->parent - 1] : NULL;
	LR_GROW(v->rows, v->used, w->rows_room);
	struct lr_region_row *r = &v->rows[v->used++];
	*r = (struct lr_region_row){.name = outer && outer->row ? n->name : n->path,
		.path = n->path,
		.program = n->program,
		.depth = outer && outer->row ? v->rows[outer->row - 1].depth + 1 : 0,
		.begun = !v->by_functions,
		.counts = n->counts,
		.own = n->own,
		.entries = n->entries};
	n->row = (uint32_t)v->used;
	r->exact = r->begun && !q->function && !q->file && !q->module;
	return r;
}

static void add_means(struct lr_region_row *r)
{
	const struct lr_entries *e = &r->entries;
	const uint64_t all[LR_OF_BOTH] = {r->counts.allocations, r->counts.allocated_bytes};
	r->has_per = e->begun != 0;
	for (int i = 0; i < LR_OF_BOTH; i++) {
		bool ended = r->exact && e->ended;
		uint64_t of = ended ? e->sum[i] : all[i], by = ended ? e->ended : e->begun;
		r->per[i] = by ? (double)of / (double)by : 0;
		r->left_per[i] = e->ended ? (double)e->left[i] / (double)e->ended : 0;
	}
}

/* In the order of a tree: what is within stands behind. */
static void add_rows(struct lr_regions_making *w)
{
	enum lr_region_sort by = share_of(w->q->sort);
	uint64_t whole = value_of(&w->v->total, NULL, by);
	for (uint32_t at = lr_regions_first(w); at; at = lr_regions_next(w, at)) {
		struct lr_region_node *n = &w->nodes[at - 1];
		if (!is_shown(w, n))
			continue;
		struct lr_region_row *r = add_row(w, n);
		uint64_t part = value_of(&n->counts, NULL, by);
		r->share = whole ? (double)part / (double)whole : 0;
		add_means(r);
	}
	w->v->all_rows = w->v->used;
	if (w->v->used > w->q->sites->limit)
		w->v->used = w->q->sites->limit;
}

/* What the rows leave is outside, also of a pattern's regions. */
static void take_out_others(struct lr_regions_making *w)
{
	const char *pattern = w->q->sites->region;
	for (size_t i = 0; i < w->used; i++) {
		const struct lr_region_node *n = &w->nodes[i];
		if (pattern && !w->v->by_functions && !lr_region_matches(n->path, pattern, true))
			lr_counts_add(&w->v->outside, &n->own);
	}
}

struct lr_regions_view *lr_regions_view_make(
	const struct lr_model *m, struct lr_names *names, const struct lr_region_query *q)
{
	struct lr_regions_view *v = lr_calloc(1, sizeof(*v));
	struct lr_regions_making w = {.v = v, .m = m, .names = names, .q = q};
	const char *pattern = q->sites->region;
	v->sort = q->sort;
	v->by_functions = pattern && !lr_region_is_begun(m, pattern);
	v->functions = lr_function_regions_new(m, names, &pattern, pattern != NULL);
	lr_regions_nodes(&w);
	lr_regions_each_site(&w, count_site, NULL);
	add_up(&w);
	take_out_others(&w);
	add_rows(&w);
	lr_regions_sites(&w);
	lr_regions_notes(v, m);
	lr_regions_making_free(&w);
	return v;
}

void lr_regions_view_free(struct lr_regions_view *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->all_rows; i++) {
		for (size_t k = 0; k < v->rows[i].sites_used; k++)
			free(v->rows[i].sites[k].stack);
		free(v->rows[i].sites);
	}
	lr_function_regions_free(v->functions);
	free(v->rows);
	free(v->notes);
	free(v->marked);
	free(v);
}
