/* The blocks that are live while a dump is replayed: a hash table by address, 24 bytes a slot,
 * two to four slots a block, and fewer from two million blocks on. */
#ifndef LR_LIVE_H
#define LR_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LR_LIVE_THREAD_BITS = 20,
	LR_LIVE_GROUP = 5, /* 1024 bytes of addresses have 32 slots side by side */
	LR_LIVE_TICK = 256 /* microseconds of a block's time */
};

struct lr_block {
	uint64_t key;       /* address / 8 << 20 | low bits of the allocating thread's index */
	uint64_t size : 60; /* bytes asked for */
	uint64_t api : 4;   /* enum ltf_api, by which it was handed out */
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

static inline size_t lr_live_place(const struct lr_live *l, uint64_t addr8)
{
	return (size_t)(((addr8 >> (2 + LR_LIVE_GROUP)) * l->seed) >> l->shift) << LR_LIVE_GROUP |
	       (addr8 >> 2 & ((1 << LR_LIVE_GROUP) - 1));
}

/* Asks for the memory where the block at addr is, or would be. Always inline: GCC 12 takes a
 * function that does nothing else for one without effect, and leaves out its calls. */
static inline __attribute__((always_inline)) void lr_live_fetch(
	const struct lr_live *l, uint64_t addr)
{
	if (l->count)
		__builtin_prefetch(&l->slots[lr_live_place(l, addr >> 3)], 1);
}

/* The cell of the block at addr, when it is where it is looked for first; else UINT32_MAX. */
static inline uint32_t lr_live_cell(const struct lr_live *l, uint64_t addr)
{
	if (!l->count)
		return UINT32_MAX;
	const struct lr_block *b = &l->slots[lr_live_place(l, addr >> 3)];
	return b->key >> LR_LIVE_THREAD_BITS == addr >> 3 ? b->cell : UINT32_MAX;
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
