/* Of a directed graph: which node each other one depends on alone. Node a dominates node b if every
 * way from node 0 to b leads over a; of those that do, b's immediate dominator is the nearest. So
 * the immediate dominators make a tree, and with a node goes what is below it, nothing else.
 *
 * Pure; no recursion. Takes time about in proportion to the edges, and 32 bytes a node and 4 an
 * edge while it works. */
#ifndef LR_DOMINATORS_H
#define LR_DOMINATORS_H

#include <stdint.h>

/* Edges from node i: to[first[i]] to to[first[i + 1] - 1]. There is at least one node; the same
 * edge may be there several times. */
struct lr_digraph {
	uint32_t n;
	uint32_t *first; /* n + 1 */
	uint32_t *to;
};

#define LR_NO_NODE UINT32_MAX

struct lr_dominators {
	uint32_t *above; /* by node, its immediate dominator; of 0, and where no way leads to it,
			    LR_NO_NODE */
	uint32_t *order; /* nodes to which a way leads: each one behind its dominator; first is 0 */
	uint32_t reached;
};

void lr_dominators_find(struct lr_dominators *d, const struct lr_digraph *g);
void lr_dominators_free(struct lr_dominators *d);

/* value[i], by node, becomes the sum of its own and of all those that node i dominates. */
void lr_dominators_sum(const struct lr_dominators *d, uint64_t *value);

#endif
