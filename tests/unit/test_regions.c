/* Regions in a model, in a measure, and in the view of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/dumpread.h"
#include "tools/replay.h"
#include "tools/view/leaks.h"
#include "tools/view/measure.h"

static void region(struct dg *g, unsigned kind, uint64_t name)
{
	dg_res(g, kind, 0, 1, &name);
}

static void name(struct dg *g, uint64_t number, const char *text)
{
	uint8_t buf[64], *p = ltf_put(buf, number);
	memcpy(p, text, strlen(text));
	dg_blob(g, LTF_BLOB_NAME, buf, (size_t)(p - buf) + strlen(text));
}

/* Two entries of "load" and three of "load/parse", which stands in itself once; a second thread's
 * "parse"; what is in none. Names in the order of `names`. */
static void write(struct dg *g, const char *program, uint32_t load, uint32_t parse)
{
	uint64_t addr = 0x10000;
	dg_init(g, 0, 0);
	memcpy(g->header.program, program, strlen(program) + 1);
	dg_module(g, 1, 0x5000000, 0x5000000, 0x5010000, "", "/opt/demo/bin/demo");
	dg_node(g, 1, 0, 0x5001100, 1, 0);
	dg_node(g, 2, 1, 0x5001234, 1, 0);
	name(g, load, "load");
	dg_alloc(g, addr += 64, 1, 1, LTF_API_MALLOC);
	for (int i = 0; i < 2; i++) {
		region(g, LTF_RES_REGION_BEGIN, load);
		dg_alloc(g, addr += 64, 10, 1, LTF_API_MALLOC);
		for (int k = 0; k <= i; k++) {
			region(g, LTF_RES_REGION_BEGIN, parse);
			dg_alloc(g, addr += 64, 100, 2, LTF_API_MALLOC);
			dg_release(g, LTF_W_FREE, addr, LTF_API_MALLOC);
			region(g, LTF_RES_REGION_BEGIN, parse);
			if (k)
				dg_alloc(g, addr += 64, 1000, 2, LTF_API_MALLOC);
			region(g, LTF_RES_REGION_END, parse);
			region(g, LTF_RES_REGION_END, parse);
		}
		region(g, LTF_RES_REGION_END, load);
	}
	g->numbered = true;
	g->now = 2;
	name(g, parse, "parse");
	region(g, LTF_RES_REGION_BEGIN, parse);
	dg_alloc(g, addr += 64, 5, 2, LTF_API_MALLOC);
	dg_finish(g, 0);
}

static void add(struct lr_model *m, struct dg *g, bool by_thread)
{
	struct lr_error err;
	struct lr_selection sel = lr_selection_all;
	struct lr_source *s = dr_open(g->file, g->size, &err);
	sel.by_region = true;
	sel.by_thread = by_thread;
	struct lr_tally *t = lr_tally_new(&sel, &lr_limits_default);
	lr_replay_source(s, t, NULL, NULL);
	lr_model_add(m, "dump", s, t);
	lr_tally_free(t);
	lr_source_close(s);
	dg_free(g);
}

/* The same twice, with other numbers of names. */
static struct lr_model *two_dumps(bool by_thread)
{
	struct lr_model *m = lr_model_new();
	struct dg g;
	write(&g, "demo", 1, 2);
	add(m, &g, by_thread);
	write(&g, "demo", 9, 3);
	add(m, &g, by_thread);
	return m;
}

static const struct lr_region *region_of(const struct lr_model *m, const char *path)
{
	for (size_t i = 0; i < m->regions_used; i++)
		if (strcmp(m->regions[i].path, path) == 0)
			return &m->regions[i];
	fail_msg("no region %s", path);
	return NULL;
}

static void one_path_is_one_region(void **state)
{
	(void)state;
	struct lr_model *m = two_dumps(false);
	assert_int_equal(m->regions_used, 3);
	assert_string_equal(region_of(m, "load/parse")->name, "parse");
	assert_int_equal(region_of(m, "load/parse")->depth, 1);
	struct dg g;
	write(&g, "other", 2, 1);
	add(m, &g, false);
	assert_int_equal(m->regions_used, 6);
	lr_model_free(m);
}

struct wanted {
	const char *name;
	uint64_t entries, allocations, bytes, least[2], most[2];
};

static void check_region(const struct lr_measure *m, const struct wanted *w)
{
	size_t i = 0;
	while (i < m->regions_used && strcmp(m->regions[i].name, w->name) != 0)
		i++;
	assert_true(i < m->regions_used);
	const struct lr_measured_region *r = &m->regions[i];
	assert_int_equal(r->entries, w->entries);
	assert_int_equal(r->values.of[LR_METRIC_ALLOCATIONS], w->allocations);
	assert_int_equal(r->values.of[LR_METRIC_BYTES], w->bytes);
	for (int k = 0; k < 2; k++) {
		assert_int_equal(r->least[k], w->least[k]);
		assert_int_equal(r->most[k], w->most[k]);
	}
}

/* Rows of regions add up to all, and a region has what its inner ones have. */
static void a_measure_has_regions(void **state)
{
	static const struct wanted wanted[] = {
		{"load", 4, 2 * (2 + 3 + 1), 2 * (20 + 300 + 1000), {2, 110}, {4, 1210}},
		{"load/parse", 6, 2 * 4, 2 * 1300, {1, 100}, {2, 1100}},
		{"parse", 2, 2, 10, {1, 5}, {1, 5}}};
	(void)state;
	for (int by_thread = 0; by_thread < 2; by_thread++) {
		struct lr_model *model = two_dumps(by_thread);
		struct lr_symbol_options none = {.sysroot = "/nonexistent"};
		struct lr_names *names = lr_names_open(model, &none);
		struct lr_query sites = {.limit = SIZE_MAX};
		struct lr_leak_query leaks = {.sites = &sites, .scan = LR_SCANS_LAST};
		struct lr_measure_query q = {.leaks = &leaks, .by_region = true};
		struct lr_measure *m = lr_measure_new();
		lr_measure_add(m, model, names, &q);
		assert_true(m->by_region);
		assert_int_equal(m->regions_used, 3);
		for (size_t i = 0; i < 3; i++)
			check_region(m, &wanted[i]);
		uint64_t sum = 0, outside = 0;
		for (size_t i = 0; i < m->rows_used; i++) {
			uint64_t n = m->rows[i].values.of[LR_METRIC_ALLOCATIONS];
			sum += n;
			outside += m->rows[i].region ? 0 : n;
		}
		assert_int_equal(sum, model->total.allocations);
		assert_int_equal(outside, 2);
		lr_measure_free(m);
		lr_names_close(names);
		lr_model_free(model);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_path_is_one_region),
		cmocka_unit_test(a_measure_has_regions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
