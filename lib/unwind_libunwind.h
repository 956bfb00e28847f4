/* The way out for frames whose tables say more than is understood here: one step by libunwind, with
 * an address space of our own. Internal to the unwinder. */
#ifndef LT_UNWIND_LIBUNWIND_H
#define LT_UNWIND_LIBUNWIND_H

#include "lib/unwind_step.h"

/* Finds the library; without it each step says LT_STEP_LOST. */
void lt_libunwind_init(void);
/* In a forked child: if another thread was inside at the fork, libunwind is not used again. */
void lt_libunwind_child(void);
bool lt_libunwind_present(void);

/* Steps *c. LT_STEP_BLIND from the fast form, which does not know the registers. */
enum lt_step lt_libunwind_step(struct lt_cursor *c);

/* For tests: every frame that has tables is stepped by libunwind. */
extern bool lt_unwind_force_slow;

#endif
