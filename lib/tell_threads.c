/* The C library's threads at the moment: their stacks, and what each waits for. A process that has
 * always had one has no table. */
#include "format/file.h"
#include "lib/nptl.h"
#include "lib/sys.h"
#include "lib/tell.h"
#include "lib/touched.h"
#include "lib/tracer.h"

_Static_assert((int)LTF_PTHREAD_WAITS_FOREVER == (int)LT_WAITING_FOREVER, "written as it is");

struct telling {
	struct lt_rows rows;
	const struct lt_moment *moment;
	struct lt_touched touched;
};

static const struct lt_moment_thread *find(const struct lt_moment *m, int tid)
{
	for (uint32_t i = 0; tid && i < m->n_threads; i++)
		if (m->thread[i].tid == tid)
			return &m->thread[i];
	return NULL;
}

static uint64_t touched_bytes(struct lt_touched *t, struct lt_scan_range range)
{
	enum { PAGE = 4096 };
	struct lt_scan_range run;
	uint64_t bytes = 0;
	uintptr_t start = range.start & ~(uintptr_t)(PAGE - 1);
	if (t->fd < 0 || range.end <= range.start)
		return 0;
	lt_touched_begin(t, start, lt_sys_pages(range.end));
	while (lt_touched_next(t, &run))
		bytes += run.end - run.start;
	return bytes;
}

static uint64_t flags_of(const struct lt_nptl_thread *t)
{
	return (t->state == LT_NPTL_ENDED ? LTF_PTHREAD_ENDED : 0u) |
	       (t->detached ? LTF_PTHREAD_DETACHED : 0u) | (t->low ? 0u : LTF_PTHREAD_MAIN);
}

static void add(void *arg, const struct lt_nptl_thread *t)
{
	struct telling *to = arg;
	struct lt_scan_range stack = {t->low, t->high};
	if (t->state == LT_NPTL_CACHED)
		return;
	if (!t->low)
		stack = lt_judge_main_stack();
	const struct lt_moment_thread *at = find(to->moment, t->tid);
	bool helper = at && (at->flags & LT_MOMENT_HELPER);
	bool in_call = at && at->call >= 0;
	lt_rows_add(&to->rows,
		(const uint64_t[LTF_PTHREAD_COLUMNS]){[LTF_PTHREAD_HANDLE] = t->self,
			[LTF_PTHREAD_TID] = (uint32_t)t->tid,
			[LTF_PTHREAD_FLAGS] = flags_of(t) | (helper ? LTF_PTHREAD_HELPER : 0u),
			[LTF_PTHREAD_STACK] = stack.start,
			[LTF_PTHREAD_STACK_LENGTH] = stack.end - stack.start,
			[LTF_PTHREAD_STACK_TOUCHED] = touched_bytes(&to->touched, stack),
			[LTF_PTHREAD_CALL] = in_call ? (uint64_t)at->call + 1 : 0,
			[LTF_PTHREAD_WAITS] = in_call ? at->waiting : LT_WAITING_NOT,
			[LTF_PTHREAD_CALL_ARG] = in_call ? at->call_arg : 0});
}

void lt_tell_threads(struct lt_channel *c, const struct lt_moment *moment)
{
	struct telling to = {.moment = moment};
	lt_tell_figure(LTF_SCAN_TASKS, lt_judge_told().tasks);
	if (!lt_numbered)
		return;
	lt_touched_open(&to.touched);
	lt_rows_begin(&to.rows, c, LTF_REC_PTHREADS, LTF_PTHREAD_COLUMNS);
	lt_judge_each_thread(add, &to);
	lt_rows_end(&to.rows);
	lt_touched_close(&to.touched);
}
