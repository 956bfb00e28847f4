/* Events of resources, made by hand: what is open afterwards, at each scan, and along the run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "format/pairs.h"
#include "tests/unit/dumpread.h"
#include "tests/unit/dumpscan.h"
#include "tools/load.h"
#include "tools/replay.h"

#define ARGS(...)                                                                                  \
	(uint64_t[])                                                                               \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define RES(kind, site, ...)                                                                       \
	dg_res(&g, LTF_RES_##kind, site, sizeof(ARGS(__VA_ARGS__)) / 8, ARGS(__VA_ARGS__))

static struct lr_tally *replay(struct dg *g, uint32_t keep, const struct lr_limits *limits)
{
	struct lr_error err = {{0}};
	dg_finish(g, 0);
	struct lr_source *s = dr_open(g->file, g->size, &err);
	assert_non_null(s);
	lr_source_scans(s)->keep = keep;
	struct lr_tally *t = lr_tally_new(&lr_selection_all, limits);
	lr_replay_source(s, t, NULL, NULL);
	lr_source_close(s);
	return t;
}

static struct lr_tally *replay_all(struct dg *g)
{
	return replay(g, LR_SCANS_NONE, &lr_limits_default);
}

static void done(struct dg *g, struct lr_tally *t)
{
	lr_tally_free(t);
	dg_free(g);
}

static const struct lr_open_at *at(const struct lr_tally *t, uint32_t scan)
{
	return lr_open_at(t->resources.at, t->resources.at_used, scan);
}

static const struct lr_resource_total *total(const struct lr_tally *t, unsigned kind)
{
	return &t->resources.total[kind];
}

/* The open one of that kind and handle in the end; NULL: none. */
static const struct lr_open_resource *open_one(
	const struct lr_tally *t, unsigned kind, uint64_t handle)
{
	const struct lr_open_at *end = at(t, LR_OPEN_END);
	for (size_t i = 0; i < end->used; i++)
		if (end->list[i].kind == kind && end->list[i].handle == handle)
			return &end->list[i];
	return NULL;
}

static void threads(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	RES(THREAD_CREATE, 1, 0x10, 0);
	RES(THREAD_CREATE, 1, 0x20, 1);
	RES(THREAD_CREATE, 1, 0x30, 0);
	RES(THREAD_CREATE, 2, 0x40, 0);
	RES(THREAD_JOIN, 9, 0x10);
	RES(THREAD_DETACH, 8, 0x30);
	RES(THREAD_DETACH, 8, 0x30);
	RES(THREAD_JOIN, 9, 0x99);
	struct lr_tally *t = replay_all(&g);
	assert_int_equal(total(t, LR_RES_THREAD)->created, 4);
	assert_int_equal(total(t, LR_RES_THREAD)->released, 3);
	assert_int_equal(total(t, LR_RES_THREAD)->open, 1);
	assert_int_equal(total(t, LR_RES_THREAD)->peak_open, 3);
	assert_int_equal(total(t, LR_RES_THREAD)->unknown_releases, 1);
	assert_null(open_one(t, LR_RES_THREAD, 0x10));
	assert_true(open_one(t, LR_RES_THREAD, 0x20)->released);
	assert_true(open_one(t, LR_RES_THREAD, 0x30)->released);
	assert_false(open_one(t, LR_RES_THREAD, 0x40)->released);
	assert_int_equal(open_one(t, LR_RES_THREAD, 0x40)->site, 2);
	/* Where they were released: one was joined at 9, one detached at 8. */
	assert_int_equal(t->resources.releases_used, 2);
	assert_int_equal(t->resources.releases[0].site, 9);
	assert_int_equal(t->resources.releases[1].site, 8);
	assert_int_equal(t->resources.releases[1].count, 1);
	done(&g, t);
}

/* Creations and joins stand behind what they tell of: a thread may have detached itself before, and
 * its handle may be another's before. Sites 1 and 2 create. */
static void threads_in_odd_order(void **state)
{
	(void)state;
	struct dg g;
	uint64_t next = 1ull << 32; /* the number that a join begins with: of the handle's region */
	dg_init(&g, 0, 0);
	g.numbered = true;
	RES(THREAD_DETACH, 0, 0x10, 1);      /* 0: by itself, */
	RES(THREAD_CREATE, 1, 0x10, 0);      /* 1: before its creator says so */
	RES(THREAD_CREATE, 1, 0x20, 0);      /* 2 */
	RES(THREAD_CREATE, 2, 0x20, 0);      /* 3: by a handle that is free again: */
	RES(THREAD_JOIN, 9, 0x20, next | 3); /* 4: the first one had been joined */
	RES(THREAD_CREATE, 1, 0x30, 0);      /* 5 */
	RES(THREAD_CREATE, 2, 0x30, 0);      /* 6 */
	RES(THREAD_JOIN, 9, 0x30, next | 7); /* 7: the second one */
	RES(THREAD_JOIN, 9, 0x30, next | 6); /* 8: and the first, late */
	RES(THREAD_CREATE, 1, 0x40, 0);      /* 9 */
	RES(THREAD_JOIN, 9, 0x40, next | 9); /* 10: begun before 9 was said */
	RES(THREAD_JOIN, 9, 0x50, next | 0); /* 11: so, too, and ended */
	RES(THREAD_CREATE, 1, 0x50, 0);      /* 12 */
	RES(THREAD_CREATE, 1, 0x60, 0);      /* 13 */
	RES(THREAD_DETACH, 9, 0x60, 1);      /* 14 */
	RES(THREAD_DETACH, 0, 0x60, 1);      /* 15: already the next one, */
	RES(THREAD_CREATE, 2, 0x60, 0);      /* 16 */
	RES(THREAD_DETACH, 9, 0x70, 0);      /* 17: not by itself: some other time's */
	RES(THREAD_CREATE, 2, 0x70, 0);      /* 18 */
	RES(THREAD_DETACH, 9, 0x80, 1);      /* 19 */
	dg_time(&g, 9000000);
	RES(THREAD_CREATE, 2, 0x80, 0); /* 20: long after */
	struct lr_tally *t = replay_all(&g);
	assert_int_equal(total(t, LR_RES_THREAD)->created, 11);
	assert_int_equal(total(t, LR_RES_THREAD)->released, 8);
	assert_int_equal(total(t, LR_RES_THREAD)->lost, 0);
	assert_int_equal(total(t, LR_RES_THREAD)->open, 3);
	assert_int_equal(total(t, LR_RES_THREAD)->unknown_releases, 2);
	assert_true(open_one(t, LR_RES_THREAD, 0x10)->released);
	assert_int_equal(open_one(t, LR_RES_THREAD, 0x20)->site, 2);
	assert_null(open_one(t, LR_RES_THREAD, 0x30));
	assert_null(open_one(t, LR_RES_THREAD, 0x40));
	assert_null(open_one(t, LR_RES_THREAD, 0x50));
	assert_true(open_one(t, LR_RES_THREAD, 0x60)->released);
	assert_false(open_one(t, LR_RES_THREAD, 0x70)->released);
	assert_false(open_one(t, LR_RES_THREAD, 0x80)->released);
	done(&g, t);
}

/* A thread of site 2 has detached itself long before its creator comes to say so; meanwhile its
 * handle was that of threads of site 1, which others join and detach. */
static void who_detached_itself(void **state)
{
	(void)state;
	struct dg g;
	uint64_t next = 1ull << 32;
	dg_init(&g, 0, 0);
	g.numbered = true;
	RES(THREAD_CREATE, 1, 0x10, 0);      /* 0: joined, and not said yet */
	RES(THREAD_DETACH, 0, 0x10, 1);      /* 1: it is the other one's */
	RES(THREAD_JOIN, 9, 0x10, next | 1); /* 2 */
	RES(THREAD_CREATE, 1, 0x10, 0);      /* 3 */
	RES(THREAD_JOIN, 9, 0x10, next | 4); /* 4 */
	RES(THREAD_CREATE, 1, 0x10, 0);      /* 5 */
	RES(THREAD_DETACH, 9, 0x10, 0);      /* 6 */
	RES(THREAD_CREATE, 2, 0x10, 0);      /* 7 */
	struct lr_tally *t = replay_all(&g);
	assert_int_equal(total(t, LR_RES_THREAD)->created, 4);
	assert_int_equal(total(t, LR_RES_THREAD)->released, 4);
	assert_int_equal(total(t, LR_RES_THREAD)->lost, 0);
	assert_int_equal(total(t, LR_RES_THREAD)->unknown_releases, 0);
	assert_int_equal(open_one(t, LR_RES_THREAD, 0x10)->site, 2);
	assert_true(open_one(t, LR_RES_THREAD, 0x10)->released);
	done(&g, t);
}

static void timers(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	RES(TIMER_CREATE, 1, 0, 1, 2, 0x7000);
	RES(TIMER_CREATE, 1, 1, 0, 0, 5);
	dg_time(&g, 5000);
	RES(TIMER_SET, 2, 0, 1000, 2000, 0);
	RES(TIMER_SET, 2, 77, 1000, 2000, 0);
	RES(TIMER_DELETE, 3, 1);
	RES(ITIMER_SET, 4, 0, 10, 20);
	RES(ITIMER_SET, 5, 0, 30, 40);
	RES(ITIMER_SET, 5, 1, 30, 40);
	RES(ITIMER_SET, 5, 1, 0, 0);
	RES(ITIMER_SET, 5, 2, 0, 0);
	struct lr_tally *t = replay_all(&g);
	const struct lr_open_resource *o = open_one(t, LR_RES_TIMER, 0);
	assert_int_equal(o->timer.clock, 1);
	assert_int_equal(o->timer.notify, 2);
	assert_int_equal(o->timer.value, 0x7000);
	assert_int_equal(o->timer.first, 1000);
	assert_int_equal(o->timer.every, 2000);
	assert_int_equal(o->timer.set, 5000);
	assert_int_equal(o->created, 0);
	assert_null(open_one(t, LR_RES_TIMER, 1));
	assert_int_equal(total(t, LR_RES_TIMER)->open, 1);
	/* Set again it is the same; an interval timer that is not armed is none. */
	o = open_one(t, LR_RES_ITIMER, 0);
	assert_int_equal(o->site, 4);
	assert_int_equal(o->created, 5000);
	assert_int_equal(o->timer.every, 40);
	assert_null(open_one(t, LR_RES_ITIMER, 1));
	assert_int_equal(total(t, LR_RES_ITIMER)->created, 2);
	assert_int_equal(total(t, LR_RES_ITIMER)->released, 1);
	done(&g, t);
}

static void descriptors(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	RES(FD_INHERITED, 0, 0, 2);
	RES(FD_OPEN, 1, 3, LTF_FD_FILE, 0x5000, LTF_FD_CLOEXEC);
	RES(FD_OPEN, 1, 4, LTF_FD_SOCKET, 0, 0);
	RES(FD_STREAM, 1, 4, 0x6000);
	RES(FD_OPEN, 2, 5, LTF_FD_PIPE, 7, 0);
	RES(FD_OPEN, 2, 6, LTF_FD_PIPE, 6, 0);
	RES(FD_CLOSE, 9, 5, LTF_FD_BY_CLOSE, 0);
	RES(FD_OPEN, 3, 6, LTF_FD_DUP, 1, LTF_FD_REPLACES); /* dup2(1, 6) */
	RES(FD_OPEN, 3, 2, LTF_FD_DUP, 1, LTF_FD_REPLACES); /* over an inherited one */
	RES(FD_OPEN, 4, 3, 200, 0, 0);                      /* 3 was closed unseen; kind unknown */
	struct lr_tally *t = replay_all(&g);
	const struct lr_resource_total *all = total(t, LR_RES_DESCRIPTOR);
	assert_int_equal(all->created, 7);
	assert_int_equal(all->released, 2);
	assert_int_equal(all->lost, 1);
	assert_int_equal(all->inherited, 3);
	assert_int_equal(all->open, 6);
	assert_int_equal(all->peak_open, 7);
	assert_true(open_one(t, LR_RES_DESCRIPTOR, 0)->inherited);
	assert_false(open_one(t, LR_RES_DESCRIPTOR, 2)->inherited);
	assert_int_equal(open_one(t, LR_RES_DESCRIPTOR, 3)->fd.what, LTF_FD_OTHER);
	assert_int_equal(open_one(t, LR_RES_DESCRIPTOR, 3)->fd.owner, 0);
	assert_int_equal(open_one(t, LR_RES_DESCRIPTOR, 4)->fd.owner, 0x6000);
	assert_int_equal(open_one(t, LR_RES_DESCRIPTOR, 6)->fd.what, LTF_FD_DUP);
	done(&g, t);
}

static void closes_of_nothing(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	RES(FD_CLOSE, 9, 50, LTF_FD_BY_CLOSE, 0); /* it was opened by a way that no hook sees */
	RES(FD_CLOSE, 9, 51, LTF_FD_BY_CLOSE, 0); /* it was not open */
	RES(FD_CLOSE_FAILED, 9, 51, LTF_FD_BY_CLOSE, 9);
	RES(FD_CLOSE_FAILED, 9, 51, LTF_FD_BY_CLOSE, 9);
	RES(FD_OPEN, 1, 7, LTF_FD_FILE, 0, 0);
	RES(FD_CLOSE, 9, 7, LTF_FD_BY_CLOSE, 0);
	RES(FD_CLOSE_FAILED, 9, 7, LTF_FD_BY_CLOSE, 9); /* it was gone before */
	struct lr_tally *t = replay_all(&g);
	assert_int_equal(total(t, LR_RES_DESCRIPTOR)->unknown_releases, 1);
	assert_int_equal(total(t, LR_RES_DESCRIPTOR)->open, 0);
	done(&g, t);
}

static void ranges(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	RES(FD_INHERITED, 0, 0, 2);
	for (uint64_t n = 3; n < 20; n++)
		RES(FD_OPEN, 1, n, LTF_FD_FILE, 0, 0);
	RES(FD_CLOSE_RANGE, 9, 5, 6);
	RES(FD_CLOSE_RANGE, 9, 10, UINT32_MAX);
	RES(FD_CLOSE_RANGE, 9, 9, 3);
	struct lr_tally *t = replay_all(&g);
	assert_int_equal(total(t, LR_RES_DESCRIPTOR)->released, 12);
	assert_int_equal(total(t, LR_RES_DESCRIPTOR)->open, 3 + 5);
	assert_null(open_one(t, LR_RES_DESCRIPTOR, 6));
	assert_non_null(open_one(t, LR_RES_DESCRIPTOR, 9));
	assert_int_equal(t->resources.releases[0].count, 12);
	done(&g, t);
}

static void memory(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	RES(MMAP, 1, 0x100000, 0x5000, (uint64_t)3 << 32 | 0x22);
	RES(SHM_ATTACH, 2, 0x200000, 0x1000, 5);
	RES(SHM_ATTACH, 2, 0x300000, 0x1000, 6);
	RES(SHM_DETACH, 9, 0x300000);
	RES(SEGMENT_CREATE, 3, 5, 0x1000);
	RES(SEGMENT_CREATE, 3, 6, 0x1000);
	RES(SEGMENT_REMOVE, 9, 6);
	RES(SEGMENT_REMOVE, 9, 7);
	struct lr_tally *t = replay_all(&g);
	assert_int_equal(total(t, LR_RES_MAPPING)->open, 2);
	assert_int_equal(total(t, LR_RES_MAPPING)->open_bytes, 0x6000);
	assert_int_equal(total(t, LR_RES_MAPPING)->peak_bytes, 0x7000);
	assert_int_equal(open_one(t, LR_RES_MAPPING, 0x100000)->mapping.prot, 3);
	assert_int_equal(open_one(t, LR_RES_MAPPING, 0x100000)->mapping.flags, 0x22);
	assert_int_equal(open_one(t, LR_RES_MAPPING, 0x200000)->mapping.segment, 5 + 1);
	assert_int_equal(total(t, LR_RES_SEGMENT)->open, 1);
	assert_int_equal(total(t, LR_RES_SEGMENT)->unknown_releases, 1);
	assert_int_equal(open_one(t, LR_RES_SEGMENT, 5)->length, 0x1000);
	done(&g, t);
}

static void pairs(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	RES(PAIR_CREATE, 1, 0x100, 0, 0);
	RES(PAIR_CREATE, 1, 0x100, 3, 64); /* another pair: another handle */
	RES(PAIR_RELEASE, 2, 0x100, 0);
	RES(PAIR_RELEASE, 2, 0x200, 3);
	RES(PAIR_CREATE, 1, 0x100, LR_RES_PAIRS_MAX, 0);
	RES(PAIR_CREATE, 1, 0x100, (uint64_t)1 << 40, 0);
	struct lr_tally *t = replay_all(&g);
	assert_int_equal(total(t, LR_RES_PAIR)->open, 0);
	assert_int_equal(total(t, LR_RES_PAIR)->released, 1);
	assert_int_equal(total(t, LR_RES_PAIR + 3)->open, 1);
	assert_int_equal(total(t, LR_RES_PAIR + 3)->unknown_releases, 1);
	assert_int_equal(t->missed.unknown_events, 2);
	done(&g, t);
}

/* The same handle again: another one where the C library counts, else the release of the first was
 * not seen. */
static void pairs_counted(void **state)
{
	enum { ONCE = LTF_PAIR_REGEX, COUNTED = LTF_PAIR_LOCALE };
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	for (int i = 0; i < 3; i++) {
		RES(PAIR_CREATE, 1, 0x100, ONCE, 0);
		RES(PAIR_CREATE, 1, 0x100, COUNTED, 0);
	}
	RES(PAIR_RELEASE, 2, 0x100, COUNTED);
	RES(PAIR_CREATE, 1, LTF_MASK60, COUNTED, 0); /* no address */
	struct lr_tally *t = replay_all(&g);
	assert_int_equal(total(t, LR_RES_PAIR + ONCE)->open, 1);
	assert_int_equal(total(t, LR_RES_PAIR + ONCE)->lost, 2);
	assert_int_equal(total(t, LR_RES_PAIR + COUNTED)->open, 2);
	assert_int_equal(total(t, LR_RES_PAIR + COUNTED)->lost, 0);
	assert_int_equal(total(t, LR_RES_PAIR + COUNTED)->released, 1);
	assert_int_equal(total(t, LR_RES_PAIR + COUNTED)->unknown_releases, 1);
	done(&g, t);
}

static void pairs_go_on(void **state)
{
	enum { ONCE = LTF_PAIR_PATHS, COUNTED = LTF_PAIR_LOCALE };
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	RES(PAIR_CREATE, 1, 0x100, ONCE, 0);
	RES(PAIR_MOVE, 2, 0x100, ONCE, 0x200);
	RES(PAIR_MOVE, 2, 0x300, ONCE, 0x400); /* its making was not seen */
	RES(PAIR_RELEASE, 3, 0x200, ONCE);
	RES(PAIR_CREATE, 1, 0x100, COUNTED, 0);
	RES(PAIR_CREATE, 1, 0x100, COUNTED, 0);
	RES(PAIR_MOVE, 2, 0x100, COUNTED, 0x200); /* one of the two */
	RES(PAIR_CREATE, 1, 0x200, COUNTED, 0);
	RES(PAIR_MOVE, 2, 0x100, COUNTED, 0x200);
	RES(PAIR_RELEASE, 3, 0x100, COUNTED);
	RES(PAIR_RELEASE, 3, 0x200, COUNTED);
	struct lr_tally *t = replay_all(&g);
	assert_int_equal(total(t, LR_RES_PAIR + ONCE)->created, 2);
	assert_int_equal(total(t, LR_RES_PAIR + ONCE)->released, 1);
	assert_int_equal(total(t, LR_RES_PAIR + ONCE)->open, 1);
	assert_int_equal(total(t, LR_RES_PAIR + COUNTED)->created, 3);
	assert_int_equal(total(t, LR_RES_PAIR + COUNTED)->released, 1);
	assert_int_equal(total(t, LR_RES_PAIR + COUNTED)->open, 2);
	assert_int_equal(total(t, LR_RES_PAIR + COUNTED)->unknown_releases, 1);
	done(&g, t);
}

/* fclose instead of pclose; and pclose, which is told twice. */
static void pairs_of_streams(void **state)
{
	enum { KIND = LR_RES_PAIR + LTF_PAIR_PROGRAM };
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	for (uint64_t fd = 3; fd < 6; fd++) {
		RES(FD_OPEN, 1, fd, LTF_FD_PIPE, 0, LTF_FD_POPEN);
		RES(PAIR_CREATE, 1, fd << 12, LTF_PAIR_PROGRAM, 0);
	}
	RES(FD_CLOSE, 2, 3, LTF_FD_BY_FCLOSE, 3 << 12);
	RES(PAIR_RELEASE, 2, 4 << 12, LTF_PAIR_PROGRAM);
	RES(FD_CLOSE, 2, 4, LTF_FD_BY_PCLOSE, 4 << 12);
	struct lr_tally *t = replay_all(&g);
	assert_int_equal(total(t, KIND)->released, 2);
	assert_int_equal(total(t, KIND)->open, 1);
	assert_int_equal(total(t, KIND)->unknown_releases, 0);
	assert_int_equal(total(t, LR_RES_DESCRIPTOR)->open, 1);
	done(&g, t);
}

static void damaged(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	RES(FD_OPEN, 1, (uint64_t)1 << 31, 0, 0, 0);
	RES(FD_INHERITED, 0, 5, 4);
	RES(FD_INHERITED, 0, 0, LTF_MASK60);
	RES(FD_OPEN, 1, 3); /* what is not told is 0 */
	dg_res(&g, 200, 1, 1, ARGS(1));
	struct lr_tally *t = replay_all(&g);
	assert_int_equal(t->missed.damaged_events, 3);
	assert_int_equal(t->missed.unknown_events, 1);
	assert_int_equal(total(t, LR_RES_DESCRIPTOR)->open, 1);
	done(&g, t);
}

/* A forked child releases what its parent has made. */
static void forked(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	g.header.origin = LTF_ORIGIN_FORK;
	RES(FD_CLOSE, 9, 50, LTF_FD_BY_CLOSE, 0);
	RES(PAIR_RELEASE, 9, 0x100, 2);
	struct lr_tally *t = replay_all(&g);
	assert_int_equal(total(t, LR_RES_DESCRIPTOR)->inherited_releases, 1);
	assert_int_equal(total(t, LR_RES_DESCRIPTOR)->unknown_releases, 0);
	assert_int_equal(total(t, LR_RES_PAIR + 2)->inherited_releases, 1);
	done(&g, t);
}

static void limits(void **state)
{
	(void)state;
	struct dg g;
	struct lr_limits few = lr_limits_default;
	few.resources = 10;
	few.cells = 4;
	dg_init(&g, 0, 0);
	for (uint64_t n = 0; n < 15; n++)
		RES(FD_OPEN, 1, n, LTF_FD_FILE, 0, 0);
	for (uint64_t n = 0; n < 15; n++)
		RES(FD_CLOSE, 2, n, 0, 0);
	for (uint32_t n = 0; n < 8; n++)
		RES(THREAD_CREATE, n, n + 1, 0);
	RES(FD_INHERITED, 0, 0, 9); /* as many as there may be */
	struct lr_tally *t = replay(&g, LR_SCANS_NONE, &few);
	assert_int_equal(total(t, LR_RES_DESCRIPTOR)->created, 15);
	assert_int_equal(total(t, LR_RES_DESCRIPTOR)->released, 10);
	assert_int_equal(total(t, LR_RES_DESCRIPTOR)->lost, 5);
	assert_int_equal(total(t, LR_RES_DESCRIPTOR)->open, 2);
	assert_int_equal(t->resources.used, 4);
	assert_int_equal(total(t, LR_RES_THREAD)->created, 3);
	assert_true(t->missed.over_limit > 0);
	assert_true(at(t, LR_OPEN_END)->used <= 10);
	done(&g, t);
}

static void open_for_a_scan(struct dg *g0, uint32_t number)
{
	struct dg_scan scan = {.number = number};
	dg_drain(g0, 0);
	dg_scan(g0, &scan);
}

static void at_scans(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	RES(FD_OPEN, 1, 3, LTF_FD_FILE, 0, 0);
	RES(MMAP, 1, 0x100000, 0x5000, 0);
	open_for_a_scan(&g, 1);
	RES(FD_OPEN, 1, 4, LTF_FD_FILE, 0, 0);
	open_for_a_scan(&g, 2);
	open_for_a_scan(&g, 3);
	RES(FD_CLOSE, 1, 3, 0, 0);
	RES(FD_CLOSE, 1, 4, 0, 0);
	struct lr_tally *t = replay(&g, 1, &lr_limits_default);
	assert_int_equal(lr_open_sum(at(t, 1), LR_RES_DESCRIPTOR).open, 1);
	assert_int_equal(lr_open_sum(at(t, 1), LR_RES_MAPPING).bytes, 0x5000);
	assert_int_equal(lr_open_sum(at(t, 2), LR_RES_DESCRIPTOR).open, 2);
	assert_int_equal(lr_open_sum(at(t, 3), LR_RES_DESCRIPTOR).open, 2);
	assert_int_equal(lr_open_sum(at(t, LR_OPEN_END), LR_RES_DESCRIPTOR).open, 0);
	assert_null(at(t, 4));
	assert_int_equal(at(t, 1)->used, 2);
	assert_null(at(t, 2)->list);
	lr_tally_free(t);
	/* Of those that may be the last only the last is kept. */
	struct lr_error err = {{0}};
	struct lr_source *s = dr_open(g.file, g.size, &err);
	lr_source_scans(s)->keep = LR_SCANS_LAST;
	t = lr_tally_new(&lr_selection_all, &lr_limits_default);
	lr_replay_source(s, t, NULL, NULL);
	lr_source_close(s);
	assert_null(at(t, 1)->list);
	assert_null(at(t, 2)->list);
	assert_int_equal(at(t, 3)->used, 3);
	assert_int_equal(at(t, LR_OPEN_END)->used, 1);
	done(&g, t);
}

/* What a scan has found, beside what the events say. */
static void beside_a_scan(void **state)
{
	static const uint64_t fds[][LTF_FDS_COLUMNS] = {{0}, {3}, {5}, {6}};
	static const uint64_t pthreads[][LTF_PTHREAD_COLUMNS] = {{0x10, 0, LTF_PTHREAD_ENDED},
		{0x20, 12, LTF_PTHREAD_DETACHED}, {0x50, 13, LTF_PTHREAD_HELPER},
		{0x90, 0, LTF_PTHREAD_MAIN | LTF_PTHREAD_ENDED}};
	static const uint64_t timer_rows[][LTF_TIMER_COLUMNS] = {
		{1, 0, 2}, {0x200008001, 7, 2}, {0x200009001, 8, 2}};
	(void)state;
	struct dg g;
	struct dg_scan scan = {.number = 1,
		.fds = fds,
		.n_fds = 4,
		.pthreads = pthreads,
		.n_pthreads = 4,
		.timers = timer_rows,
		.n_timers = 3};
	scan.figure[LTF_SCAN_FDS] = 4;
	scan.figure[LTF_SCAN_TASKS] = 4; /* one more than the C library knows */
	scan.figure[LTF_SCAN_TIMERS] = 3 + 1;
	dg_init(&g, 0, 0);
	RES(FD_INHERITED, 0, 0, 0);
	RES(FD_OPEN, 1, 3, LTF_FD_FILE, 0, 0);
	RES(FD_OPEN, 1, 4, LTF_FD_FILE, 0, 0);
	RES(THREAD_CREATE, 1, 0x10, 0);
	RES(THREAD_CREATE, 1, 0x20, 1);
	RES(THREAD_CREATE, 1, 0x30, 0);
	RES(TIMER_CREATE, 1, 0, 0, 0, 0);
	RES(TIMER_CREATE, 1, 0x100004000, 0, 2, 0);
	dg_drain(&g, 0);
	dg_scan(&g, &scan);
	scan.number = 2;
	scan.figure[LTF_SCAN_FDS] = 5; /* not all are in the table */
	scan.figure[LTF_SCAN_TIMERS] = 0;
	dg_scan(&g, &scan);
	struct lr_tally *t = replay_all(&g);
	struct lr_open_sum s = lr_open_sum(at(t, 1), LR_RES_DESCRIPTOR);
	assert_true(s.compared);
	assert_int_equal(s.open, 3);
	assert_int_equal(s.found, 4);
	assert_int_equal(s.unknown, 2);
	assert_int_equal(s.missing, 1);
	s = lr_open_sum(at(t, 1), LR_RES_THREAD);
	assert_int_equal(s.found, 4);
	assert_int_equal(s.unknown, 2);
	assert_int_equal(s.missing, 1);
	s = lr_open_sum(at(t, 1), LR_RES_TIMER);
	assert_int_equal(s.found, 3);
	assert_int_equal(s.unknown, 1);
	assert_int_equal(s.missing, 0);
	assert_false(lr_open_sum(at(t, 2), LR_RES_DESCRIPTOR).compared);
	assert_false(lr_open_sum(at(t, 2), LR_RES_TIMER).compared);
	done(&g, t);
}

/* Peaks: a site's own, and its share of its kind's. */
static void peaks(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	for (uint64_t n = 0; n < 5; n++)
		RES(FD_OPEN, 1, n, LTF_FD_FILE, 0, 0);
	dg_time(&g, 1000);
	for (uint64_t n = 1; n < 5; n++)
		RES(FD_CLOSE, 1, n, 0, 0);
	for (uint64_t n = 10; n < 16; n++)
		RES(FD_OPEN, 2, n, LTF_FD_FILE, 0, 0);
	dg_time(&g, 2000);
	for (uint64_t n = 10; n < 16; n++)
		RES(FD_CLOSE, 2, n, 0, 0);
	struct lr_tally *t = replay_all(&g);
	const struct lr_resource_cell *c = t->resources.cells;
	assert_int_equal(total(t, LR_RES_DESCRIPTOR)->peak_open, 7);
	assert_int_equal(total(t, LR_RES_DESCRIPTOR)->peak_time, 1000);
	assert_int_equal(c[0].peak_open, 5);
	assert_int_equal(c[0].peak_time, 0);
	assert_int_equal(c[0].at_peak, 1);
	assert_int_equal(c[1].peak_open, 6);
	assert_int_equal(c[1].at_peak, 6);
	assert_int_equal(c[1].first_time, 1000);
	assert_int_equal(c[1].last_time, 1000);
	done(&g, t);
}

/* A site that keeps more and more is followed, one that lets go of all is not. */
static void along_the_run(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	for (uint64_t n = 0; n < 3000; n++) {
		dg_time(&g, n * 1000);
		RES(FD_OPEN, 1, 10 + n, LTF_FD_FILE, 0, 0);
		RES(FD_OPEN, 2, 9, LTF_FD_FILE, 0, 0);
		RES(FD_CLOSE, 2, 9, 0, 0);
	}
	struct lr_tally *t = replay_all(&g);
	const struct lr_history *h = &t->resources.history;
	assert_int_equal(h->tracks_used, 1);
	assert_int_equal(t->resources.cells[0].followed.track, 1);
	assert_true(h->used > 100 && h->used < LR_MOMENTS_MAX);
	struct lr_dense *d = calloc(1, sizeof(*d));
	assert_non_null(d);
	lr_track_add(h, &h->tracks[0], d);
	for (size_t i = 1; i < h->used; i++)
		assert_true(d->last[i] >= d->last[i - 1]);
	assert_int_equal((uint64_t)d->last[h->used - 1], 3000);
	free(d);
	done(&g, t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(threads),
		cmocka_unit_test(threads_in_odd_order), cmocka_unit_test(who_detached_itself),
		cmocka_unit_test(timers), cmocka_unit_test(descriptors),
		cmocka_unit_test(closes_of_nothing), cmocka_unit_test(ranges),
		cmocka_unit_test(memory), cmocka_unit_test(pairs), cmocka_unit_test(pairs_counted),
		cmocka_unit_test(pairs_go_on), cmocka_unit_test(pairs_of_streams),
		cmocka_unit_test(damaged), cmocka_unit_test(forked), cmocka_unit_test(limits),
		cmocka_unit_test(at_scans), cmocka_unit_test(beside_a_scan),
		cmocka_unit_test(peaks), cmocka_unit_test(along_the_run)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
