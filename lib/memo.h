/* What a thread remembers of its stacks, so that a walk need not take again what has not changed.
 *
 * Unwinding is a pure function of the registers and of the stack words it reads. Two things are
 * kept:
 * - the last stack of each kind, frame by frame. A new walk that comes to a frame of it with the
 *   same registers looks whether the words that led from there to the root are unchanged; if they
 *   are, so is the rest of the stack.
 * - stacks that came more than once, whole, found by the registers that they began with, each with
 *   the words that led through it.
 * rbp is compared only where a frame further out is found by it: elsewhere it holds data.
 *
 * The words of a check all lie between the stack pointer and the stack's end, so all may be read
 * before the first is judged, several at a time and without a branch for each.
 *
 * A signal handler that leaves by longjmp may end this code at any instruction: what is kept is
 * written before anything leads to it, and what led there is taken back before. */
#ifndef LT_MEMO_H
#define LT_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Registers as they are in the frame where a walk stands. */
struct lt_regs {
	uintptr_t ip, sp, bp;
};

/* Allocations and releases come from different places by turns. */
enum lt_memo_kind { LT_MEMO_ALLOC, LT_MEMO_FREE, LT_MEMOS };

enum {
	LT_MEMO_STEP = 8,
	LT_MEMO_PADS = 3,
	LT_MEMO_SLOT_BITS = 8,
	LT_MEMO_SLOTS = 1 << LT_MEMO_SLOT_BITS
};
enum { LT_MEMO_POOL = 16 << 10 }; /* bytes for whole stacks */

struct lt_memo_frame {
	uintptr_t ip, sp, bp; /* on entry to the frame */
	uint32_t id;          /* of the frame's node */
	uint32_t step;        /* to its caller, as below; 0: it depends on more */
	uint16_t module;
	bool bp_matters;  /* bp leads on, here or in a frame that gets it from here */
	uint16_t bp_read; /* so many frames from here is one whose caller's rbp is read from the
			     stack, and matters; itself is 1; 0: there is none */
};

/* A frame's step to its caller: the caller's sp is bp + off or sp + off, its ip stands right below
 * that, and its rbp 8 * bp_at below it; bp_at 0: rbp is the same. */
static inline uint32_t lt_step_make(bool by_bp, unsigned bp_at, uintptr_t off)
{
	return 1u << 31 | (uint32_t)(off / 8) << 6 | bp_at << 1 | by_bp;
}
static inline bool lt_step_by_bp(uint32_t step)
{
	return step & 1;
}
static inline unsigned lt_step_bp_at(uint32_t step)
{
	return step >> 1 & 31;
}
static inline uintptr_t lt_step_off(uint32_t step)
{
	return (step >> 6 & 0xffff) * 8;
}

/* Goes to the caller of the frame that *at is in, whose sp is cfa; low and high bound the stack.
 * False where it cannot stand there: *at is unchanged. */
static inline __attribute__((always_inline)) bool lt_step_to(
	struct lt_regs *at, uintptr_t cfa, unsigned bp_at, uintptr_t low, uintptr_t high)
{
	if (__builtin_expect(
		    cfa <= at->sp || cfa - 8 * bp_at < low || cfa > high || (cfa & 7) != 0, 0))
		return false;
	const uintptr_t *top = (const uintptr_t *)cfa;
	at->ip = top[-1];
	at->sp = cfa;
	if (bp_at)
		at->bp = *(top - bp_at);
	return true;
}

/* A new frame, but for its id and module. Field by field: what is put together elsewhere and copied
 * whole waits for its small stores. */
static inline __attribute__((always_inline)) void lt_memo_fill(
	struct lt_memo_frame *f, const struct lt_regs *at, uint32_t step)
{
	f->ip = at->ip;
	f->sp = at->sp;
	f->bp = at->bp;
	f->step = step;
	f->bp_matters = false;
	f->bp_read = 0;
}

/* Innermost frame first; the outermost is the one before end. Behind it stand copies of it, so that
 * several can be looked at together, and one that is further out than any. */
struct lt_memo_last {
	struct lt_memo_frame *end;
	uint32_t n;
	uint32_t site, foreseen; /* this stack's; the one that came after it the last time */
};

/* Words that were read, innermost first. */
struct lt_memo_words {
	uintptr_t *value;
	int32_t *at; /* where it lies: bytes from the stack's end, negative */
};

/* A whole stack, in the pool; its words lie behind it, a multiple of LT_MEMO_STEP (the last is
 * there several times). */
struct lt_memo_whole {
	uintptr_t ip, sp, bp;
	uint32_t site;
	uint16_t words;
	bool bp_matters;
	bool cut; /* there are more frames than these */
};

struct lt_memo {
	uint32_t epoch; /* lt_modules_epoch when it was made */
	uint32_t used;  /* bytes of the pool; the first LT_MEMO_STEP are none */
	uintptr_t high; /* end of the stack it was made on */
	char *pool;
	struct lt_memo_last last[LT_MEMOS];
	/* By what a stack begins with: where in the pool it is, and which site was seen there. */
	uint16_t slot[LT_MEMO_SLOTS];
	uint32_t seen[LT_MEMO_SLOTS];
};

/* What a walk found, and what is to be kept of it. */
struct lt_memo_walk {
	struct lt_memo *memo;
	struct lt_memo_last *last;
	unsigned slot; /* where a whole stack was looked for */
	unsigned done; /* frames that are there already; the walk goes on from at */
	struct lt_regs at;
	const struct lt_memo_frame *near; /* the first of the last stack that may be met */
	unsigned met;   /* frames of the last stack, from the root, that are this one's too */
	uintptr_t zero; /* the walk ended at this word, because it is 0; or 0 */
	bool cut;       /* there are more frames than may be kept */
	bool pure;      /* the three registers and words of the stack alone led through it */
};

/* Bytes of the arrays behind a memo, for stacks of up to depth frames; and giving them to it. at is
 * aligned to 8. */
size_t lt_memo_size(unsigned depth);
void lt_memo_arrange(struct lt_memo *m, unsigned depth, void *at);

/* Forgets everything. */
void lt_memo_clear(struct lt_memo *m);

/* Keeps a walk's n new frames, innermost first with their ids, in front of those that it met. */
void lt_memo_keep(const struct lt_memo_walk *w, const struct lt_memo_frame *fresh, unsigned n);

/* Keeps the last stack as a whole one, when it came before. One that was cut cannot be met: it has
 * an id for where it was cut, and is forgotten as the last one. */
void lt_memo_remember(const struct lt_memo_walk *w, uint32_t site);

static inline __attribute__((always_inline)) uintptr_t lt_memo_differ(
	struct lt_memo_words w, uintptr_t high, unsigned i)
{
	return *(const uintptr_t *)(high + (uintptr_t)(intptr_t)w.at[i]) ^ w.value[i];
}

/* Which of n words is no more what it was: the innermost, or n where all are. */
static inline __attribute__((always_inline)) unsigned lt_memo_differs(
	struct lt_memo_words w, uintptr_t high, unsigned n)
{
	for (unsigned at = 0; at < n; at += (unsigned)LT_MEMO_STEP) {
		struct lt_memo_words s = {w.value + at, w.at + at};
		uintptr_t inner = lt_memo_differ(s, high, 0) | lt_memo_differ(s, high, 1) |
				  lt_memo_differ(s, high, 2) | lt_memo_differ(s, high, 3);
		uintptr_t outer = lt_memo_differ(s, high, 4) | lt_memo_differ(s, high, 5) |
				  lt_memo_differ(s, high, 6) | lt_memo_differ(s, high, 7);
		if (__builtin_expect((inner | outer) == 0, 1))
			continue;
		while (!lt_memo_differ(w, high, at))
			at++;
		return at;
	}
	return n;
}

static inline unsigned lt_memo_slot(uintptr_t a, uintptr_t b)
{
	return (unsigned)((a ^ b << 24) * 0x9e3779b97f4a7c15ULL >> (64 - LT_MEMO_SLOT_BITS));
}

/* The whole stack that begins with these registers, or NULL. Where the first
 * guess turns out to have another word somewhere, what stands there instead leads to the next.
 * *slot: where the search ended. */
static inline __attribute__((always_inline)) const struct lt_memo_whole *lt_memo_find(
	const struct lt_memo *m, uintptr_t ip, uintptr_t sp, uintptr_t bp, unsigned *slot)
{
	*slot = lt_memo_slot(ip, sp);
	for (int tries = 0; tries < 4; tries++) {
		unsigned kept = m->slot[*slot];
		const struct lt_memo_whole *s = (const struct lt_memo_whole *)(m->pool + kept);
		if (s->ip != ip || s->sp != sp || (s->bp_matters && s->bp != bp))
			return NULL;
		uintptr_t *value = (uintptr_t *)(s + 1);
		struct lt_memo_words words = {value, (int32_t *)(value + s->words)};
		unsigned at = lt_memo_differs(words, m->high, s->words);
		if (__builtin_expect(at == s->words, 1))
			return s;
		uintptr_t found = words.value[at] ^ lt_memo_differ(words, m->high, at);
		*slot = lt_memo_slot(found, kept + at);
	}
	*slot = lt_memo_slot(ip, sp);
	return NULL;
}

/* The word that led to a frame. */
static inline __attribute__((always_inline)) uintptr_t lt_memo_led(const struct lt_memo_frame *f)
{
	return *(const uintptr_t *)(f->sp - sizeof(uintptr_t)) ^ f->ip;
}

/* The innermost of the frames further out than f that f does not lead to any more, or end. */
static inline __attribute__((always_inline)) const struct lt_memo_frame *lt_memo_leads_to(
	const struct lt_memo_frame *f, const struct lt_memo_frame *end)
{
	const struct lt_memo_frame *from = f;
	for (f++; f < end; f += 1 + LT_MEMO_PADS) {
		uintptr_t differ = lt_memo_led(f) | lt_memo_led(f + 1) | lt_memo_led(f + 2) |
				   lt_memo_led(f + 3);
		if (__builtin_expect(differ == 0, 1))
			continue;
		while (!lt_memo_led(f))
			f++;
		end = f;
	}
	for (f = from; f->bp_read && f + f->bp_read < end; f++) {
		f += f->bp_read - 1;
		if (*(const uintptr_t *)(f[1].sp - 8 * lt_step_bp_at(f->step)) != f[1].bp)
			return f + 1;
	}
	return end;
}

/* Whether the frame that begins with these registers was in the last stack, and all from there to
 * the root is as it was: then w->met says how many frames that are. To be asked frame by frame. */
static inline __attribute__((always_inline)) bool lt_memo_meets(
	struct lt_memo_walk *w, uintptr_t ip, uintptr_t sp, uintptr_t bp, unsigned room)
{
	const struct lt_memo_frame *f = w->near, *end = w->last->end;
	while (f->sp < sp)
		f++;
	w->near = f;
	if (f->sp != sp || f->ip != ip)
		return false;
	/* None of what stands behind the end either. */
	if ((unsigned)(end - f) - 1 >= room || (f->bp_matters && f->bp != bp))
		return false;
	w->near = lt_memo_leads_to(f, end);
	if (w->near != end)
		return false;
	w->met = (unsigned)(end - f);
	return true;
}

#endif
