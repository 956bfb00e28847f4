/* Open addressing; the place is taken from the high bits of a multiplication by a random odd
 * number, which spreads what allocators hand out, and what a hostile dump claims, alike.
 *
 * Blocks that lie side by side are often handed out, and given back, one after the other: so they
 * have their slots side by side too, 32 of them, which spares most of the cache and TLB misses. */
#include "tools/live.h"

#include "tools/util/map.h"
#include "tools/util/mem.h"

enum { LARGE = 1 << 22 }; /* slots: 96 MiB */

static inline uint64_t address_of(uint64_t key)
{
	return key >> LR_LIVE_THREAD_BITS;
}

static inline struct lr_block *probe(const struct lr_live *l, uint64_t addr8)
{
	size_t i = lr_live_place(l, addr8);
	while (l->slots[i].key && address_of(l->slots[i].key) != addr8)
		i = (i + 1) & (l->count - 1);
	return &l->slots[i];
}

static void grow(struct lr_live *l)
{
	struct lr_live old = *l;
	l->count = old.count ? old.count * 2 : 1024;
	l->slots = lr_big_alloc(l->count * sizeof(*l->slots));
	l->shift = 64 - (unsigned)__builtin_ctzll(l->count) + LR_LIVE_GROUP;
	if (!l->seed)
		l->seed = lr_hash_seed() * 0x9e3779b97f4a7c15ULL | 1;
	for (size_t i = 0; i < old.count; i++)
		if (old.slots[i].key)
			*probe(l, address_of(old.slots[i].key)) = old.slots[i];
	lr_big_free(old.slots, old.count * sizeof(*old.slots));
}

/* Rows are short while at most half of the slots are taken; a large table gives that up for memory.
 */
static bool is_full(const struct lr_live *l)
{
	return l->count < LARGE ? l->used * 2 >= l->count : l->used * 4 >= l->count * 3;
}

bool lr_live_put(struct lr_live *l, const struct lr_block *b, struct lr_block *old)
{
	if (is_full(l))
		grow(l);
	struct lr_block *slot = probe(l, address_of(b->key));
	bool was = slot->key != 0;
	if (was)
		*old = *slot;
	else
		l->used++;
	*slot = *b;
	return was;
}

bool lr_live_has(const struct lr_live *l, uint64_t addr)
{
	return l->count && probe(l, addr >> 3)->key;
}

bool lr_live_take(struct lr_live *l, uint64_t addr, struct lr_block *out)
{
	if (l->used == 0)
		return false;
	struct lr_block *slot = probe(l, addr >> 3);
	if (!slot->key)
		return false;
	*out = *slot;
	size_t mask = l->count - 1, hole = (size_t)(slot - l->slots), i = hole;
	for (;;) {
		i = (i + 1) & mask;
		if (!l->slots[i].key)
			break;
		size_t home = lr_live_place(l, address_of(l->slots[i].key));
		if (((i - home) & mask) >= ((i - hole) & mask)) {
			l->slots[hole] = l->slots[i];
			hole = i;
		}
	}
	l->slots[hole].key = 0;
	l->used--;
	return true;
}

void lr_live_free(struct lr_live *l)
{
	lr_big_free(l->slots, l->count * sizeof(*l->slots));
	*l = (struct lr_live){0};
}
