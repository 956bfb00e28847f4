/* Which sites of a run a budget keeps. A test has some hundred, all of which are kept; a compiler
 * has hundreds of thousands, of which nobody could read a change. Those that leak, have a finding
 * or an open resource, or are what a rule holds to the baseline, always stay. */
#include <stdlib.h>
#include <string.h>
#include "tools/check/budget.h"
#include "tools/check/count.h"
#include "tools/util/mem.h"

/* Rows (a line of the file each, some 250 bytes) below which all are kept; sites beyond that. */
enum { FEW = 4000, LARGEST = 1000, LEAKING = 2000 };

static int downwards(const void *pa, const void *pb)
{
	uint64_t a = *(const uint64_t *)pa, b = *(const uint64_t *)pb;
	return a < b ? 1 : a > b ? -1 : 0;
}

/* Those with as much as the one of that rank, but never those with nothing. */
static void keep_largest(
	const struct lr_values *of, size_t n, enum lr_metric metric, size_t rank, bool *keep)
{
	uint64_t *sorted = lr_calloc(n + 1, sizeof(*sorted));
	for (size_t i = 0; i < n; i++)
		sorted[i] = of[i].of[metric];
	qsort(sorted, n, sizeof(*sorted), downwards);
	uint64_t least = rank < n ? sorted[rank] : 0;
	for (size_t i = 0; i < n; i++)
		keep[i] |= of[i].of[metric] > least;
	free(sorted);
}

static void keep_marked(const struct lr_budget *b, bool *keep)
{
	const struct lr_measure *m = b->baseline;
	for (size_t i = 0; i < m->findings_used; i++)
		if (m->findings[i].site)
			keep[m->findings[i].site - 1] = true;
	for (size_t i = 0; i < m->resources_used; i++)
		if (m->resources[i].site && m->resources[i].open)
			keep[m->resources[i].site - 1] = true;
	for (size_t i = 0; i < b->used; i++) {
		if (!lr_budget_rule_needs_baseline(&b->rules[i]) ||
			!lr_budget_rule_by_site(&b->rules[i]) ||
			b->rules[i].what.kind == LR_QUANTITY_NEW_LEAKS)
			continue;
		struct lr_selected s = lr_select(&b->rules[i], m, NULL);
		for (size_t k = 0; k < m->sites_used; k++)
			keep[k] |= s.sites[k];
		lr_selected_free(&s);
	}
}

void lr_budget_choose(const struct lr_budget *b, bool *keep, uint64_t *left, struct lr_values *most)
{
	static const enum lr_metric larges[] = {
		LR_METRIC_ALLOCATIONS, LR_METRIC_BYTES, LR_METRIC_PEAK};
	static const enum lr_metric leaks[] = {
		LR_METRIC_DEFINITE, LR_METRIC_INDIRECT, LR_METRIC_POSSIBLE};
	const struct lr_measure *m = b->baseline;
	size_t n = m->sites_used;
	*left = b->rest_sites;
	memset(keep, m->rows_used <= FEW, n);
	if (m->rows_used <= FEW)
		return;
	struct lr_values *of = lr_calloc(n, sizeof(*of));
	for (size_t i = 0; i < m->rows_used; i++)
		lr_values_add(&of[m->rows[i].site], &m->rows[i].values);
	for (size_t i = 0; i < sizeof(larges) / sizeof(*larges); i++)
		keep_largest(of, n, larges[i], LARGEST, keep);
	for (size_t i = 0; i < sizeof(leaks) / sizeof(*leaks); i++)
		keep_largest(of, n, leaks[i], LEAKING, keep);
	keep_marked(b, keep);
	for (size_t i = 0; i < n; i++) {
		*left += !keep[i];
		for (int k = 0; k < LR_METRIC_COUNT && !keep[i]; k++)
			if (of[i].of[k] > most->of[k])
				most->of[k] = of[i].of[k];
	}
	free(of);
}
