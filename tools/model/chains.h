/* The shortest chains of pointers from holders to blocks, and what many of them have in common: of
 * ten thousand blocks in a table's chains nobody wants to see each. Chains have the same shape when
 * they lead from the same holder over blocks of the same sites; where they come back to a site that
 * they just went through, as along a list or down a tree, that is one step. */
#ifndef LR_CHAINS_H
#define LR_CHAINS_H

#include "tools/model/retained.h"

/* How each block is led to. */
struct lr_ways {
	uint32_t *from; /* by block: the block before; LR_WAY_HELD: a holder; LR_WAY_NONE */
	uint32_t *by;   /* the edge, index in the graph; where from is LR_WAY_HELD, the hold's */
};
#define LR_WAY_NONE UINT32_MAX
#define LR_WAY_HELD (UINT32_MAX - 1)

/* Lasting holders first, then passing ones; but for those that are left out (may be NULL). */
void lr_ways_find(struct lr_ways *w, const struct lr_graph *g, const struct lr_holders *h,
	const bool *left_out);
void lr_ways_free(struct lr_ways *w);

struct lr_span {
	uint64_t least, most;
};

struct lr_step {
	uint32_t before;     /* the step before; LR_WAY_NONE: what follows is the holder's */
	uint32_t holder;     /* the chain's */
	uint32_t site;       /* of the blocks */
	struct lr_sum sum;   /* of the blocks here that the chains lead over or to */
	struct lr_sum ends;  /* of these: those that were asked for */
	struct lr_span at;   /* where in what is before the pointers lie that lead here */
	bool again;          /* some of the blocks here lead to others here .. */
	struct lr_span next; /* .. by pointers there */
	uint32_t block;      /* one of them, asked for where there is one */
};

struct lr_chains {
	struct lr_step *steps; /* each behind the one before it */
	size_t used, room;
	uint32_t *step_of; /* by block; LR_WAY_NONE: no chain leads over it */
	uint64_t missed;   /* blocks asked for that no chain leads to */
};

/* The chains to the blocks asked for. sites, sizes, wanted: by block. */
void lr_chains_find(struct lr_chains *c, const struct lr_ways *w, const struct lr_graph *g,
	const struct lr_holders *h, const uint32_t *sites, const uint64_t *sizes,
	const bool *wanted);
void lr_chains_free(struct lr_chains *c);

#endif
