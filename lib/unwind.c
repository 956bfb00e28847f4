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
	uintptr_t *sp; /* beside frames, where it is wanted, in the full form */
};

/* The rule of pc, from the cache while its object is still there, else 0. */
static inline __attribute__((always_inline)) lt_rule_word known_rule(uintptr_t pc)
{
	lt_rule_word r = lt_rules_find(pc);

	return __builtin_expect(r != 0 && lt_module_is_current(lt_rule_module(r)), 1) ? r : 0;
}

/* Steps over a frame whose rule needs no more than these three registers; low and high bound the
 * stack. False: *at is unchanged. */
static inline __attribute__((always_inline)) bool step_fast(
	struct lt_regs *at, lt_rule_word r, uintptr_t low, uintptr_t high)
{
	enum lt_kind kind = lt_rule_kind(r);
	uintptr_t cfa = (kind == LT_KIND_RBP ? at->bp : at->sp) + lt_rule_off(r);

	return __builtin_expect(kind == LT_KIND_RSP || kind == LT_KIND_RBP, 1) &&
	       lt_step_to(at, cfa, lt_rule_bp(r), low, high);
}

struct decode {
	struct lt_regs at;
	uintptr_t low, high;
	lt_rule_word rule;
};

/* The frames further out are mostly new as well, up to the first that is known: their rules are
 * decoded in the same call, for the walk to find. */
static long decode_here(void *arg)
{
	enum { AHEAD = 64 };
	struct decode *d = arg;
	lt_rule_word r = d->rule = lt_rule_decode(d->at.ip - 1);

	for (unsigned i = 0; i < AHEAD; i++) {
		if (!step_fast(&d->at, r, d->low, d->high) || !d->at.ip || known_rule(d->at.ip - 1))
			break;
		r = lt_rule_decode(d->at.ip - 1);
	}
	return 0;
}

static __attribute__((noinline)) lt_rule_word decode(
	const struct lt_regs *at, uintptr_t low, uintptr_t high)
{
	struct decode d = {
		.at = *at, .low = low, .high = high, .rule = lt_rule_make(LT_KIND_BUSY, 0, 0)};

	lt_slowly(decode_here, &d);
	return d.rule;
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

static inline uint32_t step_of(lt_rule_word r)
{
	enum lt_kind kind = lt_rule_kind(r);
	return kind == LT_KIND_RSP || kind == LT_KIND_RBP
		       ? lt_step_make(kind == LT_KIND_RBP, lt_rule_bp(r), lt_rule_off(r))
		       : 0;
}

/* The fast form: walks from *c until something ends it, and says what. LT_STEP_OK: the frames are
 * full. With a memo, it also ends where the last stack is met. */
static inline __attribute__((always_inline)) enum lt_step walk_fast(
	struct lt_cursor *c, struct sink *out, struct lt_memo_walk *memo)
{
	struct lt_regs at = {c->ip, c->sp, c->bp};
	uintptr_t low = c->range.low, high = c->range.high;
	uint32_t flags = 0;
	bool beside = memo != NULL;

	for (;;) {
		if (!at.ip) {
			if (memo)
				memo->zero = at.sp - sizeof(uintptr_t);
			return LT_STEP_END;
		}
		if (beside && lt_memo_meets(memo, at.ip, at.sp, at.bp, out->max - out->n))
			return LT_STEP_END;
		if (__builtin_expect(out->n == out->max, 0))
			return LT_STEP_OK;
		lt_rule_word r = known_rule(at.ip - 1);
		if (__builtin_expect(!r, 0))
			r = decode(&at, low, high);
		if (memo)
			lt_memo_fill(&out->fresh[out->n], &at, step_of(r));
		keep(out, at.ip, r, flags);
		if (__builtin_expect(step_fast(&at, r, low, high), 1)) {
			flags = 0;
			continue;
		}
		if (lt_rule_kind(r) == LT_KIND_END)
			return LT_STEP_END;
		if (memo) /* what follows does not depend on these three registers alone */
			memo->pure = false;
		beside = false;
		c->ip = at.ip;
		c->sp = at.sp;
		c->bp = at.bp;
		out->flags = 0;
		enum lt_step s = step_slowly(c, r, &out->flags);
		if (s != LT_STEP_OK)
			return s;
		flags = out->flags;
		at = (struct lt_regs){c->ip, c->sp, c->bp};
		low = c->range.low;
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
		/* On a stack of ours already. */
		lt_rule_word r = known_rule(pc);
		if (!r)
			r = lt_rule_decode(pc);
		if (!out->from)
			keep(out, c->ip, r, out->flags | (c->exact ? LTF_NODE_SIGNAL : 0));
		if (out->sp)
			out->sp[out->n - 1] = c->sp;
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
		s = walk_fast(&c, &out, NULL);
	*how = rest_of_walk(&c, &out, regs, s);
	return out.n;
}

unsigned lt_unwind_beside(struct lt_stack_bounds *b, const struct lt_regs *regs,
	struct lt_memo_walk *walk, struct lt_memo_frame *fresh, struct lt_frame *frames,
	unsigned max, enum lt_walk *how)
{
	struct lt_cursor c;
	struct sink out = {.frames = frames, .fresh = fresh, .max = max};
	enum lt_step s = LT_STEP_BLIND;
	struct lt_memo *m = walk->memo;
	uint32_t epoch = atomic_load_explicit(&lt_modules_epoch, memory_order_acquire);

	start_at(&c, b, regs);
	if (__builtin_expect(m->epoch != epoch || m->high != c.range.high, 0)) {
		lt_memo_clear(m);
		m->epoch = epoch;
		m->high = c.range.high;
	}
	walk->pure = (c.range.high - regs->sp) >> 31 == 0;
	walk->near = walk->last->end - walk->last->n;
	out.n = walk->done;
	if (out.n) {
		c.ip = walk->at.ip;
		c.sp = walk->at.sp;
		c.bp = walk->at.bp;
	}
	if (__builtin_expect(!lt_unwind_force_slow, 1))
		s = walk_fast(&c, &out, walk);
	walk->cut = s == LT_STEP_OK;
	if (s != LT_STEP_END && s != LT_STEP_OK)
		walk->pure = false;
	*how = rest_of_walk(&c, &out, regs, s);
	return out.n;
}

unsigned lt_unwind_stopped(const struct lt_stopped *at, struct lt_stopped_frame *f, unsigned max)
{
	struct lt_stack_bounds bounds = {0};
	struct lt_frame frames[LT_STOPPED_MAX];
	uintptr_t sp[LT_STOPPED_MAX];
	struct lt_cursor c = {.ip = at->pc,
		.sp = at->sp,
		.bounds = &bounds,
		.known = at->known,
		.exact = at->exact};
	struct sink out = {.frames = frames, .sp = sp, .max = max};
	uintptr_t *saved = lt_cursor_saved(&c);

	for (unsigned i = 0; i < 6; i++)
		saved[i] = at->saved[i];
	lt_bounds_cover(&bounds, c.sp, &c.range);
	walk_full(&c, &out);
	for (unsigned i = 0; i < out.n; i++)
		f[i] = (struct lt_stopped_frame){frames[i].pc, sp[i], frames[i].flags};
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
