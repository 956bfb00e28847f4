/* What of the live memory can still be reached, at the end of the process: a copy of it (a raw
 * clone) is searched, while the process waits, for a bounded time. The copy changes nothing that
 * the program could see; a fault in it ends the copy alone. */
#ifndef LT_SNAPSHOT_H
#define LT_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/memo.h"

/* Just before main, on its stack: what is above lives on when main has returned. */
void lt_snapshot_main(uintptr_t sp);

/* The process is about to end. sp: the thread's stack pointer; regs: of the caller of what is there
 * to end it, by which it is told whether main has returned. */
void lt_snapshot_end(uintptr_t sp, const struct lt_regs *regs);

/* With everything drained, by the drainer, who appends the records that are the answer. Nothing
 * unless that is set, and lt_snapshot_end was called. */
void lt_snapshot_take(void);

#endif
