/* Why blocks are still there: the shortest chains of pointers from what holds them. */
#ifndef LR_WHY_H
#define LR_WHY_H

#include "tools/model/chains.h"
#include "tools/view/heap.h"
#include "tools/view/table.h"

/* One step of a chain: a holder, or blocks of one place. */
struct lr_why_step {
	const struct lr_holder *holder; /* NULL: blocks: */
	uint32_t frame;                 /* the place where they were made */
	struct lr_line *stack;          /* that, and its callers, if it has the same everywhere */
	size_t stack_used, stack_cut;
	struct lr_sum sum;   /* of those blocks that the chains lead over */
	uint64_t addr;       /* of one of them */
	struct lr_span at;   /* where in what is before they are pointed to */
	bool again;          /* by each other too: */
	struct lr_span next; /* where in these */
};

struct lr_why_chain {
	struct lr_sum sum; /* of the blocks that were asked for and that it leads to */
	struct lr_sum retained_by_holder;
	double holder_share;    /* of all that was live */
	uint64_t shared_blocks; /* of the sum: those that something else holds too */
	bool also;              /* leads to the shared blocks of the last chain that is not so */
	struct lr_why_step *steps;
	size_t steps_used;
};

struct lr_why {
	const char *asked;
	const struct lr_scan *scan;
	bool graph;    /* all pointers are known: retained sizes are right, and what is shared */
	size_t sites;  /* that it means; 0: an address */
	uint64_t addr; /* of the block, where an address was asked for */
	struct lr_sum all; /* that was live */
	struct lr_sum sum; /* of what was asked for */
	struct lr_sum verdicts[LTF_VERDICTS];
	struct lr_sum retained;      /* what would go with it */
	double share;                /* of all that was live */
	struct lr_why_chain *chains; /* first those that lead to most */
	size_t used;
	size_t shown, found; /* not counting those that also lead there; found: before the limit */
};

/* asked: an address, or a pattern for sites. NULL: no block is meant. limit: chains; stack_max:
 * frames of a step's stack. The heap must outlive it. */
struct lr_why *lr_why_make(struct lr_heap *h, const char *asked, size_t limit, size_t stack_max);
void lr_why_free(struct lr_why *w);

#endif
