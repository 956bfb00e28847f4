/* A system call that a signal of ours has interrupted goes on as if nothing had been.
 *
 * Most calls the kernel takes up again by itself (SA_RESTART). Those of signal(7) that it does not
 * come back with EINTR, which no program would have seen without us. The interrupted thread's own
 * handler puts that right: it sets the instruction pointer back to the system call and the number
 * into rax; everything else the kernel has left as it was. A relative timeout is shortened by what
 * has gone by, as far as that is known: our entries to such calls (hooks_wait.c) note when they
 * were called, and jump on. */
#ifndef LT_RESUME_H
#define LT_RESUME_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include <ucontext.h>
#include "lib/clock.h"

/* What is known of a call that a thread sits in. */
struct lt_call {
	int number; /* -1: unknown */
	uint64_t arg[6];
	uintptr_t sp, pc;
};

/* Whether the thread can be interrupted there without harm: not in a wait with a longer relative
 * timeout of which it is not known when it began. */
bool lt_resume_may_interrupt(const struct lt_call *c);

/* In the handler, as its last step, with all signals blocked. seen: the call in which the thread
 * was seen before, or NULL. A call that another signal has a right to end is left alone. */
void lt_resume_call(ucontext_t *u, const struct lt_call *seen);

/* Which call a thread is in that a signal has interrupted. seen: as above. False: in none. */
bool lt_resume_find(const ucontext_t *u, const struct lt_call *seen, struct lt_call *out);

/* When the thread's last wait with a timeout began; in such a wait the stack pointer lies close
 * below sp. */
struct lt_wait {
	uint64_t since; /* lt_clock_mono */
	uintptr_t sp;
	struct timespec rest; /* what the interrupted call goes on with */
};
extern __thread struct lt_wait lt_wait __attribute__((tls_model("initial-exec")));

static inline void lt_wait_begins(uintptr_t sp)
{
	lt_wait.since = lt_clock_mono();
	lt_wait.sp = sp;
}

#endif
