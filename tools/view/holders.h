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

enum { LR_SHARERS = 3 };

/* Blocks of a place that several holders share: none has them alone. */
struct lr_shared_row {
	struct lr_line *stack; /* the place's */
	size_t stack_used, stack_cut;
	uint64_t blocks; /* of the place; retained: with what they alone hold */
	struct lr_sum retained;
	double share;
	const struct lr_holder *by[LR_SHARERS];
	size_t by_used;
	bool by_more; /* by others too, or by what is itself shared */
};

struct lr_holder_site {
	uint32_t frame;        /* the place */
	struct lr_line *stack; /* its */
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
	struct lr_shared_row *shared_rows; /* those of most; they add up to shared, but for the */
	size_t shared_used, shared_found;  /* limit */
	struct lr_holder_site *sites;      /* those that retain most */
	size_t sites_used;
};

/* rows, rest and shared add up to all. The heap must outlive it. */
struct lr_holders_view *lr_holders_make(struct lr_heap *h, size_t limit, size_t stack_max);
/* A part of it. */
void lr_holders_add_shared(
	struct lr_holders_view *v, struct lr_heap *h, size_t limit, size_t stack_max);
void lr_holders_free(struct lr_holders_view *v);

#endif
