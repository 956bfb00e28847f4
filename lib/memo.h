/* What a thread remembers of its stacks, so that a walk need not take again what has not changed.
 *
 * Unwinding is a pure function of the registers and of the stack words it reads. Two things are
 * kept, each with the words that were read, as where they lie and what stood there:
 * - the last stack of each kind, with its frames. A new walk that comes to a frame of it with the
 *   same registers looks whether the words that led from there to the root are unchanged; if they
 *   are, so is the rest of the stack. Frames stand outermost first: what two stacks share stays.
 * - stacks that came more than once, whole, found by the registers that they began with.
 * rbp is compared only where a frame further out is found by it: elsewhere it holds data.
 *
 * The words of a check all lie between the stack pointer and the stack's end, so all may be read
 * before the first is judged, eight at a time and without a branch for each.
 *
 * A signal handler that leaves by longjmp may end this code at any instruction: what is kept is
 * written before anything leads to it, and what led there is taken back before. */
#ifndef LT_MEMO_H
#define LT_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "format/ring.h"

/* Allocations and releases come from different places by turns. */
enum lt_memo_kind { LT_MEMO_ALLOC, LT_MEMO_FREE, LT_MEMOS };

enum { LT_MEMO_STEP = 8, LT_MEMO_SLOT_BITS = 8, LT_MEMO_SLOTS = 1 << LT_MEMO_SLOT_BITS };
enum { LT_MEMO_POOL = 16 << 10 }; /* bytes for whole stacks */

struct lt_memo_frame {
	uintptr_t ip, sp, bp; /* on entry to the frame */
	uint32_t id;          /* of the frame's node */
	uint16_t words;       /* that lead from here to the root */
	uint8_t bp_at;   /* the caller's rbp was read at its sp - 8 * bp_at; 0: it is the same */
	bool uses_bp;    /* the caller's sp was reckoned from bp */
	bool bp_matters; /* bp leads on, here or in a frame that gets it from here */
};

/* Words that were read, those nearest to the root first. */
struct lt_memo_words {
	uintptr_t *value;
	int32_t *at; /* where it lies: bytes from the stack's end, negative */
};

struct lt_memo_last {
	struct lt_memo_frame *frame; /* outermost first; room for depth of them */
	/* Room for LT_MEMO_STEP and two for each frame. The first LT_MEMO_STEP are copies of the
	 * next, so that whole steps can be looked at. */
	struct lt_memo_words words;
	uint32_t n;
	uint32_t site, foreseen; /* this stack's; the one that came after it the last time */
};

/* A whole stack, in the pool; its words lie behind it, a multiple of LT_MEMO_STEP. */
struct lt_memo_whole {
	uintptr_t ip, sp, bp;
	uint32_t site;
	uint16_t words;
	bool bp_matters;
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
	unsigned slot;  /* where a whole stack was looked for */
	unsigned met;   /* frames of the last stack, from the root, that are this one's too */
	uintptr_t zero; /* the walk ended at this word, because it is 0; or 0 */
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

/* Keeps the last stack as a whole one, when it came before. */
void lt_memo_remember(const struct lt_memo_walk *w, uint32_t site);

static inline __attribute__((always_inline)) uintptr_t lt_memo_differ(
	struct lt_memo_words w, uintptr_t high, unsigned i)
{
	return *(const uintptr_t *)(high + (uintptr_t)(intptr_t)w.at[i]) ^ w.value[i];
}

/* Which of the words [from, end) is no more what it was: the innermost, or end where all are. They
 * are a multiple of LT_MEMO_STEP, or there are copies of the first below it. */
static inline __attribute__((always_inline)) unsigned lt_memo_differs(
	struct lt_memo_words w, uintptr_t high, unsigned from, unsigned end)
{
	for (unsigned at = end; at > from; at -= (unsigned)LT_MEMO_STEP) {
		struct lt_memo_words s = {w.value + at - LT_MEMO_STEP, w.at + at - LT_MEMO_STEP};
		uintptr_t outer = lt_memo_differ(s, high, 0) | lt_memo_differ(s, high, 1) |
				  lt_memo_differ(s, high, 2) | lt_memo_differ(s, high, 3);
		uintptr_t inner = lt_memo_differ(s, high, 4) | lt_memo_differ(s, high, 5) |
				  lt_memo_differ(s, high, 6) | lt_memo_differ(s, high, 7);
		if (__builtin_expect((outer | inner) == 0, 1))
			continue;
		unsigned i = LT_MEMO_STEP - 1;
		while (i && !lt_memo_differ(s, high, i))
			i--;
		return at - LT_MEMO_STEP + i;
	}
	return end;
}

static inline unsigned lt_memo_slot(uintptr_t a, uintptr_t b)
{
	return (unsigned)((a ^ b << 24) * 0x9e3779b97f4a7c15ULL >> (64 - LT_MEMO_SLOT_BITS));
}

/* The site of the whole stack that begins with these registers, or LTF_SITE_NONE. Where the first
 * guess turns out to have another word somewhere, what stands there instead leads to the next.
 * *slot: where the search ended. */
static inline __attribute__((always_inline)) uint32_t lt_memo_find(
	const struct lt_memo *m, uintptr_t ip, uintptr_t sp, uintptr_t bp, unsigned *slot)
{
	*slot = lt_memo_slot(ip, sp);
	for (int tries = 0; tries < 4; tries++) {
		unsigned kept = m->slot[*slot];
		const struct lt_memo_whole *s = (const struct lt_memo_whole *)(m->pool + kept);
		if (s->ip != ip || s->sp != sp || (s->bp_matters && s->bp != bp))
			return LTF_SITE_NONE;
		uintptr_t *value = (uintptr_t *)(s + 1);
		struct lt_memo_words words = {value, (int32_t *)(value + s->words)};
		unsigned at = lt_memo_differs(words, m->high, 0, s->words);
		if (__builtin_expect(at == s->words, 1))
			return s->site;
		uintptr_t found = words.value[at] ^ lt_memo_differ(words, m->high, at);
		*slot = lt_memo_slot(found, kept + at);
	}
	*slot = lt_memo_slot(ip, sp);
	return LTF_SITE_NONE;
}

/* Whether the frame that begins with these registers was in the last stack, and all from there to
 * the root is as it was: then w->met says how many frames that are. *k goes down from the last
 * stack's frames to those that may still be met. */
static inline __attribute__((always_inline)) bool lt_memo_meets(struct lt_memo_walk *w, unsigned *k,
	uintptr_t ip, uintptr_t sp, uintptr_t bp, unsigned room)
{
	const struct lt_memo_last *last = w->last;
	unsigned n = *k;
	while (n && last->frame[n - 1].sp < sp)
		n--;
	*k = n;
	if (!n)
		return false;
	const struct lt_memo_frame *f = &last->frame[n - 1];
	if (f->sp != sp || f->ip != ip || n > room || (f->bp_matters && f->bp != bp))
		return false;
	unsigned end = LT_MEMO_STEP + f->words;
	unsigned at = lt_memo_differs(last->words, w->memo->high, LT_MEMO_STEP, end);
	if (at == end) {
		w->met = n;
		return true;
	}
	while (n && last->frame[n - 1].words > at - LT_MEMO_STEP)
		n--;
	*k = n;
	return false;
}

#endif
