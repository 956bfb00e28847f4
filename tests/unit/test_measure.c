/* Measures: what makes two call paths one, and that all counts of a model get into one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/dumpread.h"
#include "tests/unit/dumpscan.h"
#include "tools/replay.h"
#include "tools/view/measure_parts.h"

static const char *path_text(const struct lr_measured_frame *f)
{
	static char text[512];
	size_t n = 0;
	for (text[0] = 0; f; f = f->outer)
		n += (size_t)snprintf(
			text + n, sizeof(text) - n, "%s%s", n ? "<" : "", f->function);
	return text;
}

/* A path, given from its last function inwards. */
static const struct lr_measured_frame *path(
	struct lr_measure *m, const char *const *names, const char *module)
{
	const struct lr_measured_frame *f = NULL;
	for (; *names; names++)
		f = lr_measure_frame(m, f, *names, module, false);
	return f;
}
#define PATH(m, ...) path(m, (const char *const[]){__VA_ARGS__, NULL}, "prog")

static void equal_paths_are_one_site(void **state)
{
	(void)state;
	struct lr_measure *m = lr_measure_new();
	const struct lr_measured_frame *a = PATH(m, "main", "parse", "node"),
				       *b = PATH(m, "main", "parse", "node");
	assert_ptr_equal(a, b);
	assert_int_equal(a->depth, 3);
	assert_ptr_equal(PATH(m, "main", "parse"), a->outer);
	assert_ptr_not_equal(path(m, (const char *[]){"main", "parse", "node", NULL}, "lib"), a);
	uint32_t site = lr_measure_site(m, a, "a.c", 3);
	assert_int_equal(lr_measure_site(m, b, "b.c", 4), site);
	assert_string_equal(m->sites[site].file, "a.c");
	assert_int_equal(m->sites_used, 1);
	lr_measure_free(m);
}

static void recursion_is_folded(void **state)
{
	(void)state;
	struct lr_measure *m = lr_measure_new();
	const struct lr_measured_frame *once = PATH(m, "main", "expr", "term", "node");
	assert_ptr_equal(PATH(m, "main", "expr", "term", "expr", "term", "node"), once);
	assert_ptr_equal(PATH(m, "main", "expr", "expr", "expr", "term", "term", "node"), once);
	assert_string_equal(path_text(once), "node<term<expr<main");
	/* Beyond the loop it goes on from where the function was first. */
	assert_string_equal(path_text(PATH(m, "main", "a", "b", "c", "b", "d")), "d<b<a<main");
	lr_measure_free(m);
}

static void who_is_meant(void **state)
{
	(void)state;
	struct lr_measure *m = lr_measure_new();
	uint32_t s = lr_measure_site(m, PATH(m, "main", "parse", "xmalloc", "my_calloc"), NULL, 0);
	assert_string_equal(m->sites[s].means->function, "parse");
	s = lr_measure_site(m, PATH(m, "xmalloc", "my_calloc"), NULL, 0);
	assert_string_equal(m->sites[s].means->function, "my_calloc");
	lr_measure_free(m);
}

static void rows_are_there_once(void **state)
{
	(void)state;
	struct lr_measure *m = lr_measure_new();
	uint32_t site = lr_measure_site(m, PATH(m, "main", "f"), NULL, 0);
	uint32_t jq = lr_measure_program(m, "jq"), sh = lr_measure_program(m, "sh");
	uint32_t a = lr_measure_thread(m, jq, "a"), b = lr_measure_thread(m, sh, "a");
	assert_int_not_equal(a, b);
	assert_int_equal(lr_measure_program(m, "jq"), jq);
	for (int i = 0; i < 2; i++) {
		lr_measure_row(m, site, jq, 0, 0)->of[0] += 1;
		lr_measure_row(m, site, jq, a + 1, 0)->of[0] += 2;
		lr_measure_row(m, site, sh, 0, 0)->of[0] += 3;
		lr_measure_row(m, site, jq, 0, 1)->of[0] += 4;
		lr_measure_finding(m, jq, "churn.x", site + 1)->count++;
		lr_measure_finding(m, sh, "churn.x", site + 1)->count++;
		lr_measure_resource(m, jq, "timers", 0)->open++;
	}
	assert_int_equal(m->rows_used, 4);
	for (uint64_t i = 0; i < 4; i++)
		assert_int_equal(m->rows[i].values.of[0], 2 * (i + 1));
	assert_int_equal(m->findings_used, 2);
	assert_int_equal(m->findings[1].count, 2);
	assert_int_equal(m->resources[0].open, 2);
	lr_measure_free(m);
}

static void names_lose_what_compilers_add(void **state)
{
	static const char *const rows[][2] = {{"f", "f"}, {"f.part.0", "f"}, {"f.isra.12", "f"},
		{"f.constprop.0.isra.0", "f"}, {"f.cold", "f"}, {"f.part.0.cold", "f"},
		{"f.lto_priv.0", "f"}, {"f.llvm.123456789", "f"}, {"f.__uniq.1234.llvm.56", "f"},
		{"inner.0", "inner"}, {"main._omp_fn.0", "main._omp_fn.0"},
		{"main.f.func1.2", "main.f.func1.2"}, {"ns::f(int) [clone .part.0]", "ns::f(int)"},
		{"ns::f(int) [clone .isra.0] [clone .cold]", "ns::f(int)"},
		{"core::fmt::write::h0123456789abcdef", "core::fmt::write"},
		{"a::h0123456789abcdeg", "a::h0123456789abcdeg"}, {".cold", ".cold"}, {"", ""},
		{"f.partial", "f.partial"}, {"counted", "counted"}, {"v1.5", "v1"}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t n = lr_measure_function_length(rows[i][0]);
		if (n != strlen(rows[i][1]) || strncmp(rows[i][0], rows[i][1], n) != 0)
			fail_msg("%s: %.*s, not %s", rows[i][0], (int)n, rows[i][0], rows[i][1]);
	}
}

static void modules_keep_their_sonames(void **state)
{
	static const char *const rows[][2] = {{"/usr/bin/jq", "jq"},
		{"/usr/lib/libsqlite3.so.0.8.6", "libsqlite3.so.0"},
		{"/lib/libc.so.6", "libc.so.6"}, {"libfoo-1.2.so", "libfoo-1.2.so"},
		{"/b/.libs/lt-test_x", "test_x"}, {"/b/lt-test_x", "lt-test_x"},
		{"/x/libz.so.1.debug", "libz.so.1"}, {"", ""}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t n;
		const char *name = lr_measure_module_name(rows[i][0], &n);
		if (n != strlen(rows[i][1]) || strncmp(name, rows[i][1], n) != 0)
			fail_msg("%s: %.*s, not %s", rows[i][0], (int)n, name, rows[i][1]);
	}
}

static void any_bytes_become_text(void **state)
{
	(void)state;
	struct lr_measure *m = lr_measure_new();
	const struct lr_measured_frame *f = PATH(m, "a\xff\x80z");
	assert_string_equal(f->function, "a\xef\xbf\xbd\xef\xbf\xbdz");
	assert_ptr_equal(PATH(m, "a\xef\xbf\xbd\xef\xbf\xbdz"), f);
	char *longest = malloc(200001); /* beyond a chunk, and the one before goes on */
	memset(longest, 'x', 200000);
	longest[200000] = 0;
	PATH(m, longest);
	for (int i = 0; i < 20000; i++) {
		char name[24];
		snprintf(name, sizeof(name), "function_%d", i);
		assert_string_equal(PATH(m, name)->function, name);
	}
	assert_string_equal(PATH(m, longest)->function, longest);
	assert_string_equal(f->function, "a\xef\xbf\xbd\xef\xbf\xbdz");
	free(longest);
	lr_measure_free(m);
}

/* Stacks of a program and a library, without names. */
static void begin(struct dg *g, const char *program)
{
	dg_init(g, 0, 0);
	strcpy(g->header.program, program);
	dg_module(g, 1, 0x5000000, 0x5000000, 0x5010000, "", "/opt/demo/bin/demo");
	dg_module(g, 2, 0x7000000, 0x7000000, 0x7020000, "", "/opt/demo/lib/libx.so.1.2");
	dg_module(g, 3, 0x8000000, 0x8000000, 0x8020000, "", "/opt/demo/lib/libc.so.6");
	dg_node(g, 1, 0, 0x8001100, 3, 0); /* what calls main */
	dg_node(g, 2, 1, 0x5001234, 1, 0);
	dg_node(g, 3, 2, 0x7004321, 2, 0);
	dg_node(g, 4, 1, 0x8004444, 3, 0);
	dg_node(g, 10, 0, 0x5001000, 1, LTF_NODE_CUT);
	dg_node(g, 11, 10, 0x5002000, 1, 0);
	dg_node(g, 12, 11, 0x5001000, 1, 0);
	dg_node(g, 13, 12, 0x5002000, 1, 0);
	dg_node(g, 14, 11, 0x5003000, 1, 0);
	dg_node(g, 15, 13, 0x5003000, 1, 0);
}

static void add(struct lr_measure *measure, struct dg *g, size_t dumps)
{
	struct lr_error err;
	struct lr_model *m = lr_model_new();
	for (size_t i = 0; i < dumps; i++) {
		struct lr_source *s = dr_open(g[i].file, g[i].size, &err);
		struct lr_tally *t = lr_tally_new(&lr_selection_all, &lr_limits_default);
		lr_replay_source(s, t, NULL, NULL);
		lr_model_add(m, "dump", s, t);
		lr_tally_free(t);
		lr_source_close(s);
		dg_free(&g[i]);
	}
	struct lr_names *names =
		lr_names_open(m, &(struct lr_symbol_options){.sysroot = "/nonexistent"});
	struct lr_query sites = {.limit = SIZE_MAX};
	struct lr_leak_query leaks = {.sites = &sites, .scan = LR_SCANS_LAST};
	lr_measure_add(measure, m, names, &(struct lr_measure_query){.leaks = &leaks});
	lr_names_close(names);
	lr_model_free(m);
}

static const struct lr_measured_row *row(
	const struct lr_measure *m, const char *program, const char *text)
{
	for (size_t i = 0; i < m->rows_used; i++)
		if (strcmp(m->programs[m->rows[i].program].name, program) == 0 &&
			strcmp(path_text(m->sites[m->rows[i].site].path), text) == 0)
			return &m->rows[i];
	fail_msg("%s: no row of %s", program, text);
	return NULL;
}

static void a_model_becomes_one(void **state)
{
	static const struct dg_block blocks[] = {{.addr = 0x10000,
							 .size = 100,
							 .site = 2,
							 .birth = 1,
							 .verdict = LTF_VERDICT_DEFINITE},
		{.addr = 0x20000,
			.size = 10,
			.site = 3,
			.birth = 2,
			.verdict = LTF_VERDICT_INDIRECT,
			.leader = 0,
			.in = LTF_IN_BLOCK}};
	struct lr_measure *m = lr_measure_new();
	struct dg g[2];
	(void)state;
	for (int i = 0; i < 2; i++) {
		begin(&g[i], "demo");
		dg_alloc(&g[i], 0x10000, 100, 2, LTF_API_MALLOC);
		dg_alloc(&g[i], 0x20000, 10, 3, LTF_API_MALLOC);
		dg_alloc(&g[i], 0x30000, 1, 0, LTF_API_MALLOC);
		dg_release(&g[i], LTF_W_FREE, 0x30000, 0);
		dg_alloc(&g[i], 0x30000, 1, 4, LTF_API_MALLOC);
		dg_release(&g[i], LTF_W_FREE, 0x30000, 0);
		dg_scan(&g[i], &(struct dg_scan){.number = 1, .blocks = blocks, .n_blocks = 2});
		dg_finish(&g[i], 0);
	}
	add(m, g, 2);
	begin(&g[0], "other");
	dg_alloc(&g[0], 0x10000, 7, 3, LTF_API_MALLOC);
	g[0].header.state = LTF_STATE_EXEC;
	dg_finish(&g[0], 0);
	add(m, g, 1);
	assert_int_equal(m->programs_used, 2);
	assert_int_equal(m->programs[0].processes, 2);
	assert_int_equal(m->programs[0].values.of[LR_METRIC_ALLOCATIONS], 8);
	assert_int_equal(m->total.of[LR_METRIC_ALLOCATIONS], 9);
	assert_int_equal(m->total.of[LR_METRIC_BYTES], 2 * 112 + 7);
	assert_int_equal(m->total.of[LR_METRIC_TEMPORARY], 4);
	assert_int_equal(m->total.of[LR_METRIC_LIVE_BYTES], 2 * 110 + 7);
	assert_int_equal(m->total.of[LR_METRIC_DEFINITE], 2);
	assert_int_equal(m->total.of[LR_METRIC_INDIRECT_BYTES], 20);
	assert_int_equal(m->processes, 3);
	assert_int_equal(m->judged, 2);
	assert_int_equal(m->missed, 0);
	const struct lr_measured_row *r = row(m, "demo", "0x1234");
	assert_int_equal(r->values.of[LR_METRIC_DEFINITE_BYTES], 200);
	r = row(m, "demo", "0x4321<0x1234");
	assert_int_equal(r->values.of[LR_METRIC_PEAK], 20);
	assert_string_equal(m->sites[r->site].path->module, "libx.so.1");
	assert_int_equal(row(m, "other", "0x4321<0x1234")->site, r->site);
	assert_int_equal(row(m, "demo", "(no stack)")->values.of[LR_METRIC_ALLOCATIONS], 2);
	assert_int_equal(row(m, "demo", "0x4444")->values.of[LR_METRIC_ALLOCATIONS], 2);
	assert_int_equal(m->findings_used, 1);
	assert_string_equal(m->findings[0].kind, "leak.definite");
	assert_int_equal(m->findings[0].count, 2);
	lr_measure_free(m);
}

/* At whatever depth of a recursion it was cut. */
static void cut_stacks_are_one_site(void **state)
{
	struct lr_measure *m = lr_measure_new();
	struct dg g;
	(void)state;
	begin(&g, "demo");
	dg_alloc(&g, 0x10000, 1, 14, LTF_API_MALLOC);
	dg_alloc(&g, 0x20000, 1, 15, LTF_API_MALLOC);
	dg_finish(&g, 0);
	add(m, &g, 1);
	assert_int_equal(m->rows_used, 1);
	assert_int_equal(m->rows[0].values.of[LR_METRIC_ALLOCATIONS], 2);
	assert_string_equal(
		path_text(m->sites[m->rows[0].site].path), "0x3000<0x2000<0x1000<(cut)");
	lr_measure_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(equal_paths_are_one_site),
		cmocka_unit_test(recursion_is_folded), cmocka_unit_test(who_is_meant),
		cmocka_unit_test(rows_are_there_once),
		cmocka_unit_test(names_lose_what_compilers_add),
		cmocka_unit_test(modules_keep_their_sonames),
		cmocka_unit_test(any_bytes_become_text), cmocka_unit_test(a_model_becomes_one),
		cmocka_unit_test(cut_stacks_are_one_site)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
