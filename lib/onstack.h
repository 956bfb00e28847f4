/* Running a function on another stack, for work that needs more than a hook may take of the
 * program's: decoding, libunwind, draining. */
#ifndef LT_ONSTACK_H
#define LT_ONSTACK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Calls fn(arg) with the stack pointer at stack_top (rounded down to 16) and returns its result.
 * The frame that does it has unwind information: walkers and debuggers see through to the caller.
 */
long lt_on_stack(long (*fn)(void *), void *arg, void *stack_top);

/* Set once seccomp has been seen: no system call may be made that was not made before. */
extern _Atomic bool lt_sealed;

enum {
	LT_SLOW_STACK = 64 << 10, /* bytes of a slow stack, without its guard page */
	LT_SLOW_BUSY = -0x7fff
};

/* Calls fn(arg) on a stack of ours, with all signals but synchronous ones blocked meanwhile. Stacks
 * come from a pool that nobody waits for. Returns fn's result, or LT_SLOW_BUSY when it was not
 * called: no stack free (too many at once, no memory), or sealed and none mapped. fn must not
 * return LT_SLOW_BUSY itself. While sealed, signals are not blocked: fn may then be interrupted by
 * a handler that comes here too. */
long lt_slowly(long (*fn)(void *), void *arg);

/* Within such a call: the stack pointer of the caller's stack. What is alive there, with all that
 * the caller's registers hold, begins at it. 0: not within one. */
uintptr_t lt_slowly_sp(void);

/* Maps one stack ahead, for the time when no more can be mapped. */
void lt_slowly_init(void);
/* Before lt_sealed is set: makes some stacks more, as none can be made later. */
void lt_slowly_before_seal(void);
/* In a forked child, which runs on none of them: stacks that other threads held at the fork are
 * free. */
void lt_slowly_child(void);

#endif
