/* The heap that the tests of the scan judge: an array; its blocks are wherever a test puts them.
 * Included by one file of a test, behind cmocka.h. */
#ifndef TESTS_SCAN_HEAP_H
#define TESTS_SCAN_HEAP_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "lib/scan.h"

enum { HEAP = 1 << 16, BLOCKS = 600, ROOTS = 8 };

static unsigned char heap[HEAP] __attribute__((aligned(4096)));

static struct lt_scan_block block[BLOCKS];
static uintptr_t root_word[ROOTS];
static struct lt_scan_root root;
static struct lt_scan scan;
static uint64_t births;

static inline int begin(void **state)
{
	(void)state;
	memset(heap, 0, sizeof(heap));
	memset(root_word, 0, sizeof(root_word));
	free(scan.work);
	births = 0;
	root = (struct lt_scan_root){.start = (uintptr_t)root_word,
		.end = (uintptr_t)(root_word + ROOTS),
		.kind = LT_SCAN_DATA};
	scan = (struct lt_scan){
		.blocks = block, .roots = &root, .n_roots = 1, .heuristics = LT_SCAN_HEURISTICS};
	return 0;
}

static inline int end(void **state)
{
	(void)state;
	free(scan.work);
	scan.work = NULL;
	return 0;
}

static inline uintptr_t at(size_t offset)
{
	return (uintptr_t)heap + offset;
}

static inline void add(size_t offset, size_t size)
{
	assert_true(scan.n_blocks < BLOCKS);
	block[scan.n_blocks++] = (struct lt_scan_block){
		.addr = at(offset), .size = size, .birth = births++, .site = offset};
}

static inline void put(size_t offset, uintptr_t value)
{
	memcpy(heap + offset, &value, sizeof(value));
}

static inline void run(void)
{
	size_t size = lt_scan_work(scan.n_blocks);

	free(scan.work);
	scan.work = aligned_alloc(64, (size + 63) & ~(size_t)63);
	assert_non_null(scan.work);
	memset(scan.work, 0xa5, size);
	lt_scan_run(&scan);
	uint64_t n = 0;
	for (unsigned v = 0; v < LT_SCAN_VERDICTS; v++)
		n += scan.count[v];
	assert_int_equal(n, scan.n_blocks);
	assert_int_equal(scan.count[LT_SCAN_LOST], 0);
}

#endif
