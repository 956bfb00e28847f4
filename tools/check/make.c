#include "tools/check/make.h"

#include <stdlib.h>
#include <string.h>
#include "tools/check/count.h"
#include "tools/check/room.h"
#include "tools/check/together.h"
#include "tools/util/mem.h"

/* What a new budget holds, and of which it does so program by program where there are several. */
static const struct {
	const char *what;
	bool by_program;
} defaults[] = {{"new_leaks", false}, {"definite", true}, {"indirect", true}, {"possible", true},
	{"findings.high", false}, {"findings.medium", false}, {"allocations", true},
	{"bytes", true}, {"peak", true}, {"reachable", true}, {"descriptors", false},
	{"threads", false}, {"timers", false}, {"mappings", false}};
enum { DEFAULTS = sizeof(defaults) / sizeof(*defaults) };

static bool is_judged(struct lr_measure *const *runs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (runs[i]->judged < runs[i]->processes)
			return false;
	return true;
}

/* The upper limit that all runs fulfil. */
static void set_limit(struct lr_budget_rule *r, struct lr_measure *const *runs, size_t count)
{
	uint64_t low = UINT64_MAX, high = 0;
	for (size_t i = 0; i < count; i++) {
		struct lr_selected s = lr_select(r, runs[i], NULL);
		uint64_t v = lr_count(r, runs[i], &s);
		lr_selected_free(&s);
		low = v < low ? v : low;
		high = v > high ? v : high;
	}
	r->max = (struct lr_bound){.kind = LR_BOUND_NUMBER,
		.amount = lr_room_above(high, lr_quantity_is_bytes(&r->what))};
	r->varies = low != high;
	r->lowest = r->varies ? low : 0;
	r->highest = r->varies ? high : 0;
}

/* A name as a pattern of itself alone. */
static char *literal(const char *name)
{
	char *p = lr_calloc(2 * strlen(name) + 1, 1), *to = p;
	for (; *name; name++) {
		if (strchr("*?\\", *name))
			*to++ = '\\';
		*to++ = *name;
	}
	return p;
}

static struct lr_budget_rule rule_on(const char *program, const char *what)
{
	struct lr_budget_rule r = {.varies = false};
	struct lr_error err = {{0}};
	lr_quantity_parse(&r.what, what, &err);
	if (program)
		r.pattern[LR_SELECT_PROGRAM] = literal(program);
	return r;
}

static void make_rules(struct lr_budget *b, struct lr_measure *const *runs, size_t count)
{
	const struct lr_measure *m = runs[0];
	bool judged = is_judged(runs, count), vary = lr_measure_leaks_vary(runs, count);
	for (size_t p = 0; p == 0 || (m->programs_used > 1 && p < m->programs_used); p++)
		for (int i = 0; i < DEFAULTS; i++) {
			bool several = m->programs_used > 1;
			if (p > 0 && !defaults[i].by_program)
				continue;
			struct lr_budget_rule r = rule_on(
				several && defaults[i].by_program ? m->programs[p].name : NULL,
				defaults[i].what);
			bool new_leaks = r.what.kind == LR_QUANTITY_NEW_LEAKS;
			if ((!judged && lr_quantity_is_verdict(&r.what)) || (vary && new_leaks)) {
				lr_budget_rule_free(&r);
				continue;
			}
			if (new_leaks)
				r.max.kind = LR_BOUND_NUMBER;
			else
				set_limit(&r, runs, count);
			lr_budget_add(b, &r);
		}
}

/* One that was made here, and that nobody has given a reason or another form. */
static bool is_ours(const struct lr_budget_rule *r)
{
	char *what = lr_quantity_text(&r->what);
	bool known = false;
	for (int i = 0; i < DEFAULTS; i++)
		known |= strcmp(what, defaults[i].what) == 0;
	free(what);
	for (int i = 0; i < LR_SELECTOR_COUNT; i++)
		known &= !r->pattern[i] || i == LR_SELECT_PROGRAM;
	return known && !lr_budget_rule_word(r) && !r->reason && r->min.kind == LR_BOUND_NONE &&
	       r->max.kind == LR_BOUND_NUMBER;
}

static struct lr_budget_rule copy_of(const struct lr_budget_rule *r)
{
	struct lr_budget_rule copy = {.varies = false};
	struct lr_error err = {{0}};
	const char *key;
	json_t *o = lr_budget_rule_to_json(r);
	lr_budget_rule_from_json(&copy, o, &key, &err);
	json_decref(o);
	return copy;
}

/* What the rules that refer to the baseline find in it, the most of the runs: also where it is not
 * kept as a whole. */
static void pin(struct lr_budget *b, struct lr_measure *const *runs, size_t count)
{
	for (size_t i = 0; i < b->used; i++) {
		const struct lr_budget_rule *r = &b->rules[i];
		uint64_t most = 0;
		if (!lr_budget_rule_needs_baseline(r) || r->what.kind == LR_QUANTITY_NEW_LEAKS ||
			lr_count_lacks(r, runs[0]))
			continue;
		for (size_t k = 0; k < count; k++) {
			struct lr_selected s = lr_select(r, runs[k], NULL);
			uint64_t v = lr_count(r, runs[k], &s);
			most = v > most ? v : most;
			lr_selected_free(&s);
		}
		char *id = lr_budget_rule_id(r);
		lr_budget_pin(b, id, most);
		free(id);
	}
}

struct lr_budget *lr_budget_make(
	const struct lr_budget *old, bool fresh, struct lr_measure *const *runs, size_t count)
{
	struct lr_budget *b = lr_budget_new();
	if (fresh)
		make_rules(b, runs, count);
	for (size_t i = 0; i < old->used; i++) {
		struct lr_budget_rule r = copy_of(&old->rules[i]);
		if (!fresh && is_ours(&r))
			set_limit(&r, runs, count);
		lr_budget_add(b, &r);
	}
	pin(b, runs, count);
	b->baseline = lr_measure_together(runs, count);
	return b;
}

/* What the old baseline had stays the measure of what is not loose. */
static void repin(struct lr_budget *b, const struct lr_check *c)
{
	for (size_t i = 0; i < b->used; i++) {
		const struct lr_check_rule *r = &c->rules[i];
		const struct lr_budget_rule *of = &b->rules[i];
		if (!lr_budget_rule_needs_baseline(of) || of->what.kind == LR_QUANTITY_NEW_LEAKS)
			continue;
		char *id = lr_budget_rule_id(of);
		lr_budget_pin(b, id, r->loose ? r->highest : r->baseline);
		free(id);
	}
}

size_t lr_budget_tighten(struct lr_budget *b, const struct lr_check *c, struct lr_measure *measure)
{
	size_t tightened = 0;
	for (size_t i = 0; i < b->used; i++) {
		struct lr_budget_rule *r = &b->rules[i];
		if (!c->rules[i].loose)
			continue;
		tightened++;
		if (r->max.kind == LR_BOUND_NUMBER)
			r->max.amount =
				lr_room_above(c->rules[i].highest, lr_quantity_is_bytes(&r->what));
		r->varies = r->varies && c->rules[i].highest >= r->lowest;
	}
	if (!tightened)
		return 0;
	repin(b, c);
	if (b->baseline) {
		lr_measure_free(b->baseline);
		b->baseline = measure;
		b->rest_sites = 0;
		b->rest_most = (struct lr_values){{0}};
	} else {
		lr_measure_free(measure);
	}
	return tightened;
}
