/* The ring: blocks of events in the dump's mapped extents.
 *
 * A thread owns one block and reserves words in it with one unlocked xadd, which neither a signal
 * handler nor a kill can split; the event counts from the store of its lead word. A full block is
 * handed on. Whoever finds no free block drains them all (drain.h). */
#ifndef LT_RING_H
#define LT_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "format/ring.h"
#include "lib/thread.h"

enum lt_block_state { LT_BLOCK_FREE, LT_BLOCK_OWNED, LT_BLOCK_FULL };

/* What is known of a block, beside the block itself. */
struct lt_block {
	struct ltf_block *mem;
	_Atomic uint32_t state; /* enum lt_block_state */
	uint32_t thread;
	uint64_t number;
	uint64_t ticket;  /* blocks are taken, and drained, in this order */
	uint32_t limit;   /* FULL: words that were reserved */
	uint32_t drained; /* words in the stream; the drainer's */
	uint32_t fed;     /* words that the live set has been fed with, if more; the drainer's */
	uint64_t stuck_since;  /* ns; found full with a hole at that time, 0 never; the drainer's */
	bool skipped;          /* the hole has been stepped over: not to be used again */
	_Atomic uint32_t next; /* free list */
};

/* Most processes are short: the first extent is small. The ring grows to SOON before it is drained.
 */
enum {
	LT_RING_FIRST = 16 << 10,
	LT_RING_SOON = 64 << 10,
	LT_BLOCKS_MAX = 16384,
	LT_BLOCK_NONE = UINT32_MAX
};

/* Takes the first extent into use; in a forked child, for the second time. False: no memory. */
bool lt_ring_init(void *extent, size_t len);

/* Slow half of lt_ring_reserve: at is where cur stood. NULL: no room, counted as lost. */
uint64_t *lt_ring_reserve_slow(struct lt_thread *t, unsigned words, uintptr_t at);

/* Room for one event of 1..LTF_EVENT_WORDS_MAX words, which all read as zero. Store the lead word
 * last, with lt_commit. Between the two only a signal handler can come. */
static inline uint64_t *lt_ring_reserve(struct lt_thread *t, unsigned words)
{
	uintptr_t at = words * sizeof(uint64_t);
	__asm__ volatile("xaddq %0, %1" : "+r"(at), "+m"(t->cur) : : "memory", "cc");
	/* A full block's end is the next block's header: where an event may begin is one range. */
	uintptr_t in = (at & (LTF_BLOCK_SIZE - 1)) - LTF_BLOCK_HEADER;
	if (__builtin_expect(in > LTF_BLOCK_SIZE - LTF_BLOCK_HEADER - words * sizeof(uint64_t), 0))
		return lt_ring_reserve_slow(t, words, at);
	return (uint64_t *)at;
}

static inline void lt_commit(uint64_t *lead, uint64_t word)
{
	__atomic_store_n(lead, word, __ATOMIC_RELEASE);
}

/* Writes a blob (enum ltf_blob) in a block of its own choice. False: dropped, counted. */
bool lt_ring_blob(struct lt_thread *t, unsigned type, const void *bytes, size_t len);

/* Hands the block of an ended thread on. */
void lt_ring_leave(struct lt_thread *t);

/* At the process's end: takes the blocks that no thread has, for good, so that what the others hold
 * is all there will be. How many, from the first on, hold something; 0 when another thread owns one
 * or the ring has grown: then nothing is changed. t: the caller. */
uint32_t lt_ring_close(const struct lt_thread *t);

/* For the drainer: how many blocks there are, and the i-th. */
uint32_t lt_ring_blocks(void);
struct lt_block *lt_ring_block(uint32_t i);
/* Wipes a drained block and puts it on the free list. */
void lt_ring_recycle(uint32_t i);
/* Free blocks, and blocks that threads are filling, about. */
uint32_t lt_ring_free(void);
uint32_t lt_ring_owned(void);
/* Adds an extent; false when there is no more room for one, or another thread is at it. */
bool lt_ring_grow(void);

#endif
