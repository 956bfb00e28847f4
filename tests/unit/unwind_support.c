#include "tests/unit/unwind_support.h"

#include <assert.h>
#include <unwind.h>

__thread struct lt_stack_bounds bounds;
__thread struct seen seen;
_Atomic unsigned announced, unloaded;

void lt_modules_announce(const struct lt_module *m)
{
	assert(m->number && m->path[0] && m->end > m->start);
	announced++;
}

void lt_modules_announce_unload(const struct lt_module *m)
{
	(void)m;
	unloaded++;
}

static _Unwind_Reason_Code one(struct _Unwind_Context *ctx, void *skip)
{
	int before = 0;
	uintptr_t ip = _Unwind_GetIPInfo(ctx, &before);

	if (*(int *)skip) {
		*(int *)skip = 0;
	} else if (ip && seen.gcc_n < SEEN_MAX) {
		seen.gcc[seen.gcc_n] = ip;
		seen.gcc_exact[seen.gcc_n++] = before;
	}
	return _URC_NO_REASON;
}

enum { PAINTED = 4096 };

static __attribute__((noinline)) void paint(void)
{
	unsigned char area[PAINTED];

	for (unsigned i = 0; i < PAINTED; i++)
		area[i] = 0xa5;
	__asm__ volatile("" ::"r"(area) : "memory");
}

/* How many bytes below here were overwritten since. */
static __attribute__((noinline)) unsigned measure(const unsigned char *here)
{
	const volatile unsigned char *p = here - PAINTED + 512;

	while (p < here && *p == 0xa5)
		p++;
	return (unsigned)(here - p);
}

int take_ours(void)
{
	struct lt_regs regs;

	LT_REGS_CALLER(&regs);
	paint();
	seen.n = lt_unwind(&bounds, &regs, seen.frames, seen.max ? seen.max : SEEN_MAX, &seen.how);
	unsigned char *sp;
	__asm__ volatile("movq %%rsp, %0" : "=r"(sp));
	seen.stack_used = measure(sp);
	return 0;
}

int take(void)
{
	struct lt_regs regs;
	int skip = 1;

	LT_REGS_CALLER(&regs);
	seen.n = lt_unwind(&bounds, &regs, seen.frames, seen.max ? seen.max : SEEN_MAX, &seen.how);
	seen.gcc_n = 0;
	_Unwind_Backtrace(one, &skip);
	return 0;
}

static void print(void)
{
	for (unsigned i = 0; i < seen.n || i < seen.gcc_n; i++)
		print_error("%3u ours %12lx flags %x libgcc %12lx\n", i,
			i < seen.n ? seen.frames[i].pc : 0, i < seen.n ? seen.frames[i].flags : 0,
			i < seen.gcc_n ? seen.gcc[i] : 0);
}

bool is_same(void)
{
	bool same = seen.n == seen.gcc_n && seen.how == LT_WALK_ROOT;

	for (unsigned i = 0; same && i < seen.n; i++)
		same = seen.frames[i].pc == seen.gcc[i] &&
		       !!(seen.frames[i].flags & LTF_NODE_SIGNAL) == seen.gcc_exact[i] &&
		       !(seen.frames[i].flags & LTF_NODE_GUESSED) && seen.frames[i].module;
	if (!same)
		print();
	return same;
}

void assert_same(void)
{
	assert_true(is_same());
}

void both_ways(void (*fn)(void))
{
	fn();
	if (lt_libunwind_present()) {
		lt_unwind_force_slow = true;
		fn();
		lt_unwind_force_slow = false;
	}
}
