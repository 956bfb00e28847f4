/* From a hook's registers to a site: walks the stack, interns its frames, counts what went wrong.
 */
#ifndef LT_SITE_H
#define LT_SITE_H

#include <stdint.h>
#include "lib/thread.h"
#include "lib/unwind.h"

/* The site of the call whose caller stood at regs; LTF_SITE_NONE when there is none (counted). */
uint32_t lt_site_take(struct lt_thread *t, const struct lt_regs *regs, enum lt_memo_kind kind);

#endif
