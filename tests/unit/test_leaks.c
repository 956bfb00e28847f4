/* The view of leaks: classes by site, of several dumps and scans, with doubts and suppressions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/dumpread.h"
#include "tests/unit/dumpscan.h"
#include "tools/replay.h"
#include "tools/view/findings.h"

/* Sites 2 (the program's own) and 3 (of a library) lose and keep blocks; each owns some of site 4.
 */
enum { N = 6 };
static const struct dg_block some[N] = {
	{.addr = 0x10000, .size = 100, .site = 2, .birth = 1, .verdict = LTF_VERDICT_DEFINITE},
	{.addr = 0x20000,
		.size = 10,
		.site = 4,
		.birth = 2,
		.verdict = LTF_VERDICT_INDIRECT,
		.leader = 0,
		.in = LTF_IN_BLOCK},
	{.addr = 0x30000,
		.size = 300,
		.site = 3,
		.birth = 3,
		.verdict = LTF_VERDICT_DEFINITE,
		.flags = LTF_SCANNED_CYCLE},
	{.addr = 0x40000,
		.size = 20,
		.site = 4,
		.birth = 4,
		.verdict = LTF_VERDICT_INDIRECT,
		.leader = 2,
		.in = LTF_IN_BLOCK,
		.holder = 2},
	{.addr = 0x50000, .size = 5, .site = 2, .birth = 5, .verdict = LTF_VERDICT_POSSIBLE},
	{.addr = 0x60000, .size = 7, .site = 3, .birth = 6, .verdict = LTF_VERDICT_REACHABLE}};

static void begin(struct dg *g)
{
	dg_init(g, 0, 0);
	dg_module(g, 1, 0x5000000, 0x5000000, 0x5010000, "", "/opt/demo/bin/demo");
	dg_module(g, 2, 0x7000000, 0x7000000, 0x7020000, "", "/opt/demo/lib/libx.so.1");
	dg_node(g, 1, 0, 0x5001100, 1, 0);
	dg_node(g, 2, 1, 0x5001234, 1, 0);
	dg_node(g, 3, 1, 0x7004321, 2, 0);
	dg_node(g, 4, 1, 0x5004444, 1, 0);
	for (int i = 0; i < N; i++)
		dg_alloc(g, some[i].addr, some[i].size, some[i].site, LTF_API_MALLOC);
}

static void add(struct lr_model *m, struct dg *g)
{
	struct lr_error err;
	struct lr_source *s = dr_open(g->file, g->size, &err);
	struct lr_tally *t = lr_tally_new(&lr_selection_all, &lr_limits_default);
	lr_replay_source(s, t, NULL, NULL);
	lr_model_add(m, "dump", s, t);
	lr_tally_free(t);
	lr_source_close(s);
	dg_free(g);
}

/* A dump with that many scans; the first ones know of no loss. */
static void add_scanned(struct lr_model *m, uint32_t scans, uint64_t unknown_threads)
{
	struct dg g;
	struct dg_block fine[N];
	begin(&g);
	for (int i = 0; i < N; i++) {
		fine[i] = some[i];
		fine[i].verdict = LTF_VERDICT_REACHABLE;
		fine[i].flags = 0;
	}
	for (uint32_t i = 1; i <= scans; i++) {
		struct dg_scan s = {.number = i,
			.blocks = i < scans ? fine : some,
			.n_blocks = N,
			.figure = {[LTF_SCAN_UNKNOWN_THREADS] = unknown_threads}};
		dg_scan(&g, &s);
	}
	dg_finish(&g, 0);
	add(m, &g);
}

struct asked {
	struct lr_model *m;
	struct lr_names *names;
	struct lr_query sites;
	struct lr_leak_query q;
};

static void ask(struct asked *a, struct lr_model *m)
{
	struct lr_symbol_options none = {.sysroot = "/nonexistent"};
	*a = (struct asked){
		.m = m, .names = lr_names_open(m, &none), .sites = {.limit = 100, .stack_max = 10}};
	a->q = (struct lr_leak_query){.sites = &a->sites,
		.classes = (1u << LR_LEAK_CLASS_COUNT) - 1,
		.scan = LR_SCANS_LAST};
}

static void done(struct asked *a)
{
	lr_names_close(a->names);
	lr_model_free(a->m);
}

static void sums_are(const struct lr_leaks *l, const uint64_t bytes[LR_LEAK_CLASS_COUNT])
{
	for (unsigned c = 0; c < LR_LEAK_CLASS_COUNT; c++)
		if (l->of[c].bytes != bytes[c])
			fail_msg("%s: %lu bytes, not %lu", lr_leak_keys[c],
				(unsigned long)l->of[c].bytes, (unsigned long)bytes[c]);
}

static void last_scan_counts(void **state)
{
	struct asked a;
	(void)state;
	struct lr_model *m = lr_model_new();
	add_scanned(m, 3, 0);
	ask(&a, m);
	struct lr_leaks *l = lr_leaks_make(m, a.names, &a.q);
	const uint64_t last[] = {400, 5, 30, 7, 0, 0}, first[] = {0, 0, 0, 442, 0, 0};
	sums_are(l, last);
	assert_int_equal(l->judged, 1);
	assert_int_equal(l->rows[0].sum.bytes, 300); /* with 20 that it owns: most */
	assert_int_equal(l->rows[0].owned.bytes, 20);
	assert_int_equal(l->rows[0].cycles, 1);
	assert_int_equal(l->rows[0].owns_used, 1);
	assert_int_equal(l->rows[1].owned.bytes, 10);
	assert_int_equal(l->rows[1].cycles, 0);
	lr_leaks_free(l);
	a.q.scan = 1;
	l = lr_leaks_make(m, a.names, &a.q);
	sums_are(l, first);
	lr_leaks_free(l);
	done(&a);
}

/* Where registers of a thread are not known, nothing is surely lost. */
static void doubt(void **state)
{
	struct asked a;
	(void)state;
	struct lr_model *m = lr_model_new();
	add_scanned(m, 1, 1);
	ask(&a, m);
	struct lr_leaks *l = lr_leaks_make(m, a.names, &a.q);
	const uint64_t doubted[] = {0, 435, 0, 7, 0, 0};
	sums_are(l, doubted);
	lr_leaks_free(l);
	struct lr_findings *f = lr_findings_make(m, a.names, &a.q, NULL, "leak.");
	for (size_t i = 0; i < f->used; i++)
		assert_string_equal(f->list[i].kind, "leak.possible");
	assert_int_equal(f->used, 3);
	lr_findings_free(f);
	done(&a);
}

static void dumps_are_put_together(void **state)
{
	struct asked a;
	struct dg g;
	(void)state;
	struct lr_model *m = lr_model_new();
	add_scanned(m, 1, 0);
	add_scanned(m, 1, 0);
	begin(&g);
	dg_finish(&g, 0);
	add(m, &g);
	ask(&a, m);
	struct lr_leaks *l = lr_leaks_make(m, a.names, &a.q);
	const uint64_t both[] = {800, 10, 60, 14, 0, 442};
	sums_are(l, both);
	assert_int_equal(l->judged, 2);
	assert_non_null(l->scans[2].why_none);
	lr_leaks_free(l);
	struct lr_findings *f = lr_findings_make(m, a.names, &a.q, NULL, "leak.");
	assert_int_equal(f->used, 3); /* a site is one finding */
	assert_int_equal(f->list[0].count, 2);
	assert_int_equal(f->list[0].bytes, 600);
	assert_string_equal(f->list[0].kind, "leak.definite");
	assert_int_equal(f->list[0].severity, LR_SEVERITY_HIGH);
	lr_findings_free(f);
	done(&a);
}

/* What a suppressed block owns is suppressed with it, and stays shown where another owns it. */
static void suppressed(void **state)
{
	static const char text[] = "leak:libx.so\n";
	struct asked a;
	struct lr_error err;
	(void)state;
	struct lr_model *m = lr_model_new();
	add_scanned(m, 1, 0);
	ask(&a, m);
	struct lr_rules *rules = lr_rules_new();
	assert_int_equal(lr_rules_add_text(rules, "test", text, sizeof(text) - 1, &err), 0);
	a.q.suppressor = lr_suppressor_new(m, a.names, rules);
	struct lr_leaks *l = lr_leaks_make(m, a.names, &a.q);
	const uint64_t less[] = {100, 5, 10, 7, 320, 0};
	sums_are(l, less);
	lr_leaks_free(l);
	struct lr_findings *f = lr_findings_make(m, a.names, &a.q, NULL, "leak.");
	assert_int_equal(f->used, 2);
	lr_findings_free(f);
	lr_suppressor_free(a.q.suppressor);
	lr_rules_free(rules);
	done(&a);
}

/* All the rows, however they are grouped, add up to the sums. */
static void groups(void **state)
{
	struct asked a;
	(void)state;
	struct lr_model *m = lr_model_new();
	add_scanned(m, 1, 0);
	ask(&a, m);
	for (int group = 0; group < LR_GROUP_THREAD; group++) {
		a.sites.group = (enum lr_group)group;
		struct lr_leaks *l = lr_leaks_make(m, a.names, &a.q);
		uint64_t bytes = 0;
		for (size_t i = 0; i < l->used; i++)
			bytes += l->rows[i].sum.bytes;
		assert_int_equal(bytes, 442);
		assert_int_equal(l->used, l->all_rows);
		assert_int_equal(l->used, group == LR_GROUP_FILE ? 4 : 5);
		lr_leaks_free(l);
	}
	done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(last_scan_counts),
		cmocka_unit_test(doubt), cmocka_unit_test(dumps_are_put_together),
		cmocka_unit_test(suppressed), cmocka_unit_test(groups)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
