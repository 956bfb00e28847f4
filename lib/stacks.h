/* Interned stacks: a tree of frames. A node is a frame below a parent; a site is the id of a
 * stack's innermost node. Every node is announced in the ring before its id can be seen.
 *
 * Lock-free, no deletion: buckets of eight slots in tables of growing size, each used where the
 * smaller one's bucket is full. Two threads may give one frame two ids; readers join them. */
#ifndef LT_STACKS_H
#define LT_STACKS_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/thread.h"

/* The id of frame below parent (LTF_SITE_NONE: of an outermost frame); flags as LTF_NODE_*. Returns
 * LTF_SITE_NONE when there is no memory or no room in the ring. */
uint32_t lt_stacks_node(
	struct lt_thread *t, uint32_t parent, const struct lt_frame *f, uint32_t flags);

/* The frame of a node that lt_stacks_node returned. Returns its parent's id, LTF_SITE_NONE: none.
 */
uint32_t lt_stacks_frame(uint32_t id, struct lt_frame *f);

/* In a forked child. */
void lt_stacks_reset(void);

#endif
