/* A thread's successive stacks share most of their outer frames, so each is taken beside the last
 * ones: the walk ends where it meets one (lt_unwind_beside), and the frames that it shares have
 * their ids.
 *
 * A signal handler's hooks use a level of their own, without a memo. A handler that leaves by
 * longjmp may end this code at any instruction: frames are kept before anything leads to them. */
#include "lib/site.h"

#include "format/ring.h"
#include "lib/config.h"
#include "lib/dump.h"
#include "lib/foreseen.h"
#include "lib/modules.h"
#include "lib/stacks.h"
#include "lib/tracer.h"
#include "lib/unwind_bounds.h"
#include "lib/verify.h"

/* A handler that left by longjmp never took its level back: where the stack has been unwound past
 * the frames that entered, they are gone. */
static void drop_stale_levels(struct lt_thread *t, uintptr_t sp)
{
	uintptr_t low = t->bounds.low, high = t->bounds.high;
	while (t->level) {
		uintptr_t entered = t->entry_sp[t->level - 1];
		bool same_stack = entered >= low && entered < high && sp >= low && sp < high;
		if (!same_stack || sp < entered)
			return;
		t->level--;
	}
}

static uint32_t end_flags(enum lt_walk how)
{
	return how == LT_WALK_CUT ? LTF_NODE_CUT : how == LT_WALK_UNSURE ? LTF_NODE_UNCERTAIN : 0;
}

static uint32_t intern(struct lt_thread *t, const struct lt_frame *f, unsigned n, enum lt_walk how)
{
	struct lt_memo_frame out = {.id = LTF_SITE_NONE, .step = 0};
	uint32_t flags = end_flags(how);
	for (; n--; flags = 0)
		if (!lt_stacks_path(t, out.id, &f[n], 1, flags, &out))
			return LTF_SITE_NONE;
	return out.id;
}

/* What is kept is of this stack, and of the modules that are there now. */
static inline bool is_valid(const struct lt_thread *t, const struct lt_regs *regs)
{
	uint32_t epoch = atomic_load_explicit(&lt_modules_epoch, memory_order_acquire);
	return t->memo.epoch == epoch && t->memo.high == lt_bounds_known(&t->bounds, regs->sp).high;
}

/* The id of a walk's stack: of n new frames, innermost first, below those that it met. */
static uint32_t give_ids(
	struct lt_thread *t, const struct lt_memo_walk *w, unsigned n, uint32_t end)
{
	uint32_t id = w->met ? (w->last->end - w->met)->id : LTF_SITE_NONE;
	if (!n)
		return id;
	for (unsigned i = 0; i < n && !w->pure; i++)
		t->fresh[i].step = 0;
	if (lt_stacks_path(t, id, t->frames[0], n, end, t->fresh) < n)
		return LTF_SITE_NONE;
	return t->fresh[0].id;
}

static bool is_foreseen(struct lt_thread *t, const struct lt_regs *regs, struct lt_memo_walk *w)
{
	if (w->last->foreseen == LTF_SITE_NONE || !is_valid(t, regs))
		return false;
	return lt_foreseen_walk(t, regs, w);
}

static __attribute__((noinline)) uint32_t walk_beside_last(struct lt_thread *t,
	const struct lt_regs *regs, enum lt_memo_kind kind, unsigned slot, enum lt_walk *how)
{
	struct lt_memo_last *last = &t->memo.last[kind];
	struct lt_memo_walk w = {.memo = &t->memo, .last = last, .slot = slot};
	uint32_t site = last->foreseen;
	if (is_foreseen(t, regs, &w)) {
		*how = LT_WALK_ROOT;
	} else {
		w.done = lt_unwind_beside(&t->bounds, regs, &w, t->fresh, t->frames[0],
			(unsigned)lt_config.depth, how);
		site = give_ids(t, &w, w.done, w.met ? 0 : end_flags(*how));
		if (site == LTF_SITE_NONE || !w.pure)
			return site;
	}
	lt_memo_keep(&w, t->fresh, w.done);
	lt_memo_remember(&w, site);
	/* Not between threads, which would write to each other's cache lines. */
	last->foreseen = lt_numbered ? LTF_SITE_NONE : lt_stacks_foresee(last->site, site);
	last->site = site;
	return site;
}

/* The stack, where it is kept whole. */
static inline const struct lt_memo_whole *known(
	const struct lt_thread *t, const struct lt_regs *regs, unsigned *slot)
{
	*slot = 0;
	if (__builtin_expect(!is_valid(t, regs), 0))
		return NULL;
	return lt_memo_find(&t->memo, regs->ip, regs->sp, regs->bp, slot);
}

static void count_faults(uint32_t site, enum lt_walk how)
{
	if (site == LTF_SITE_NONE)
		lt_lost(LTF_LOST_STACKS, 1);
	else if (how == LT_WALK_CUT)
		lt_lost(LTF_LOST_STACKS_CUT, 1);
	else if (how == LT_WALK_UNSURE)
		lt_lost(LTF_LOST_STACKS_UNSURE, 1);
}

static uint32_t take_beside_last(
	struct lt_thread *t, const struct lt_regs *regs, enum lt_memo_kind kind, enum lt_walk *how)
{
	unsigned slot;
	const struct lt_memo_whole *whole = known(t, regs, &slot);
	if (!whole)
		return walk_beside_last(t, regs, kind, slot, how);
	*how = whole->cut ? LT_WALK_CUT : LT_WALK_ROOT;
	return whole->site;
}

/* In a handler's hook that came into another one, or with a setting of LEAKTRACE_UNWIND. */
static __attribute__((noinline)) uint32_t take_otherwise(
	struct lt_thread *t, const struct lt_regs *regs, enum lt_memo_kind kind)
{
	enum lt_walk how;
	uint32_t site;
	unsigned level = t->level;
	if (level >= LT_LEVELS) {
		lt_lost(LTF_LOST_STACKS, 1);
		return LTF_SITE_NONE;
	}
	t->entry_sp[level] = regs->sp;
	t->level = level + 1;
	if (level == 0 && lt_config.unwind != LT_UNWIND_PLAIN) {
		site = take_beside_last(t, regs, kind, &how);
	} else {
		unsigned n = lt_unwind(
			&t->bounds, regs, t->frames[level], (unsigned)lt_config.depth, &how);
		site = intern(t, t->frames[level], n, how);
	}
	if (lt_config.unwind == LT_UNWIND_VERIFY)
		lt_verify_site(t, regs, site, t->frames[level]);
	t->level = level;
	count_faults(site, how);
	return site;
}

/* A stack that is not known whole. */
static __attribute__((noinline)) uint32_t take_anew(
	struct lt_thread *t, const struct lt_regs *regs, enum lt_memo_kind kind, unsigned slot)
{
	enum lt_walk how;
	uint32_t site = walk_beside_last(t, regs, kind, slot, &how);
	count_faults(site, how);
	return site;
}

uint32_t lt_site_take(struct lt_thread *t, const struct lt_regs *regs, enum lt_memo_kind kind)
{
	unsigned slot;
	if (__builtin_expect(t->level != 0, 0))
		drop_stale_levels(t, regs->sp);
	if (__builtin_expect(t->level != 0 || lt_config.unwind != LT_UNWIND_MEMO, 0))
		return take_otherwise(t, regs, kind);
	t->entry_sp[0] = regs->sp;
	t->level = 1;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	const struct lt_memo_whole *whole = known(t, regs, &slot);
	uint32_t site;
	if (__builtin_expect(whole != NULL, 1)) {
		site = whole->site;
		if (__builtin_expect(whole->cut, 0))
			count_faults(site, LT_WALK_CUT);
	} else {
		site = take_anew(t, regs, kind, slot);
	}
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	t->level = 0;
	return site;
}
