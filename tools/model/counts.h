/* What is counted for a site, a thread, a whole run. */
#ifndef LR_COUNTS_H
#define LR_COUNTS_H

#include <stdbool.h>
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

/* Of a site: blocks that took the place of others of it. */
struct lr_churn {
	uint64_t last_size;      /* of the latest new block */
	bool unpaired;           /* none was released for that one yet */
	uint64_t enlarged;       /* reallocs to a larger size */
	uint64_t enlarged_bytes; /* by so much in all */
	uint64_t old_bytes;      /* that these blocks held before */
	uint64_t copied_bytes;   /* of those, what was copied to another address */
	uint64_t appended;       /* new blocks a little larger than the one before, with few live */
	uint64_t appended_bytes; /* that the ones before held */
	uint64_t appended_most;  /* bytes of the largest of them */
	uint64_t replaced; /* new blocks larger by half to four times, after which one was released
			    */
	uint64_t replaced_bytes; /* that these held */
	uint64_t mapped_bytes;   /* of blocks that the C library had the kernel map by themselves */
};

/* Bucket i holds values v with 2^(i-1) <= v < 2^i; bucket 0 holds 0. */
enum { LR_BUCKETS = 65 };

static inline unsigned lr_bucket(uint64_t v)
{
	return v ? 64 - (unsigned)__builtin_clzll(v) : 0;
}

void lr_churn_add(struct lr_churn *to, const struct lr_churn *from);
void lr_counts_add(struct lr_counts *to, const struct lr_counts *from);

#endif
