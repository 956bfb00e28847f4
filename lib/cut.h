/* All other threads stand still for a moment, so that a copy of the process is one moment of it,
 * and say what they have in their registers.
 *
 * Each gets signal 32, which the C library lets no program use, and parks in our handler until it
 * is let go. A thread with signals blocked is in a slow path of ours, and comes when it is done;
 * one that has a realloc under way is asked again. One that sits in a call from which a signal
 * would bring it back too late (resume.h) is not asked, and one that does not answer is not waited
 * for: of those the kernel says where the stack pointer is, and their registers are not known. */
#ifndef LT_CUT_H
#define LT_CUT_H

#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>
#include "lib/judge.h"

struct lt_cut_threads {
	const struct lt_moment_thread *thread; /* with room for one more behind the last */
	uint32_t n;
	uint32_t unknown; /* threads of which the registers are not known */
	uint64_t stopped; /* CLOCK_MONOTONIC, ns: when they began to stand still */
};

/* What the signal carries that asks a thread to park. */
#define LT_CUT_ASKS UINT64_C(0x6c746375) /* "ltcu", in the high half; below the thread's place */

/* Finds out what must not be asked of the loader later. */
void lt_cut_start(void);

/* How many threads the kernel knows of the process; 0: it does not say. */
uint32_t lt_cut_tasks(void);
/* True when the calling thread is the only one. */
bool lt_cut_is_alone(void);

/* Stops them; on a stack of ours, with signals blocked. It is let go by itself after some seconds,
 * should lt_cut_go never be called. */
void lt_cut_stop(struct lt_cut_threads *out);
/* False: they may have been let go before, so the moment was none. */
bool lt_cut_go(void);

/* One more thread, which is not asked (the caller's own). */
void lt_cut_add(struct lt_cut_threads *out, const struct lt_moment_thread *t);

/* In the handler of a thread that was asked by a signal with this value. */
void lt_cut_answer(uint64_t value, ucontext_t *u);
/* What a thread has in its registers, and which call it is in. seen: the call in which it was seen
 * before, or NULL. */
struct lt_call;
void lt_cut_registers(struct lt_moment_thread *t, const ucontext_t *u, const struct lt_call *seen);

/* In a forked child. */
void lt_cut_reset(void);

#endif
