/* Where chains of pointers begin: every writable byte that is not known to be the allocator's, the
 * tracer's, or dead (below a stack pointer). Found in the text of /proc/self/maps. No system calls
 * but what the caller makes, no malloc: the arrays are the caller's. */
#ifndef LT_ROOTS_H
#define LT_ROOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/maps.h"
#include "lib/scan.h"

/* A growing list of roots, in the caller's array. */
struct lt_roots {
	struct lt_scan_root *root;
	uint32_t n, room;
	bool full;  /* there was no room for all */
	bool glibc; /* given: the blocks are the C library's */
};

/* Adds what is not an allocator's of the mappings. What it has mapped is, and glibc's arenas, and
 * what glibc has mapped for one block. Of blocks elsewhere it is a guess: each 2 MiB in which small
 * ones lie (no allocator asks for less), and the pages of large ones. */
void lt_roots_add(struct lt_roots *r, const struct lt_mapping *m, uint32_t n,
	const struct lt_scan_block *blocks, uint32_t n_blocks);
/* Says whose a range is, as far as it is of roots. */
void lt_roots_claim(struct lt_roots *r, uintptr_t start, uintptr_t end, uint32_t kind, uint32_t id);
/* Puts them in order, and leaves out the empty ones. */
void lt_roots_sort(struct lt_roots *r);
/* Takes a range out. */
void lt_roots_subtract(struct lt_roots *r, uintptr_t start, uintptr_t end);

/* glibc's main arena, within the data of a loaded object: its lists of free memory point into the
 * ends of blocks that live. heap: what brk gave. An empty range when it is not there. */
struct lt_scan_range lt_roots_arena(uintptr_t start, uintptr_t end, struct lt_scan_range heap);

#endif
