/* What only some pointers keep alive: the blocks to which every chain begins with one of them, or
 * leads over a block of theirs. Answered anew for each set of pointers, by two searches. */
#ifndef LR_ONLY_H
#define LR_ONLY_H

#include "tools/model/retained.h"
#include "tools/model/scan.h"

struct lr_only {
	const struct lr_scan *scan;
	struct lr_graph graph;
	uint8_t *seen; /* by block */
	uint32_t *queue;
};

/* False: the blocks of the scan, or pointers, are not known. The scan must outlive it. */
bool lr_only_open(struct lr_only *o, const struct lr_scan *scan);
void lr_only_close(struct lr_only *o);

/* A set of pointers: roots' and words', as is_one says; and all of the blocks in `blocks` (by
 * block; NULL: none), which do not count themselves. */
struct lr_only_set {
	bool (*is_one)(void *ctx, const struct lr_scan *scan, const struct lr_root_edge *e);
	void *ctx;
	const bool *blocks;
};
struct lr_sum lr_only_sum(struct lr_only *o, const struct lr_only_set *set);

#endif
