#include "tools/check/count.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/view/findings.h"
#include "tools/view/region_names.h"

uint64_t lr_sum(uint64_t a, uint64_t b)
{
	uint64_t sum;
	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static bool means(const struct lr_budget_rule *r, const struct lr_measured_site *s)
{
	const char *const *p = (const char *const *)r->pattern;
	const struct lr_measured_frame *f = s->path;
	if (p[LR_SELECT_FUNCTION] &&
		!lr_pattern_function(p[LR_SELECT_FUNCTION], s->means->function))
		return false;
	if (p[LR_SELECT_FILE] && !lr_pattern_file(p[LR_SELECT_FILE], s->file))
		return false;
	if (p[LR_SELECT_MODULE] && !lr_pattern_matches(p[LR_SELECT_MODULE], s->means->module))
		return false;
	while (p[LR_SELECT_WITHIN] && f && !lr_pattern_function(p[LR_SELECT_WITHIN], f->function))
		f = f->outer;
	return f && (!r->path.used || lr_path_pattern_matches(&r->path, s));
}

static bool *select_sites(const struct lr_budget_rule *r, const struct lr_measure *m,
	const struct lr_measured_site *const *was)
{
	bool *of = lr_calloc(m->sites_used + 1, sizeof(*of));
	for (size_t i = 0; i < m->sites_used; i++)
		of[i] = means(r, &m->sites[i]) || (was && was[i] && means(r, was[i]));
	return of;
}

static bool any(const bool *of, size_t n)
{
	return n && memchr(of, true, n);
}

struct lr_selected lr_select(const struct lr_budget_rule *r, const struct lr_measure *m,
	const struct lr_measured_site *const *was)
{
	struct lr_selected s = {0};
	if (r->pattern[LR_SELECT_PROGRAM]) {
		s.programs = lr_calloc(m->programs_used + 1, sizeof(bool));
		for (size_t i = 0; i < m->programs_used; i++)
			s.programs[i] = lr_pattern_matches(
				r->pattern[LR_SELECT_PROGRAM], m->programs[i].name);
		s.nothing |= !any(s.programs, m->programs_used);
	}
	if (r->pattern[LR_SELECT_THREAD]) {
		s.threads = lr_calloc(m->threads_used + 1, sizeof(bool));
		for (size_t i = 0; i < m->threads_used; i++)
			s.threads[i] = lr_pattern_matches(
				r->pattern[LR_SELECT_THREAD], m->threads[i].name);
		s.nothing |= !any(s.threads, m->threads_used);
	}
	if (r->pattern[LR_SELECT_REGION]) {
		s.regions = lr_calloc(m->regions_used + 1, sizeof(bool));
		s.in_regions = lr_calloc(m->regions_used + 1, sizeof(bool));
		for (size_t i = 0; i < m->regions_used; i++) {
			const char *name = m->regions[i].name;
			s.regions[i] = lr_region_matches(name, r->pattern[LR_SELECT_REGION], false);
			s.in_regions[i] =
				lr_region_matches(name, r->pattern[LR_SELECT_REGION], true);
		}
		s.nothing |= !any(s.in_regions, m->regions_used);
	}
	if (lr_budget_rule_by_site(r)) {
		s.sites = select_sites(r, m, was);
		s.nothing |= !any(s.sites, m->sites_used);
	}
	return s;
}

void lr_selected_free(struct lr_selected *s)
{
	free(s->programs);
	free(s->threads);
	free(s->regions);
	free(s->in_regions);
	free(s->sites);
}

/* index: plus 1, 0 none. */
static bool has(const bool *of, uint32_t index)
{
	return !of || (index && of[index - 1]);
}

static bool has_row(const struct lr_selected *s, const struct lr_measured_row *row)
{
	return has(s->sites, row->site + 1) && has(s->programs, row->program + 1) &&
	       has(s->threads, row->thread) && has(s->in_regions, row->region);
}

static uint64_t value_of(const struct lr_quantity *q, const struct lr_values *v)
{
	if (q->kind == LR_QUANTITY_METRIC)
		return v->of[q->metric];
	if (q->kind == LR_QUANTITY_LEAK_BYTES)
		return lr_sum(v->of[LR_METRIC_DEFINITE_BYTES],
			lr_sum(v->of[LR_METRIC_INDIRECT_BYTES], v->of[LR_METRIC_POSSIBLE_BYTES]));
	return lr_sum(v->of[LR_METRIC_DEFINITE],
		lr_sum(v->of[LR_METRIC_INDIRECT], v->of[LR_METRIC_POSSIBLE]));
}

static bool is_wanted(const struct lr_budget_rule *r, const struct lr_selected *s,
	const struct lr_measured_finding *f)
{
	const struct lr_quantity *q = &r->what;
	return (!q->findings || lr_pattern_matches(q->findings, f->kind)) &&
	       (q->severity < 0 || q->severity == (int)f->severity) &&
	       has(s->programs, f->program + 1) && has(s->sites, f->site);
}

static bool is_kind(const struct lr_budget_rule *r, const struct lr_selected *s,
	const struct lr_measured_resource *x)
{
	return strcmp(r->what.resource, x->kind) == 0 && has(s->programs, x->program + 1) &&
	       has(s->sites, x->site);
}

static uint64_t field(const struct lr_quantity *q, const struct lr_measured_resource *x)
{
	return q->field == LR_RESOURCE_OPEN      ? x->open
	       : q->field == LR_RESOURCE_CREATED ? x->created
						 : x->peak;
}

/* The values of regions have those of regions within them. */
static uint64_t count_regions(
	const struct lr_budget_rule *r, const struct lr_measure *m, const struct lr_selected *s)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < m->regions_used; i++) {
		const struct lr_measured_region *g = &m->regions[i];
		if (!has(s->programs, g->program + 1) || !s->regions[i])
			continue;
		if (r->what.kind == LR_QUANTITY_ENTRIES) {
			sum = lr_sum(sum, g->entries);
			continue;
		}
		uint64_t most = g->most[r->what.kind == LR_QUANTITY_ENTRY_BYTES];
		sum = most > sum ? most : sum;
	}
	return sum;
}

static uint64_t count_rows(
	const struct lr_budget_rule *r, const struct lr_measure *m, const struct lr_selected *s)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < m->rows_used; i++)
		if (has_row(s, &m->rows[i]))
			sum = lr_sum(sum, value_of(&r->what, &m->rows[i].values));
	return sum;
}

/* What stands in a list by itself, which is whole also where not all sites are known. */
static uint64_t count_lists(
	const struct lr_budget_rule *r, const struct lr_measure *m, const struct lr_selected *s)
{
	uint64_t sum = 0;
	for (size_t i = 0; s->threads && i < m->threads_used; i++)
		if (s->threads[i] && has(s->programs, m->threads[i].program + 1))
			sum = lr_sum(sum, value_of(&r->what, &m->threads[i].values));
	if (s->threads)
		return sum;
	for (size_t i = 0; s->programs && i < m->programs_used; i++)
		if (s->programs[i])
			sum = lr_sum(sum, value_of(&r->what, &m->programs[i].values));
	return s->programs ? sum : value_of(&r->what, &m->total);
}

uint64_t lr_count(
	const struct lr_budget_rule *r, const struct lr_measure *m, const struct lr_selected *s)
{
	uint64_t sum = 0;
	if (lr_quantity_is_region(&r->what))
		return count_regions(r, m, s);
	if (r->what.kind == LR_QUANTITY_FINDINGS) {
		for (size_t i = 0; i < m->findings_used; i++)
			sum += is_wanted(r, s, &m->findings[i]);
		return sum;
	}
	if (r->what.kind == LR_QUANTITY_RESOURCE) {
		for (size_t i = 0; i < m->resources_used; i++)
			if (is_kind(r, s, &m->resources[i]))
				sum = lr_sum(sum, field(&r->what, &m->resources[i]));
		return sum;
	}
	return s->sites || s->in_regions ? count_rows(r, m, s) : count_lists(r, m, s);
}

bool lr_count_sites(const struct lr_budget_rule *r, const struct lr_measure *m,
	const struct lr_selected *s, uint64_t *of)
{
	if (lr_quantity_is_region(&r->what))
		return false;
	if (r->what.kind == LR_QUANTITY_FINDINGS) {
		for (size_t i = 0; i < m->findings_used; i++)
			if (m->findings[i].site && is_wanted(r, s, &m->findings[i]))
				of[m->findings[i].site - 1]++;
	} else if (r->what.kind == LR_QUANTITY_RESOURCE) {
		for (size_t i = 0; i < m->resources_used; i++)
			if (m->resources[i].site && is_kind(r, s, &m->resources[i]))
				of[m->resources[i].site - 1] += field(&r->what, &m->resources[i]);
	} else {
		for (size_t i = 0; i < m->rows_used; i++)
			if (has_row(s, &m->rows[i]))
				of[m->rows[i].site] = lr_sum(of[m->rows[i].site],
					value_of(&r->what, &m->rows[i].values));
	}
	return true;
}

uint64_t lr_count_rest(const struct lr_budget_rule *r, const struct lr_measure *m)
{
	static const struct lr_selected all;
	bool rows = r->what.kind == LR_QUANTITY_METRIC || r->what.kind == LR_QUANTITY_LEAKS ||
		    r->what.kind == LR_QUANTITY_LEAK_BYTES;
	if (m->whole || !rows || !(lr_budget_rule_by_site(r) || r->pattern[LR_SELECT_REGION]))
		return 0;
	uint64_t kept = count_rows(r, m, &all), whole = value_of(&r->what, &m->total);
	return whole > kept ? whole - kept : 0;
}

const char *lr_count_lacks(const struct lr_budget_rule *r, const struct lr_measure *m)
{
	if (r->pattern[LR_SELECT_THREAD] && !m->by_thread)
		return "it does not tell threads apart";
	if (r->pattern[LR_SELECT_REGION] && !m->by_region)
		return "it does not tell regions apart";
	return NULL;
}
