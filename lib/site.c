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
#include "lib/stacks.h"
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
	struct lt_memo_frame out = {.id = LTF_SITE_NONE};
	uint32_t flags = end_flags(how);
	for (; n--; flags = 0)
		if (!lt_stacks_path(t, out.id, &f[n], 1, flags, &out))
			return LTF_SITE_NONE;
	return out.id;
}

static void fence(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* Keeps the n frames of fresh below memo->met. Where there is no room, all are forgotten: the next
 * walk begins anew. Returns the innermost, or 0. */
static unsigned keep(struct lt_memo *m, const struct lt_memo_frame *fresh, unsigned n)
{
	unsigned outer = m->met, at = m->used;
	if (at + n > LT_MEMO_FRAMES) {
		lt_memo_clear(m);
		return 0;
	}
	bool matters = outer && m->frame[outer].bp_matters;
	unsigned depth = outer ? m->frame[outer].depth : 0;
	for (; n--; outer = at++) {
		struct lt_memo_frame *to = &m->frame[at];
		*to = fresh[n];
		to->outer = (uint16_t)outer;
		to->odd = (outer + 1 != at || !outer ? LT_ODD_OUTER : 0) |
			  (matters && to->bp_at ? LT_ODD_BP : 0);
		to->depth = (uint16_t)++depth;
		matters = to->uses_bp || (matters && !to->bp_at);
		to->bp_matters = matters;
	}
	fence();
	m->used = at;
	return outer;
}

static uint32_t take_beside_last(
	struct lt_thread *t, const struct lt_regs *regs, enum lt_memo_kind kind, enum lt_walk *how)
{
	struct lt_memo *m = &t->memo;
	unsigned n = lt_unwind_beside(&t->bounds, regs, m, t->last[kind], t->fresh, t->frames[0],
		(unsigned)lt_config.depth, how);
	unsigned inner = m->met;
	uint32_t id = inner ? m->frame[inner].id : LTF_SITE_NONE;
	if (n) {
		uint32_t flags = inner ? 0 : end_flags(*how);
		if (lt_stacks_path(t, id, t->frames[0], n, flags, t->fresh) < n)
			return LTF_SITE_NONE;
		id = t->fresh[0].id;
		inner = m->pure ? keep(m, t->fresh, n) : 0;
	}
	if (inner) {
		*m->slot = (uint16_t)inner;
		t->last[kind] = (uint16_t)inner;
	}
	return id;
}

uint32_t lt_site_take(struct lt_thread *t, const struct lt_regs *regs, enum lt_memo_kind kind)
{
	enum lt_walk how;
	uint32_t site;
	if (t->level)
		drop_stale_levels(t, regs->sp);
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
		struct lt_frame *frames = t->frames[level];
		unsigned n = lt_unwind(&t->bounds, regs, frames, (unsigned)lt_config.depth, &how);
		site = intern(t, frames, n, how);
	}
	if (__builtin_expect(lt_config.unwind == LT_UNWIND_VERIFY, 0))
		lt_verify_site(t, regs, site, t->frames[level]);
	t->level = level;
	if (site == LTF_SITE_NONE)
		lt_lost(LTF_LOST_STACKS, 1);
	else if (how == LT_WALK_CUT)
		lt_lost(LTF_LOST_STACKS_CUT, 1);
	else if (how == LT_WALK_UNSURE)
		lt_lost(LTF_LOST_STACKS_UNSURE, 1);
	return site;
}
