/* Interned stacks: a tree of frames. A node is a frame below a parent; a site is the id of a
 * stack's innermost node. Every node is announced in the ring before its id can be seen.
 *
 * Lock-free. Two threads may give one frame two ids; readers join them. */
#ifndef LT_STACKS_H
#define LT_STACKS_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/thread.h"

/* Gives n frames (innermost first, n > 0) below the node parent (LTF_SITE_NONE: the outermost of
 * them is the stack's) their ids, in out[0..n).id; out[].step is kept with nodes that are new.
 * flags (as LTF_NODE_*) go to the outermost. Returns how many got one, counted from the outermost:
 * less than n when there is no memory or no room in the ring. */
unsigned lt_stacks_path(struct lt_thread *t, uint32_t parent, const struct lt_frame *f, unsigned n,
	uint32_t flags, struct lt_memo_frame *out);

/* Notes that a thread's site before was followed by site. Returns the one that followed that the
 * last time, or LTF_SITE_NONE; it is being fetched into the cache. */
uint32_t lt_stacks_foresee(uint32_t before, uint32_t site);

/* The frame of a node that lt_stacks_path gave. Returns its parent's id, LTF_SITE_NONE: none. */
uint32_t lt_stacks_frame(uint32_t id, struct lt_frame *f);

/* In a forked child. */
void lt_stacks_reset(void);

#endif
