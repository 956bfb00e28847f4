/* A node of the tree of stacks: a frame below a parent. Sixteen bytes, because there may be a
 * million; what of it can change says so. */
#ifndef LT_NODE_H
#define LT_NODE_H

#include <stdatomic.h>
#include <stdint.h>
#include "lib/modules.h"

enum {
	LT_NODE_ID_BITS = 26,
	LT_NODE_FLAG_BITS = 4,
	LT_NODE_SEGMENT = 1 << 14, /* nodes in a segment, 256 KiB */
	LT_NODE_SEGMENTS = (1 << LT_NODE_ID_BITS) / LT_NODE_SEGMENT
};

struct lt_node {
	uint64_t pc_module; /* pc48 module16 */
	uint32_t parent;    /* id26 flags4, and the low two bits of the shape */
	uint32_t next;      /* id26 of the site that came next, the last time: it changes; shape6 */
};
_Static_assert(LT_MODULE_MAX >> 16 == 0, "fits a node");

extern struct lt_node *_Atomic lt_node_segments[LT_NODE_SEGMENTS];

#define LT_NODE_ID_MASK ((1u << LT_NODE_ID_BITS) - 1)

static inline struct lt_node *lt_node_at(uint32_t id)
{
	struct lt_node *s =
		atomic_load_explicit(&lt_node_segments[id / LT_NODE_SEGMENT], memory_order_relaxed);
	return &s[id % LT_NODE_SEGMENT];
}

static inline uint32_t lt_node_parent(const struct lt_node *n)
{
	return n->parent & LT_NODE_ID_MASK;
}
static inline uint32_t lt_node_next(const struct lt_node *n)
{
	return n->next & LT_NODE_ID_MASK;
}
static inline uint32_t lt_node_flags(const struct lt_node *n)
{
	return n->parent >> LT_NODE_ID_BITS & ((1u << LT_NODE_FLAG_BITS) - 1);
}
static inline unsigned lt_node_shape(const struct lt_node *n)
{
	return n->parent >> 30 | n->next >> LT_NODE_ID_BITS << 2;
}

static inline struct lt_node lt_node_make(
	uintptr_t pc, uint32_t module, uint32_t parent, uint32_t flags, unsigned shape)
{
	return (struct lt_node){.pc_module = (uint64_t)pc << 16 | module,
		.parent = parent | flags << LT_NODE_ID_BITS | (shape & 3) << 30,
		.next = shape >> 2 << LT_NODE_ID_BITS};
}

/* Whether they are the same frame below the same parent. */
static inline int lt_node_same(const struct lt_node *m, const struct lt_node *n)
{
	return m->pc_module == n->pc_module && ((m->parent ^ n->parent) & ~(3u << 30)) == 0;
}

/* A frame's step to its caller is the same wherever its address stands, so it is kept with the
 * node: as the number of its shape, because few differ. 0: none, or too many. */
extern _Atomic uint32_t lt_node_steps[256];
unsigned lt_node_shape_of(uint32_t step);

#endif
