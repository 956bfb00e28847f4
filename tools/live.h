/* The blocks that are live while a dump is replayed: a hash table by address, 24 bytes a slot. */
#ifndef LR_LIVE_H
#define LR_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LR_LIVE_THREAD_BITS = 20, LR_LIVE_TICK = 256 /* microseconds of a block's time */ };

struct lr_block {
	uint64_t key;  /* address / 8 << 20 | low bits of the allocating thread's index */
	uint64_t size; /* bytes asked for */
	uint32_t cell;
	uint32_t time; /* of the allocation, in ticks */
};

/* All zero is empty. */
struct lr_live {
	struct lr_block *slots;
	size_t count; /* slots, a power of two, or 0 */
	size_t used;
	uint64_t seed;
	unsigned shift;
};

static inline uint64_t lr_block_key(uint64_t addr, uint32_t thread)
{
	return addr >> 3 << LR_LIVE_THREAD_BITS | (thread & ((1U << LR_LIVE_THREAD_BITS) - 1));
}

/* Puts a block in. Where one is live at that address, it is replaced, handed out in *old, and the
 * answer is true. Addresses are below 2^47 and not 0. */
bool lr_live_put(struct lr_live *l, const struct lr_block *b, struct lr_block *old);
/* True when a block is live at addr. */
bool lr_live_has(const struct lr_live *l, uint64_t addr);
/* Takes the block at addr out. False when there is none. */
bool lr_live_take(struct lr_live *l, uint64_t addr, struct lr_block *out);
void lr_live_free(struct lr_live *l);

#endif
