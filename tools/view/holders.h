/* Who holds the memory: holders and sites by what they alone keep alive. */
#ifndef LR_HOLDERS_H
#define LR_HOLDERS_H

#include "tools/view/heap.h"
#include "tools/view/table.h"

struct lr_holder_row {
	const struct lr_holder *holder;
	struct lr_sum retained;
	double share; /* of all that was live, by bytes; so in the others */
};

struct lr_holder_site {
	uint32_t frame; /* as a person means it */
	struct lr_line *stack;
	size_t stack_used, stack_cut;
	struct lr_sum own, retained; /* retained: what would go with all of the site's blocks */
	double share;
};

struct lr_holders_view {
	const struct lr_scan *scan;
	bool graph; /* all pointers are known; else each block counts for one that holds it */
	struct lr_sum all;
	struct lr_holder_row *rows; /* those that retain most */
	size_t used, found;         /* before the limit */
	struct lr_sum rest;         /* of the rows that the limit left out */
	struct lr_sum shared;       /* held by several, and by none of them alone */
	double rest_share, shared_share;
	struct lr_holder_site *sites; /* those that retain most */
	size_t sites_used;
};

/* rows, rest and shared add up to all. The heap must outlive it. */
struct lr_holders_view *lr_holders_make(struct lr_heap *h, size_t limit, size_t stack_max);
void lr_holders_free(struct lr_holders_view *v);

#endif
