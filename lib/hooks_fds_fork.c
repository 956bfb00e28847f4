/* What makes processes that share our memory but not our descriptors. Asking the kernel at each
 * open and close which process this is would take as long as recording it; so it is noted here who
 * may be another. Jumps: these return twice, on one stack, or on another. */
#include <sched.h>
#include <unistd.h>
#include "lib/hooks_fds.h"

void lt_vfork_seen(void);
__attribute__((used, visibility("hidden"))) void lt_vfork_seen(void)
{
	(void)LT_LATE(vfork);
	(void)LT_LATE(__vfork);
	lt_fds_vfork();
}

void lt_clone_seen(const void *function, const void *stack, int flags);
__attribute__((used, visibility("hidden"))) void lt_clone_seen(
	const void *function, const void *stack, int flags)
{
	(void)function;
	(void)stack;
	(void)LT_LATE(clone);
	(void)LT_LATE(__clone);
	if ((flags & (CLONE_VM | CLONE_THREAD)) == CLONE_VM)
		lt_fds_clone();
}

#define NEXT(name, symbol)                                                                         \
	__attribute__((used, visibility("hidden"))) void *const lt_##symbol##_next =               \
		&lt_found.late.name;
NEXT(vfork, vfork)
NEXT(__vfork, old_vfork)
NEXT(clone, clone)
NEXT(__clone, old_clone)

/* lt_call_then_jump: hooks_life.c. */
#define JUMP(name, seen, next)                                                                     \
	".pushsection .text\n"                                                                     \
	".globl " name "\n"                                                                        \
	".type " name ", @function\n" name ":\n"                                                   \
	"	.cfi_startproc\n"                                                                        \
	"	leaq " seen "(%rip), %r10\n"                                                       \
	"	movq " next "(%rip), %r11\n"                                                       \
	"	jmp lt_call_then_jump\n"                                                                 \
	"	.cfi_endproc\n"                                                                          \
	".size " name ", .-" name "\n"                                                             \
	".popsection\n"
__asm__(JUMP("vfork", "lt_vfork_seen", "lt_vfork_next") JUMP("__vfork", "lt_vfork_seen",
	"lt_old_vfork_next") JUMP("clone", "lt_clone_seen", "lt_clone_next")
		JUMP("__clone", "lt_clone_seen", "lt_old_clone_next"));
