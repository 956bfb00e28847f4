/* A walk along the nodes of the stack that is expected next, because it came next the last time.
 * Each frame is compared with its node, and stepped over as the node says; where it meets the
 * thread's last stack, the whole stack is known. Nothing is taken on trust: a node that is not
 * this frame ends it, and the walk by rules goes on from there. */
#ifndef LT_FORESEEN_H
#define LT_FORESEEN_H

#include <stdbool.h>
#include "lib/thread.h"

/* True when the stack's site is w->last->foreseen: then w->done frames are in t->fresh, with their
 * ids, and w->met says where they meet the last stack. Else w->done and w->at say how far it came;
 * these frames are in t->fresh and t->frames[0]. */
bool lt_foreseen_walk(struct lt_thread *t, const struct lt_regs *regs, struct lt_memo_walk *w);

#endif
