/* Which sites account for a rule that failed. */
#include <stdlib.h>
#include <string.h>
#include "tools/check/check_parts.h"
#include "tools/util/mem.h"

struct culprit {
	struct lr_check_site s;
	uint64_t by;  /* how much of what is wrong */
	bool perhaps; /* some of it: the baseline may have left the site out */
	size_t order;
};

static int most_first(const void *pa, const void *pb)
{
	const struct culprit *a = pa, *b = pb;
	if (a->perhaps != b->perhaps)
		return a->perhaps ? 1 : -1;
	if (a->by != b->by)
		return a->by < b->by ? 1 : -1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* Of a site that the baseline does not have: what it may have had there, where it keeps only the
 * largest. */
static uint64_t may_have_had(const struct lr_judging *j)
{
	const struct lr_budget *b = j->q->budget;
	if (j->baseline->whole || j->rule->what.kind != LR_QUANTITY_METRIC)
		return 0;
	return j->q->baseline ? 0 : b->rest_most.of[j->rule->what.metric];
}

static struct culprit one(
	const struct lr_judging *j, size_t i, uint64_t actual, const uint64_t *before, bool over)
{
	const struct lr_compare *x = j->check->owned->compares[j->run];
	struct culprit c = {.order = i,
		.by = over ? actual : 0,
		.s = {.site = &j->q->runs[j->run]->sites[i], .actual = actual}};
	if (!x)
		return c;
	const struct lr_compared_site *pair = &x->sites[x->joined[LR_AFTER][i]];
	uint32_t was = pair->site[LR_BEFORE];
	uint64_t had = was ? before[was - 1] : may_have_had(j);
	c.s.has_baseline = was || j->baseline->whole;
	c.s.baseline = was ? had : 0;
	c.s.is_new = !was && (j->baseline->whole || actual > had);
	c.s.renamed_from = pair->join == LR_JOIN_RENAMED ? pair->function : NULL;
	c.by = over ? (actual > had ? actual - had : 0) : (had > actual ? had - actual : 0);
	if (over && !was && !c.s.is_new) {
		c.perhaps = true;
		c.by = actual;
	}
	return c;
}

/* Those that the run has no more. */
static size_t add_gone(
	const struct lr_judging *j, const uint64_t *before, struct culprit *list, size_t n)
{
	const struct lr_compare *x = j->check->owned->compares[j->run];
	for (size_t i = 0; x && i < x->used; i++) {
		uint32_t was = x->sites[i].site[LR_BEFORE];
		if (x->sites[i].site[LR_AFTER] || !was || !before[was - 1])
			continue;
		list[n] = (struct culprit){.order = n,
			.by = before[was - 1],
			.s = {.site = &j->baseline->sites[was - 1],
				.baseline = before[was - 1],
				.has_baseline = true}};
		n++;
	}
	return n;
}

/* Where no site has more than in the baseline (the limit is below it), the largest count, and the
 * baseline says nothing. */
static void weigh_by_size(struct culprit *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].by)
			return;
	for (size_t i = 0; i < n; i++) {
		list[i].by = list[i].s.actual;
		list[i].s.has_baseline = false;
	}
}

static void hand_out(struct lr_judging *j, const struct culprit *list, size_t n)
{
	size_t all = 0, limit = j->q->site_limit;
	while (all < n && list[all].by)
		all++;
	j->out->sites_all = all;
	j->out->sites_used = all < limit ? all : limit;
	j->out->sites = lr_calloc(j->out->sites_used + 1, sizeof(*j->out->sites));
	for (size_t i = 0; i < j->out->sites_used; i++)
		j->out->sites[i] = list[i].s;
}

void lr_judge_culprits(struct lr_judging *j)
{
	static const struct lr_measure none;
	const struct lr_measure *m = j->q->runs[j->run], *b = j->baseline ? j->baseline : &none;
	bool over = j->out->has_max && j->out->actual > j->out->max;
	uint64_t *now = lr_judge_sites(j, j->run);
	if (!now)
		return;
	uint64_t *before = lr_calloc(b->sites_used + 1, sizeof(*before));
	struct culprit *list = lr_calloc(m->sites_used + b->sites_used + 1, sizeof(*list));
	struct lr_selected s = lr_select(j->rule, b, NULL);
	size_t n = 0;
	if (j->rule->what.kind != LR_QUANTITY_NEW_LEAKS)
		lr_count_sites(j->rule, b, &s, before);
	for (size_t i = 0; i < m->sites_used; i++)
		if (now[i] || !over)
			list[n++] = one(j, i, now[i], before, over);
	if (over)
		weigh_by_size(list, n);
	else
		n = add_gone(j, before, list, n);
	qsort(list, n, sizeof(*list), most_first);
	hand_out(j, list, n);
	lr_selected_free(&s);
	free(list);
	free(before);
	free(now);
}
