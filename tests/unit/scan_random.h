/* Random heaps for the tests of the scan. Included by one file of a test, behind cmocka.h. */
#ifndef TESTS_SCAN_RANDOM_H
#define TESTS_SCAN_RANDOM_H

#include "tests/unit/scan_heap.h"

static uint64_t seed;

static inline uint64_t any(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint64_t)((unsigned __int128)seed * below >> 64);
}

/* The block that p points to, by the definition. */
static inline int pointed(uintptr_t p, bool *exact)
{
	int inside = -1;

	for (int i = 0; i < (int)scan.n_blocks; i++) {
		if (p == block[i].addr) {
			*exact = true;
			return i;
		}
		if (p > block[i].addr && p <= block[i].addr + block[i].size)
			inside = inside < 0 || block[i].addr > block[inside].addr ? i : inside;
	}
	*exact = false;
	return inside;
}

static inline uintptr_t any_pointer(uint32_t n, unsigned interior)
{
	const struct lt_scan_block *b = &block[any(n)];

	return any(100) < interior ? b->addr + any(b->size + 2) : b->addr;
}

/* Blocks side by side and apart, of all sizes, in any order, born in any order. */
static inline void make_heap(uint32_t n)
{
	size_t offset = 64;
	unsigned gap = (unsigned)any(3) * 16, odd = (unsigned)any(2);

	scan.n_blocks = 0;
	while (scan.n_blocks < n) {
		size_t size = odd ? any(60) : any(4) * 16;
		add(offset, size);
		offset += (size + (odd ? any(3) : 0) + any(gap + 1) + 7) / 8 * 8;
		offset += size == 0 ? 8 : 0;
	}
	assert_true(offset + 64 < HEAP);
	for (uint32_t i = n; i > 1; i--) {
		uint32_t k = (uint32_t)any(i), birth = block[k].birth;
		struct lt_scan_block swap = block[k];
		block[k] = block[i - 1];
		block[i - 1] = swap;
		k = (uint32_t)any(i);
		birth = block[k].birth;
		block[k].birth = block[i - 1].birth;
		block[i - 1].birth = birth;
	}
}

static inline void random_heap(uint32_t n)
{
	unsigned density = (unsigned)any(100), interior = (unsigned)any(4) * 15;

	memset(heap, 0, sizeof(heap));
	memset(root_word, 0, sizeof(root_word));
	make_heap(n);
	for (uint32_t i = 0; i < n; i++) {
		uintptr_t p = (block[i].addr + 7) & ~(uintptr_t)7;
		for (; p + 8 <= block[i].addr + block[i].size; p += 8)
			*(uintptr_t *)p = any(100) < density ? any_pointer(n, interior) : any(1000);
	}
	for (uint32_t r = (uint32_t)any(ROOTS + 4); r < ROOTS; r++)
		root_word[r] = any_pointer(n, interior);
	scan.heuristics = 0;
}

#endif
