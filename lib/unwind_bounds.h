/* Which stack memory can be read.
 *
 * A thread's own stack is known once all pages from the stack pointer up to its top have been seen
 * to be readable; then it only grows downwards. Any other stack is known page by page, until
 * something is unmapped. */
#ifndef LT_UNWIND_BOUNDS_H
#define LT_UNWIND_BOUNDS_H

#include <stdatomic.h>
#include "lib/unwind.h"

/* A range of readable memory, [low, high). */
struct lt_range {
	uintptr_t low, high;
};

/* True when the word at "at" can be read; r, copied from b, then is a range that holds it. Makes
 * system calls. */
bool lt_bounds_cover(struct lt_stack_bounds *b, uintptr_t at, struct lt_range *r);

/* The range that holds sp as far as it is known; empty when none does. No system call. */
static inline struct lt_range lt_bounds_known(const struct lt_stack_bounds *b, uintptr_t sp)
{
	if (sp - b->low < b->high - b->low)
		return (struct lt_range){b->low, b->high};
	if (sp - b->other_low < b->other_high - b->other_low &&
		b->other_epoch == atomic_load_explicit(&lt_unmap_epoch, memory_order_acquire))
		return (struct lt_range){b->other_low, b->other_high};
	return (struct lt_range){0, 0};
}

/* True when a frame whose stack pointer is sp can have no caller: it stands where the process
 * began, right below the arguments. */
bool lt_bounds_is_initial(uintptr_t sp);

#endif
