#include "tools/cmd/budgets.h"

#include <stdlib.h>
#include <string.h>
#include "tools/source.h"
#include "tools/util/mem.h"

bool lr_budgets_add(struct lr_budget *b, const char *text)
{
	struct lr_budget_rule r;
	struct lr_error err = {{0}};
	if (lr_budget_rule_parse(&r, text, &err)) {
		lr_budget_add(b, &r);
		return true;
	}
	lr_say(text, err.text);
	return false;
}

bool lr_budgets_add_given(struct lr_budget *b, const struct lr_options *o)
{
	for (size_t i = 0; i < o->held_to_used; i++)
		if (!lr_budgets_add(b, o->held_to[i]))
			return false;
	return true;
}

struct lr_budget *lr_budgets_read(const char *file)
{
	struct lr_error err = {{0}};
	struct lr_budget *b = lr_budget_read(file, &err);
	if (!b)
		lr_say(file, err.text);
	return b;
}

bool lr_budgets_save(const struct lr_budget *b, const char *file)
{
	struct lr_error err = {{0}};
	if (lr_budget_save(b, file, &err) == 0)
		return true;
	lr_say(file, err.text);
	return false;
}

struct dump {
	char *path;
	uint64_t run;
	size_t order, first;
};

/* 0: not known. */
static uint64_t run_of(const char *path)
{
	struct ltf_header h;
	return lr_source_peek(path, &h) ? h.run_id : 0;
}

static int by_run(const void *pa, const void *pb)
{
	const struct dump *a = pa, *b = pb;
	if (a->run != b->run)
		return a->run < b->run ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* By the first dump of each run. */
static int by_first(const void *pa, const void *pb)
{
	const struct dump *a = pa, *b = pb;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* The dumps of a run stand together, runs in the order in which they are first named. */
static void group(struct dump *d, size_t count)
{
	qsort(d, count, sizeof(*d), by_run);
	for (size_t i = 0; i < count; i++)
		d[i].first = i && d[i].run == d[i - 1].run ? d[i - 1].first : d[i].order;
	qsort(d, count, sizeof(*d), by_first);
}

static bool told_apart(const struct lr_budget *b, enum lr_selector by)
{
	for (size_t i = 0; i < b->used; i++)
		if (b->rules[i].pattern[by])
			return true;
	return false;
}

static void add_run(struct lr_measured_runs *r, const struct lr_measures_options *o,
	char *const *dumps, size_t count)
{
	int status;
	struct lr_measure *m = lr_measure_dumps(o, dumps, count, &status);
	r->status = status > r->status ? status : r->status;
	if (m)
		r->runs[r->used++] = m;
}

struct lr_measured_runs lr_budgets_measure(const struct lr_options *o,
	const struct lr_budget *rules, char *const *dumps, size_t count, bool repeated)
{
	struct lr_measured_runs r = {.runs = lr_calloc(count + 1, sizeof(*r.runs))};
	struct dump *d = lr_calloc(count + 1, sizeof(*d));
	char **paths = lr_calloc(count + 1, sizeof(*paths));
	const char **regions = lr_calloc(rules->used + 1, sizeof(*regions));
	struct lr_measures_options how = {.options = o,
		.by_thread = told_apart(rules, LR_SELECT_THREAD),
		.by_region = told_apart(rules, LR_SELECT_REGION),
		.regions = regions};
	for (size_t i = 0; i < rules->used; i++)
		if (rules->rules[i].pattern[LR_SELECT_REGION])
			regions[how.regions_used++] = rules->rules[i].pattern[LR_SELECT_REGION];
	for (size_t i = 0; i < count; i++)
		d[i] = (struct dump){
			.path = dumps[i], .run = repeated ? run_of(dumps[i]) : 0, .order = i};
	group(d, count);
	for (size_t i = 0; i < count; i++)
		paths[i] = d[i].path;
	for (size_t first = 0, end; first < count; first = end) {
		for (end = first + 1; end < count && d[end].run == d[first].run;)
			end++;
		add_run(&r, &how, paths + first, end - first);
	}
	free(regions);
	free(paths);
	free(d);
	return r;
}

void lr_measured_runs_free(struct lr_measured_runs *r)
{
	for (size_t i = 0; i < r->used; i++)
		lr_measure_free(r->runs[i]);
	free(r->runs);
	*r = (struct lr_measured_runs){.status = r->status};
}
