#include "tools/check/together.h"

#include <stdlib.h>
#include "tools/util/mem.h"

static void most(uint64_t *to, uint64_t from)
{
	if (*to < from)
		*to = from;
}

static void most_values(struct lr_values *to, const struct lr_values *from)
{
	for (int i = 0; i < LR_METRIC_COUNT; i++)
		most(&to->of[i], from->of[i]);
}

/* The same site there. */
static uint32_t site_in(struct lr_measure *to, const struct lr_measured_site *s)
{
	size_t n = s->path->depth, i = 0;
	const struct lr_measured_frame **path = lr_calloc(n + 1, sizeof(*path)), *at = NULL;
	for (const struct lr_measured_frame *f = s->path; f && i < n; f = f->outer)
		path[i++] = f;
	while (i-- > 0)
		at = lr_measure_frame(to, at, path[i]->function, path[i]->module, path[i]->inlined);
	free(path);
	return lr_measure_site(to, at, s->file, s->line);
}

/* Indices of the one by those of the other. */
struct indices {
	uint32_t *program, *thread, *region, *site;
};

static void add_lists(
	struct lr_measure *to, const struct lr_measure *from, const struct indices *is)
{
	for (size_t i = 0; i < from->programs_used; i++) {
		is->program[i] = lr_measure_program(to, from->programs[i].name);
		struct lr_measured_program *p = &to->programs[is->program[i]];
		most(&p->processes, from->programs[i].processes);
		most_values(&p->values, &from->programs[i].values);
	}
	for (size_t i = 0; i < from->threads_used; i++) {
		const struct lr_measured_thread *x = &from->threads[i];
		is->thread[i] = lr_measure_thread(to, is->program[x->program], x->name);
		most(&to->threads[is->thread[i]].threads, x->threads);
		most_values(&to->threads[is->thread[i]].values, &x->values);
	}
	for (size_t i = 0; i < from->regions_used; i++) {
		const struct lr_measured_region *x = &from->regions[i];
		is->region[i] = lr_measure_region(to, is->program[x->program], x->name);
		struct lr_measured_region *g = &to->regions[is->region[i]];
		most(&g->entries, x->entries);
		most(&g->most[0], x->most[0]);
		most(&g->most[1], x->most[1]);
		most_values(&g->values, &x->values);
	}
	for (size_t i = 0; i < from->sites_used; i++)
		is->site[i] = site_in(to, &from->sites[i]);
}

static void add_rows(struct lr_measure *to, const struct lr_measure *from, const struct indices *is)
{
	for (size_t i = 0; i < from->rows_used; i++) {
		const struct lr_measured_row *x = &from->rows[i];
		most_values(lr_measure_row(to, is->site[x->site], is->program[x->program],
				    x->thread ? is->thread[x->thread - 1] + 1 : 0,
				    x->region ? is->region[x->region - 1] + 1 : 0),
			&x->values);
	}
	for (size_t i = 0; i < from->findings_used; i++) {
		const struct lr_measured_finding *x = &from->findings[i];
		struct lr_measured_finding *f = lr_measure_finding(to, is->program[x->program],
			x->kind, x->site ? is->site[x->site - 1] + 1 : 0);
		f->severity = f->severity < x->severity ? x->severity : f->severity;
		most(&f->count, x->count);
		most(&f->bytes, x->bytes);
	}
	for (size_t i = 0; i < from->resources_used; i++) {
		const struct lr_measured_resource *x = &from->resources[i];
		struct lr_measured_resource *r = lr_measure_resource(to, is->program[x->program],
			x->kind, x->site ? is->site[x->site - 1] + 1 : 0);
		most(&r->created, x->created);
		most(&r->open, x->open);
		most(&r->peak, x->peak);
	}
}

static void add(struct lr_measure *to, const struct lr_measure *from)
{
	struct indices is = {.program = lr_calloc(from->programs_used + 1, sizeof(uint32_t)),
		.thread = lr_calloc(from->threads_used + 1, sizeof(uint32_t)),
		.region = lr_calloc(from->regions_used + 1, sizeof(uint32_t)),
		.site = lr_calloc(from->sites_used + 1, sizeof(uint32_t))};
	add_lists(to, from, &is);
	add_rows(to, from, &is);
	most_values(&to->total, &from->total);
	free(is.program);
	free(is.thread);
	free(is.region);
	free(is.site);
	most(&to->processes, from->processes);
	to->by_thread |= from->by_thread;
	to->by_region |= from->by_region;
}

struct lr_measure *lr_measure_together(struct lr_measure *const *runs, size_t count)
{
	struct lr_measure *m = lr_measure_new();
	uint64_t unjudged = 0;
	for (size_t i = 0; i < count; i++) {
		add(m, runs[i]);
		most(&unjudged, runs[i]->processes - runs[i]->judged);
	}
	m->judged = m->processes - unjudged;
	return m;
}

static uint64_t lost_in(const struct lr_values *v)
{
	return v->of[LR_METRIC_DEFINITE] | v->of[LR_METRIC_INDIRECT] | v->of[LR_METRIC_POSSIBLE];
}

/* In how many runs the sites of all have lost something. */
struct times {
	struct lr_measure *all;
	uint32_t *of; /* by their sites */
	size_t room;
};

static void count_lost(struct times *t, const struct lr_measure *run)
{
	bool *lost = lr_calloc(run->sites_used + 1, sizeof(*lost));
	for (size_t i = 0; i < run->rows_used; i++)
		lost[run->rows[i].site] |= lost_in(&run->rows[i].values) != 0;
	for (size_t i = 0; i < run->sites_used; i++) {
		if (!lost[i])
			continue;
		size_t before = t->all->sites_used;
		uint32_t site = site_in(t->all, &run->sites[i]);
		if (site == before) {
			LR_GROW(t->of, before, t->room);
			t->of[site] = 0;
		}
		t->of[site]++;
	}
	free(lost);
}

bool lr_measure_leaks_vary(struct lr_measure *const *runs, size_t count)
{
	struct times t = {.all = lr_measure_new()};
	bool vary = false;
	for (size_t i = 0; count > 1 && i < count; i++)
		count_lost(&t, runs[i]);
	for (size_t i = 0; i < t.all->sites_used; i++)
		vary |= t.of[i] == 1;
	free(t.of);
	lr_measure_free(t.all);
	return vary;
}
