#include <stdlib.h>
#include <string.h>
#include "tools/util/map.h"
#include "tools/util/mem.h"
#include "tools/view/leaks_parts.h"
#include "tools/view/match.h"

struct making {
	struct lr_leaks *l;
	const struct lr_model *m;
	struct lr_names *names;
	const struct lr_leak_query *q;
	struct lr_leak_sites *sites;
	struct lr_match *match;
	struct lr_map matches; /* frame -> whether it does, plus 1 */
	size_t room;
};

static bool is_wanted(struct making *w, uint32_t frame)
{
	bool fresh;
	uint32_t *at = lr_map_put(&w->matches, frame, &fresh);
	if (fresh)
		*at = 1 + lr_match_stack(w->match, frame, 0);
	return *at == 2;
}

static const char *name_of(const struct making *w, uint32_t frame)
{
	switch (w->l->group) {
	case LR_GROUP_SITE:
		return ""; /* those that are shown get it later */
	case LR_GROUP_FILE:
		return lr_names_file(w->names, frame);
	case LR_GROUP_MODULE:
		return lr_names_module(w->names, frame);
	default:
		return lr_names_function(w->names, frame);
	}
}

/* A row, of whatever class; its sum counts whether or not it is shown. */
static struct lr_leak_row *add_row(
	struct making *w, enum lr_leak_class class, uint32_t frame, const struct lr_scan_sum *sum)
{
	struct lr_leaks *l = w->l;
	if (!sum->blocks)
		return NULL;
	lr_leak_sum_add(&l->of[class], sum);
	if (!(w->q->classes >> class & 1))
		return NULL;
	LR_GROW(l->rows, l->used, w->room);
	l->rows[l->used] = (struct lr_leak_row){
		.class = class, .name = name_of(w, frame), .sum = *sum, .frame = frame, .sites = 1};
	return &l->rows[l->used++];
}

/* Told as used. */
static struct lr_rule *rule_for(
	const struct making *w, uint32_t frame, unsigned kind, const struct lr_scan_sum *sum)
{
	struct lr_suppressor *x = w->q->suppressor;
	struct lr_rule *rule = x && sum->blocks ? lr_suppressor_rule(x, frame, kind) : NULL;
	if (rule)
		lr_suppressor_use(x, rule, frame, kind, sum);
	return rule;
}

static void suppress(struct making *w, uint32_t frame, struct lr_scan_sum *sum, const char *rule)
{
	struct lr_leak_row *r = add_row(w, LR_LEAK_SUPPRESSED, frame, sum);
	if (r)
		r->by = rule;
	*sum = (struct lr_scan_sum){0};
}

static struct lr_scan_site *find_site(const struct making *w, uint32_t frame)
{
	size_t lo = 0, hi = w->sites->sites_used;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (w->sites->sites[mid].site < frame)
			lo = mid + 1;
		else
			hi = mid;
	}
	bool found = lo < w->sites->sites_used && w->sites->sites[lo].site == frame;
	return found ? &w->sites->sites[lo] : NULL;
}

/* What definite blocks of a site own is suppressed with them, if it is not by itself. */
static void suppress_owned(struct making *w, uint32_t owner, struct lr_rule *rule)
{
	struct lr_leak_sites *s = w->sites;
	for (size_t i = lr_leak_first_owned(s, owner);
		i < s->owned_used && s->owned[i].owner == owner; i++) {
		struct lr_scan_site *site = find_site(w, s->owned[i].site);
		if (!site || !is_wanted(w, site->site) ||
			lr_suppressor_rule(w->q->suppressor, site->site, LR_SUPPRESS_INDIRECT))
			continue;
		lr_leak_sum_take(&site->of[LTF_VERDICT_INDIRECT], &s->owned[i].sum);
		lr_suppressor_lead(w->q->suppressor, rule, owner, site->site, &s->owned[i].sum);
		suppress(w, site->site, &s->owned[i].sum, rule->name);
	}
}

static void suppress_site(struct making *w, struct lr_scan_site *s)
{
	static const unsigned kinds[LTF_VERDICTS] = {
		[LTF_VERDICT_REACHABLE] = LR_SUPPRESS_REACHABLE,
		[LTF_VERDICT_POSSIBLE] = LR_SUPPRESS_POSSIBLE,
		[LTF_VERDICT_INDIRECT] = LR_SUPPRESS_INDIRECT,
		[LTF_VERDICT_DEFINITE] = LR_SUPPRESS_DEFINITE};
	suppress(w, s->site, &s->ignored, "leaktrace_ignore()");
	for (unsigned v = LTF_VERDICT_REACHABLE; v < LTF_VERDICTS; v++) {
		struct lr_rule *rule = rule_for(w, s->site, kinds[v], &s->of[v]);
		if (!rule)
			continue;
		suppress(w, s->site, &s->of[v], rule->name);
		if (v != LTF_VERDICT_DEFINITE)
			continue;
		suppress_owned(w, s->site, rule);
		s->owned = s->in_cycles = (struct lr_scan_sum){0};
		s->cycles = 0;
	}
}

static void add_rows(struct making *w, const struct lr_scan_site *s)
{
	struct lr_leak_row *r = add_row(w, LR_LEAK_DEFINITE, s->site, &s->of[LTF_VERDICT_DEFINITE]);
	if (r) {
		r->owned = s->owned;
		r->cycles = s->cycles;
		r->in_cycles = s->in_cycles;
		r->addr = s->worst == LTF_VERDICT_DEFINITE ? s->addr : 0;
	}
	r = add_row(w, LR_LEAK_POSSIBLE, s->site, &s->of[LTF_VERDICT_POSSIBLE]);
	if (r)
		r->addr = s->worst >= LTF_VERDICT_POSSIBLE ? s->addr : 0;
	add_row(w, LR_LEAK_INDIRECT, s->site, &s->of[LTF_VERDICT_INDIRECT]);
	r = add_row(w, LR_LEAK_REACHABLE, s->site, &s->of[LTF_VERDICT_REACHABLE]);
	if (r)
		r->addr = s->worst == LTF_VERDICT_REACHABLE ? s->addr : 0;
}

static void add_unjudged(struct making *w)
{
	for (size_t i = 0; i < w->m->sites_used; i++) {
		const struct lr_site *s = &w->m->sites[i];
		struct lr_scan_sum sum = {s->unjudged_blocks, s->unjudged_bytes};
		if (sum.blocks && is_wanted(w, s->frame))
			add_row(w, LR_LEAK_UNJUDGED, s->frame, &sum);
	}
}

static int by_group(const void *pa, const void *pb)
{
	const struct lr_leak_row *a = pa, *b = pb;
	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int by_place(const void *pa, const void *pb)
{
	const struct lr_leak_row *a = pa, *b = pb;
	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	return strcmp(a->by ? a->by : "", b->by ? b->by : "");
}

static int by_bytes(const void *pa, const void *pb)
{
	const struct lr_leak_row *a = pa, *b = pb;
	uint64_t of_a = a->sum.bytes + a->owned.bytes, of_b = b->sum.bytes + b->owned.bytes;
	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	if (of_a != of_b)
		return of_a > of_b ? -1 : 1;
	if (a->sum.blocks != b->sum.blocks)
		return a->sum.blocks > b->sum.blocks ? -1 : 1;
	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void merge_row(struct lr_leak_row *to, const struct lr_leak_row *from)
{
	lr_leak_sum_add(&to->sum, &from->sum);
	lr_leak_sum_add(&to->owned, &from->owned);
	lr_leak_sum_add(&to->in_cycles, &from->in_cycles);
	to->cycles += from->cycles;
	if (to->frame != from->frame)
		to->sites += from->sites;
}

/* Rows of one group become one. */
static void merge_rows(struct lr_leaks *l)
{
	int (*order)(const void *, const void *) = l->group == LR_GROUP_SITE ? by_place : by_group;
	size_t n = 0;
	if (l->used)
		qsort(l->rows, l->used, sizeof(*l->rows), order);
	for (size_t i = 0; i < l->used; i++) {
		if (n && order(&l->rows[n - 1], &l->rows[i]) == 0)
			merge_row(&l->rows[n - 1], &l->rows[i]);
		else
			l->rows[n++] = l->rows[i];
	}
	l->used = l->all_rows = n;
	if (n)
		qsort(l->rows, n, sizeof(*l->rows), by_bytes);
}

void lr_leak_rows(struct lr_leaks *l, struct lr_leak_sites *sites, const struct lr_model *m,
	struct lr_names *names, const struct lr_leak_query *q)
{
	struct making w = {.l = l, .m = m, .names = names, .q = q, .sites = sites};
	w.match = lr_match_new(m, names, q->sites);
	for (size_t i = 0; i < sites->sites_used; i++)
		if (is_wanted(&w, sites->sites[i].site))
			suppress_site(&w, &sites->sites[i]);
	for (size_t i = 0; i < sites->sites_used; i++)
		if (is_wanted(&w, sites->sites[i].site))
			add_rows(&w, &sites->sites[i]);
	add_unjudged(&w);
	merge_rows(l);
	if (!q->bare && l->used > q->sites->limit)
		l->used = q->sites->limit;
	lr_leak_complete(l, sites, m, names, q);
	lr_match_free(w.match);
	lr_map_free(&w.matches);
}
