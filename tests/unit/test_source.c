/* Reading dumps: whole, cut, damaged, hostile, and while they are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "format/chunk.h"
#include "format/varint.h"
#include "tests/unit/dumpread.h"

/* Thread 1 allocates n blocks, in chunks of a few runs. */
static void allocations(struct dg *g, int from, int n)
{
	for (int i = from; i < from + n; i++) {
		dg_alloc(g, 0x10000 + (uint64_t)i * 32, (uint64_t)i % 100, 0, LTF_API_MALLOC);
		if (i % 100 == 99) {
			dg_drain(g, 1);
			dg_seal(g);
		}
	}
}

static uint64_t counted(const struct dg *g, struct lr_source_status *status)
{
	struct lr_tally *t = dr_replay(g->file, g->size, status);
	uint64_t n = t->total.allocations;
	assert_int_equal(t->missed.overlaps, 0);
	lr_tally_free(t);
	return n;
}

static void finished(void **state)
{
	(void)state;
	for (uint32_t codec = 0; codec < 2; codec++) {
		struct dg g;
		struct lr_source_status st;
		dg_init(&g, 0, 0);
		g.codec = codec;
		allocations(&g, 0, 5000);
		dg_finish(&g, 7);
		assert_int_equal(counted(&g, &st), 5000);
		assert_true(st.finish_seen);
		assert_int_equal(st.finish_events, 5000);
		assert_int_equal(st.events, 5000);
		assert_string_equal(st.damage.text, "");
		dg_free(&g);
	}
}

/* The stream goes on behind the ring's extent; undrained words stand in the ring. */
static void unfinished_with_ring(void **state)
{
	(void)state;
	for (int n = 0; n < 6000; n += 271) {
		struct dg g;
		struct lr_source_status st;
		dg_init(&g, 4096 + 2048, 3);
		allocations(&g, 0, n);
		dg_leave(&g);
		assert_int_equal(counted(&g, &st), n);
		assert_int_equal(st.damages, 0);
		dg_free(&g);
	}
}

static void a_run_appended_twice_counts_once(void **state)
{
	(void)state;
	struct dg g;
	struct lr_source_status st;
	dg_init(&g, 0, 0);
	allocations(&g, 0, 50);
	struct dg_thread before = g.threads[1];
	dg_drain(&g, 1);
	g.threads[1] = before; /* a drainer that was replaced comes back .. */
	dg_drain(&g, 1);
	g.threads[1] = before; /* .. and one that sees more of the block */
	allocations(&g, 50, 20);
	dg_drain(&g, 1);
	dg_finish(&g, 0);
	assert_int_equal(counted(&g, &st), 70);
	assert_int_equal(st.duplicate_runs, 2);
	dg_free(&g);
}

static void cut_anywhere(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	allocations(&g, 0, 2000);
	dg_finish(&g, 0);
	size_t whole = g.size;
	for (size_t n = LTF_HEADER_SIZE; n < whole; n += 37) {
		struct lr_source_status st;
		g.size = n;
		assert_in_range(counted(&g, &st), 0, 2000);
		assert_non_null(strstr(st.damage.text, "cut off at byte"));
	}
	g.size = whole;
	dg_free(&g);
}

static void damage_is_stepped_over(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	allocations(&g, 0, 2000);
	dg_finish(&g, 0);
	for (size_t at = LTF_HEADER_SIZE; at < g.size - 60; at += 97) {
		struct lr_source_status st;
		g.file[at] ^= 0x10;
		uint64_t n = counted(&g, &st);
		g.file[at] ^= 0x10;
		/* One chunk of 100 is lost, or (padding) none. */
		assert_true(n == 1900 || n == 2000);
		assert_true(n == 2000 || st.damage.text[0]);
		assert_true(st.finish_seen);
	}
	dg_free(&g);
}

/* A writer that died left a hole before the ring's extent; the next one wrote behind it. */
static void holes_are_no_damage(void **state)
{
	(void)state;
	struct dg g;
	struct lr_source_status st;
	dg_init(&g, 1 << 16, 4);
	allocations(&g, 0, 500);
	g.pos += 1000;
	allocations(&g, 500, 500);
	g.pos += 200000; /* over the extent */
	allocations(&g, 1000, 500);
	dg_leave(&g);
	assert_int_equal(counted(&g, &st), 1500);
	assert_string_equal(st.damage.text, "");
	assert_int_equal(st.skipped_bytes, 0);
	dg_free(&g);
}

static void open_fails(const struct dg *g, size_t n, const char *words)
{
	struct lr_error err = {{0}};
	struct lr_source *s = dr_open(g->file, n, &err);
	if (s)
		lr_source_close(s);
	assert_null(s);
	assert_non_null(strstr(err.text, words));
}

static void headers(void **state)
{
	(void)state;
	struct dg g;
	struct lr_source_status st;
	dg_init(&g, 0, 0);
	allocations(&g, 0, 10);
	dg_finish(&g, 0);
	struct ltf_header *h = (struct ltf_header *)g.file;
	open_fails(&g, 0, "empty");
	open_fails(&g, 7, "not a leaktrace dump");
	open_fails(&g, 4000, "cut off within the header");
	h->magic[0] = 'x';
	open_fails(&g, g.size, "not a leaktrace dump");
	h->magic[0] = 'L';
	h->version = 2;
	open_fails(&g, g.size, "newer");
	h->version = 1;
	h->region_count = 2048;
	h->crc = ltf_header_crc(h);
	open_fails(&g, g.size, "layout");
	h->region_count = LTF_REGION_COUNT;
	h->program[0] ^= 1; /* the checksum is not right any more */
	assert_int_equal(counted(&g, &st), 10);
	assert_non_null(strstr(st.damage.text, "header"));
	dg_free(&g);
}

/* Extents that make no sense neither crash the reader nor hold it up. */
static void hostile_extents(void **state)
{
	(void)state;
	static const struct ltf_extent bad[] = {{4096, UINT64_MAX}, {UINT64_MAX - 7, 4096}, {0, 8},
		{4096, 1ULL << 62}, {1, 3}, {4096, 4096}, {1ULL << 40, 1ULL << 40}};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct dg g;
		dg_init(&g, 1 << 16, 4);
		allocations(&g, 0, 1000);
		dg_leave(&g);
		struct ltf_header *h = (struct ltf_header *)g.file;
		for (uint32_t k = 0; k < LTF_EXTENTS; k++)
			h->extents[k] = bad[(i + k) % (i % 2 ? 1 : 7)];
		h->extent_count = i % 2 ? LTF_EXTENTS : UINT32_MAX;
		assert_in_range(counted(&g, NULL), 0, 1000);
		dg_free(&g);
	}
}

static void unknown_records_are_skipped(void **state)
{
	(void)state;
	struct dg g;
	struct lr_source_status st;
	dg_init(&g, 0, 0);
	allocations(&g, 0, 10);
	dg_record(&g, 99, "hello", 5);
	dg_drain(&g, 1);
	dg_record(&g, 1000000, NULL, 0);
	dg_finish(&g, 0);
	assert_int_equal(counted(&g, &st), 10);
	assert_int_equal(st.unknown_records, 2);
	assert_int_equal(st.damages, 0);
	dg_free(&g);
}

/* A reader whose file changes at its k-th read: the ring's words move to the stream. */
struct changing {
	const struct dg *before, *after;
	int reads_left;
};

static ssize_t changing_read(void *ctx, void *buf, size_t n, uint64_t off)
{
	struct changing *c = ctx;
	const struct dg *g = c->reads_left > 0 ? c->before : c->after;
	c->reads_left--;
	if (off >= g->size)
		return 0;
	n = n < g->size - off ? n : g->size - off;
	memcpy(buf, g->file + off, n);
	return (ssize_t)n;
}

static uint64_t changing_size(void *ctx)
{
	struct changing *c = ctx;
	return (c->reads_left > 0 ? c->before : c->after)->size;
}

static void read_while_it_is_written(void **state)
{
	(void)state;
	struct dg before, after;
	dg_init(&before, 4096 + 1024, 2);
	allocations(&before, 0, 350);
	dg_init(&after, 4096 + 1024, 2);
	allocations(&after, 0, 350);
	dg_drain(&after, 1); /* and the block is given to another thread */
	dg_seal(&after);
	memset(&after.threads[1], 0, sizeof(after.threads[1]));
	after.now = 2;
	dg_alloc(&after, 0x900000, 1, 0, LTF_API_MALLOC);
	dg_leave(&before);
	dg_leave(&after);
	for (int reads = 1; reads < 60; reads++) {
		struct changing c = {&before, &after, reads};
		struct lr_reader reader = {
			.read_at = changing_read, .size = changing_size, .ctx = &c};
		struct lr_error err = {{0}};
		struct lr_source *s = lr_source_over(&reader, &lr_limits_default, &err);
		struct lr_run run;
		struct ltf_event ev;
		uint64_t n = 0;
		assert_non_null(s);
		while (lr_source_next(s, &run) > 0)
			while (lr_run_next(&run, &ev) > 0)
				n += ev.addr < 0x900000;
		assert_int_equal(n, 350);
		lr_source_close(s);
	}
	dg_free(&before);
	dg_free(&after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finished),
		cmocka_unit_test(unfinished_with_ring),
		cmocka_unit_test(a_run_appended_twice_counts_once),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(damage_is_stepped_over),
		cmocka_unit_test(holes_are_no_damage),
		cmocka_unit_test(headers),
		cmocka_unit_test(hostile_extents),
		cmocka_unit_test(unknown_records_are_skipped),
		cmocka_unit_test(read_while_it_is_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
