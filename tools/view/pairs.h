/* Where what is released by a call of its own (format/pairs.def) was made, and how many of them a
 * scan has found lost. A lost one is the block that its handle leads to: made in the very call, and
 * definitely lost, or led to by blocks that are. */
#ifndef LR_PAIRS_VIEW_H
#define LR_PAIRS_VIEW_H

#include "tools/model/pairs.h"
#include "tools/view/leaks.h"

struct lr_pair_site {
	const struct lr_pair *pair;
	uint32_t frame;    /* the call's innermost */
	uint32_t resource; /* index in model->resources; of several threads' the first */
	uint64_t made, released, open;
	uint64_t lost;          /* definitely, or with others */
	uint64_t with_others;   /* of these: other lost blocks lead to them */
	uint32_t owner;         /* of one of those: where what leads to it was made; 0 none */
	struct lr_scan_sum sum; /* lost blocks that were made in the calls that made the lost ones,
				 * and in others of this site */
};

struct lr_pairs {
	struct lr_pair_site *sites; /* in order of model->resources */
	size_t used, room;
	/* private: by frame, index in sites plus 1 of the innermost call that it lies in */
	uint32_t *within;
};

/* suppressor: NULL, nothing is suppressed. */
void lr_pairs_make(const struct lr_model *m, const struct lr_leaks *leaks,
	struct lr_suppressor *suppressor, struct lr_pairs *out);
/* The call in which blocks of that site (its innermost frame) were made; NULL: none. */
const struct lr_pair_site *lr_pairs_within(const struct lr_pairs *p, uint32_t frame);
void lr_pairs_free(struct lr_pairs *p);

#endif
