/* Unwinding: from the registers of a hook's caller to the list of its frames.
 *
 * The fast stepper takes each code address's rule (from .eh_frame: CFA from rsp or rbp or another
 * callee-saved register, where the return address and the callee-saved registers are kept) from a
 * cache that is filled once per address; what a rule cannot express is taken from the tables each
 * time. What cannot be decoded goes to libunwind, if that was opened, used with an address space of
 * our own whose accessors find tables with _dl_find_object and read memory only where that cannot
 * fault.
 *
 * No lock is waited for, nothing is allocated through malloc, errno is kept, and the caller's stack
 * is used for less than 512 bytes: decoding and libunwind run on a stack of our own. */
#ifndef LT_UNWIND_H
#define LT_UNWIND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/memo.h"

/* Set in lt_frame.flags; the same bits as enum LTF_NODE_*. */
struct lt_frame {
	uintptr_t pc;    /* raw address; a return address unless LTF_NODE_SIGNAL */
	uint32_t module; /* number, 0 unknown */
	uint32_t flags;  /* LTF_NODE_SIGNAL, LTF_NODE_GUESSED */
};

/* Per thread: the stack it runs on. Zeroed at first; belongs to one thread. */
struct lt_stack_bounds {
	uintptr_t low, high;             /* readable, on the thread's own stack */
	uintptr_t other_low, other_high; /* readable, on another stack (coroutine, signal stack) */
	uint32_t other_epoch;            /* value of lt_unmap_epoch when other_* was found */
};

enum lt_walk {
	LT_WALK_ROOT,   /* ended at a frame that the tables mark as outermost */
	LT_WALK_CUT,    /* max frames, more beyond */
	LT_WALK_UNSURE, /* ended for want of information or readable memory */
};

/* Fills frames[0..max) innermost first, beginning with the frame of regs->ip (which is a return
 * address in the hook's caller). Returns how many. *how says why it ended. */
unsigned lt_unwind(struct lt_stack_bounds *b, const struct lt_regs *regs, struct lt_frame *frames,
	unsigned max, enum lt_walk *how);

/* As lt_unwind, beside the thread's last stack, walk->last: frames and fresh (ip, sp, bp, step and
 * module) get the frames, innermost first, that this stack does not share with that. walk->done of
 * them are there already. */
unsigned lt_unwind_beside(struct lt_stack_bounds *b, const struct lt_regs *regs,
	struct lt_memo_walk *walk, struct lt_memo_frame *fresh, struct lt_frame *frames,
	unsigned max, enum lt_walk *how);

/* A thread that stands still, perhaps another one. */
struct lt_stopped {
	uintptr_t pc, sp;
	uintptr_t saved[6]; /* rbx, rbp, r12 to r15 */
	uint8_t known;      /* of these, a bit each */
	bool exact;         /* pc is no return address: it was interrupted there */
};
struct lt_stopped_frame {
	uintptr_t pc, sp; /* the frame lies from sp on, up to the next one's */
	uint32_t flags;   /* as lt_frame's */
};

/* Fills f[0..max), max at most LT_STOPPED_MAX, innermost first, as far as it goes. Returns how
 * many. Takes some KiB of stack. */
enum { LT_STOPPED_MAX = 64 };
unsigned lt_unwind_stopped(const struct lt_stopped *at, struct lt_stopped_frame *f, unsigned max);

/* Called once before main, not from a hook. libunwind: finds it (dlopen, RTLD_LOCAL). It can step
 * what no table decoder of ours understands, which no compiler writes; without it such a frame ends
 * a walk. Opening it takes as long as a fifth of what a short program runs. */
void lt_unwind_init(bool libunwind);
/* In a forked child, before its first walk. */
void lt_unwind_child(void);
/* Any munmap bumps it: other stacks may be gone. */
extern _Atomic uint32_t lt_unmap_epoch;

/* Counters for the coverage section and for tests; relaxed. */
struct lt_unwind_stats {
	_Atomic uint64_t rules_decoded, libunwind_steps, libunwind_busy, guessed;
};
extern struct lt_unwind_stats lt_unwind_stats;

/* Captures the registers of the caller of the function it is used in, whose frame pointer must be
 * kept (hooks are compiled with -fno-omit-frame-pointer): ip is the return address, sp the stack
 * pointer after the return, bp the caller's. A frame that needs another callee-saved register (rbx,
 * r12..r15) is reached by a second walk, from lt_unwind's own frame and through the hook's. */
#define LT_REGS_CALLER(r)                                                                          \
	do {                                                                                       \
		uintptr_t *fp_ = __builtin_frame_address(0);                                       \
		(r)->bp = fp_[0];                                                                  \
		(r)->ip = fp_[1];                                                                  \
		(r)->sp = (uintptr_t)(fp_ + 2);                                                    \
	} while (0)

#endif
