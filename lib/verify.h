/* LEAKTRACE_UNWIND=verify: every stack that is recorded is compared with two others of the same
 * call: one by a walk anew, which knows no memo, and one by libgcc's _Unwind_Backtrace, which
 * shares no code with ours (where libgcc_eh.a was there when we were built). What is compared is
 * what readers will see: the frames that the site's id stands for.
 *
 * Counted in the dump's header (LTF_LOST_VERIFIED and its neighbours); the first few differences
 * are said, in a line each. */
#ifndef LT_VERIFY_H
#define LT_VERIFY_H

#include <stdint.h>
#include "lib/thread.h"
#include "lib/unwind.h"

/* Compares the site that was taken at regs. frames: room for the depth, nobody else's meanwhile. */
void lt_verify_site(
	struct lt_thread *t, const struct lt_regs *regs, uint32_t site, struct lt_frame *frames);

#endif
