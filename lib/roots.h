/* Where chains of pointers begin: every writable byte that is not known to be the allocator's, the
 * tracer's, or dead (below a stack pointer). Found in the text of /proc/self/maps. No system calls
 * but what the caller makes, no malloc: the arrays are the caller's. */
#ifndef LT_ROOTS_H
#define LT_ROOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/scan.h"

enum lt_mapping_flag {
	LT_MAPPING_READ = 1,
	LT_MAPPING_WRITE = 2,
	LT_MAPPING_EXEC = 4,
	LT_MAPPING_FILE = 8,
	LT_MAPPING_DATA = 16,   /* of a loaded object, or the zeroed rest of one */
	LT_MAPPING_STACK = 32,  /* the main thread's */
	LT_MAPPING_HEAP = 64,   /* brk */
	LT_MAPPING_OTHER = 128, /* vdso and the like; the dump */
	LT_MAPPING_SMALL = 256, /* small live blocks lie in it */
	LT_MAPPING_LARGE = 512  /* large ones do */
};

struct lt_mapping {
	uintptr_t start, end;
	uint32_t flags;
};

/* Reads one line of maps. dump: the inode and device of the dump, whose mappings are OTHER. Returns
 * the next line, or NULL when there is no whole line. Lines are to be read in order: before is the
 * mapping of the one before, or NULL. */
struct lt_roots_file {
	uint64_t dev, ino;
};
const char *lt_mapping_read(const char *line, const char *end, const struct lt_mapping *before,
	const struct lt_roots_file *dump, struct lt_mapping *m);

/* Marks the mappings (in order) in which live blocks lie. */
void lt_mappings_mark(
	struct lt_mapping *m, uint32_t n, const struct lt_scan_block *blocks, uint32_t n_blocks);

/* A growing list of roots, in the caller's array. */
struct lt_roots {
	struct lt_scan_root *root;
	uint32_t n, room;
	bool full; /* there was no room for all */
};

/* Adds what is not allocator's of the mappings. Mappings that hold small blocks are allocator's as
 * a whole; where there are only large ones (each has pages of its own), the rest is the program's:
 * the kernel joins mappings that happen to lie side by side. */
void lt_roots_add(struct lt_roots *r, const struct lt_mapping *m, uint32_t n,
	const struct lt_scan_block *blocks, uint32_t n_blocks);
/* Takes a range out. */
void lt_roots_subtract(struct lt_roots *r, uintptr_t start, uintptr_t end);

/* glibc's main arena, within the data of a loaded object: its lists of free memory point into the
 * ends of blocks that live. heap: what brk gave. An empty range when it is not there. */
struct lt_scan_range lt_roots_arena(uintptr_t start, uintptr_t end, struct lt_scan_range heap);

#endif
