/* Between the parts of the scan: the index that finds a block by an address, and the sets of
 * ranges.
 *
 * The index. The span from the lowest block to the highest is cut into chunks of equal size; those
 * in which a block begins stand in an array, found through a hash table. What follows is in the
 * table. A chunk with many blocks, all of whose addresses are multiples of 16, has rows of bits,
 * one for each such address, so that a block's index is that of the row's first and the number of
 * bits up to its own. Any other chunk is cut into slots, some half as many as blocks begin in it,
 * and has the first block that begins in each or behind it. So a search reads a chunk (few: they
 * stay in the cache) and one or two neighbours in the table; then it knows the block or has a few
 * to look at. The reads are apart, so that many searches can be under way. */
#ifndef LT_SCAN_IN_H
#define LT_SCAN_IN_H

#include "lib/scan.h"

struct lt_scan_chunk {
	uint32_t key;   /* its place in the span */
	uint32_t first; /* the first block that begins in it */
	uint32_t table; /* its slots' or rows' place in the table; with LT_SCAN_ROWS: rows */
	uint32_t shift; /* a slot's or row's size; before it is known: rows do not suit it */
};
#define LT_SCAN_ROWS (1u << 31)

struct lt_scan_row {
	uint64_t bits;
	uint32_t first; /* the first block that begins in it or behind */
	uint32_t unused;
};
enum {
	LT_SCAN_GRAIN_SHIFT = 4,
	LT_SCAN_ROW_SHIFT = LT_SCAN_GRAIN_SHIFT + 6,
	LT_SCAN_ROW_WORDS = sizeof(struct lt_scan_row) / sizeof(uint32_t)
};

struct lt_scan_index {
	const struct lt_scan_block *blocks;
	uintptr_t base;              /* where the first chunk begins */
	uintptr_t least;             /* the lowest block's start */
	uintptr_t span;              /* from there to the highest block's end */
	struct lt_scan_chunk *chunk; /* and one more behind the last */
	uint32_t n_chunks;
	uint32_t *table; /* behind a chunk's slots stands one more: where the next begins */
	uint32_t *hash;  /* chunks by key; LT_SCAN_NO_BLOCK: free */
	uint32_t hash_mask;
	unsigned shift; /* a chunk's size */
	bool any_held;  /* of the blocks */
};

/* Blocks lo - 1 to hi - 1 may be the last that begins at or below an address: if lo == hi it is
 * known. */
struct lt_scan_search {
	uint32_t lo, hi;
};

/* Sorts by the first of width words, in place. width: 1 or 4. */
void lt_scan_sort(uint64_t *words, uint32_t n, unsigned width);

/* Index space for n blocks; and the index itself, of blocks in order. */
size_t lt_scan_index_space(uint32_t n);
void lt_scan_index(
	struct lt_scan_index *x, const struct lt_scan_block *blocks, uint32_t n, void *space);

/* The search where no block begins in addr's chunk. */
struct lt_scan_search lt_scan_below(const struct lt_scan_index *x, uintptr_t addr);

/* Whether the interior pointer p counts like the start of b. LT_SCAN_BY_INTERIOR: it does not. */
enum lt_scan_by lt_scan_heuristic(
	const struct lt_scan *s, const struct lt_scan_block *b, uintptr_t p);

/* The first range that ends behind addr; r.n: none. */
uint32_t lt_scan_range_at(struct lt_scan_ranges r, uintptr_t addr);

static inline bool lt_scan_within(struct lt_scan_ranges r, uintptr_t start, uintptr_t end)
{
	uint32_t i = lt_scan_range_at(r, start);

	return i < r.n && r.range[i].start <= start && end <= r.range[i].end;
}

static inline bool lt_scan_touches(struct lt_scan_ranges r, uintptr_t start, uintptr_t end)
{
	if (r.n == 0 || end <= r.range[0].start || start >= r.range[r.n - 1].end)
		return false;
	uint32_t i = lt_scan_range_at(r, start);
	return i < r.n && r.range[i].start < end;
}

static inline uintptr_t lt_scan_load(uintptr_t at)
{
	uintptr_t word;

	__builtin_memcpy(&word, (const void *)at, sizeof(word));
	return word;
}

/* addr lies within the span. The first step of a search: where in the table, and LT_SCAN_ROWS if a
 * row stands there. LT_SCAN_NO_BLOCK: no block begins in the chunk. */
static inline uint32_t lt_scan_place(const struct lt_scan_index *x, uintptr_t addr)
{
	uintptr_t off = addr - x->base;
	uint32_t key = (uint32_t)(off >> x->shift);

	for (uint32_t h = (key * 0x9e3779b1u >> 7) & x->hash_mask;; h = (h + 1) & x->hash_mask) {
		uint32_t i = x->hash[h];
		if (i == LT_SCAN_NO_BLOCK)
			return i;
		const struct lt_scan_chunk *c = &x->chunk[i];
		if (c->key != key)
			continue;
		uint32_t part = (uint32_t)((off & (((uintptr_t)1 << x->shift) - 1)) >> c->shift);
		return c->table + (c->table & LT_SCAN_ROWS ? part * LT_SCAN_ROW_WORDS : part);
	}
}

/* Without popcnt, which not every processor has. */
static inline uint32_t lt_scan_count_bits(uint64_t v)
{
	v -= v >> 1 & 0x5555555555555555;
	v = (v & 0x3333333333333333) + (v >> 2 & 0x3333333333333333);
	v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (uint32_t)(v * 0x0101010101010101 >> 56);
}

/* The second step. */
static inline struct lt_scan_search lt_scan_around(
	const struct lt_scan_index *x, uint32_t place, uintptr_t addr)
{
	if (place == LT_SCAN_NO_BLOCK)
		return lt_scan_below(x, addr);
	if (!(place & LT_SCAN_ROWS))
		return (struct lt_scan_search){.lo = x->table[place], .hi = x->table[place + 1]};
	const struct lt_scan_row *row = (const void *)(x->table + (place & ~LT_SCAN_ROWS));
	unsigned bit = (addr - x->base) >> LT_SCAN_GRAIN_SHIFT & 63;
	uint32_t behind = row->first + lt_scan_count_bits(row->bits & ((2ull << bit) - 1));
	return (struct lt_scan_search){.lo = behind, .hi = behind};
}

/* The last step. */
static inline uint32_t lt_scan_last_below(
	const struct lt_scan_index *x, struct lt_scan_search f, uintptr_t addr)
{
	while (f.hi - f.lo > 8) {
		uint32_t mid = f.lo + (f.hi - f.lo) / 2;
		if (x->blocks[mid].addr <= addr)
			f.lo = mid + 1;
		else
			f.hi = mid;
	}
	while (f.hi > f.lo && x->blocks[f.hi - 1].addr > addr)
		f.hi--;
	return f.hi - 1;
}

#endif
