/* What keeps what alive. Chains of pointers begin at holders: variables, threads, whatever the
 * caller tells apart. What a holder or a block retains is what would go if it went: the blocks to
 * which every chain leads over it, itself included.
 *
 * Some holders are passing: a frame of a stack, a register. They hold only what no lasting holder
 * does, or a function that looks at a table would hide whose the table is. */
#ifndef LR_RETAINED_H
#define LR_RETAINED_H

#include "tools/model/dominators.h"
#include "tools/model/graph.h"

struct lr_hold {
	uint32_t holder;
	uint32_t block;
	uint64_t offset; /* of the pointer in what it lies in: the caller's alone */
};

struct lr_holders {
	uint32_t holders;
	const bool *passing;         /* by holder */
	const struct lr_hold *holds; /* in any order */
	size_t holds_used;
	uint32_t unknown; /* the holder of blocks to which no chain leads */
};

struct lr_sum {
	uint64_t blocks, bytes;
};

struct lr_retained {
	uint32_t holders, blocks;
	struct lr_digraph graph;       /* node 0, the holders, the blocks */
	struct lr_dominators tree;     /* of these */
	uint64_t *bytes, *block_count; /* retained, by node */
	const uint64_t *size;          /* by block */
	struct lr_sum shared;          /* what several holders share, and no one alone holds */
};

/* sizes: by block, must outlive it. What holders retain and what they share adds up to all. */
void lr_retained_make(struct lr_retained *r, const struct lr_graph *g, const struct lr_holders *h,
	const uint64_t *sizes);
void lr_retained_free(struct lr_retained *r);

struct lr_sum lr_retained_by_holder(const struct lr_retained *r, uint32_t holder);
struct lr_sum lr_retained_by_block(const struct lr_retained *r, uint32_t block);
/* What would go if all of these blocks went: more than each alone retains, where several of them
 * hold the same; less than the sum, where one holds another. */
struct lr_sum lr_retained_by_all(const struct lr_retained *r, const bool *member);

/* By block, who alone holds it; LR_NO_NODE: several. A new array. */
uint32_t *lr_retained_owners(const struct lr_retained *r);

#endif
