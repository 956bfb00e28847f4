/* Closes that are wrong, event by event. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/ring.h"
#include "tests/unit/dumpgen.h"
#include "tests/unit/dumpread.h"
#include "tools/replay.h"

enum { FD = 7, FILE_AT = 0x5000, OPENED = 1, CLOSED = 2, AGAIN = 3, OTHER = 4 };

static struct dg *begin(struct dg *g)
{
	dg_init(g, 0, 0);
	g->now = 1;
	for (uint32_t i = 1; i <= 4; i++)
		dg_node(g, i, 0, 0x1000 + i, 0, 0);
	return g;
}
static void opens(struct dg *g, uint32_t site, enum ltf_fd kind, uint64_t detail)
{
	dg_res(g, LTF_RES_FD_OPEN, site, 4, (uint64_t[]){FD, kind, detail, 0});
}
static void closes(struct dg *g, uint32_t site, enum ltf_fd_closer by, uint64_t object)
{
	dg_res(g, LTF_RES_FD_CLOSE, site, 3, (uint64_t[]){FD, by, object});
}
static void fails(struct dg *g, uint32_t site, uint64_t number, int error)
{
	dg_res(g, LTF_RES_FD_CLOSE_FAILED, site, 3,
		(uint64_t[]){number, LTF_FD_BY_CLOSE, (uint64_t)error});
}
static struct lr_tally *tally_of(struct dg *g)
{
	dg_finish(g, 0);
	struct lr_tally *t = dr_replay(g->file, g->size, NULL);
	dg_free(g);
	return t;
}

static void closed_twice(void **state)
{
	struct dg g;
	(void)state;
	begin(&g);
	opens(&g, OPENED, LTF_FD_FILE, 0);
	closes(&g, CLOSED, LTF_FD_BY_CLOSE, 0);
	for (int i = 0; i < 3; i++) {
		closes(&g, AGAIN, LTF_FD_BY_CLOSE, 0);
		fails(&g, AGAIN, FD, EBADF);
	}
	struct lr_tally *t = tally_of(&g);
	assert_int_equal(t->fd_wrongs.used, 1);
	const struct lr_fd_wrong *w = t->fd_wrongs.list;
	assert_int_equal(w->kind, LR_FD_DOUBLE);
	assert_int_equal(w->count, 3);
	assert_int_equal(w->opened, OPENED);
	assert_int_equal(w->first, CLOSED);
	assert_int_equal(w->close, AGAIN);
	assert_false(w->other_thread);
	lr_tally_free(t);
}

/* Opened in between; another error; never known; closed by a range; somebody else was first. */
static void nothing_is_wrong(void **state)
{
	struct dg g;
	(void)state;
	begin(&g);
	closes(&g, AGAIN, LTF_FD_BY_CLOSE, 0);
	fails(&g, AGAIN, FD, EBADF);
	for (int i = 0; i < 3; i++) {
		opens(&g, OPENED, LTF_FD_FILE, 0);
		closes(&g, CLOSED, LTF_FD_BY_CLOSE, 0);
	}
	closes(&g, AGAIN, LTF_FD_BY_CLOSE, 0);
	fails(&g, AGAIN, FD, EINTR);
	opens(&g, OPENED, LTF_FD_FILE, 0);
	dg_res(&g, LTF_RES_FD_CLOSE_RANGE, CLOSED, 2, (uint64_t[]){3, UINT32_MAX});
	closes(&g, AGAIN, LTF_FD_BY_CLOSE, 0);
	fails(&g, AGAIN, FD, EBADF);
	opens(&g, OPENED, LTF_FD_FILE, 0);
	closes(&g, AGAIN, LTF_FD_BY_CLOSE, 0);
	fails(&g, AGAIN, FD, EBADF);
	closes(&g, AGAIN, LTF_FD_BY_CLOSE, 0);
	fails(&g, AGAIN, FD, EBADF);
	struct lr_tally *t = tally_of(&g);
	assert_int_equal(t->fd_wrongs.used, 0);
	assert_int_equal(t->fd_wrongs.sweeps_used, 0);
	lr_tally_free(t);
}

static void sweeps_are_noted(void **state)
{
	struct dg g;
	(void)state;
	begin(&g);
	fails(&g, AGAIN, 50, EBADF);
	fails(&g, AGAIN, 90, EBADF);
	struct lr_tally *t = tally_of(&g);
	assert_int_equal(t->fd_wrongs.used, 0);
	assert_int_equal(t->fd_wrongs.sweeps_used, 1);
	assert_true(lr_fd_wrongs_sweeps(&t->fd_wrongs, AGAIN));
	assert_false(lr_fd_wrongs_sweeps(&t->fd_wrongs, OPENED));
	lr_tally_free(t);
}

/* kind: of what others open by the stream's number. */
static struct lr_tally *of_a_stream(enum ltf_fd kind, enum ltf_fd_closer first)
{
	struct dg g;
	begin(&g);
	opens(&g, OPENED, LTF_FD_FILE, FILE_AT);
	closes(&g, CLOSED, first, first == LTF_FD_BY_FCLOSE ? FILE_AT : 0);
	opens(&g, OTHER, kind, 0);
	closes(&g, AGAIN, LTF_FD_BY_FCLOSE, FILE_AT);
	closes(&g, OTHER, LTF_FD_BY_CLOSE, 0); /* its owner */
	fails(&g, OTHER, FD, EBADF);
	return tally_of(&g);
}

static void streams_close_what_is_not_theirs(void **state)
{
	struct lr_tally *t = of_a_stream(LTF_FD_SOCKET, LTF_FD_BY_CLOSE);
	(void)state;
	assert_int_equal(t->fd_wrongs.used, 1);
	const struct lr_fd_wrong *w = t->fd_wrongs.list;
	assert_int_equal(w->kind, LR_FD_FOREIGN);
	assert_int_equal(w->close, AGAIN);
	assert_int_equal(w->first, CLOSED);
	assert_int_equal(w->stream, OPENED);
	assert_int_equal(w->opened, OTHER);
	lr_tally_free(t);
	t = of_a_stream(LTF_FD_DUP, LTF_FD_BY_CLOSE); /* so that the stream goes on elsewhere */
	assert_int_equal(t->fd_wrongs.used, 1);
	assert_int_equal(t->fd_wrongs.list[0].kind, LR_FD_DOUBLE);
	lr_tally_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(closed_twice),
		cmocka_unit_test(nothing_is_wrong), cmocka_unit_test(sweeps_are_noted),
		cmocka_unit_test(streams_close_what_is_not_theirs)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
