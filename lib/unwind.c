/* The walk.
 *
 * One loop in two forms. The fast form knows rip, rsp and rbp; it serves nearly every stack. When a
 * frame needs a register that it does not know, the full form starts again from here, where all
 * callee-saved registers are at hand, walks silently through our own frames up to the hook's caller
 * and goes on from there. A signal frame gives all registers anew, so behind it the full form goes
 * on too. What needs more than a cached rule is in unwind_step.c. */
#include "lib/unwind.h"

#include <stddef.h>
#include <string.h>
#include "format/ring.h"
#include "lib/modules.h"
#include "lib/onstack.h"
#include "lib/rules.h"
#include "lib/unwind_libunwind.h"
#include "lib/unwind_step.h"

_Atomic uint32_t lt_unmap_epoch;
struct lt_unwind_stats lt_unwind_stats;
bool lt_unwind_force_slow;

enum { SILENT_MAX = 32 }; /* frames of ours between lt_unwind and the hook's caller */

/* What a walk fills. */
struct sink {
	struct lt_frame *frames;
	struct lt_memo_frame *fresh; /* beside frames, in a memoised walk */
	unsigned n, max;
	uint32_t flags; /* of the next frame, by how it was reached */
	/* The full form starts in our own frames; nothing is kept until it stands here. */
	const struct lt_regs *from;
};

struct decode {
	uintptr_t pc;
	lt_rule_word rule;
};

static long decode_here(void *arg)
{
	struct decode *d = arg;

	d->rule = lt_rule_decode(d->pc);
	return 0;
}

static __attribute__((noinline)) lt_rule_word decode(uintptr_t pc)
{
	struct decode d = {.pc = pc, .rule = lt_rule_make(LT_KIND_BUSY, 0, 0)};

	lt_slowly(decode_here, &d);
	return d.rule;
}

/* The rule of pc, from the cache while its object is still there, else from the tables. The full
 * form runs on a stack of ours already. */
static inline __attribute__((always_inline)) lt_rule_word rule_of(uintptr_t pc, bool full)
{
	lt_rule_word r = lt_rules_find(pc);

	if (__builtin_expect(r != 0 && lt_module_is_current(lt_rule_module(r)), 1))
		return r;
	return full ? lt_rule_decode(pc) : decode(pc);
}

/* Steps over a frame that the tables do not describe. */
static enum lt_step step_unknown(struct lt_cursor *c, uint32_t module, uint32_t *flags)
{
	if (!module && lt_is_trampoline(c->ip))
		/* rsp is that of the handler's return: a ucontext, whose registers begin at 40. */
		return lt_step_signal(c, c->sp + 40);
	if (lt_bounds_is_initial(c->sp)) /* the loader's entry, which has no tables */
		return LT_STEP_END;
	enum lt_step s = lt_step_guess(c);
	if (s == LT_STEP_OK)
		*flags |= LTF_NODE_GUESSED;
	return s;
}

static __attribute__((noinline)) enum lt_step step_rare(
	struct lt_cursor *c, lt_rule_word r, uintptr_t pc, uint32_t *flags)
{
	enum lt_step s;

	switch (lt_rule_kind(r)) {
	case LT_KIND_SIGNAL:
		return lt_step_signal(c, c->sp + lt_rule_off(r));
	case LT_KIND_END:
		return LT_STEP_END;
	case LT_KIND_FULL:
		s = lt_step_full(c, pc);
		return s == LT_STEP_HARD ? lt_libunwind_step(c) : s;
	case LT_KIND_NONE:
		return step_unknown(c, lt_rule_module(r), flags);
	default:
		return LT_STEP_LOST;
	}
}

struct rare {
	struct lt_cursor *c;
	lt_rule_word rule;
	uintptr_t pc;
	uint32_t *flags;
};

static long rare_here(void *arg)
{
	struct rare *r = arg;

	return step_rare(r->c, r->rule, r->pc, r->flags);
}

/* The same for the fast form, which runs on the program's stack. */
static __attribute__((noinline)) enum lt_step step_rare_slowly(
	struct lt_cursor *c, lt_rule_word rule, uintptr_t pc, uint32_t *flags)
{
	struct rare r = {c, rule, pc, flags};

	if (lt_rule_kind(rule) == LT_KIND_END)
		return LT_STEP_END;
	long s = lt_slowly(rare_here, &r);
	return s == LT_SLOW_BUSY ? LT_STEP_LOST : (enum lt_step)s;
}

static inline __attribute__((always_inline)) void keep(
	struct sink *out, uintptr_t pc, lt_rule_word r, uint32_t flags)
{
	struct lt_frame *f = &out->frames[out->n++];

	f->pc = pc;
	f->module = lt_rule_module(r);
	f->flags = flags;
}

static bool is_plain(enum lt_kind kind)
{
	return kind == LT_KIND_RSP || kind == LT_KIND_RBP || kind == LT_KIND_REALIGNED;
}

/* Steps over what the fast loop cannot. */
static __attribute__((noinline)) enum lt_step step_slowly(
	struct lt_cursor *c, lt_rule_word r, uint32_t *flags)
{
	enum lt_step s = is_plain(lt_rule_kind(r)) ? lt_step_plain(c, r)
						   : step_rare_slowly(c, r, c->ip - 1, flags);

	if (s != LT_STEP_OK)
		return s;
	if (c->exact)
		return LT_STEP_ALL_KNOWN;
	/* The others are not kept up to date by the fast loop. */
	c->known &= LT_KNOWN_BP;
	return c->known ? LT_STEP_OK : LT_STEP_BLIND;
}

/* The frame that called k, 0 where it is the root. */
static inline unsigned outer_of(const struct lt_memo_frame *frame, unsigned k)
{
	return frame[k].odd & LT_ODD_OUTER ? frame[k].outer : k - 1;
}

/* Whether the words that led from frame k to the root are what they were. Innermost first: beyond
 * the first difference nothing is known. Returns 0, or the frame whose caller is another one now.
 */
static inline unsigned differs(const struct lt_memo_frame *frame, unsigned k)
{
	const struct lt_memo_frame *f = &frame[k], *caller;
	for (;; f = caller) {
		caller = f - 1;
		const uintptr_t *cfa;
		if (__builtin_expect(f->odd, 0)) {
			if (f->odd & LT_ODD_OUTER) {
				if (!f->outer)
					return 0;
				caller = &frame[f->outer];
			}
			cfa = (const uintptr_t *)caller->sp;
			if (f->odd & LT_ODD_BP && *(cfa - f->bp_at) != caller->bp)
				return (unsigned)(f - frame);
		}
		cfa = (const uintptr_t *)caller->sp;
		if (cfa[-1] != caller->ip)
			return (unsigned)(f - frame);
	}
}

/* Where the walk stands. */
struct place {
	uintptr_t ip, sp, bp;
};

/* Takes the frames from k to end from the memo, and steps over end. False: no room. */
static inline bool take_over(const struct lt_memo_frame *frame, unsigned k, unsigned end,
	struct sink *out, struct place *at)
{
	for (;; k = outer_of(frame, k)) {
		const struct lt_memo_frame *f = &frame[k];
		if (out->n == out->max)
			return false;
		struct lt_memo_frame *to = &out->fresh[out->n];
		*to = *f;
		to->bp = at->bp;
		out->frames[out->n++] = (struct lt_frame){.pc = f->ip, .module = f->module};
		const uintptr_t *cfa = (const uintptr_t *)frame[outer_of(frame, k)].sp;
		if (f->bp_at)
			at->bp = *(cfa - f->bp_at);
		at->ip = cfa[-1];
		at->sp = (uintptr_t)cfa;
		if (k == end)
			return true;
	}
}

static inline uint16_t *slot_for(struct lt_memo *m, uintptr_t ip, uintptr_t at)
{
	uint64_t h = (ip ^ at << 24) * 0x9e3779b97f4a7c15ULL;
	return &m->leaf[h >> (64 - LT_MEMO_LEAF_BITS)];
}

/* The innermost frame of a kept stack that is the whole of this one, or 0. Where the first guess,
 * by ip and sp, turns out to have another caller somewhere, the frame there and the caller that is
 * found lead to the next guess. The place where the search ended is where this stack can be found
 * next time. */
static inline unsigned whole(struct lt_memo *m, const struct lt_regs *regs)
{
	m->slot = slot_for(m, regs->ip, regs->sp);
	for (int tries = 0; tries < 4; tries++) {
		unsigned k = *m->slot;
		const struct lt_memo_frame *f = &m->frame[k];
		if (f->ip != regs->ip || f->sp != regs->sp || (f->bp_matters && f->bp != regs->bp))
			return 0;
		unsigned end = differs(m->frame, k);
		if (!end)
			return k;
		const uintptr_t *cfa = (const uintptr_t *)m->frame[outer_of(m->frame, end)].sp;
		m->slot = slot_for(m, cfa[-1], end);
	}
	m->slot = slot_for(m, regs->ip, regs->sp);
	return 0;
}

enum meeting { MET_NOT, MET, MET_PART };

/* Looks for the frame at hand among the stack that *k is in; *k goes from its innermost frame to
 * its root. MET: the rest of the stack is the same, from *k on. MET_PART: it was, up to some frame,
 * and *at stands behind that. */
static inline __attribute__((always_inline)) enum meeting meets(
	const struct lt_memo *m, unsigned *k, struct place *at, struct sink *out)
{
	while (*k && m->frame[*k].sp < at->sp)
		*k = outer_of(m->frame, *k);
	const struct lt_memo_frame *f = &m->frame[*k];
	if (!*k || f->sp != at->sp || f->ip != at->ip || f->depth > out->max - out->n ||
		(f->bp_matters && f->bp != at->bp))
		return MET_NOT;
	unsigned end = differs(m->frame, *k);
	if (!end)
		return MET;
	unsigned from = *k;
	*k = outer_of(m->frame, end);
	take_over(m->frame, from, end, out, at);
	return MET_PART;
}

/* The fast form: walks from *c until something ends it, and says what. LT_STEP_OK: the frames are
 * full. With a memo, it also ends where the last stack is met. */
static inline __attribute__((always_inline)) enum lt_step walk_fast(
	struct lt_cursor *c, struct sink *out, struct lt_memo *memo, unsigned last)
{
	struct place at = {c->ip, c->sp, c->bp};
	uintptr_t low = c->range.low + LT_WINDOW, high = c->range.high;
	uint32_t flags = 0;
	unsigned k = last;

	for (;;) {
		if (!at.ip)
			return LT_STEP_END;
		enum meeting met = memo && k ? meets(memo, &k, &at, out) : MET_NOT;
		if (met == MET) {
			memo->met = (uint16_t)k;
			return LT_STEP_END;
		}
		if (met == MET_PART)
			continue;
		if (__builtin_expect(out->n == out->max, 0))
			return LT_STEP_OK;
		lt_rule_word r = rule_of(at.ip - 1, false);
		if (memo)
			out->fresh[out->n] = (struct lt_memo_frame){.ip = at.ip,
				.sp = at.sp,
				.bp = at.bp,
				.module = (uint16_t)lt_rule_module(r),
				.bp_at = (uint8_t)lt_rule_bp(r),
				.uses_bp = lt_rule_kind(r) == LT_KIND_RBP};
		keep(out, at.ip, r, flags);
		enum lt_kind kind = lt_rule_kind(r);
		uintptr_t cfa = (kind == LT_KIND_RBP ? at.bp : at.sp) + lt_rule_off(r);
		if (__builtin_expect((kind == LT_KIND_RSP || kind == LT_KIND_RBP) && cfa > at.sp &&
					     cfa >= low && cfa <= high && (cfa & 7) == 0,
			    1)) {
			const uintptr_t *top = (const uintptr_t *)cfa;
			unsigned bp_at = lt_rule_bp(r);
			at.ip = top[-1];
			at.sp = cfa;
			if (bp_at)
				at.bp = *(top - bp_at);
			flags = 0;
			continue;
		}
		if (kind == LT_KIND_END)
			return LT_STEP_END;
		if (memo) /* what follows does not depend on these three registers alone */
			memo->pure = false;
		k = 0;
		c->ip = at.ip;
		c->sp = at.sp;
		c->bp = at.bp;
		out->flags = 0;
		enum lt_step s = step_slowly(c, r, &out->flags);
		if (s != LT_STEP_OK)
			return s;
		flags = out->flags;
		at = (struct place){c->ip, c->sp, c->bp};
		low = c->range.low + LT_WINDOW;
		high = c->range.high;
	}
}

/* The full form, on a stack of ours. */
static enum lt_step walk_full_here(struct lt_cursor *c, struct sink *out)
{
	for (unsigned silent = 0;;) {
		uintptr_t pc = c->ip - !c->exact;
		enum lt_step s;
		if (out->from && c->ip == out->from->ip && c->sp == out->from->sp)
			out->from = NULL;
		if (out->from && ++silent > SILENT_MAX)
			return LT_STEP_LOST;
		if (!c->ip)
			return LT_STEP_END;
		if (out->n == out->max)
			return LT_STEP_OK;
		lt_rule_word r = rule_of(pc, true);
		if (!out->from)
			keep(out, c->ip, r, out->flags | (c->exact ? LTF_NODE_SIGNAL : 0));
		out->flags = 0;
		enum lt_kind kind = lt_rule_kind(r);
		/* Signal frames not: libunwind does not say where the other registers lie. */
		if (lt_unwind_force_slow && (c->known & ~LT_KNOWN_BP) &&
			(is_plain(kind) || kind == LT_KIND_FULL))
			s = lt_libunwind_step(c);
		else if (is_plain(kind))
			s = lt_step_plain(c, r);
		else
			s = step_rare(c, r, pc, &out->flags);
		if (s != LT_STEP_OK)
			return s;
	}
}

struct walk {
	struct lt_cursor *c;
	struct sink *out;
};

static long walk_full_call(void *arg)
{
	struct walk *w = arg;

	return walk_full_here(w->c, w->out);
}

static enum lt_step walk_full(struct lt_cursor *c, struct sink *out)
{
	struct walk w = {c, out};
	long s = lt_slowly(walk_full_call, &w);

	return s == LT_SLOW_BUSY ? LT_STEP_LOST : (enum lt_step)s;
}

/* Begins anew in the full form, with the callee-saved registers as they are here; this frame stands
 * while it walks. What the fast form found stays if that leads nowhere. */
static __attribute__((noinline)) enum lt_step restart(
	struct lt_cursor *c, struct sink *out, const struct lt_regs *regs)
{
	unsigned had = out->n;

	__asm__ volatile("movq %%rbx, %c1(%0)\n\t"
			 "movq %%rbp, %c2(%0)\n\t"
			 "movq %%r12, %c3(%0)\n\t"
			 "movq %%r13, %c4(%0)\n\t"
			 "movq %%r14, %c5(%0)\n\t"
			 "movq %%r15, %c6(%0)\n\t"
			 "movq %%rsp, %c7(%0)\n\t"
			 "leaq 0(%%rip), %%rax\n\t"
			 "movq %%rax, %c8(%0)"
			 :
			 : "r"(c), "i"(offsetof(struct lt_cursor, bx)),
			 "i"(offsetof(struct lt_cursor, bp)), "i"(offsetof(struct lt_cursor, r12)),
			 "i"(offsetof(struct lt_cursor, r13)), "i"(offsetof(struct lt_cursor, r14)),
			 "i"(offsetof(struct lt_cursor, r15)), "i"(offsetof(struct lt_cursor, sp)),
			 "i"(offsetof(struct lt_cursor, ip))
			 : "rax", "memory");
	c->known = LT_KNOWN_ALL;
	c->exact = true;
	c->gregs = 0;
	out->n = 0;
	out->flags = 0;
	out->from = regs;
	enum lt_step s = walk_full(c, out);
	if (out->from) { /* never met the hook's caller */
		out->n = had;
		return LT_STEP_LOST;
	}
	return s;
}

static inline __attribute__((always_inline)) void start_at(
	struct lt_cursor *c, struct lt_stack_bounds *b, const struct lt_regs *regs)
{
	c->ip = regs->ip;
	c->sp = regs->sp;
	c->bp = regs->bp;
	c->bounds = b;
	c->gregs = 0;
	c->known = LT_KNOWN_BP;
	c->exact = false;
	c->range = lt_bounds_known(b, regs->sp);
	if (__builtin_expect(c->range.high == 0, 0))
		lt_bounds_cover(b, c->sp, &c->range); /* if not, the first step tries again */
}

/* What the fast form left over. */
static inline enum lt_walk rest_of_walk(
	struct lt_cursor *c, struct sink *out, const struct lt_regs *regs, enum lt_step s)
{
	if (__builtin_expect(s == LT_STEP_ALL_KNOWN, 0))
		s = walk_full(c, out);
	else if (__builtin_expect(s == LT_STEP_BLIND, 0))
		s = restart(c, out, regs);
	return s == LT_STEP_END ? LT_WALK_ROOT : s == LT_STEP_OK ? LT_WALK_CUT : LT_WALK_UNSURE;
}

unsigned lt_unwind(struct lt_stack_bounds *b, const struct lt_regs *regs, struct lt_frame *frames,
	unsigned max, enum lt_walk *how)
{
	struct lt_cursor c;
	struct sink out = {.frames = frames, .max = max};
	enum lt_step s = LT_STEP_BLIND;

	start_at(&c, b, regs);
	if (__builtin_expect(!lt_unwind_force_slow, 1))
		s = walk_fast(&c, &out, NULL, 0);
	*how = rest_of_walk(&c, &out, regs, s);
	return out.n;
}

void lt_memo_clear(struct lt_memo *memo)
{
	memset(memo->leaf, 0, sizeof(memo->leaf));
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	memo->used = 1;
}

unsigned lt_unwind_beside(struct lt_stack_bounds *b, const struct lt_regs *regs,
	struct lt_memo *memo, unsigned last, struct lt_memo_frame *fresh, struct lt_frame *frames,
	unsigned max, enum lt_walk *how)
{
	struct lt_cursor c;
	struct sink out = {.frames = frames, .fresh = fresh, .max = max};
	enum lt_step s = LT_STEP_BLIND;
	uint32_t epoch = atomic_load_explicit(&lt_modules_epoch, memory_order_acquire);

	start_at(&c, b, regs);
	if (__builtin_expect(memo->epoch != epoch || memo->high != c.range.high, 0)) {
		lt_memo_clear(memo);
		memo->epoch = epoch;
		memo->high = c.range.high;
	}
	memo->pure = true;
	memo->met = (uint16_t)whole(memo, regs);
	if (memo->met) {
		*how = LT_WALK_ROOT;
		return 0;
	}
	if (__builtin_expect(!lt_unwind_force_slow, 1))
		s = walk_fast(&c, &out, memo, last < memo->used ? last : 0);
	if (s != LT_STEP_END)
		memo->pure = false;
	*how = rest_of_walk(&c, &out, regs, s);
	return out.n;
}

void lt_unwind_init(bool libunwind)
{
	lt_modules_init();
	lt_slowly_init();
	if (libunwind)
		lt_libunwind_init();
}

void lt_unwind_child(void)
{
	lt_libunwind_child();
}
