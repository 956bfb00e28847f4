/* What of the live memory can still be reached: a copy of the process (a raw clone) is searched, at
 * the end of the process while that waits, for a bounded time; in between while it goes on. The
 * copy changes nothing that the program could see; a fault in it ends the copy alone. */
#ifndef LT_SNAPSHOT_H
#define LT_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>
#include "format/file.h"
#include "format/scan.h"
#include "lib/cut.h"
#include "lib/memo.h"

/* Just before main, on its stack: what is above lives on when main has returned. */
void lt_snapshot_main(uintptr_t sp);

/* Who has called exit or quick_exit last: its stack pointer, where it would go on, its thread, and
 * the registers that it had before and would have again. sp 0: nobody. */
struct lt_caller {
	uintptr_t sp, pc, tp;
	uint64_t reg[6];
};
_Static_assert(sizeof(struct lt_caller) == 72, "hooks_life.c fills it");
extern struct lt_caller lt_exit_caller __attribute__((visibility("hidden")));

/* The process is about to end. sp: the thread's stack pointer; regs: of the caller of what is there
 * to end it, by which it is told whether main has returned. */
void lt_snapshot_end(uintptr_t sp, const struct lt_regs *regs);

/* The same where a signal ends it, of the thread that got it. moving: a block of its is under way.
 */
void lt_snapshot_end_here(const struct lt_moment_thread *self, bool moving);

/* At the end, before draining stops: all other threads stand still until the copy has been made.
 * Nothing unless lt_snapshot_end was called. */
void lt_snapshot_stop(void);
/* With everything drained, by the drainer: the copy, and waits for it. */
void lt_snapshot_take(void);

/* In between, with everything drained and the others standing still, by the drainer: the copy. */
struct lt_snapshot_when {
	enum ltf_scan_reason reason;
	uint64_t begun; /* CLOCK_MONOTONIC, nanoseconds: it was asked for */
};
enum ltf_scan_answer lt_snapshot_begin(
	const struct lt_cut_threads *t, const struct lt_snapshot_when *when);
/* Whether that copy has ended. */
bool lt_snapshot_ended(void);

/* In a forked child. */
void lt_snapshot_reset(void);

#endif
