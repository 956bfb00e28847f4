/* The records of scans, and what the reader makes of them: whole, cut, of the future, hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "format/scan.h"
#include "format/file.h"
#include "tests/unit/dumpread.h"
#include "tests/unit/dumpscan.h"
#include "tools/load.h"

enum { BLOCKS = 5000 };

/* Block i is definite where i % 10 is 0, and owns the nine behind it. */
static void fill(struct dg_block *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t lead = (uint32_t)(i / 10 * 10);
		b[i] = (struct dg_block){.addr = 0x100000 + i * 4096,
			.size = i % 10 ? 16 : 100,
			.site = i % 10 ? 2 : 1 + 2 * (i / 10 % 2),
			.birth = (uint32_t)(i * 7919),
			.verdict = i % 10 ? LTF_VERDICT_INDIRECT : LTF_VERDICT_DEFINITE,
			.flags = i % 10 == 0 && i < 1000 ? LTF_SCANNED_CYCLE : 0,
			.leader = lead,
			.in = i % 10 ? LTF_IN_BLOCK : LTF_IN_NOTHING,
			.holder = i % 10 ? (uint32_t)i - 1 : 0,
			.offset = i % 10};
	}
}

static struct lr_source *read_all(const struct dg *g, uint32_t keep)
{
	struct lr_error err;
	struct lr_run run;
	struct lr_source *s = dr_open(g->file, g->size, &err);
	assert_non_null(s);
	lr_source_scans(s)->keep = keep;
	while (lr_source_next(s, &run) > 0)
		;
	return s;
}

static void what_was_written(void **state)
{
	static struct dg_block b[BLOCKS];
	struct dg g;
	(void)state;
	fill(b, BLOCKS);
	dg_init(&g, 0, 0);
	struct dg_scan want = {.number = 7, .blocks = b, .n_blocks = BLOCKS, .per_table = 999};
	dg_scan(&g, &want);
	dg_finish(&g, 0);
	struct lr_source *s = read_all(&g, LR_SCANS_LAST);
	assert_string_equal(lr_source_status(s)->damage.text, "");
	const struct lr_scan *scan = lr_scans_get(lr_source_scans(s), LR_SCANS_LAST);
	assert_non_null(scan);
	assert_ptr_equal(scan, lr_scans_get(lr_source_scans(s), 7));
	assert_null(lr_scans_get(lr_source_scans(s), 8));
	assert_int_equal(scan->blocks_used, BLOCKS);
	for (size_t i = 0; i < BLOCKS; i++) {
		const struct lr_scan_block *got = &scan->blocks[i];
		assert_int_equal(got->addr, b[i].addr);
		assert_int_equal(got->size, b[i].size);
		assert_int_equal(got->site, b[i].site);
		assert_int_equal(got->birth, b[i].birth);
		assert_int_equal(got->verdict, b[i].verdict);
		assert_int_equal(got->flags, b[i].flags);
		assert_int_equal(got->leader, b[i].leader);
		assert_int_equal(got->in, b[i].in);
		assert_int_equal(got->holder, b[i].holder);
		assert_int_equal(got->offset, b[i].offset);
	}
	/* Sites 1 and 3 lead, and own blocks of site 2. */
	assert_int_equal(scan->sites_used, 3);
	assert_int_equal(scan->owned_used, 2);
	assert_int_equal(scan->sites[0].of[LTF_VERDICT_DEFINITE].blocks, 250);
	assert_int_equal(scan->sites[0].of[LTF_VERDICT_DEFINITE].bytes, 25000);
	assert_int_equal(scan->sites[0].owned.blocks, 9 * 250);
	assert_int_equal(scan->sites[0].cycles, 50);
	assert_int_equal(scan->sites[0].in_cycles.blocks, 500);
	assert_int_equal(scan->sites[0].addr, b[0].addr);
	assert_int_equal(scan->sites[1].of[LTF_VERDICT_INDIRECT].blocks, 4500);
	assert_int_equal(scan->owned[1].owner, 3);
	assert_int_equal(scan->owned[1].site, 2);
	assert_int_equal(scan->owned[1].sum.bytes, 9 * 250 * 16);
	lr_source_close(s);
	dg_free(&g);
}

/* Of the process's own blocks, each at most as large as it is. */
static void untouched_pages_are_summed_up(void **state)
{
	const struct dg_block b[] = {{.addr = 0x100000,
					     .size = 100 << 12,
					     .site = 1,
					     .verdict = LTF_VERDICT_REACHABLE,
					     .untouched = 99},
		{.addr = 0x200000, .size = 4096, .site = 1, .verdict = LTF_VERDICT_REACHABLE},
		{.addr = 0x300000,
			.size = 5000,
			.site = 1,
			.verdict = LTF_VERDICT_DEFINITE,
			.leader = 2,
			.untouched = UINT32_MAX},
		{.addr = 0x400000,
			.size = 100 << 12,
			.site = 1,
			.verdict = LTF_VERDICT_REACHABLE,
			.flags = LTF_SCANNED_INHERITED,
			.untouched = 99},
		{.addr = 0x500000,
			.size = 100 << 12,
			.site = 1,
			.verdict = LTF_VERDICT_REACHABLE,
			.flags = LTF_SCANNED_IGNORED,
			.untouched = 99}};
	struct dg g;
	(void)state;
	dg_init(&g, 0, 0);
	dg_scan(&g, &(struct dg_scan){.number = 1, .blocks = b, .n_blocks = 5});
	dg_finish(&g, 0);
	struct lr_source *s = read_all(&g, LR_SCANS_NONE);
	const struct lr_scan *scan = lr_scans_get(lr_source_scans(s), 1);
	assert_non_null(scan);
	assert_int_equal(scan->sites_used, 1);
	assert_int_equal(scan->sites[0].untouched.blocks, 2);
	assert_int_equal(scan->sites[0].untouched.bytes, (99 << 12) + 5000);
	lr_source_close(s);
	dg_free(&g);
}

static void only_sums_are_kept(void **state)
{
	static struct dg_block b[BLOCKS];
	struct dg g;
	(void)state;
	fill(b, BLOCKS);
	for (uint32_t keep = 0; keep < 3; keep++) {
		dg_init(&g, 0, 0);
		for (uint32_t n = 1; n <= 3; n++) {
			struct dg_scan one = {.number = n, .blocks = b, .n_blocks = n * 100};
			dg_scan(&g, &one);
		}
		dg_finish(&g, 0);
		struct lr_source *s = read_all(&g, keep == 2 ? LR_SCANS_LAST : keep);
		struct lr_scans *scans = lr_source_scans(s);
		assert_int_equal(scans->used, 3);
		for (uint32_t n = 1; n <= 3; n++) {
			bool kept = keep == 2 ? n == 3 : n == keep;
			assert_int_equal(scans->scan[n - 1].blocks_used, kept ? n * 100 : 0);
			assert_int_equal(scans->scan[n - 1].sites[0].of[4].blocks, n * 5);
		}
		lr_source_close(s);
		dg_free(&g);
	}
}

/* Inherited and ignored blocks are in no sum. */
static void nobodys_leak(void **state)
{
	struct dg_block b[30];
	struct dg g;
	(void)state;
	fill(b, 30);
	b[0].flags = LTF_SCANNED_INHERITED;
	b[20].flags = LTF_SCANNED_IGNORED;
	dg_init(&g, 0, 0);
	struct dg_scan scan = {.number = 1, .blocks = b, .n_blocks = 30};
	dg_scan(&g, &scan);
	dg_finish(&g, 0);
	struct lr_source *s = read_all(&g, LR_SCANS_NONE);
	const struct lr_scan *got = lr_scans_get(lr_source_scans(s), 1);
	uint64_t definite = 0;
	for (size_t i = 0; i < got->sites_used; i++)
		definite += got->sites[i].of[LTF_VERDICT_DEFINITE].blocks;
	assert_int_equal(definite, 1);
	assert_int_equal(got->figure[LTF_SCAN_INHERITED_BLOCKS], 1);
	assert_int_equal(got->figure[LTF_SCAN_IGNORED_BLOCKS], 1);
	lr_source_close(s);
	dg_free(&g);
}

/* In two tables, with texts that come before and behind; what is not there is "". */
static void descriptors(void **state)
{
	static const uint64_t fds[][LTF_FDS_COLUMNS] = {
		{3, LTF_FDS_CLOEXEC, 2, 2, 1, 1, 3}, {4, 0, 4, 0, 0, 0, 0, 5, UINT64_MAX}};
	static const char *const texts[] = {"here", "socket:[1]", ""};
	struct dg_scan want = {.number = 1, .fds = fds, .n_fds = 2, .texts = texts, .n_texts = 3};
	struct dg g;
	(void)state;
	want.figure[LTF_SCAN_FDS] = 2;
	dg_init(&g, 0, 0);
	dg_scan(&g, &want);
	want.number = 2;
	dg_scan_open(&g, &want);
	dg_record(&g, LTF_REC_TEXTS, "\x02\x04more\x05", 7); /* cut */
	dg_scan_close(&g, &want);
	want.number = 3;
	dg_scan(&g, &want);
	dg_finish(&g, 0);
	struct lr_source *s = read_all(&g, LR_SCANS_NONE);
	const struct lr_scans *scans = lr_source_scans(s);
	assert_int_equal(scans->damaged, 1);
	assert_int_equal(scans->used, 2);
	assert_null(lr_scans_get(scans, 2));
	const struct lr_scan *scan = lr_scans_get(scans, 3);
	assert_int_equal(scan->figure[LTF_SCAN_FDS], 2);
	assert_int_equal(scan->fds_used, 2);
	assert_int_equal(scan->fds[0].number, 3);
	assert_int_equal(scan->fds[0].flags, LTF_FDS_CLOEXEC);
	assert_string_equal(lr_scan_text(scan, scan->fds[0].name), "socket:[1]");
	assert_string_equal(lr_scan_text(scan, scan->fds[0].local), "here");
	assert_string_equal(lr_scan_text(scan, scan->fds[0].peer), "");
	assert_string_equal(lr_scan_text(scan, scan->fds[1].name), "");
	assert_string_equal(lr_scan_text(scan, 0), "");
	assert_int_equal(scan->fds[1].expires, 5);
	assert_true(scan->fds[1].interval == UINT64_MAX);
	lr_source_close(s);
	dg_free(&g);
}

/* One that has ended, one that waits for ever in read(0), and the first; timers of two clocks. */
static void threads_and_timers(void **state)
{
	static const uint64_t threads[][LTF_PTHREAD_COLUMNS] = {
		{0x7f0010, 0, LTF_PTHREAD_ENDED, 0x700000, 8 << 20, 12288},
		{0x7f0020, 12, LTF_PTHREAD_DETACHED, 0x600000, 8 << 20, 8192, 0 + 1,
			LTF_PTHREAD_WAITS_FOREVER, 0},
		{0x7f0030, 10, LTF_PTHREAD_MAIN}};
	static const uint64_t timers[][LTF_TIMER_COLUMNS] = {
		{0, 3, 0, 1, 14, 10}, {0x1235, 4, 11 /* -6 */, 4, 32, 11}};
	struct dg_scan want = {
		.number = 1, .pthreads = threads, .n_pthreads = 3, .timers = timers, .n_timers = 2};
	struct dg g;
	(void)state;
	want.figure[LTF_SCAN_TASKS] = 2;
	want.figure[LTF_SCAN_TIMERS] = 3;
	dg_init(&g, 0, 0);
	dg_scan(&g, &want);
	dg_finish(&g, 0);
	struct lr_source *s = read_all(&g, LR_SCANS_NONE);
	const struct lr_scan *scan = lr_scans_get(lr_source_scans(s), 1);
	assert_int_equal(scan->figure[LTF_SCAN_TIMERS], 3);
	assert_int_equal(scan->pthreads_used, 3);
	assert_int_equal(scan->pthreads[0].tid, 0);
	assert_int_equal(scan->pthreads[0].stack_touched, 12288);
	assert_int_equal(scan->pthreads[1].handle, 0x7f0020);
	assert_int_equal(scan->pthreads[1].call, 1);
	assert_int_equal(scan->pthreads[1].waits, LTF_PTHREAD_WAITS_FOREVER);
	assert_int_equal(scan->pthreads[2].flags, LTF_PTHREAD_MAIN);
	assert_int_equal(scan->timers_used, 2);
	assert_int_equal(scan->timers[1].value, 0x1234);
	assert_int_equal(scan->timers[1].clock, -6);
	assert_int_equal(scan->timers[1].task, 11);
	lr_source_close(s);
	dg_free(&g);
}

/* They stand behind each other, whatever they are. */
static void mappings(void **state)
{
	static const uint64_t maps[][LTF_MAPS_COLUMNS] = {
		{16, 2, LTF_MAPPING_OWN, LTF_MAPS_READ | LTF_MAPS_FILE, LTF_MAPS_HELD, 1, 1},
		{0, 1, LTF_MAPPING_KINDS, 3}, {5, 4, LTF_MAPPING_BRK, 3}};
	static const char *const texts[] = {"/a file"};
	struct dg_scan want = {
		.number = 1, .maps = maps, .n_maps = 3, .texts = texts, .n_texts = 1};
	struct dg g;
	(void)state;
	want.figure[LTF_SCAN_MAPPED_BYTES] = 8192;
	dg_init(&g, 0, 0);
	dg_scan(&g, &want);
	dg_finish(&g, 0);
	struct lr_source *s = read_all(&g, LR_SCANS_NONE);
	const struct lr_scan *scan = lr_scans_get(lr_source_scans(s), 1);
	assert_non_null(scan);
	assert_int_equal(scan->figure[LTF_SCAN_MAPPED_BYTES], 8192);
	assert_int_equal(scan->maps_used, 3);
	assert_int_equal(scan->maps[0].start, 65536);
	assert_int_equal(scan->maps[0].length, 8192);
	assert_int_equal(scan->maps[0].resident, 4096);
	assert_int_equal(scan->maps[0].flags, LTF_MAPS_HELD);
	assert_int_equal(scan->maps[0].access, LTF_MAPS_READ | LTF_MAPS_FILE);
	assert_string_equal(lr_scan_text(scan, scan->maps[0].name), "/a file");
	assert_int_equal(scan->maps[1].start, 65536 + 8192);
	assert_int_equal(scan->maps[1].kind, LTF_MAPPING_KINDS);
	assert_int_equal(scan->maps[2].start, 65536 + 8192 + 4096 + 5 * 4096);
	lr_source_close(s);
	dg_free(&g);
}

/* Cut anywhere, a table is refused or gives fewer rows than it announced. */
static void cut_tables(void **state)
{
	uint8_t body[200], *p;
	uint64_t v[LTF_TABLE_COLUMNS];
	uint32_t lengths[] = {3, 0, 6, 2};
	struct ltf_table t = {.scan = 5, .first = 9, .rows = 3};
	(void)state;
	p = ltf_table_head(body, &t, lengths, 4);
	for (int i = 0; i < 11; i++)
		*p++ = (uint8_t)(i < 3 ? i + 1 : i % 2 ? 0x81 : 0x01);
	size_t len = (size_t)(p - body);
	assert_int_equal(ltf_table_open(&t, body, len), 0);
	assert_int_equal(t.scan, 5);
	assert_int_equal(t.first, 9);
	for (int i = 0; i < 3; i++) {
		int got = ltf_table_row(&t, v);
		assert_int_equal(got, i < 1 ? 1 : -1);
		if (got < 0)
			break;
		assert_int_equal(v[0], 1);
		assert_int_equal(v[1], 0);
		assert_int_equal(v[2], 129);
	}
	for (size_t n = 0; n < len; n++) {
		uint8_t *cut = malloc(n + 1);
		memcpy(cut, body, n);
		assert_int_equal(ltf_table_open(&t, cut, n), -1);
		free(cut);
	}
}

/* More rows than the first column has bytes, more columns than a reader looks at. */
static void of_the_future(void **state)
{
	uint8_t body[400], *p = body;
	uint64_t v[LTF_TABLE_COLUMNS];
	struct ltf_table t = {.rows = 2};
	(void)state;
	p = ltf_put(ltf_put(ltf_put(ltf_put(p, 1), 0), 2), 30);
	for (int i = 0; i < 30; i++)
		p = ltf_put(p, 2);
	for (uint8_t i = 0; i < 60; i++)
		*p++ = i;
	assert_int_equal(ltf_table_open(&t, body, (size_t)(p - body)), 0);
	assert_int_equal(ltf_table_row(&t, v), 1);
	assert_int_equal(v[LTF_TABLE_COLUMNS - 1], 2 * (LTF_TABLE_COLUMNS - 1));
	assert_int_equal(ltf_table_row(&t, v), 1);
	assert_int_equal(ltf_table_row(&t, v), 0);
	body[2] = 3;
	assert_int_equal(ltf_table_open(&t, body, (size_t)(p - body)), -1);

	uint64_t figure[LTF_SCAN_FIGURE_COUNT] = {0}, scan;
	p = ltf_put(ltf_put(ltf_put(body, 3), 1000000), 5);
	p = ltf_put(ltf_put(p, LTF_SCAN_THREADS), 8);
	assert_int_equal(ltf_figures_get(body, (size_t)(p - body), &scan, figure), 0);
	assert_int_equal(scan, 3);
	assert_int_equal(figure[LTF_SCAN_THREADS], 8);
	assert_int_equal(ltf_figures_get(body, (size_t)(p - body) - 1, &scan, figure), -1);
}

/* What a dump makes its reader remember ends at the limits. */
static void limits(void **state)
{
	static struct dg_block b[BLOCKS];
	static const struct {
		size_t blocks, cells;
	} rows[] = {{100, 1000}, {1 << 20, 2}};
	(void)state;
	fill(b, BLOCKS);
	for (int i = 0; i < 2; i++) {
		struct dg g;
		dg_init(&g, 0, 0);
		struct dg_scan scan = {
			.number = 1, .blocks = b, .n_blocks = BLOCKS, .per_table = 50};
		dg_scan(&g, &scan);
		dg_finish(&g, 0);
		struct lr_limits few = lr_limits_default;
		few.scan_blocks = rows[i].blocks;
		few.cells = rows[i].cells;
		struct lr_error err;
		struct lr_run run;
		struct lr_source *s = dr_open(g.file, g.size, &err);
		lr_source_scans(s)->limits = &few;
		lr_source_scans(s)->keep = LR_SCANS_ALL;
		while (lr_source_next(s, &run) > 0)
			;
		const struct lr_scan *got = lr_scans_get(lr_source_scans(s), 1);
		assert_non_null(got);
		assert_true(got->cut);
		assert_true(got->blocks_used <= rows[i].blocks);
		assert_true(got->sites_used + got->owned_used <= rows[i].cells);
		assert_true(lr_source_scans(s)->over_limit > 0);
		lr_source_close(s);
		dg_free(&g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_written),
		cmocka_unit_test(untouched_pages_are_summed_up),
		cmocka_unit_test(only_sums_are_kept), cmocka_unit_test(nobodys_leak),
		cmocka_unit_test(descriptors), cmocka_unit_test(mappings),
		cmocka_unit_test(threads_and_timers), cmocka_unit_test(cut_tables),
		cmocka_unit_test(of_the_future), cmocka_unit_test(limits)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
