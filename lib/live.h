/* The live set: the blocks that the program holds, as far as the ring has been drained. It is fed
 * with the words of each drained run, by the drainer alone, and read by scans.
 *
 * Between threads runs are not drained in the order of events. So of each address the latest event
 * is kept that has been seen, by its number: once everything is drained, that decides. */
#ifndef LT_LIVE_H
#define LT_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A run of a block's words, complete but for holes that are to be stepped over. */
struct lt_live_run {
	const uint64_t *words;
	uint32_t count;
	uint32_t first;  /* the run's first word in its block */
	uint32_t thread; /* owner */
	uint64_t block;  /* the owner's number-th */
};

/* A pass of the drainer begins: with every block's words up to their first hole, it feeds all that
 * had been recorded by now. */
void lt_live_pass(void);
void lt_live_feed(const struct lt_live_run *run);
/* Within a pass: words stand behind a hole and have not been fed. */
void lt_live_hole(void);
/* The pass has fed what there was. */
void lt_live_passed(void);

struct lt_live_sum {
	bool complete; /* false: not wanted or no memory for it, and nothing is known */
	bool unknown;  /* there may be blocks that are not in the set */
	uint64_t blocks, bytes;
	uint64_t earlier_blocks,
		earlier_bytes; /* of earlier generations, which are no part of those */
};
struct lt_live_sum lt_live_sum(void);

/* Calls fn for each live block, in no order. size: as asked for. birth: greater for what was
 * allocated later, in a process with one thread; between threads within a MiB of addresses only. It
 * wraps. Blocks of earlier generations may overlap others, if events were missed in between. */
struct lt_live_block {
	uint64_t addr, size;
	uint32_t site, birth;
	bool earlier;
};
void lt_live_each(void (*fn)(void *ctx, const struct lt_live_block *b), void *ctx);

/* What is in the set becomes of an earlier generation: a forked child inherits it, and events have
 * numbers from 0 again; or some may have been missed, so that it may not be live any more. unknown:
 * there may be other blocks besides. */
void lt_live_new_generation(bool unknown);

/* Empty. */
void lt_live_reset(void);

#endif
