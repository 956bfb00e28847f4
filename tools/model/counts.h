/* What is counted for a site, a thread, a whole run. */
#ifndef LR_COUNTS_H
#define LR_COUNTS_H

#include <stdint.h>

struct lr_counts {
	uint64_t allocations;     /* a realloc that succeeds is one free and one allocation */
	uint64_t frees;           /* of blocks counted here, wherever they were freed */
	uint64_t allocated_bytes; /* as asked for */
	uint64_t live_blocks, live_bytes;
	uint64_t peak_blocks, peak_bytes; /* share of the moment when all live bytes were most */
	uint64_t temporary; /* freed by their thread before that thread's next allocation */
};

/* What was live at a moment. */
struct lr_held {
	uint64_t blocks, bytes;
};

/* Bucket i holds values v with 2^(i-1) <= v < 2^i; bucket 0 holds 0. */
enum { LR_BUCKETS = 65 };

static inline unsigned lr_bucket(uint64_t v)
{
	return v ? 64 - (unsigned)__builtin_clzll(v) : 0;
}

void lr_counts_add(struct lr_counts *to, const struct lr_counts *from);

#endif
