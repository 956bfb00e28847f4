/* Verdicts on measures that are made up; budgets written, read, brought up to date and tightened.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tools/check/check.h"
#include "tools/check/make.h"
#include "tools/check/together.h"
#include "tools/util/mem.h"
#include "tools/view/findings.h"

/* A path from the last function inwards, parted by blanks; all of module "prog". */
static uint32_t site(struct lr_measure *m, const char *path)
{
	const struct lr_measured_frame *f = NULL;
	char *copy = lr_strdup(path), *rest = copy;
	for (char *name; (name = strsep(&rest, " "));)
		f = lr_measure_frame(
			m, f, name, strcmp(name, "lib_make") ? "prog" : "libx.so", false);
	free(copy);
	return lr_measure_site(m, f, "/src/a.c", 7);
}

static void row(struct lr_measure *m, uint32_t s, uint32_t thread, uint32_t region,
	enum lr_metric metric, uint64_t v)
{
	lr_measure_row(m, s, 0, thread, region)->of[metric] += v;
	m->total.of[metric] += v;
	m->programs[0].values.of[metric] += v;
	if (thread)
		m->threads[thread - 1].values.of[metric] += v;
	if (region)
		m->regions[region - 1].values.of[metric] += v;
}

static struct lr_measure *empty(void)
{
	struct lr_measure *m = lr_measure_new();
	lr_measure_program(m, "prog");
	m->programs[0].processes = m->processes = m->judged = 1;
	return m;
}

/* parse: 10 allocations of 100 bytes in all, of which 2 by thread "worker"; read: 5 of 1000 bytes,
 * one of them lost; one block of lib_make reachable. */
static struct lr_measure *made(unsigned parse)
{
	struct lr_measure *m = empty();
	uint32_t a = site(m, "main run parse"), b = site(m, "main read"),
		 c = site(m, "main lib_make");
	uint32_t t = lr_measure_thread(m, 0, "worker") + 1, u = lr_measure_thread(m, 0, "main") + 1;
	uint32_t g = lr_measure_region(m, 0, "load") + 1;
	m->by_thread = m->by_region = true;
	row(m, a, t, 0, LR_METRIC_ALLOCATIONS, 2);
	row(m, a, u, g, LR_METRIC_ALLOCATIONS, parse - 2);
	row(m, a, u, g, LR_METRIC_BYTES, 10 * parse);
	row(m, b, u, g, LR_METRIC_ALLOCATIONS, 5);
	row(m, b, u, g, LR_METRIC_BYTES, 1000);
	row(m, b, u, g, LR_METRIC_PEAK, 600);
	row(m, b, 0, 0, LR_METRIC_DEFINITE, 1);
	row(m, b, 0, 0, LR_METRIC_DEFINITE_BYTES, 200);
	row(m, c, u, 0, LR_METRIC_ALLOCATIONS, 1);
	row(m, c, 0, 0, LR_METRIC_REACHABLE, 1);
	m->regions[g - 1].entries = 3;
	m->regions[g - 1].most[0] = 7;
	m->regions[g - 1].most[1] = 500;
	struct lr_measured_finding *f = lr_measure_finding(m, 0, "leak.definite", b + 1);
	f->count = 1;
	f->severity = LR_SEVERITY_HIGH;
	f = lr_measure_finding(m, 0, "churn.small", a + 1);
	f->severity = LR_SEVERITY_LOW;
	struct lr_measured_resource *r = lr_measure_resource(m, 0, "descriptors", b + 1);
	r->created = 9;
	r->open = 2;
	r->peak = 4;
	return m;
}

/* The verdict on one rule. */
static struct lr_check *judged(struct lr_budget *b, const char *text,
	struct lr_measure *const *runs, size_t count, const struct lr_measure *baseline)
{
	struct lr_budget_rule r;
	struct lr_error err = {{0}};
	if (!lr_budget_rule_parse(&r, text, &err))
		fail_msg("%s: %s", text, err.text);
	lr_budget_add(b, &r);
	struct lr_check_query q = {.budget = b,
		.from_file = b->used,
		.runs = (const struct lr_measure *const *)runs,
		.runs_used = count,
		.baseline = baseline,
		.site_limit = 5};
	return lr_check_make(&q);
}

/* Each way to select and to count. */
static void counts(void **state)
{
	static const struct {
		const char *subject;
		uint64_t is;
	} rows[] = {{"allocations", 16}, {"bytes", 1100}, {"peak", 600}, {"definite", 1},
		{"definite_bytes", 200}, {"reachable", 1}, {"leaks", 1}, {"leaked_bytes", 200},
		{"indirect", 0}, {"function:parse:allocations", 10}, {"function:p*:bytes", 100},
		{"function:nothing:bytes", 0}, {"file:a.c:allocations", 16},
		{"file:b.c:allocations", 0}, {"module:libx*:allocations", 1},
		{"module:prog:allocations", 15}, {"module:libx*:reachable", 1},
		{"within:run:allocations", 10}, {"within:main:allocations", 16},
		{"site:parse<run:allocations", 10}, {"site:read<main:allocations", 5},
		{"site:parse<main:allocations", 0}, {"thread:worker:allocations", 2},
		{"thread:*:allocations", 16}, {"thread:worker;function:read:allocations", 0},
		{"thread:main;function:parse:allocations", 8}, {"region:load:allocations", 13},
		{"region:load;function:read:allocations", 5}, {"region:load:entries", 3},
		{"region:load:allocations/entry", 7}, {"region:load:bytes/entry", 500},
		{"program:prog:allocations", 16}, {"program:other:allocations", 0},
		{"program:prog;function:read:definite", 1}, {"function:read:leaks", 1},
		{"function:parse:leaks", 0}, {"findings", 2}, {"findings.high", 1},
		{"findings.low", 1}, {"churn.*", 1}, {"leak.definite", 1}, {"free.double", 0},
		{"function:parse:findings", 1}, {"function:read:findings.low", 0},
		{"descriptors", 2}, {"descriptors.created", 9}, {"descriptors.peak", 4},
		{"function:read:descriptors", 2}, {"function:parse:descriptors", 0}, {"timers", 0}};
	struct lr_measure *m = made(10);
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lr_budget *b = lr_budget_new();
		char *text = lr_format("%s>=0", rows[i].subject);
		struct lr_check *c = judged(b, text, &m, 1, NULL);
		if (c->rules[0].actual != rows[i].is || c->status != LR_CHECK_PASSED)
			fail_msg("%s: %llu, %s", text, (unsigned long long)c->rules[0].actual,
				c->rules[0].why);
		lr_check_free(c);
		lr_budget_free(b);
		free(text);
	}
	lr_measure_free(m);
}

/* 10 allocations of parse against each limit, without and with a baseline of 8. */
static void limits(void **state)
{
	static const struct {
		const char *limit;
		enum lr_check_status status;
	} rows[] = {{"<=10", LR_CHECK_PASSED}, {"<=9", LR_CHECK_FAILED}, {"<11", LR_CHECK_PASSED},
		{"<10", LR_CHECK_FAILED}, {">=10", LR_CHECK_PASSED}, {">=11", LR_CHECK_FAILED},
		{">9", LR_CHECK_PASSED}, {">10", LR_CHECK_FAILED}, {"=10", LR_CHECK_PASSED},
		{"=9", LR_CHECK_FAILED}, {"=11", LR_CHECK_FAILED}, {"=9..11", LR_CHECK_PASSED},
		{"=11..12", LR_CHECK_FAILED}, {"<=baseline", LR_CHECK_FAILED},
		{"<=baseline+2", LR_CHECK_PASSED}, {"<=baseline+1", LR_CHECK_FAILED},
		{"<=baseline+25%", LR_CHECK_PASSED}, {"<=baseline+24%", LR_CHECK_FAILED},
		{"=baseline~2", LR_CHECK_PASSED}, {"=baseline~24%", LR_CHECK_FAILED},
		{"=baseline", LR_CHECK_FAILED}, {">=baseline", LR_CHECK_PASSED},
		{">baseline+1", LR_CHECK_PASSED}, {"<=baseline-1", LR_CHECK_FAILED},
		{"<=18446744073709551615", LR_CHECK_PASSED}, {"<=baseline-9", LR_CHECK_FAILED}};
	struct lr_measure *m = made(10), *before = made(8);
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lr_budget *b = lr_budget_new();
		char *text = lr_format("function:parse:allocations%s", rows[i].limit);
		struct lr_check *c = judged(b, text, &m, 1, before);
		if (c->status != rows[i].status)
			fail_msg("%s: %s", text, c->rules[0].why);
		lr_check_free(c);
		lr_budget_free(b);
		free(text);
	}
	lr_measure_free(before);
	lr_measure_free(m);
}

/* Nothing in the baseline is a percentage of nothing. */
static void zero_baseline(void **state)
{
	struct lr_measure *m = made(10), *before = empty();
	struct lr_budget *b = lr_budget_new();
	(void)state;
	struct lr_check *c = judged(b, "allocations<=baseline+50%", &m, 1, before);
	assert_int_equal(c->status, LR_CHECK_FAILED);
	assert_true(c->rules[0].max == 0);
	lr_check_free(c);
	lr_budget_free(b);
	lr_measure_free(before);
	lr_measure_free(m);
}

static void sums_stay_at_the_last_number(void **state)
{
	struct lr_measure *m = empty();
	struct lr_budget *b = lr_budget_new();
	(void)state;
	lr_measure_row(m, site(m, "main f"), 0, 0, 0)->of[LR_METRIC_BYTES] = UINT64_MAX - 1;
	lr_measure_row(m, site(m, "main g"), 0, 0, 0)->of[LR_METRIC_BYTES] = 5;
	struct lr_check *c = judged(b, "within:main:bytes<=100", &m, 1, NULL);
	assert_int_equal(c->status, LR_CHECK_FAILED);
	assert_true(c->rules[0].actual == UINT64_MAX);
	lr_check_free(c);
	lr_budget_free(b);
	lr_measure_free(m);
}

/* What is not sure is not called passed. */
static void unknowns(void **state)
{
	static const struct {
		const char *rule;
		bool unjudged, missed;
		enum lr_check_status status;
	} rows[] = {{"definite=0", true, false, LR_CHECK_FAILED},
		{"indirect=0", true, false, LR_CHECK_UNKNOWN},
		{"no-leaks", true, false, LR_CHECK_FAILED},
		{"function:parse:no-leaks", true, false, LR_CHECK_UNKNOWN},
		{"findings.medium=0", true, false, LR_CHECK_UNKNOWN},
		{"free.double=0", true, false, LR_CHECK_PASSED},
		{"allocations<=16", true, false, LR_CHECK_PASSED},
		{"allocations<=16", false, true, LR_CHECK_UNKNOWN},
		{"allocations<=15", false, true, LR_CHECK_FAILED},
		{"allocations=16", false, true, LR_CHECK_UNKNOWN},
		{"allocations>=16", false, true, LR_CHECK_PASSED},
		{"allocations>=17", false, true, LR_CHECK_UNKNOWN},
		{"peak<=10", false, true, LR_CHECK_UNKNOWN}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lr_measure *m = made(10);
		struct lr_budget *b = lr_budget_new();
		m->judged = !rows[i].unjudged;
		m->missed = rows[i].missed;
		struct lr_check *c = judged(b, rows[i].rule, &m, 1, NULL);
		if (c->status != rows[i].status)
			fail_msg("%s: %s", rows[i].rule, c->rules[0].why);
		lr_check_free(c);
		lr_budget_free(b);
		lr_measure_free(m);
	}
}

static void threads_that_are_not_told_apart(void **state)
{
	struct lr_measure *m = made(10);
	struct lr_budget *b = lr_budget_new();
	(void)state;
	m->by_thread = false;
	struct lr_check *c = judged(b, "thread:worker:allocations<=100", &m, 1, NULL);
	assert_int_equal(c->status, LR_CHECK_UNKNOWN);
	lr_check_free(c);
	lr_budget_free(b);
	lr_measure_free(m);
}

/* A new leak is one at a site that had none; more at the same site is not. */
static void new_leaks(void **state)
{
	struct lr_measure *m = made(10), *before = made(10);
	struct lr_budget *b = lr_budget_new();
	(void)state;
	row(m, site(m, "main read"), 0, 0, LR_METRIC_DEFINITE, 3);
	struct lr_check *c = judged(b, "no-new-leaks", &m, 1, before);
	assert_int_equal(c->status, LR_CHECK_PASSED);
	lr_check_free(c);
	lr_budget_free(b);
	row(m, site(m, "main run parse"), 0, 0, LR_METRIC_POSSIBLE, 2);
	b = lr_budget_new();
	c = judged(b, "no-new-leaks", &m, 1, before);
	assert_int_equal(c->status, LR_CHECK_FAILED);
	assert_true(c->rules[0].actual == 2);
	assert_int_equal(c->rules[0].sites_used, 1);
	assert_string_equal(c->rules[0].sites[0].site->means->function, "parse");
	lr_check_free(c);
	lr_budget_free(b);
	/* A baseline without verdicts would make all leaks new. */
	before->judged = 0;
	b = lr_budget_new();
	c = judged(b, "no-new-leaks", &m, 1, before);
	assert_int_equal(c->status, LR_CHECK_UNKNOWN);
	lr_check_free(c);
	lr_budget_free(b);
	lr_measure_free(before);
	lr_measure_free(m);
}

/* What has more than before comes first, then the rest of it; what is gone accounts for too few. */
static void culprits(void **state)
{
	struct lr_measure *m = made(10), *before = made(7);
	struct lr_budget *b = lr_budget_new();
	(void)state;
	row(m, site(m, "main fresh"), 1, 0, LR_METRIC_ALLOCATIONS, 2);
	struct lr_check *c = judged(b, "allocations<=baseline", &m, 1, before);
	const struct lr_check_rule *r = &c->rules[0];
	assert_int_equal(r->sites_all, 2);
	assert_string_equal(r->sites[0].site->means->function, "parse");
	assert_true(r->sites[0].actual == 10 && r->sites[0].baseline == 7 && !r->sites[0].is_new);
	assert_string_equal(r->sites[1].site->means->function, "fresh");
	assert_true(r->sites[1].is_new);
	assert_string_equal(r->why, "18 allocations, 5 more than the 13 allowed");
	lr_check_free(c);
	lr_budget_free(b);
	b = lr_budget_new();
	c = judged(b, "allocations>=baseline", &before, 1, m);
	r = &c->rules[0];
	assert_int_equal(r->status, LR_CHECK_FAILED);
	assert_int_equal(r->sites_all, 2);
	assert_string_equal(r->sites[1].site->means->function, "fresh");
	assert_true(r->sites[1].actual == 0 && r->sites[1].baseline == 2);
	lr_check_free(c);
	lr_budget_free(b);
	b = lr_budget_new();
	c = judged(b, "allocations<=1", &m, 1, NULL);
	assert_string_equal(c->rules[0].sites[0].site->means->function, "parse");
	assert_false(c->rules[0].sites[0].has_baseline);
	lr_check_free(c);
	lr_budget_free(b);
	lr_measure_free(before);
	lr_measure_free(m);
}

/* Counts by the least of the runs, lost blocks by the most. */
static void repeated(void **state)
{
	struct lr_measure *runs[3] = {made(12), made(10), made(11)};
	struct lr_budget *b = lr_budget_new();
	(void)state;
	struct lr_check *c = judged(b, "function:parse:allocations<=10", runs, 3, NULL);
	const struct lr_check_rule *r = &c->rules[0];
	assert_int_equal(r->status, LR_CHECK_PASSED);
	assert_true(r->actual == 10 && r->lowest == 10 && r->highest == 12 && !r->deterministic);
	assert_false(r->loose);
	assert_int_equal(c->notes_used, 1);
	lr_check_free(c);
	lr_budget_free(b);
	row(runs[2], site(runs[2], "main read"), 0, 0, LR_METRIC_DEFINITE, 4);
	b = lr_budget_new();
	c = judged(b, "definite<=1", runs, 3, NULL);
	assert_int_equal(c->status, LR_CHECK_FAILED);
	assert_true(c->rules[0].actual == 5);
	lr_check_free(c);
	lr_budget_free(b);
	for (int i = 0; i < 3; i++)
		lr_measure_free(runs[i]);
}

static void looseness(void **state)
{
	static const struct {
		const char *rule, *tighter; /* NULL: not loose */
	} rows[] = {{"allocations<=16", NULL}, {"allocations<=17", "allocations<=16"},
		{"bytes<=1164", NULL}, {"bytes<=1220", NULL}, {"bytes<=1229", "bytes<=1164"},
		{"allocations=16..90", NULL}, {"allocations>=1", NULL},
		{"function:none:allocations<=5", NULL}, {"definite<=4", "definite<=1"},
		{"function:parse:allocations<=baseline", "function:parse:allocations<=10"},
		{"function:parse:allocations<=baseline+2", NULL},
		{"function:parse:allocations<=baseline+1", "function:parse:allocations<=11"}};
	struct lr_measure *m = made(10), *before = made(12);
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lr_budget *b = lr_budget_new();
		struct lr_check *c = judged(b, rows[i].rule, &m, 1, before);
		assert_int_equal(c->status, LR_CHECK_PASSED);
		if (c->rules[0].loose != (rows[i].tighter != NULL) ||
			(rows[i].tighter && strcmp(c->rules[0].tighter, rows[i].tighter) != 0))
			fail_msg("%s: %s", rows[i].rule,
				c->rules[0].loose ? c->rules[0].tighter : "not loose");
		lr_check_free(c);
		lr_budget_free(b);
	}
	lr_measure_free(before);
	lr_measure_free(m);
}

static char *text_of(const struct lr_budget *b)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	lr_budget_write(b, f);
	fclose(f);
	return text;
}

/* A budget that is written and read is the same, and judges the same. */
static void round_trip(void **state)
{
	struct lr_measure *m = made(10);
	struct lr_budget *none = lr_budget_new(), *b = lr_budget_make(none, true, &m, 1);
	struct lr_error err = {{0}};
	(void)state;
	lr_measure_frame(m, NULL, "odd!name", "mod!ule", false);
	site(m, "main operator<< <int>(std::ostream&,\xc3\xa4\"\\)");
	lr_measure_row(m, site(m, "main odd!function"), 0, 0, 0)->of[LR_METRIC_BYTES] = 1;
	char *text = text_of(b);
	struct lr_budget *again = lr_budget_from_text(text, strlen(text), &err);
	if (!again)
		fail_msg("%s\n%s", err.text, text);
	char *twice = text_of(again);
	assert_string_equal(text, twice);
	struct lr_check_query q = {.budget = again,
		.from_file = again->used,
		.runs = (const struct lr_measure *const *)&m,
		.runs_used = 1};
	struct lr_check *c = lr_check_make(&q);
	assert_int_equal(c->status, LR_CHECK_PASSED);
	assert_int_equal(c->loose, 0);
	for (size_t i = 0; i < m->sites_used; i++)
		assert_true(m->sites[i].path != NULL);
	lr_check_free(c);
	lr_budget_free(again);
	lr_budget_free(none);
	lr_measure_free(m);
	lr_budget_free(b);
	free(text);
	free(twice);
}

/* What a person wrote stays; the rest gets new numbers. */
static void brought_up_to_date(void **state)
{
	static const char file[] =
		"{\"leaktrace_budget\": 1, \"rules\": [{\"metric\": \"allocations\", \"max\": 3},"
		"{\"metric\": \"definite\", \"max\": 0, \"reason\": \"none are wanted\"},"
		"{\"metric\": \"bytes\", \"max\": \"baseline+5%\"},"
		"{\"function\": \"parse\", \"metric\": \"allocations\", \"max\": 2}]}";
	struct lr_measure *m = made(10);
	struct lr_error err = {{0}};
	struct lr_budget *old = lr_budget_from_text(file, strlen(file), &err);
	(void)state;
	assert_non_null(old);
	struct lr_budget *b = lr_budget_make(old, false, &m, 1);
	assert_int_equal(b->used, 4);
	assert_true(b->rules[0].max.amount == 16);
	assert_true(b->rules[1].max.amount == 0);
	assert_string_equal(b->rules[1].reason, "none are wanted");
	assert_int_equal(b->rules[2].max.kind, LR_BOUND_BASELINE);
	assert_true(b->rules[3].max.amount == 2);
	assert_true(*lr_budget_pinned(b, "bytes") == 1100);
	lr_measure_free(m);
	lr_budget_free(old);
	lr_budget_free(b);
}

/* What varies gets the most that was seen, and is not loose within what was seen. */
static void made_of_several(void **state)
{
	struct lr_measure *runs[2] = {made(10), made(14)}, *low = made(10);
	struct lr_budget *none = lr_budget_new(), *b = lr_budget_make(none, true, runs, 2);
	(void)state;
	for (size_t i = 0; i < b->used; i++)
		if (b->rules[i].what.kind == LR_QUANTITY_METRIC &&
			b->rules[i].what.metric == LR_METRIC_ALLOCATIONS) {
			assert_true(b->rules[i].max.amount == 20 && b->rules[i].varies);
			assert_true(b->rules[i].lowest == 16 && b->rules[i].highest == 20);
		}
	for (size_t i = 0; i < b->used; i++)
		assert_true(b->rules[i].reason == NULL);
	struct lr_check_query q = {.budget = b,
		.from_file = b->used,
		.runs = (const struct lr_measure *const *)&low,
		.runs_used = 1};
	struct lr_check *c = lr_check_make(&q);
	assert_int_equal(c->status, LR_CHECK_PASSED);
	assert_int_equal(c->loose, 0);
	lr_check_free(c);
	lr_budget_free(none);
	lr_budget_free(b);
	lr_measure_free(runs[0]);
	lr_measure_free(runs[1]);
	lr_measure_free(low);
}

/* What leaks in any of the runs is not new. */
static void leaks_of_several(void **state)
{
	struct lr_measure *runs[3] = {made(10), made(10), made(10)}, *again = made(10);
	struct lr_error err = {{0}};
	(void)state;
	row(runs[1], site(runs[1], "main run rare"), 0, 0, LR_METRIC_POSSIBLE, 2);
	row(runs[2], site(runs[2], "main run rare"), 0, 0, LR_METRIC_POSSIBLE, 2);
	row(again, site(again, "main run rare"), 0, 0, LR_METRIC_POSSIBLE, 1);
	struct lr_budget *none = lr_budget_new(), *b = lr_budget_make(none, true, runs, 3);
	assert_int_equal(b->rules[0].what.kind, LR_QUANTITY_NEW_LEAKS);
	char *text = text_of(b);
	struct lr_budget *read = lr_budget_from_text(text, strlen(text), &err);
	assert_non_null(read);
	struct lr_check *c = judged(read, "function:parse:allocations=baseline", &again, 1, NULL);
	assert_int_equal(c->status, LR_CHECK_PASSED);
	lr_check_free(c);
	lr_budget_free(read);
	lr_budget_free(none);
	lr_budget_free(b);
	free(text);
	for (int i = 0; i < 3; i++)
		lr_measure_free(runs[i]);
	lr_measure_free(again);
}

/* Where a site leaks in one run alone, the next may leak at another: no rule speaks of new ones. */
static void leaks_that_vary(void **state)
{
	struct lr_measure *runs[3] = {made(10), made(10), made(10)};
	(void)state;
	assert_false(lr_measure_leaks_vary(runs, 3));
	row(runs[1], site(runs[1], "main run rare"), 0, 0, LR_METRIC_INDIRECT, 2);
	assert_true(lr_measure_leaks_vary(runs, 3));
	assert_false(lr_measure_leaks_vary(runs + 1, 1));
	struct lr_budget *none = lr_budget_new(), *b = lr_budget_make(none, true, runs, 3);
	assert_true(b->used > 0);
	for (size_t i = 0; i < b->used; i++)
		assert_int_not_equal(b->rules[i].what.kind, LR_QUANTITY_NEW_LEAKS);
	lr_budget_free(none);
	lr_budget_free(b);
	for (int i = 0; i < 3; i++)
		lr_measure_free(runs[i]);
}

/* No limit gets wider: what is within its tolerance above the baseline keeps the old one. */
static void tightened(void **state)
{
	static const char *const rules[] = {"allocations<=100",
		"function:read:allocations<=baseline+9", "function:parse:allocations<=baseline+1",
		"region:load:bytes>=baseline-50%"};
	struct lr_measure *before = made(14), *m = made(10);
	struct lr_budget *b = lr_budget_new();
	struct lr_check *c = NULL;
	(void)state;
	row(m, site(m, "main read"), 2, 1, LR_METRIC_ALLOCATIONS, 3);
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		lr_check_free(c);
		if (i == 0)
			b->baseline = before;
		c = judged(b, rules[i], &m, 1, NULL);
	}
	assert_int_equal(c->status, LR_CHECK_PASSED);
	assert_int_equal(c->loose, 2);
	struct lr_measure *taken = made(10);
	assert_int_equal(lr_budget_tighten(b, c, taken), 2);
	lr_check_free(c);
	assert_true(b->rules[0].max.amount == 19);
	assert_true(*lr_budget_pinned(b, "function:read:allocations") == 5);
	assert_true(*lr_budget_pinned(b, "function:parse:allocations") == 10);
	assert_true(*lr_budget_pinned(b, "region:load:bytes") == 1140);
	lr_budget_free(b);
	lr_measure_free(m);
}

/* Files that are no budgets, and what is said of them. */
static void wrong_budgets(void **state)
{
	static const char *const rows[][2] = {{"", "line 1: this is not JSON: the file is empty"},
		{"{", "line 1: this is not JSON"}, {"[]", "must be an object"}, {"{}", "no budget"},
		{"{\"leaktrace_budget\": \"1\"}", "version"},
		{"{\"leaktrace_budget\": 0}", "version"},
		{"{\n\"leaktrace_budget\": 7}", "line 2: this budget is of version 7"},
		{"{\"leaktrace_budget\": 1,\n\n\"rulez\": []}", "line 3: \"rulez\" is unknown"},
		{"{\"leaktrace_budget\": 1,\n\"rules\": {}}", "line 2: \"rules\" must be a list"},
		{"{\"leaktrace_budget\": 1, \"rules\": [\n{\"metric\": \"no-leaks\"},\n7]}",
			"line 3: a rule must be an object"},
		{"{\"leaktrace_budget\": 1, \"rules\": [{\"metric\": \"no-leaks\"},\n{\"metric\":\n"
		 "\"bites\", \"max\": 1}]}",
			"line 3: \"bites\""},
		{"{\"leaktrace_budget\": 1, \"baseline\": 1}", "must be an object"},
		{"{\"leaktrace_budget\": 1, \"baseline\": {\n\"processes\": -1}}",
			"line 2: \"processes\" must be a whole number"},
		{"{\"leaktrace_budget\": 1, \"baseline\": {\"sites\": [{}]}}", "\"path\""},
		{"{\"leaktrace_budget\": 1, \"baseline\": {\"sites\": [{\"path\": []}]}}",
			"\"path\""},
		{"{\"leaktrace_budget\": 1, \"baseline\": {\"sites\":\n [\n{\"path\": [\"a!b\"],\n "
		 "\"bites\": 1}]}}",
			"line 4: \"bites\" is unknown here"},
		{"{\"leaktrace_budget\": 1, \"baseline\": {\"total\": {\"bytes\": 1.5}}}", "bytes"},
		{"{\"leaktrace_budget\": 1, \"leaktrace_budget\": 1}", "duplicate"}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lr_error err = {{0}};
		struct lr_budget *b = lr_budget_from_text(rows[i][0], strlen(rows[i][0]), &err);
		if (b)
			fail_msg("%s is taken for a budget", rows[i][0]);
		if (!strstr(err.text, rows[i][1]) || strncmp(err.text, "line ", 5) != 0)
			fail_msg("%s: %s", rows[i][0], err.text);
	}
}

/* Of very many sites the largest stay, those that leak too, and what is left out is never called
 * new. */
static void large_baselines(void **state)
{
	enum { SITES = 5000 };
	struct lr_measure *m = empty(), *runs[1];
	struct lr_error err = {{0}};
	(void)state;
	for (unsigned i = 0; i < SITES; i++) {
		char *path = lr_format("main f%u", i);
		uint32_t s = site(m, path);
		row(m, s, 0, 0, LR_METRIC_ALLOCATIONS, 1 + (i % 10 == 0) * i);
		if (i % 1000 == 3)
			row(m, s, 0, 0, LR_METRIC_DEFINITE, 1);
		free(path);
	}
	runs[0] = m;
	struct lr_budget *none = lr_budget_new(), *b = lr_budget_make(none, true, runs, 1);
	char *text = text_of(b);
	struct lr_budget *again = lr_budget_from_text(text, strlen(text), &err);
	assert_non_null(again);
	assert_false(again->baseline->whole);
	assert_in_range(again->baseline->sites_used, 400, 1100);
	assert_true(again->rest_sites + again->baseline->sites_used == SITES);
	assert_true(again->baseline->total.of[LR_METRIC_ALLOCATIONS] ==
		    m->total.of[LR_METRIC_ALLOCATIONS]);
	row(m, site(m, "main f4990"), 0, 0, LR_METRIC_ALLOCATIONS, 3);
	struct lr_check *c = judged(again, "allocations<=baseline", runs, 1, NULL);
	assert_int_equal(c->failed, 2);
	for (size_t i = 0; i < c->rules_used; i++)
		if (c->rules[i].status == LR_CHECK_FAILED) {
			assert_string_equal(c->rules[i].sites[0].site->means->function, "f4990");
			assert_true(
				c->rules[i].sites[0].actual == c->rules[i].sites[0].baseline + 3);
		}
	assert_int_equal(c->unknown, 0);
	lr_check_free(c);
	/* Of a function that was left out it is only known how much it may have had. */
	c = judged(again, "function:f17:allocations<=baseline", runs, 1, NULL);
	assert_int_equal(c->rules[c->rules_used - 1].status, LR_CHECK_UNKNOWN);
	lr_check_free(c);
	free(text);
	lr_budget_free(again);
	lr_measure_free(m);
	lr_budget_free(none);
	lr_budget_free(b);
}

/* A test that no longer runs is told, and makes nothing loose. */
static void absent_programs(void **state)
{
	struct lr_measure *both = made(10), *one = made(8);
	struct lr_budget *b = lr_budget_new();
	(void)state;
	lr_measure_program(both, "other");
	struct lr_check *c = judged(b, "allocations<=100", &one, 1, both);
	assert_int_equal(c->status, LR_CHECK_PASSED);
	assert_int_equal(c->loose, 0);
	assert_int_equal(c->notes_used, 1);
	assert_non_null(strstr(c->notes[0], "other"));
	lr_check_free(c);
	lr_budget_free(b);
	lr_measure_free(both);
	lr_measure_free(one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(counts), cmocka_unit_test(limits),
		cmocka_unit_test(zero_baseline), cmocka_unit_test(sums_stay_at_the_last_number),
		cmocka_unit_test(unknowns), cmocka_unit_test(threads_that_are_not_told_apart),
		cmocka_unit_test(new_leaks), cmocka_unit_test(culprits), cmocka_unit_test(repeated),
		cmocka_unit_test(looseness), cmocka_unit_test(round_trip),
		cmocka_unit_test(brought_up_to_date), cmocka_unit_test(made_of_several),
		cmocka_unit_test(leaks_of_several), cmocka_unit_test(leaks_that_vary),
		cmocka_unit_test(tightened), cmocka_unit_test(wrong_budgets),
		cmocka_unit_test(large_baselines), cmocka_unit_test(absent_programs)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
