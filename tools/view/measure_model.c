/* A model becomes part of a measure. */
#include <stdlib.h>
#include <string.h>
#include "tools/view/findings.h"
#include "tools/view/match.h"
#include "tools/view/measure_parts.h"
#include "tools/view/summary.h"

static void set_counts(struct lr_values *to, const struct lr_counts *c)
{
	const struct lr_values v = {.of = {[LR_METRIC_ALLOCATIONS] = c->allocations,
					    [LR_METRIC_BYTES] = c->allocated_bytes,
					    [LR_METRIC_TEMPORARY] = c->temporary,
					    [LR_METRIC_PEAK] = c->peak_bytes,
					    [LR_METRIC_PEAK_BLOCKS] = c->peak_blocks,
					    [LR_METRIC_LIVE] = c->live_blocks,
					    [LR_METRIC_LIVE_BYTES] = c->live_bytes}};
	lr_values_add(to, &v);
}

/* Suppressed and unjudged blocks are in none. */
static void add_verdict(
	struct lr_values *to, enum lr_leak_class class, const struct lr_scan_sum *sum)
{
	static const enum lr_metric first[LR_LEAK_CLASS_COUNT] = {
		[LR_LEAK_DEFINITE] = LR_METRIC_DEFINITE,
		[LR_LEAK_INDIRECT] = LR_METRIC_INDIRECT,
		[LR_LEAK_POSSIBLE] = LR_METRIC_POSSIBLE,
		[LR_LEAK_REACHABLE] = LR_METRIC_REACHABLE};
	if (!first[class])
		return;
	to->of[first[class]] += sum->blocks;
	to->of[first[class] + 1] += sum->bytes;
}

static bool is_filtered(const struct lr_query *q)
{
	return q->function || q->file || q->module || q->thread || q->region;
}

static void add_sites(struct lr_measuring *w)
{
	struct lr_values sum = {{0}};
	const struct lr_query *q = w->q->leaks->sites;
	for (size_t i = 0; i < w->model->sites_used; i++) {
		const struct lr_site *s = &w->model->sites[i];
		struct lr_values values = {{0}};
		if (!lr_match_site(w->match, s))
			continue;
		set_counts(&values, &s->counts);
		uint32_t site = lr_measure_paths_site(w->paths, s->frame);
		uint32_t thread = lr_measure_thread_of(w, s);
		uint32_t region = lr_measure_region_of(w, s, &values);
		lr_values_add(lr_measure_row(w->m, site, w->program, thread, region), &values);
		lr_values_add(&sum, &values);
		if (thread)
			lr_values_add(&w->m->threads[thread - 1].values, &values);
	}
	if (!is_filtered(q)) { /* what is beyond the limits too */
		sum = (struct lr_values){{0}};
		set_counts(&sum, &w->model->total);
	}
	lr_values_add(&w->m->programs[w->program].values, &sum);
	lr_values_add(&w->m->total, &sum);
}

static void add_verdicts(struct lr_measuring *w, const struct lr_leaks *l)
{
	struct lr_values sum = {{0}};
	for (size_t i = 0; i < l->used; i++) {
		const struct lr_leak_row *r = &l->rows[i];
		uint32_t site = lr_measure_paths_site(w->paths, r->frame);
		add_verdict(lr_measure_row(w->m, site, w->program, 0, 0), r->class, &r->sum);
	}
	for (int c = 0; c < LR_LEAK_CLASS_COUNT; c++)
		add_verdict(&sum, (enum lr_leak_class)c, &l->of[c]);
	lr_values_add(&w->m->programs[w->program].values, &sum);
	lr_values_add(&w->m->total, &sum);
	w->m->judged += l->judged;
	for (size_t i = 0; i < l->scans_used; i++)
		w->m->judged +=
			!l->scans[i].scan && l->scans[i].dump->header.state == LTF_STATE_EXEC;
}

/* Counted, not explained. */
static void add_findings(struct lr_measuring *w, struct lr_leaks *leaks)
{
	struct lr_query none = *w->q->leaks->sites;
	struct lr_leak_query q = *w->q->leaks;
	none.limit = 0;
	q.sites = &none;
	struct lr_findings *f = lr_findings_make(w->model, w->names, &q, leaks, NULL);
	for (size_t i = 0; i < f->all; i++) {
		const struct lr_finding *x = &f->list[i];
		uint32_t site = x->frame ? 1 + lr_measure_paths_site(w->paths, x->frame) : 0;
		struct lr_measured_finding *to =
			lr_measure_finding(w->m, w->program, x->kind, site);
		to->count += x->count;
		to->bytes += x->bytes;
		if (to->severity < x->severity)
			to->severity = x->severity;
	}
	lr_findings_free(f);
}

static void add_resources(struct lr_measuring *w)
{
	for (size_t i = 0; i < w->model->resources_used; i++) {
		const struct lr_resource_site *s = &w->model->resources[i];
		if (!lr_match_stack(w->match, s->frame, s->thread))
			continue;
		uint32_t site = s->frame ? 1 + lr_measure_paths_site(w->paths, s->frame) : 0;
		struct lr_measured_resource *to = lr_measure_resource(
			w->m, w->program, lr_resource_words(s->kind)->key, site);
		to->created += s->created;
		to->open += s->open;
		to->peak += s->at_peak;
	}
}

static void add_runs(struct lr_measuring *w)
{
	struct lr_measure *m = w->m;
	struct lr_summary *s = lr_summary_make(w->model);
	uint64_t missed = 0, untraced = 0;
	for (size_t i = 0; i < s->runs_used; i++) {
		const struct lr_run_view *r = &s->runs[i];
		if (!r->command || r->start_real >= m->build->first_start)
			continue;
		m->build->first_start = r->start_real;
		m->command =
			lr_measure_text_of(m, lr_measure_text(m, r->command, strlen(r->command)));
	}
	for (size_t i = 0; i < s->coverage_used; i++)
		if (strcmp(s->coverage[i].key, "untraced_programs") == 0)
			untraced += s->coverage[i].count;
		else
			missed += s->coverage[i].loss ? s->coverage[i].count : 0;
	m->untraced += untraced;
	m->missed += missed ? missed : !s->complete && !untraced;
	m->damaged |= s->damaged;
	if (m->duration_us < s->duration)
		m->duration_us = s->duration;
	m->processes += s->runs_used;
	m->programs[w->program].processes += s->runs_used;
	lr_summary_free(s);
}

void lr_measure_add(struct lr_measure *m, const struct lr_model *model, struct lr_names *names,
	const struct lr_measure_query *q)
{
	const char *program = model->dumps_used ? model->dumps[0].header.program : "";
	struct lr_leak_query all = *q->leaks;
	struct lr_measuring w = {.m = m,
		.model = model,
		.names = names,
		.q = q,
		.program = lr_measure_program(m, program),
		.paths = lr_measure_paths_new(m, model, names),
		.match = lr_match_new(model, names, q->leaks->sites)};
	all.classes = (1u << LR_LEAK_CLASS_COUNT) - 1;
	struct lr_leaks *leaks = lr_leaks_bare(model, names, &all);
	lr_measure_regions_begin(&w);
	add_sites(&w);
	add_verdicts(&w, leaks);
	add_findings(&w, leaks);
	lr_leaks_free(leaks);
	add_resources(&w);
	lr_measure_threads_end(&w);
	lr_measure_regions_end(&w);
	add_runs(&w);
	lr_match_free(w.match);
	lr_measure_paths_free(w.paths);
}
