/* A thread's successive stacks share most of their outer frames, so each is taken beside the last
 * one: the walk ends where it meets it (lt_unwind_beside), and the frames that it shares have their
 * ids.
 *
 * A signal handler's hooks use a level of their own, without a memo. A handler that leaves by
 * longjmp may end this code at any instruction: the memo's count is lowered before what it counts
 * is changed. */
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

/* How many of n frames (innermost first) the memo holds from the root on, compared one by one. The
 * root's node also says how the walk ended, so only walks that ended alike share it. */
static unsigned same_outer_part(const struct lt_memo *memo, const struct lt_frame *f, unsigned n)
{
	unsigned shared = 0, have = memo->count;
	while (shared < n && shared < have) {
		const struct lt_memo_frame *m = &memo->frame[shared];
		const struct lt_frame *x = &f[n - 1 - shared];
		if (m->ip != x->pc || m->module != x->module || m->flags != x->flags)
			break;
		shared++;
	}
	return shared;
}

static void fence(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static uint32_t take_beside_last(
	struct lt_thread *t, const struct lt_regs *regs, enum lt_memo_kind kind, enum lt_walk *how)
{
	struct lt_memo *m = &t->memo[kind];
	const struct lt_frame *f = t->frames[0];
	unsigned n = lt_unwind_beside(
		&t->bounds, regs, m, t->fresh, t->frames[0], (unsigned)lt_config.depth, how);
	unsigned stack = m->shared + n, total = stack;
	unsigned shared = m->shared;
	if (!shared && t->memo_how[kind] == *how)
		shared = same_outer_part(m, f, n);
	uint32_t id = shared ? m->frame[shared - 1].id : LTF_SITE_NONE;
	m->count = shared < m->count ? shared : m->count;
	fence();
	if (total > shared) {
		n = total - shared;
		unsigned got = lt_stacks_path(t, id, f, n, shared ? 0 : end_flags(*how), t->fresh);
		id = got < n ? LTF_SITE_NONE : t->fresh[0].id;
		total = shared + got;
	}
	/* What the walk found in its pure part can be met again; a frame that was only compared
	 * keeps its id and gets this walk's registers. */
	bool matters = m->shared && m->frame[m->shared - 1].bp_matters;
	const struct lt_frame *x = f + stack - m->shared;
	const struct lt_memo_frame *r = t->fresh + stack - m->shared;
	for (unsigned i = m->shared; i < total; i++) {
		struct lt_memo_frame *to = &m->frame[i];
		x--, r--;
		if (i >= shared)
			to->id = r->id;
		to->ip = x->pc;
		to->module = x->module;
		to->flags = (uint16_t)x->flags;
		to->sp = m->pure ? r->sp : 0;
		to->bp = r->bp;
		to->bp_at = r->bp_at;
		to->bp_matters = matters = r->uses_bp || (matters && !r->bp_at);
	}
	t->memo_how[kind] = *how;
	fence();
	m->count = total;
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
