/* Releases that are wrong, and those that only look so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "format/ring.h"
#include "tests/unit/dumpgen.h"
#include "tools/load.h"

enum { A = 0x10000, B = 0x20000, C = 0x30000, MODULE = 0x700000 };

static struct lr_model *model_of(struct dg *g)
{
	char path[] = "/tmp/leaktrace-wrong.XXXXXX";
	struct lr_error err = {{0}};
	struct lr_load_options opt = {.selection = lr_selection_all, .limits = &lr_limits_default};
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	dg_save(g, path);
	struct lr_model *m = lr_model_new();
	assert_int_equal(lr_load(m, path, &opt, &err), 0);
	unlink(path);
	dg_free(g);
	return m;
}

/* As a process that was killed leaves it. */
static void leave(struct dg *g)
{
	dg_drain(g, 0);
	dg_seal(g);
	dg_leave(g);
}

static struct dg *begin(struct dg *g)
{
	dg_init(g, 0, 0);
	g->now = 1;
	for (uint32_t i = 1; i <= 3; i++)
		dg_node(g, i, 0, 0x1000 + i, 0, 0);
	dg_module(g, 1, MODULE, MODULE, MODULE + 0x1000, "", "/bin/prog");
	dg_alloc(g, A, 100, 1, LTF_API_MALLOC);
	return g;
}

/* The only one, or NULL when there is none. */
static const struct lr_wrong *only(const struct lr_model *m, enum lr_wrong_kind kind)
{
	assert_true(m->wrongs.used <= 1);
	if (m->wrongs.used)
		assert_int_equal(m->wrongs.list[0].kind, kind);
	return m->wrongs.used ? m->wrongs.list : NULL;
}

static void a_second_release(void **state)
{
	struct dg g;
	(void)state;
	begin(&g);
	dg_release(&g, LTF_W_FREE, A, LTF_API_MALLOC);
	dg_release(&g, LTF_W_FREE, A, LTF_API_MALLOC);
	dg_release(&g, LTF_W_FREE, A, LTF_API_MALLOC);
	dg_alloc(&g, A, 10, 2, LTF_API_MALLOC);
	dg_release(&g, LTF_W_FREE, A, LTF_API_MALLOC);
	dg_finish(&g, 0);
	struct lr_model *m = model_of(&g);
	const struct lr_wrong *w = only(m, LR_WRONG_DOUBLE);
	assert_non_null(w);
	assert_int_equal(w->count, 2);
	assert_int_equal(w->bytes, 200);
	assert_int_equal(w->addr, A);
	assert_int_equal(m->frames[w->alloc].offset, 0x1001);
	assert_false(w->ended);
	lr_model_free(m);
}

static void reallocs_are_releases(void **state)
{
	struct dg g;
	(void)state;
	/* Moved, then released where it was. */
	begin(&g);
	dg_release(&g, LTF_W_RELEASE, A, LTF_API_REALLOC);
	dg_alloc(&g, B, 10, 2, LTF_API_REALLOC);
	dg_release(&g, LTF_W_FREE, A, LTF_API_MALLOC);
	dg_release(&g, LTF_W_FREE, B, LTF_API_MALLOC);
	dg_finish(&g, 0);
	struct lr_model *m = model_of(&g);
	assert_non_null(only(m, LR_WRONG_DOUBLE));
	assert_int_equal(m->wrongs.list->first_api, LTF_API_REALLOC);
	lr_model_free(m);
	/* Failed, so the release is right; the second is not. */
	begin(&g);
	dg_release(&g, LTF_W_RELEASE, A, LTF_API_REALLOC);
	dg_release(&g, LTF_W_RESTORE, A, LTF_API_REALLOC);
	dg_release(&g, LTF_W_FREE, A, LTF_API_MALLOC);
	dg_finish(&g, 0);
	m = model_of(&g);
	assert_null(only(m, LR_WRONG_DOUBLE));
	lr_model_free(m);
	/* A realloc of what is released. */
	begin(&g);
	dg_release(&g, LTF_W_FREE, A, LTF_API_MALLOC);
	dg_release(&g, LTF_W_RELEASE, A, LTF_API_REALLOC);
	leave(&g);
	m = model_of(&g);
	assert_non_null(only(m, LR_WRONG_DOUBLE));
	assert_int_equal(m->wrongs.list->release_api, LTF_API_REALLOC);
	assert_true(m->wrongs.list->ended);
	lr_model_free(m);
}

static void what_never_was_a_block(void **state)
{
	struct dg g;
	(void)state;
	begin(&g);
	dg_release(&g, LTF_W_FREE, A + 16, LTF_API_MALLOC);
	dg_release(&g, LTF_W_FREE, A + 24, LTF_API_MALLOC);
	dg_release(&g, LTF_W_FREE, MODULE + 64, LTF_API_NEW);
	dg_release(&g, LTF_W_FREE, A + 104, LTF_API_MALLOC);
	leave(&g);
	struct lr_model *m = model_of(&g);
	assert_int_equal(m->wrongs.used, 3);
	const struct lr_wrong *w = m->wrongs.list;
	assert_int_equal(w[0].kind, LR_WRONG_UNKNOWN);
	assert_int_equal(w[0].where, LR_WRONG_IN_BLOCK);
	assert_int_equal(w[0].offset, 16);
	assert_int_equal(w[0].count, 2);
	assert_int_equal(w[1].where, LR_WRONG_IN_MODULE);
	assert_int_equal(w[2].where, LR_WRONG_ELSEWHERE);
	assert_true(w[2].ended && !w[1].ended && !w[0].ended);
	lr_model_free(m);
}

/* 1 if a release by that function of a block by this one is wrong. */
static uint64_t mismatch(unsigned alloc, unsigned release)
{
	struct dg g;
	dg_init(&g, 0, 0);
	g.now = 1;
	dg_node(&g, 1, 0, 0x1001, 0, 0);
	dg_alloc(&g, A, 100, 1, alloc);
	dg_release(&g, LTF_W_FREE, A, release);
	dg_finish(&g, 0);
	struct lr_model *m = model_of(&g);
	const struct lr_wrong *w = only(m, LR_WRONG_MISMATCH);
	uint64_t count = w ? w->count : 0;
	if (w)
		assert_int_equal(w->alloc_api, alloc);
	lr_model_free(m);
	return count;
}

static void families(void **state)
{
	(void)state;
	static const uint8_t c[] = {LTF_API_MALLOC, LTF_API_CALLOC, LTF_API_MEMALIGN};
	for (size_t i = 0; i < sizeof(c); i++) {
		assert_int_equal(mismatch(c[i], LTF_API_MALLOC), 0);
		assert_int_equal(mismatch(c[i], LTF_API_FREE_SIZED), 0);
		assert_int_equal(mismatch(c[i], LTF_API_REALLOC), 0);
		assert_int_equal(mismatch(c[i], LTF_API_NEW), 1);
		assert_int_equal(mismatch(c[i], LTF_API_NEW_ARRAY), 1);
	}
	assert_int_equal(mismatch(LTF_API_NEW, LTF_API_NEW), 0);
	assert_int_equal(mismatch(LTF_API_NEW_ARRAY, LTF_API_NEW_ARRAY), 0);
	assert_int_equal(mismatch(LTF_API_NEW, LTF_API_NEW_ARRAY), 1);
	assert_int_equal(mismatch(LTF_API_NEW_ARRAY, LTF_API_NEW), 1);
	assert_int_equal(mismatch(LTF_API_NEW, LTF_API_MALLOC), 1);
	assert_int_equal(mismatch(LTF_API_NEW, LTF_API_REALLOC), 1);
}

/* Where events may be missing nothing is called wrong. */
static void not_without_all_events(void **state)
{
	(void)state;
	for (int reason = 0; reason < 4; reason++) {
		struct dg g;
		begin(&g);
		if (reason == 0)
			g.header.lost[LTF_LOST_EVENTS] = 1;
		else if (reason == 1)
			dg_meta(&g, "paused", "", 0);
		else if (reason == 2)
			dg_alloc(&g, A, 10, 2, LTF_API_NEW); /* a release is missing */
		else
			g.header.origin = LTF_ORIGIN_FORK;
		if (reason != 3)
			dg_release(&g, LTF_W_FREE, A, LTF_API_MALLOC);
		dg_release(&g, LTF_W_FREE, C, LTF_API_MALLOC);
		leave(&g);
		struct lr_model *m = model_of(&g);
		assert_int_equal(m->wrongs.used, 0);
		lr_model_free(m);
	}
}

/* A child may release its parent's blocks, once. */
static void in_a_child(void **state)
{
	struct dg g;
	(void)state;
	begin(&g);
	g.header.origin = LTF_ORIGIN_FORK;
	dg_release(&g, LTF_W_FREE, B, LTF_API_MALLOC);
	dg_release(&g, LTF_W_FREE, A, LTF_API_MALLOC);
	dg_release(&g, LTF_W_FREE, A, LTF_API_MALLOC);
	dg_finish(&g, 0);
	struct lr_model *m = model_of(&g);
	assert_non_null(only(m, LR_WRONG_DOUBLE));
	lr_model_free(m);
}

static void there_is_a_bound(void **state)
{
	struct dg g;
	(void)state;
	begin(&g);
	for (uint64_t i = 1; i <= 6000; i++)
		dg_release(&g, LTF_W_FREE, C + 64 * i, LTF_API_MALLOC);
	dg_finish(&g, 0);
	struct lr_model *m = model_of(&g);
	assert_true(m->wrongs.used <= 64);
	assert_true(m->wrongs.left_out > 0);
	assert_int_equal(m->missed.frees_of_unknown, 6000);
	lr_model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_release),
		cmocka_unit_test(reallocs_are_releases),
		cmocka_unit_test(what_never_was_a_block),
		cmocka_unit_test(families),
		cmocka_unit_test(not_without_all_events),
		cmocka_unit_test(in_a_child),
		cmocka_unit_test(there_is_a_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
